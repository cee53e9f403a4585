//! Every explanation's bad example is that finding, and its good example is fine.

use std::collections::BTreeMap;
use std::io;

use camino::Utf8Path;
use dplab::check::lint::{Effort, Facts, lints};
use dplab::diag::{Code, Diagnostic, Severity};
use dplab::netpol::Reading;
use dplab::profile::layer::{Files, Overrides};
use dplab::report::expectations;
use dplab::source::SourceMap;
use dplab::{check, manifest, profile};

const BASE: &str = "\
format: dplab/v1
name: example
cluster: {project: my-project, location: us-east1}
app: {use: online-boutique}
";

struct Folder(BTreeMap<&'static str, String>);

impl Files for Folder {
    fn read(&self, path: &Utf8Path) -> io::Result<String> {
        let text = self.0.get(path.as_str());
        text.cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

/// The findings of an example: manifests, or a whole profile once `base.yaml` is below it.
fn findings(example: &str) -> Vec<Diagnostic> {
    if example.contains("\nkind: ") {
        return of_manifests(example);
    }
    let text = match example.contains("extends:") {
        true => example.to_owned(),
        false => format!("{example}extends: base.yaml\n"),
    };
    let folder = Folder(BTreeMap::from([
        ("base.yaml", BASE.to_owned()),
        ("profile.yaml", text.clone()),
    ]));
    let mut sources = SourceMap::new();
    let id = sources.add("profile.yaml", text);
    let read = profile::read(&mut sources, &folder, id, &Overrides::default());
    let mut found = read.findings;
    if let Some(raw) = &read.value {
        let checked = check::lab(raw);
        found.extend(checked.findings);
        if let Some(lab) = &checked.value {
            let places = check::places(raw, lab);
            found.extend(check::objects(raw, lab));
            found.extend(check::lint::lab(lab, &places, Effort::Trials));
            found.extend(expectations::findings(raw, lab, &places, Reading::DPV2));
        }
    }
    found
}

fn of_manifests(example: &str) -> Vec<Diagnostic> {
    let mut sources = SourceMap::new();
    let id = sources.add("manifests.yaml", example);
    let read = manifest::read(&sources, &[id]);
    let mut found: Vec<Diagnostic> = read.problems.iter().map(|p| p.diagnostic()).collect();
    found.extend(lints(&Facts::of_manifests(&read.world, Reading::DPV2)));
    found
}

/// The fenced YAML blocks of an explanation.
fn examples(markdown: &str) -> Vec<&str> {
    let blocks = markdown.split("```yaml\n").skip(1);
    blocks
        .filter_map(|rest| Some(rest.split_once("```")?.0))
        .collect()
}

#[test]
fn each_code_is_explained_by_examples_that_hold() {
    for code in Code::ALL {
        let text = code.explanation();
        assert!(text.starts_with(&format!("# {code}\n")), "{code}: heading");
        if code.is_about_a_folder() {
            assert!(
                text.contains("\nBad: ") && text.contains("\nGood: "),
                "{code}"
            );
            continue;
        }
        let [bad, good] = examples(text)[..] else {
            panic!("{code}: expected a bad and a good example");
        };
        let found = findings(bad);
        assert!(
            found.iter().any(|finding| finding.code == *code),
            "{code}: the bad example gives {found:#?}"
        );
        let mut found = findings(good);
        found.retain(|finding| finding.severity > Severity::Info || finding.code == *code);
        assert!(
            found.is_empty(),
            "{code}: the good example gives {found:#?}"
        );
    }
}

#[test]
fn ids_are_distinct_and_found_again() {
    for code in Code::ALL {
        assert_eq!(Code::from_id(code.id()), Some(*code));
    }
}
