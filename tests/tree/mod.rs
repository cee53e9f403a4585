//! Tests of `src/tree`.

mod clean;
mod compare;
mod diff;
mod fault;
mod kill;
mod lock;
mod path;
mod race;
mod random;
mod write;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use camino::{Utf8Path, Utf8PathBuf};
use dplab::tree::{File, Mode, RelPath, Step, Steps, Tree};

/// A folder of its own for each test, removed with the value.
pub(crate) struct Scratch {
    _folder: tempfile::TempDir,
    pub(crate) root: Utf8PathBuf,
}

/// In memory where the system has that, since thousands of small trees are made; `TMPDIR` decides
/// otherwise, to run on a certain file system.
fn temporary() -> io::Result<tempfile::TempDir> {
    match std::env::var_os("TMPDIR") {
        Some(_) => tempfile::tempdir(),
        None => tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()),
    }
}

impl Scratch {
    pub(crate) fn new() -> Self {
        let folder = temporary().unwrap();
        let root = Utf8Path::from_path(folder.path()).unwrap().join("out");
        Self {
            _folder: folder,
            root,
        }
    }

    pub(crate) fn lab(&self) -> Utf8PathBuf {
        self.root.join("lab")
    }

    pub(crate) fn put(&self, path: &str, text: &str) {
        let path = self.lab().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn text(&self, path: &str) -> String {
        fs::read_to_string(self.lab().join(path)).unwrap()
    }

    /// An error's words without the scratch folder's name.
    pub(crate) fn words(&self, error: &dyn std::error::Error) -> String {
        error
            .to_string()
            .replace(self.root.parent().unwrap().as_str(), "")
    }
}

pub(crate) fn rel(path: &str) -> RelPath {
    RelPath::parse(path).unwrap()
}

pub(crate) fn lab() -> RelPath {
    rel("lab")
}

pub(crate) fn file(text: &str) -> File {
    File {
        content: text.into(),
        executable: false,
        from: "test".into(),
    }
}

/// A tree; paths that end in `.sh` are executable.
pub(crate) fn tree(files: &[(&str, &str)]) -> Tree {
    let mut tree = Tree::new();
    for (path, text) in files {
        let executable = path.ends_with(".sh");
        let file = File {
            executable,
            ..file(text)
        };
        tree.insert(rel(path), file).unwrap();
    }
    tree
}

pub(crate) fn force() -> Mode {
    Mode {
        force: true,
        ..Mode::default()
    }
}

/// Everything below a folder: files with their content, links with their target, empty folders.
pub(crate) fn snapshot(folder: &Utf8Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    if folder.exists() {
        look(folder.as_std_path(), "", &mut found);
    }
    found
}

fn look(folder: &Path, prefix: &str, found: &mut BTreeMap<String, String>) {
    let mut empty = true;
    for item in fs::read_dir(folder).unwrap() {
        let item = item.unwrap();
        empty = false;
        let path = format!("{prefix}{}", item.file_name().to_string_lossy());
        let kind = item.file_type().unwrap();
        if kind.is_dir() {
            look(&item.path(), &format!("{path}/"), found);
        } else if kind.is_symlink() {
            let target = fs::read_link(item.path()).unwrap();
            found.insert(path, format!("-> {}", target.display()));
        } else if kind.is_file() {
            let mark = if is_executable(&item.path()) {
                "x "
            } else {
                ""
            };
            let text = String::from_utf8_lossy(&fs::read(item.path()).unwrap()).into_owned();
            found.insert(path, format!("{mark}{text}"));
        } else {
            found.insert(path, "other".into());
        }
    }
    if empty {
        found.insert(prefix.to_owned(), "empty".into());
    }
}

#[cfg(unix)]
pub(crate) fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o100 != 0
}

#[cfg(unix)]
pub(crate) fn set_mode(path: &Utf8Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Steps that a function judges by their number, from 0.
pub(crate) struct Judge<F> {
    pub(crate) count: usize,
    pub(crate) judge: F,
}

impl<F: FnMut(usize, Step, &Path) -> io::Result<()>> Judge<F> {
    pub(crate) fn new(judge: F) -> Self {
        Self { count: 0, judge }
    }
}

impl<F: FnMut(usize, Step, &Path) -> io::Result<()>> Steps for Judge<F> {
    fn before(&mut self, step: Step, path: &Path) -> io::Result<()> {
        let number = self.count;
        self.count += 1;
        (self.judge)(number, step, path)
    }
}

/// Whether anything temporary lies in the root.
pub(crate) fn leftovers(scratch: &Scratch) -> Vec<String> {
    let names = snapshot(&scratch.root).into_keys();
    names.filter(|name| name.starts_with(".dplab")).collect()
}
