//! Strings that have broken generators before, and random ones made of such pieces.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// Strings that some reader takes for something else.
pub(crate) const TRICKY: &[&str] = &[
    "",
    " ",
    "  ",
    "no",
    "No",
    "NO",
    "y",
    "Y",
    "n",
    "yes",
    "on",
    "off",
    "true",
    "True",
    "FALSE",
    "null",
    "Null",
    "~",
    "nan",
    ".nan",
    ".NaN",
    "inf",
    ".inf",
    "-.inf",
    "1",
    "-1",
    "+1",
    "0",
    "00",
    "012",
    "0o17",
    "0x1F",
    "0b11",
    "1_000",
    "1e3",
    "1.5",
    "1.",
    ".5",
    "-",
    "--",
    "---",
    "...",
    "12:30:45",
    "1:20",
    "2024-01-01",
    "2024-01-01T00:00:00Z",
    "=",
    "<<",
    "?",
    "? ",
    ":",
    ": ",
    "a: b",
    "a:",
    ":a",
    " #",
    "#",
    "# a",
    "a #b",
    "a#b",
    "&a",
    "*a",
    "!a",
    "!!str a",
    "|",
    ">",
    "@a",
    "`a`",
    "%a",
    "[a]",
    "{a}",
    "[",
    "]",
    "{",
    "}",
    ",",
    "a,b",
    "'",
    "\"",
    "''",
    "\"\"",
    "a'b",
    "a\"b",
    "\\",
    "\\n",
    "a\\",
    "\\\"",
    " a",
    "a ",
    "\ta",
    "a\t",
    "\n",
    "a\n",
    "a\nb",
    "\n\na",
    "a\n\n",
    "a\r\nb",
    "\r",
    "a\u{85}b",
    "a\u{2028}b",
    "a\u{2029}b",
    "\u{feff}",
    "\u{feff}a",
    "a\u{a0}",
    "é",
    "ü",
    "日本語",
    "🦀",
    "👩‍👩‍👧",
    "\u{fffd}",
    "\u{fffe}",
    "\u{ffff}",
    "\u{10ffff}",
    "$(id)",
    "$x",
    "${x}",
    "$${x}",
    "$$${x}",
    "$",
    "$$",
    "$$$",
    "%{x}",
    "%%{x}",
    "%%%{x}",
    "%",
    "$%{x}",
    "%${x}",
    "${",
    "%{",
    "a$",
    "a%",
    "{{x}}",
    "{%x%}",
    "{#x#}",
    "`id`",
    "-a",
    "--flag=x",
    "-",
    "a;b",
    "a&b",
    "a|b",
    "a>b",
    "a<b",
    "(a)",
    "a*b",
    "a?b",
    "~/x",
    "~",
    "!x",
    "!!",
    "a=b",
    "A=b",
    "if",
    "done",
    "[[",
    "*a*",
    "_a_",
    "a_b",
    "__a__",
    "**a**",
    "~~a~~",
    "[a](b)",
    "![a](b)",
    "<b>",
    "<!-- a -->",
    "&amp;",
    "&lt;",
    "```",
    "a`b",
    "``",
    "` `",
    "1. a",
    "1) a",
    "- a",
    "+ a",
    "# a",
    "====",
    "***",
    "> a",
    "    a",
    "a  \nb",
    "http://a.b",
    "www.a.b",
    "a@b.c",
    "| a | b |",
    "us-east1",
    "e2-standard-4",
    "10.0.0.0/8",
    "redis:7.2",
    "app.kubernetes.io/name",
    "a/",
    "a.",
    "a-",
    "/a",
    "a//b",
    "x.y.z",
    "EOF",
    "\u{7f}",
    "\u{1}",
    "\u{1b}[31m",
    "\u{80}",
    "\u{9f}",
    "a\0b",
];

/// Failures are told, not kept in files: the tricky list is where they belong.
pub(crate) fn config() -> Config {
    Config {
        failure_persistence: None,
        ..Config::default()
    }
}

/// A random string: any characters, or tricky pieces glued together.
pub(crate) fn string() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => proptest::sample::select(TRICKY).prop_map(str::to_owned),
        2 => "[a-z]{1,3}",
        2 => "[ -~]{0,4}",
        1 => any::<char>().prop_map(String::from),
    ];
    prop_oneof![
        proptest::collection::vec(piece, 0..5).prop_map(|pieces| pieces.concat()),
        proptest::collection::vec(any::<char>(), 0..8).prop_map(String::from_iter),
    ]
}

/// The tricky strings and `count` random ones, the same in every run.
pub(crate) fn many(count: usize) -> Vec<String> {
    let mut all: Vec<String> = TRICKY.iter().map(|text| (*text).to_owned()).collect();
    all.extend(samples(&string(), count));
    all
}

/// `count` values of a strategy, the same in every run.
pub(crate) fn samples<S: Strategy>(strategy: &S, count: usize) -> Vec<S::Value> {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    (0..count)
        .map(|_| strategy.new_tree(&mut runner).expect("a sample").current())
        .collect()
}

/// A random JSON value with tricky strings as keys and values.
pub(crate) fn value() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::Value;
    let leaf = prop_oneof![
        4 => string().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => any::<i32>().prop_map(Value::from),
        1 => (-1000i32..1000).prop_map(|n| Value::from(f64::from(2 * n + 1) / 16.0)),
        1 => Just(Value::Null),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((string(), inner), 0..4)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

/// Runs a program with a text on its standard input and gives its standard output.
pub(crate) fn run(program: &str, args: &[&str], input: &str) -> String {
    use std::io::Write;
    use std::process::{Command, Stdio};
    let mut child = Command::new(program)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("stdin");
    let input = input.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().expect("the program ends");
    let _ = writer.join().expect("the writer ends");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program}: {errors}");
    String::from_utf8(output.stdout).expect("UTF-8")
}
