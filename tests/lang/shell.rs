//! Shell words are read back by bash, shlex and brush.

use dplab::lang::shell::{self, ShellError};
use proptest::prelude::*;

use super::strings::{config, many, run, string};
use crate::support::tool;

proptest! {
    #![proptest_config(config())]

    #[test]
    fn shlex_reads_what_was_meant(text in string()) {
        if let Ok(word) = shell::quote(&text) {
            prop_assert!(!word.contains('\n'));
            if !word.starts_with("$'") {
                let words = shlex::split(&word).expect("words");
                prop_assert_eq!(words, vec![text.clone()]);
            }
            shell::reread(&format!("printf '%s' --flag={word} {word}\n")).expect("bash");
        }
    }
}

#[test]
fn bash_reads_what_was_meant() {
    if !tool("bash") {
        return;
    }
    let strings: Vec<String> = many(3000);
    let allowed: Vec<&String> = strings
        .iter()
        .filter(|text| shell::quote(text).is_ok())
        .collect();
    assert!(allowed.len() > 1000, "{}", allowed.len());
    let mut script = String::from("set -eu\n");
    for text in &allowed {
        let word = shell::quote(text).expect("a word");
        script.push_str(&format!("printf '%s\\0' {word} --flag={word}\n"));
    }
    let output = run("bash", &[], &script);
    let read: Vec<&str> = output.split_terminator('\0').collect();
    let want: Vec<String> = allowed
        .iter()
        .flat_map(|text| [(*text).clone(), format!("--flag={text}")])
        .collect();
    assert_eq!(read, want);
}

#[test]
fn names_stay_plain_and_words_of_the_grammar_do_not() {
    let quote = |text| shell::quote(text).expect("a word").into_owned();
    for text in [
        "us-east1",
        "e2-standard-4",
        "10.0.0.0/8",
        "redis:7.2",
        "a,b",
        "a@b.c",
        "v1.2+x",
    ] {
        assert_eq!(quote(text), text);
    }
    assert_eq!(quote(""), "''");
    assert_eq!(quote("if"), "'if'");
    assert_eq!(quote("-a"), "'-a'");
    assert_eq!(quote("a=b"), "'a=b'");
    assert_eq!(quote("it's"), r"'it'\''s'");
    assert_eq!(quote("a\nb'"), r"$'a\nb\''");
}

#[test]
fn control_characters_are_refused() {
    for c in ['\0', '\u{1}', '\r', '\u{1b}', '\u{7f}', '\u{85}'] {
        let error = shell::quote(&format!("a{c}")).expect_err("refused");
        assert_eq!(error, ShellError::Control(c));
    }
    let told = shell::quote("\u{1b}[31m").expect_err("refused").to_string();
    assert_eq!(told, "a shell word can't hold the control character U+001B");
}
