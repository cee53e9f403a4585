//! What would change, and what would be lost: the generated tree against a folder. Pure.

use std::collections::BTreeSet;

use super::change::{Change, InTheWay, Kind, Protection};
use super::disk::{Disk, Entry};
use super::lock::Lock;
use super::{Content, File, RelPath, Scope, Tree};

/// The whole comparison.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comparison {
    /// Differences and foreign files, sorted by path.
    pub changes: Vec<Change>,
    /// How many files are as generated.
    pub unchanged: usize,
    /// Whether the lock file's text would change.
    pub lock_differs: bool,
    /// Foreign files whose names can't be written as a [`RelPath`], as far as they can be shown.
    pub odd: Vec<String>,
    /// The lock file's text as it should be.
    pub(crate) lock_text: String,
}

impl Comparison {
    /// Whether writing would change anything.
    pub fn is_drift(&self) -> bool {
        self.lock_differs || self.changes.iter().any(|c| c.kind.is_drift())
    }

    /// What stands against writing.
    pub fn refused(&self, force: bool) -> Vec<Change> {
        let limit = match force {
            true => Protection::Always,
            false => Protection::UnlessForced,
        };
        let refused = self.changes.iter().filter(|c| c.kind.protection() >= limit);
        refused.cloned().collect()
    }
}

/// Compares what was generated with what a folder holds.
pub fn compare(new: &Tree, disk: &Disk) -> Comparison {
    compare_within(new, disk, &Scope::ALL)
}

/// [`compare()`] for a part of the folder, of which alone something was generated. What is owned
/// outside of it is no difference, and stays owned.
pub fn compare_within(new: &Tree, disk: &Disk, scope: &Scope) -> Comparison {
    let owned = disk.lock.only(|path| scope.contains(path));
    let others = disk.lock.only(|path| !scope.contains(path));
    let lock = Lock::of(new);
    let lock_text = lock.clone().with(others).render();
    let mut comparing = Comparing {
        new,
        disk,
        owned: &owned,
        lock: &lock,
        changes: Vec::new(),
        unchanged: 0,
    };
    comparing.generated();
    comparing.stale();
    let blocking = comparing.parents();
    comparing.foreign(&blocking);
    let mut changes = comparing.changes;
    changes.sort();
    Comparison {
        changes,
        unchanged: comparing.unchanged,
        lock_differs: disk.lock_text.as_deref() != Some(lock_text.as_str()),
        odd: odd_names(disk),
        lock_text,
    }
}

fn odd_names(disk: &Disk) -> Vec<String> {
    let files = disk.odd.iter().filter(|(_, e)| *e != Entry::EmptyFolder);
    files
        .map(|(path, _)| path.to_string_lossy().into_owned())
        .collect()
}

struct Comparing<'a> {
    new: &'a Tree,
    disk: &'a Disk,
    /// What is owned of the part that is compared.
    owned: &'a Lock,
    lock: &'a Lock,
    changes: Vec<Change>,
    unchanged: usize,
}

impl Comparing<'_> {
    fn push(&mut self, path: &RelPath, kind: Kind) {
        let path = path.clone();
        self.changes.push(Change { path, kind });
    }

    fn generated(&mut self) {
        let new = self.new;
        for (path, file) in new.iter() {
            match self.one(path, file) {
                Some(kind) => self.push(path, kind),
                None => self.unchanged += 1,
            }
        }
    }

    fn one(&self, path: &RelPath, file: &File) -> Option<Kind> {
        let owned = self.owned.contains(path);
        match self.disk.get(path) {
            Some(Entry::File {
                content,
                executable,
            }) => self.file(path, file, content.as_ref(), *executable),
            Some(Entry::Symlink) => Some(Kind::InTheWay(InTheWay::Symlink)),
            Some(Entry::Other) => Some(Kind::InTheWay(InTheWay::Other)),
            Some(Entry::EmptyFolder) | None if self.holds_foreign(path) => {
                Some(Kind::InTheWay(InTheWay::Folder))
            }
            Some(Entry::EmptyFolder) | None if owned => Some(Kind::Missing),
            Some(Entry::EmptyFolder) | None => Some(Kind::Added),
        }
    }

    fn file(
        &self,
        path: &RelPath,
        file: &File,
        content: Option<&Content>,
        executable: Option<bool>,
    ) -> Option<Kind> {
        let owned = self.owned.get(path);
        if content != Some(&file.content) {
            let Some(owned) = owned else {
                return Some(Kind::Collision);
            };
            let untouched = content.is_some_and(|c| c.sha256() == owned.sha256);
            let now = self.lock.get(path).map(|o| &o.sha256);
            return Some(match untouched {
                true => Kind::Changed,
                false => Kind::Edited {
                    changed: now != Some(&owned.sha256),
                },
            });
        }
        if executable.is_some_and(|bit| bit != file.executable) {
            return Some(Kind::Mode {
                executable: file.executable,
            });
        }
        owned.is_none().then_some(Kind::Adopted)
    }

    fn holds_foreign(&self, folder: &RelPath) -> bool {
        let foreign = |(path, entry): (&RelPath, &Entry)| {
            *entry != Entry::EmptyFolder && !self.owned.contains(path)
        };
        let odd = |path: &std::path::Path| {
            path.starts_with(folder.as_str()) && path.as_os_str() != folder.as_str()
        };
        self.disk.below(folder).any(foreign) || self.disk.odd.iter().any(|(path, _)| odd(path))
    }

    fn stale(&mut self) {
        let disk = self.disk;
        for (path, owned) in self.owned.iter() {
            if self.new.contains(path) {
                continue;
            }
            let edited = match disk.get(path) {
                None | Some(Entry::EmptyFolder) => continue,
                Some(Entry::File {
                    content: Some(content),
                    ..
                }) => content.sha256() != owned.sha256,
                Some(_) => true,
            };
            self.push(path, Kind::Stale { edited });
        }
    }

    /// Foreign things that stand where a folder of the generated tree goes.
    fn parents(&mut self) -> BTreeSet<RelPath> {
        let disk = self.disk;
        let mut blocking = BTreeSet::new();
        for (path, entry) in disk.iter() {
            if self.owned.contains(path) || !self.new.is_folder(path) {
                continue;
            }
            let what = match entry {
                Entry::File { .. } => InTheWay::File,
                Entry::Symlink => InTheWay::Symlink,
                Entry::Other => InTheWay::Other,
                Entry::EmptyFolder => continue,
            };
            self.push(path, Kind::InTheWay(what));
            blocking.insert(path.clone());
        }
        blocking
    }

    fn foreign(&mut self, blocking: &BTreeSet<RelPath>) {
        let disk = self.disk;
        for (path, entry) in disk.iter() {
            let known = self.new.contains(path) || self.owned.contains(path);
            if known || blocking.contains(path) || *entry == Entry::EmptyFolder {
                continue;
            }
            let kind = match self.new.case_clash(path) {
                Some(generated) => Kind::InTheWay(InTheWay::Case(generated.clone())),
                None if disk.lock.contains(path) => continue,
                None => Kind::Foreign,
            };
            self.push(path, kind);
        }
    }
}
