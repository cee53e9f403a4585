//! Tests of `src/lang`: what a language's own reader makes of what was written for it.

mod format;
mod hcl;
mod markdown;
mod shell;
pub(crate) mod strings;
mod yaml;

use dplab::lang::{Language, reread};
use proptest::prelude::*;

use strings::{config, string};

/// The whole error text of a refused file.
fn refused(language: Language, text: &str) -> String {
    reread(language, text).expect_err("refused").to_string()
}

#[test]
fn every_door_says_where_it_stumbles() {
    let cases = [
        (Language::Yaml, "a: 1\nb: [1\nc: 2\n"),
        (Language::Yaml, "a: 1\nb:\n  c: 1\n  c: 2\n"),
        (Language::Yaml, "on: 1\na: [x, On]\n"),
        (Language::Yaml, "a: *b\n"),
        (Language::Hcl, "a = 1\nb = [\n"),
        (Language::Hcl, "a = 1\nb = \"\"x\"\"\n"),
        (Language::Json, "{\"a\": 1,\n}"),
        (Language::Shell, "if true; then\n  echo\n"),
        (Language::Shell, "echo 'a\n"),
        (Language::Shell, "a() {\n  echo )\n}\n"),
        (Language::Markdown, "# a\n\n```sh\nls\n"),
        (Language::Markdown, "see [a][b]\n"),
        (Language::Markdown, "a <script>\n"),
        (Language::Html, "<p>a</p>\n<b>c</i>\n"),
        (Language::Html, "<p a='>\n"),
    ];
    let told: Vec<String> = cases
        .iter()
        .map(|(language, text)| refused(*language, text))
        .collect();
    let want = [
        "line 3, column 2: this is not YAML: illegal placement of ':' indicator",
        "line 4, column 3: this is not YAML: the key `c` stands here a second time",
        "line 2, column 8: this is not YAML: `On` is a boolean to some readers: quote it, or write true or false",
        "line 1, column 4: this is not YAML: while parsing node, found unknown anchor",
        "line 2, column 7: this is not HCL: expected `]`",
        "line 2, column 7: this is not HCL: expected newline or eof",
        "line 2, column 1: this is not JSON: key must be a string",
        "line 3, column 1: this is not shell: something is still open at the end",
        "line 2, column 1: this is not shell: unterminated single quote at 1,6",
        "line 2, column 8: this is not shell: syntax error",
        "line 3, column 1: this is not Markdown: a code fence is never closed",
        "line 1, column 5: this is not Markdown: no link is defined for `[b]`",
        "line 1, column 3: this is not Markdown: HTML is not written into Markdown here: `<script>`",
        "line 2, column 5: this is not HTML: `</i>` closes nothing",
        "line 1, column 1: this is not HTML: a tag never ends",
    ];
    assert_eq!(told, want);
}

#[test]
fn good_files_pass() {
    let cases = [
        (Language::Yaml, "a: 1\n---\nb: &x [1]\nc: *x\n"),
        (Language::Yaml, ""),
        (
            Language::Hcl,
            "a = 1\nb \"c\" {\n  d = [for x in y : x]\n}\n",
        ),
        (Language::Json, "{\"a\": [1, 2.5, null]}\n"),
        (
            Language::Markdown,
            "# a\n\n| b |\n|---|\n| <code>c</code> |\n\n```sh\nls\n```\n",
        ),
        (
            Language::Html,
            "<!doctype html>\n<p a='>'>b<br>c</p><script>if (a<b) {}</script>\n",
        ),
        (Language::Shell, SCRIPT),
    ];
    for (language, text) in cases {
        assert_eq!(reread(language, text), Ok(()), "{text}");
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn no_door_panics(text in string(), more in string()) {
        for language in Language::ALL {
            let _ = reread(language, &text);
            let _ = reread(language, &format!("a = {text}\n{more}: <{text}>\n"));
        }
    }

    #[test]
    fn layout_moves_blanks_only(text in string(), more in string()) {
        let text = format!("a {{\nb = {text}\n}}\n{more}");
        let solid = |text: &str| text.replace(char::is_whitespace, "");
        prop_assert_eq!(solid(&dplab::lang::hcl::format(&text)), solid(&text));
    }
}

const SCRIPT: &str = r##"#!/usr/bin/env bash
set -euo pipefail
declare -a items=(a "b c")
for item in "${items[@]}"; do
  [[ -n ${item%% *} && $item =~ ^a ]] || continue
  printf '%s\n' "${#items[@]}" "$((1 + 2))" $'a\n'
done
case "${1:-}" in
  -h|--help) usage; exit 0 ;;
  *) : ;;
esac
kubectl apply -f - <<'YAML'
a: "b
YAML
until kubectl get pods 2>/dev/null | grep -q Running; do sleep 1; done
f() { local x=$1; shift; echo "$x" "$@" >&2; }
trap 'rm -f "$tmp"' EXIT
"##;
