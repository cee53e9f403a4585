//! Values that try to leave their place, through whole templates.

use serde_json::{Value, json};

use super::{render, try_render};
use crate::lang::strings::{TRICKY, many, run};
use crate::support::tool;

const YAML: &str = "\
# {{ text | comment }}
value: {{ text }}
{{ text }}: key
flow: [{{ text }}, {{ text }}]
joined: {{ text ~ \"-x\" }}
list:
{%- for item in items %}
- {{ item }}
- name: {{ item }}
{%- endfor %}
block:{{ tree | block(indent=0) }}
count: {{ count }}
flag_x: {{ flag }}
";

#[test]
fn yaml_holds_every_value() {
    for text in TRICKY {
        let tree = json!({ *text: [text, {"a": text}] });
        let view = json!({"text": text, "items": [text], "tree": tree, "count": 3, "flag": true});
        let out = render("x.yaml.tera", YAML, &view);
        let read: Value = serde_yaml::from_str(&out).expect("YAML");
        assert_eq!(read["value"], json!(text), "{out}");
        assert_eq!(read[*text], json!("key"), "{out}");
        assert_eq!(read["flow"], json!([text, text]));
        assert_eq!(read["joined"], json!(format!("{text}-x")));
        assert_eq!(read["list"], json!([text, {"name": text}]));
        assert_eq!(read["block"], tree);
        assert_eq!(read["count"], json!(3));
        assert_eq!(read["flag_x"], json!(true));
        assert!(out.starts_with("# ") || out.starts_with("#\n"), "{out}");
    }
}

#[test]
fn hcl_holds_every_value_and_is_laid_out() {
    let template = "\
# {{ text | comment }}
resource \"a\" {{ label }} {
name={{ text }}
  labels = {{ labels | expr(indent=2) }}
  zones  =   {{ zones | expr }}
count={{ count }} # {{ text | comment }}
}
";
    for text in TRICKY {
        let view = json!({
            "text": text, "label": "b", "labels": {*text: text}, "zones": [text, "c"], "count": 3,
        });
        let out = render("x.tf.tera", template, &view);
        assert_eq!(dplab::lang::hcl::format(&out), out);
        let body = hcl_edit::parser::parse_body(&out).expect("HCL");
        let block = body.blocks().next().expect("a block");
        let name = block.body.get_attribute("name").expect("a name");
        assert_eq!(name.value.as_str(), Some(*text), "{out}");
    }
    let view = json!({"text": "t", "label": "b", "labels": {"a": 1, "long": "x"}, "zones": [], "count": 3});
    let want = "\
# t
resource \"a\" \"b\" {
  name = \"t\"
  labels = {
    a    = 1
    long = \"x\"
  }
  zones = []
  count = 3 # t
}
";
    assert_eq!(render("x.tf.tera", template, &view), want);
}

#[test]
fn json_holds_every_value() {
    for text in TRICKY {
        let view = json!({"text": text, "all": {"a": [text]}});
        let template = "{\n  {{ text }}: {{ text }},\n  \"all\": {{ all | json(indent=2) }}\n}\n";
        let out = render("x.json.tera", template, &view);
        let read: Value = serde_json::from_str(&out).expect("JSON");
        if *text != "all" {
            assert_eq!(read, json!({*text: text, "all": {"a": [text]}}));
        }
    }
}

