//! No file, however made, brings the program down or costs it much.

use dplab::profile::layer::Overrides;
use dplab::render::{Catalog, Renderer};
use dplab::source::SourceMap;
use dplab::{check, plan, profile, render};

use super::mutate::Dice;
use crate::support::lab::{Disk, root, shipped};

/// Reads, checks and, where there is a lab, generates; says whether there was one.
fn survives(text: &str, renderer: Option<&Renderer>) -> bool {
    let mut sources = SourceMap::new();
    let path = root().join("profiles/random.yaml");
    let id = sources.add(path.as_str(), text);
    let read = profile::read(&mut sources, &Disk, id, &Overrides::default());
    let mut findings = read.findings;
    let checked = read.value.as_ref().map(check::lab);
    let lab = checked.and_then(|checked| {
        findings.extend(checked.findings);
        checked.value
    });
    // Findings must be tellable, wherever they point.
    dplab::diag::sort(&mut findings);
    let told = dplab::diag::text::render(&findings, &sources, false);
    let fine = !dplab::diag::has_errors(&findings);
    assert!(
        fine == lab.is_some() || !fine,
        "no lab and no error:\n{text}\n{told}"
    );
    let (true, Some(lab), Some(renderer)) = (fine, &lab, renderer) else {
        return fine;
    };
    let files = plan::plan(lab).expect("a plan");
    if let Err(error) = render::tree(renderer, &files) {
        panic!("a lab without findings can't be generated: {error}\n{text}");
    }
    true
}

const TOKENS: &[&str] = &[
    "- ",
    ": ",
    "\n",
    "\n  ",
    "\n    ",
    " ",
    "&a ",
    "*a",
    "[",
    "]",
    "{",
    "}",
    ",",
    "!!str ",
    "!x ",
    "!!binary ",
    "|",
    ">",
    "|+2",
    "\"",
    "'",
    "#",
    " #",
    "\n---\n",
    "\n...\n",
    "? ",
    "<<: ",
    "%YAML 1.1\n",
    "\t",
    "\r\n",
    "\u{feff}",
    "\u{85}",
    "\0",
    "é",
    "𝕏",
    "\\x41",
    "~",
    "null",
    "true",
    "yes",
    "0x1F",
    "1e999",
    ".inf",
    "-.5",
    "99999999999999999999999999999999999999999999",
    "2001-12-14",
    "12:30:45",
    "format",
    "name",
    "cluster",
    "extends",
    "app",
    "use",
    "policies",
    "remove",
    "dplab/v1",
    "online-boutique",
];

fn soup(dice: &mut Dice) -> String {
    let length = dice.below(40);
    (0..length)
        .map(|_| TOKENS[dice.below(TOKENS.len())])
        .collect()
}

fn bytes(dice: &mut Dice) -> String {
    let length = dice.below(120);
    let bytes: Vec<u8> = (0..length)
        .map(|_| u8::try_from(dice.below(256)).expect("a byte"))
        .collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A text with one to three things done to it.
fn mutated(dice: &mut Dice, text: &str) -> String {
    let mut text = text.to_owned();
    for _ in 0..=dice.below(3) {
        text = match dice.below(6) {
            0 => with_lines(dice, &text),
            1 => with_word(dice, &text),
            2 => spliced(dice, &text, 0),
            3 => spliced(dice, &text, 12),
            4 => text.chars().take(dice.below(text.len() + 1)).collect(),
            _ => text.replace("\n", "\r\n"),
        };
    }
    text
}

/// A line is left out, doubled or moved.
fn with_lines(dice: &mut Dice, text: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    if lines.is_empty() {
        return String::new();
    }
    let (from, to) = (dice.below(lines.len()), dice.below(lines.len()));
    match dice.below(3) {
        0 => {
            lines.remove(from);
        }
        1 => lines.insert(to, lines[from]),
        _ => lines.swap(from, to),
    }
    lines.join("\n")
}

/// A word becomes another word of the text, or a token.
fn with_word(dice: &mut Dice, text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.is_empty() {
        return String::new();
    }
    let old = words[dice.below(words.len())];
    let new = match dice.below(2) {
        0 => words[dice.below(words.len())],
        _ => TOKENS[dice.below(TOKENS.len())],
    };
    text.replacen(old, new, 1)
}

/// Some characters become a token.
fn spliced(dice: &mut Dice, text: &str, most: usize) -> String {
    let letters: Vec<char> = text.chars().collect();
    let start = dice.below(letters.len() + 1);
    let end = (start + dice.below(most + 1)).min(letters.len());
    let token = TOKENS[dice.below(TOKENS.len())];
    let (before, after) = (&letters[..start], &letters[end..]);
    before.iter().collect::<String>() + token + &after.iter().collect::<String>()
}

#[test]
fn random_texts_never_panic() {
    let mut dice = Dice::new(1);
    for _ in 0..2000 {
        survives(&soup(&mut dice), None);
        survives(&bytes(&mut dice), None);
    }
}

#[test]
fn mutated_profiles_never_panic_and_what_is_fine_can_be_generated() {
    let catalog = Catalog::built_in().expect("templates");
    let renderer = Renderer::new(&catalog).expect("templates that load");
    let mut dice = Dice::new(2);
    let mut generated = 0;
    for name in shipped() {
        let path = root().join("profiles").join(format!("{name}.yaml"));
        let text = std::fs::read_to_string(path).expect("a shipped profile");
        for _ in 0..400 {
            let renderer = (generated < 12).then_some(&renderer);
            let fine = survives(&mutated(&mut dice, &text), renderer);
            generated += usize::from(fine);
        }
    }
    assert!(generated >= 12, "{generated}");
}
