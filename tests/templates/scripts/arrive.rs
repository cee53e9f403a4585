//! A property: whatever is written in a profile's free texts, the same commands run with the same
//! arguments, and each text arrives as it was written.
//!
//! A lab whose texts are plain words is run first. With those words replaced by hostile texts, what
//! it called, made, measured and told must be what the hostile lab calls, makes, measures and tells.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use super::bench::Bench;
use super::{CLEAN_UP, RUN};
use crate::support::lab::lab_of;
use crate::support::tool;

/// What may be in a text, by what the profile takes there.
#[derive(Clone, Copy)]
enum Kind {
    /// One line of any characters but controls.
    Line,
    /// Any characters but controls other than line ends.
    Prose,
    /// Name of an alert policy.
    Name,
    /// Name of a metric.
    Metric,
    /// An address.
    Email,
    /// Name of a log sink.
    Sink,
    /// A Pub/Sub topic.
    Topic,
}

/// The free texts that the profile below has, in order.
const TEXTS: [Kind; 17] = [
    Kind::Prose,
    Kind::Line,
    Kind::Line,
    Kind::Line,
    Kind::Prose,
    Kind::Name,
    Kind::Metric,
    Kind::Email,
    Kind::Prose,
    Kind::Line,
    Kind::Line,
    Kind::Line,
    Kind::Line,
    Kind::Line,
    Kind::Prose,
    Kind::Sink,
    Kind::Topic,
];

/// What shells, gcloud, YAML and terminals might take for something else.
const TRAPS: [&str; 40] = [
    "$(touch owned)",
    "`touch owned`",
    "${IFS}",
    "$HOME",
    "'",
    "\"",
    "\\",
    "\\\\",
    "\\n",
    "--",
    "-n",
    "--yes",
    "--flag=value",
    " ",
    "  ",
    "#",
    "!",
    "!!",
    "*",
    "?",
    "[a]",
    "{a,b}",
    "~",
    "|",
    "&",
    ";",
    "<",
    ">",
    "(",
    ")",
    "%s",
    "%%",
    "{{lab}}",
    "{%",
    "=",
    ":",
    ",",
    "ü",
    "漢字🦀",
    "\u{202e}",
];

fn hostile(kind: Kind) -> BoxedStrategy<String> {
    let trap = select(TRAPS.as_slice()).prop_map(str::to_owned);
    let refused = |c: &char| c.is_control() || ['\u{fffe}', '\u{ffff}'].contains(c);
    let letter = any::<char>().prop_filter("refused", move |c| !refused(c));
    let piece = prop_oneof![3 => trap, 1 => letter.prop_map(String::from)];
    let line = vec(piece, 1..8).prop_map(|pieces| pieces.concat().trim().to_owned());
    let line = line.prop_filter("empty", |line| !line.is_empty());
    match kind {
        Kind::Line => line.boxed(),
        Kind::Prose => vec(line, 1..3).prop_map(|lines| lines.join("\n")).boxed(),
        Kind::Name => "[A-Za-z0-9][A-Za-z0-9 _.:()-]{0,30}[a-z)_.:-]".boxed(),
        Kind::Metric => "[A-Za-z][A-Za-z0-9_.-]{0,30}".boxed(),
        Kind::Email => "[!-?A-~]{1,30}@[a-z][!-?A-~]{0,9}[a-z][.][a-z]{1,9}".boxed(),
        Kind::Sink => "[A-Za-z0-9][A-Za-z0-9_.-]{0,30}".boxed(),
        Kind::Topic => "[a-fh-zA-Z][A-Za-z0-9_.~+%-]{2,30}".boxed(),
    }
}

fn profile(texts: &[String]) -> String {
    let quoted = texts.iter().map(|text| json!(text).to_string());
    let [
        about,
        owner,
        variable,
        argument,
        policy,
        alert,
        metric,
        email,
        tried,
        last,
        command,
        image,
        prints,
        title,
        stage,
        sink,
        topic,
    ] = &quoted.collect::<Vec<_>>()[..]
    else {
        panic!("as many texts as kinds");
    };
    let topic = topic.trim_matches('"');
    let destination = format!("pubsub.googleapis.com/projects/arrive-project/topics/{topic}");
    format!(
        r#"
format: dplab/v1
name: arrive
description: {about}
cluster:
  project: arrive-project
  location: us-east1-b
  controlPlane: {{authorizedNetworks: [{{name: {owner}, range: 203.0.113.0/24}}]}}
app:
  workloads:
    - name: shop
      image: nginx:1.27
      env: {{TEXT: {variable}}}
      args: [{argument}]
      ports: [{{containerPort: 80}}]
      services: [{{ports: [{{port: 80, targetPort: 80}}]}}]
policies:
  - name: nobody
    description: {policy}
    spec: {{podSelector: {{matchLabels: {{app: shop}}}}, policyTypes: [Ingress]}}
alerting: {{alert: {alert}, metric: {metric}, email: {email}, workload: shop, condition: metric-threshold}}
logSink: {{name: {sink}, destination: {destination}}}
probes:
  - name: visitor
    description: {tried}
    from: {{pod: visitor, image: busybox, labels: {{}}}}
    to: shop:80
    run: [{command}, {image}, {last}]
    prints: {prints}
stages:
  - name: open
    title: {title}
    description: {stage}
    logging: {{allow: {{log: true}}}}
    expect: {{visitor: {{verdict: allowed}}}}
"#
    )
}