const SHELL: &str = "\
#!/usr/bin/env bash
# {{comment text}}
set -euo pipefail
printf '%s\\0' {{text}} --flag={{text}} pre-{{text}}-post {{join list sep=\";;\"}} {{cat text \"-x\"}}
items=({{words list}})
printf '%s\\0' \"${items[@]}\" \"$(printf '%s' {{text}})\"
if [[ {{text}} == x ]]; then :; fi
case {{text}} in {{text}}) printf '%s\\0' yes ;; esac
";

#[test]
fn bash_holds_every_value() {
    if !tool("bash") {
        return;
    }
    let mut script = String::new();
    let mut want = Vec::new();
    for text in many(300) {
        if dplab::lang::shell::quote(&text).is_err() || text.contains(";;") {
            continue;
        }
        let view = json!({"text": text, "list": [text, "b c"]});
        script.push_str(&render("x.sh.hbs", SHELL, &view));
        // `$( … )` drops newlines at the end.
        let substituted = text.trim_end_matches('\n').to_owned();
        want.extend([
            text.clone(),
            format!("--flag={text}"),
            format!("pre-{text}-post"),
            format!("{text};;b c"),
            format!("{text}-x"),
            text.clone(),
            "b c".to_owned(),
            substituted,
            "yes".to_owned(),
        ]);
    }
    let output = run("bash", &[], &script);
    let got: Vec<&str> = output.split_terminator('\0').collect();
    assert_eq!(got, want);
}

#[test]
fn a_value_that_no_shell_word_can_hold_is_an_error() {
    let refused = |template: &str| {
        let view = json!({"text": "a\u{1b}[31m", "list": ["a\u{0}"]});
        try_render("x.sh.hbs", template, &view).expect_err("refused")
    };
    assert_eq!(
        refused("echo {{text}}\n"),
        "x.sh.hbs: a shell word can't hold the control character U+001B, such as \"a\\u{1b}[31m\""
    );
    assert_eq!(
        refused("a\necho {{words list}}\n"),
        "x.sh.hbs:2:6: a shell word can't hold the control character U+0000, such as \"a\\0\""
    );
    assert_eq!(
        refused("# {{comment text}}\necho {{words list}}\n")
            .lines()
            .count(),
        1
    );
}

const MARKDOWN: &str = "\
# {{text}}

{{text}} and {{code text}}, <!-- {{comment text}} --> see {{link text \"https://a.b/c\"}}.

| a | b |
|---|---|
| {{text}} | {{code text}} |

{{fence text lang=\"sh\"}}

- {{join list sep=\"; \"}}

last
";

#[test]
fn markdown_holds_every_value() {
    use pulldown_cmark::{Event, Options, Parser, Tag};
    for text in TRICKY {
        if text.contains("; ") {
            continue;
        }
        let out = render(
            "x.md.hbs",
            MARKDOWN,
            &json!({"text": text, "list": [text, text]}),
        );
        let mut counts = [0; 6];
        for event in Parser::new_ext(&out, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
            match event {
                Event::Start(Tag::Heading { .. }) => counts[0] += 1,
                Event::Start(Tag::TableCell) => counts[1] += 1,
                Event::Start(Tag::Link { .. }) => counts[2] += 1,
                Event::Start(Tag::Item) => counts[3] += 1,
                Event::Start(Tag::CodeBlock(_)) => counts[4] += 1,
                Event::Start(
                    Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Image { .. },
                ) => {
                    counts[5] += 1;
                }
                _ => {}
            }
        }
        assert_eq!(counts, [1, 4, 1, 1, 1, 0], "{out}");
        assert!(out.ends_with("\nlast\n"));
    }
}

#[test]
fn a_fence_holds_shell_words() {
    let view = json!({"pod": "a b`$(id)`", "spec": {"app": "x"}});
    let template =
        "```sh\nkubectl logs {{shell pod}}\n```\n\n{{fence (yaml spec) lang=\"yaml\"}}\n";
    let want = "```sh\nkubectl logs 'a b`$(id)`'\n```\n\n```yaml\napp: x\n```\n";
    assert_eq!(render("x.md.hbs", template, &view), want);
}

#[test]
fn html_holds_every_value() {
    for text in TRICKY {
        let template = "<p title=\"{{text}}\">{{text}}</p>\n<!-- {{comment text}} -->\n";
        let out = render("x.html.hbs", template, &json!({"text": text}));
        assert_eq!(out.matches('<').count(), 3, "{out}");
        assert_eq!(out.matches('>').count(), 3, "{out}");
    }
}

#[test]
fn newlines_are_lf_and_the_last_is_one() {
    let view = json!({"a": "x\r\ny"});
    assert_eq!(
        render("x.yaml.tera", "\r\na: {{ a }}\r\n\r\n\r\n", &view),
        "a: \"x\\r\\ny\"\n"
    );
    assert_eq!(render("x.yaml.tera", "\u{feff}a: 1", &view), "a: 1\n");
    assert_eq!(
        render("x.yaml.tera", "{% if a == \"z\" %}a: 1{% endif %}\n", &view),
        ""
    );
}
