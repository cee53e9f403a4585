//! The rooms' layers: each depends only on what stands left of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// From left to right; rooms of one group don't know each other.
const LAYERS: &[&[&str]] = &[
    &["source", "suggest", "parallel"],
    &["diag"],
    &["model", "lang", "tree"],
    &["profile", "netpol"],
    &["manifest"],
    &["staged"],
    &["check", "view"],
    // What is imported is generated again before it is shown: the objects must be equal.
    &["plan", "import"],
    &["render"],
    &["report"],
    &["cli"],
    &["main"],
];

#[test]
fn each_room_depends_only_on_what_stands_left_of_it() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let layers: BTreeMap<&str, usize> = LAYERS
        .iter()
        .enumerate()
        .flat_map(|(layer, rooms)| rooms.iter().map(move |room| (*room, layer)))
        .collect();
    let mut wrong = Vec::new();
    for path in files(&src) {
        let room = room(&src, &path);
        let Some(own) = layers.get(room.as_str()) else {
            continue;
        };
        let text = fs::read_to_string(&path).expect("a source file");
        for used in used(&text) {
            let fine = used == room || layers.get(used.as_str()).is_none_or(|layer| layer < own);
            if !fine {
                wrong.push(format!("{} uses `{used}`", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every room that is named with its path, whether in a `use` or in an expression.
fn used(text: &str) -> Vec<String> {
    let code = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    let mut rooms: Vec<String> = code
        .flat_map(|line| line.split("crate::").skip(1))
        .map(|rest| {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
            rest[..end.unwrap_or(rest.len())].to_owned()
        })
        .filter(|room| !room.is_empty())
        .collect();
    rooms.sort();
    rooms.dedup();
    rooms
}

fn room(src: &Path, path: &Path) -> String {
    let first = path.strip_prefix(src).expect("below src").iter().next();
    let first = first.expect("a file").to_string_lossy();
    first.trim_end_matches(".rs").to_owned()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut all = Vec::new();
    for entry in entries {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            all.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            all.push(path);
        }
    }
    all
}
