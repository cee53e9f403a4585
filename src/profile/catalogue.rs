//! What comes with dplab, inside the binary: applications for `app.use`, and profiles to begin with.

use include_dir::{Dir, include_dir};

static PROFILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/profiles");

/// The text of an application that comes with dplab.
pub fn app(name: &str) -> Option<&'static str> {
    text(&format!("apps/{name}.yaml"))
}

/// The text of a profile that comes with dplab.
pub fn profile(name: &str) -> Option<&'static str> {
    text(&format!("{name}.yaml"))
}

fn text(path: &str) -> Option<&'static str> {
    PROFILES.get_file(path)?.contents_utf8()
}

/// Names of the applications that come with dplab, sorted.
pub fn apps() -> Vec<&'static str> {
    let apps = PROFILES.get_dir("apps").into_iter();
    let mut names: Vec<&str> = apps
        .flat_map(Dir::files)
        .filter_map(|file| file.path().file_name()?.to_str()?.strip_suffix(".yaml"))
        .collect();
    names.sort_unstable();
    names
}
