//! The golden trees: `out/` holds exactly what the shipped profiles generate.

use dplab::tree::{self, Kind, RelPath};

use crate::support::lab::{lab, root, shipped, tree as generated};

#[test]
fn out_is_what_the_shipped_profiles_generate() {
    let mut wrong = Vec::new();
    for name in shipped() {
        let lab = lab(&name);
        let new = generated(&lab);
        let folder = RelPath::parse(lab.name.as_str()).expect("a folder's name");
        let disk = tree::read(&root().join("out"), &folder, &new).expect("out/ can be read");
        let comparison = tree::compare(&new, &disk);
        let each = comparison.changes.iter();
        wrong.extend(each.map(|change| format!("out/{name}/{}: {}", change.path, change.kind)));
        if comparison.lock_differs {
            wrong.push(format!("out/{name}/{}: differs", tree::LOCK));
        }
    }
    assert!(
        wrong.is_empty(),
        "out/ differs from what is generated; look at it, then: cargo run --release -- generate\n{}",
        wrong.join("\n")
    );
}

#[test]
fn a_changed_byte_in_the_golden_tree_is_seen() {
    let lab = lab("minimal");
    let new = generated(&lab);
    let folder = RelPath::parse("minimal").expect("a folder's name");
    let scratch = tempfile::tempdir().expect("a folder");
    let root = camino::Utf8Path::from_path(scratch.path()).expect("UTF-8");
    tree::apply(root, &folder, &new, tree::Mode::default()).expect("written");
    let readme = root.join("minimal/README.md");
    let text = std::fs::read_to_string(&readme).expect("the runbook");
    std::fs::write(&readme, text.replacen('#', "##", 1)).expect("edited");
    let disk = tree::read(root, &folder, &new).expect("read");
    let kinds: Vec<Kind> = tree::compare(&new, &disk)
        .changes
        .into_iter()
        .map(|c| c.kind)
        .collect();
    assert_eq!(kinds, [Kind::Edited { changed: false }]);
}