/// What a lab does from its creation to its end.
#[derive(Debug, PartialEq)]
struct Seen {
    /// Arguments of each call.
    calls: Vec<Vec<String>>,
    /// What existed when it was up.
    state: Value,
    /// What it measured.
    results: Vec<Value>,
    /// What it told, without the commands, which it quotes.
    told: Vec<String>,
}

fn seen(texts: &[String]) -> Seen {
    let bench = Bench::new(&lab_of("arrive.yaml", &profile(texts)));
    let mut told = bench.fine(RUN, &[]);
    let mut calls = bench.calls();
    let (state, results) = (bench.state(), bench.results());
    told += &bench.fine(CLEAN_UP, &["--yes"]);
    calls.extend(bench.calls());
    assert!(!bench.path("owned").exists(), "a text became code");
    assert!(!bench.path("lab/owned").exists(), "a text became code");
    let folder = bench.path("").display().to_string();
    let tame = |word: &String| without_temporary(&word.replace(&folder, "BENCH/"));
    Seen {
        calls: calls
            .iter()
            .map(|call| call.iter().map(tame).collect())
            .collect(),
        state: within(&state, &without_sum),
        results,
        told: told
            .replace(&folder, "BENCH/")
            .lines()
            .filter(|line| !line.starts_with("    $ "))
            .map(|line| line.split(", \"dplab_content\"").next().unwrap_or_default())
            .map(str::to_owned)
            .collect(),
    }
}

/// The sum of what an alert says differs where a text does.
fn without_sum(word: &str) -> String {
    let is_sum = |word: &str| {
        let number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        word.split_once('-')
            .is_some_and(|(sum, size)| number(sum) && number(size))
    };
    if is_sum(word) {
        "SUM".to_owned()
    } else {
        word.to_owned()
    }
}

/// Temporary folders have another name in each run.
fn without_temporary(word: &str) -> String {
    match word.split_once("/tmp.") {
        Some((before, after)) => {
            let name = after.find('/').unwrap_or(after.len());
            format!("{before}/tmp{}", &after[name..])
        }
        None => word.to_owned(),
    }
}

/// The word that stands for a text.
fn plain(index: usize) -> String {
    match TEXTS[index] {
        Kind::Email => format!("w{index}w@example.com"),
        _ => format!("w{index}w"),
    }
}

impl Seen {
    /// The same with other texts in place of the plain ones.
    fn with(&self, texts: &[String]) -> Seen {
        let put = |word: &str| {
            let words = texts.iter().enumerate();
            words.fold(word.to_owned(), |word, (index, text)| {
                word.replace(&plain(index), text)
            })
        };
        Seen {
            calls: self
                .calls
                .iter()
                .map(|call| call.iter().map(|word| put(word)).collect())
                .collect(),
            state: within(&self.state, &put),
            results: self.results.iter().map(|one| within(one, &put)).collect(),
            told: self.told.iter().map(|line| put(line)).collect(),
        }
    }
}

fn within(value: &Value, put: &impl Fn(&str) -> String) -> Value {
    match value {
        Value::String(text) => json!(put(text)),
        Value::Array(list) => list.iter().map(|one| within(one, put)).collect(),
        Value::Object(map) => {
            let pairs = map
                .iter()
                .map(|(key, value)| (put(key), within(value, put)));
            Value::Object(pairs.collect())
        }
        other => other.clone(),
    }
}

#[test]
fn every_text_arrives_and_changes_nothing_else() {
    if !tool("bash") || !tool("python3") {
        return;
    }
    let words: Vec<String> = (0..TEXTS.len()).map(plain).collect();
    let benign = seen(&words);
    assert!(benign.results.iter().all(|result| result["ok"] == true));
    for index in [5, 6, 7, 13, 15, 16] {
        let word = plain(index);
        let found = format!("{benign:?}").contains(&word);
        assert!(found, "the text {index} is meant to get as far as a script");
    }
    let thorough = std::env::var("DPLAB_THOROUGH").is_ok_and(|value| value == "1");
    let config = Config {
        cases: if thorough { 8 } else { 2 },
        max_shrink_iters: 4,
        failure_persistence: None,
        ..Config::default()
    };
    let texts = TEXTS.map(hostile).to_vec();
    TestRunner::new(config)
        .run(&texts, |texts| {
            let (expected, found) = (benign.with(&texts), seen(&texts));
            prop_assert_eq!(found.calls, expected.calls);
            prop_assert_eq!(found.state, expected.state);
            prop_assert_eq!(found.results, expected.results);
            prop_assert_eq!(found.told, expected.told);
            Ok(())
        })
        .unwrap();
}
