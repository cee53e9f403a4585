//! What comes with dplab: applications for `app.use`, inside the binary.

use include_dir::{Dir, include_dir};

static APPS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/profiles/apps");

/// The text of an application that comes with dplab.
pub fn app(name: &str) -> Option<&'static str> {
    APPS.get_file(format!("{name}.yaml"))?.contents_utf8()
}

/// Names of the applications that come with dplab, sorted.
pub fn apps() -> Vec<&'static str> {
    let mut names: Vec<&str> = APPS
        .files()
        .filter_map(|file| file.path().to_str()?.strip_suffix(".yaml"))
        .collect();
    names.sort_unstable();
    names
}
