//! What templates must not do, with the whole error text.

use serde_json::json;

use super::{load, try_render};

/// Loads every lone template and gives its error.
fn errors(name: &str, texts: &[&str]) -> Vec<String> {
    let error = |text: &&str| match load(&[(name, text)]) {
        Ok(_) => format!("loaded: {text}"),
        Err(error) => error.to_string(),
    };
    texts.iter().map(error).collect()
}

#[test]
fn tera_prints_nothing_past_the_quoting() {
    let told = errors(
        "x.yaml.tera",
        &[
            "a: {{ x | safe }}\n",
            "a: {{ x | upper | safe }}\n",
            "a: {{ x | escape }}\n",
            "a: {{ x | default(value=\"b\") }}\n",
            "a: {{ x | indent }}\n",
            "a: {{ x | block(indent=0) | trim }}\n",
            "{% set y = x | block %}a: {{ y }}\n",
            "{% set y %}a{% endset %}a: {{ y }}\n",
            "{% set_global y = x %}a: {{ y }}\n",
            "{% filter upper %}a{% endfilter %}\n",
            "{% component a(b) %}{{ b }}{% endcomponent a %}a: b\n",
            "a: {{ [y for y in x] | length }}\n",
            "a: {{ __tera_context }}\n",
            "a:{{ x | block if x else x }}\n",
            "a: {{ none }}\n",
        ],
    );
    let want = [
        "x.yaml.tera:1:11: `safe` would print a value past its quoting",
        "x.yaml.tera:1:19: `safe` would print a value past its quoting",
        "x.yaml.tera:1:11: `escape` would print a value past its quoting",
        "x.yaml.tera:1:11: `default` would hide a field that is not there",
        "x.yaml.tera:1:11: the filter `indent` is not used in these templates",
        "x.yaml.tera:1:11: `block` writes finished text, so it stands last in `{{ … }}`",
        "x.yaml.tera:1:16: `block` writes finished text, so it stands last in `{{ … }}`",
        "x.yaml.tera:1:4: `set` takes `name = value` here",
        "x.yaml.tera:1:4: the tag `set_global` is not used in these templates",
        "x.yaml.tera:1:4: the tag `filter` is not used in these templates",
        "x.yaml.tera:1:4: the tag `component` is not used in these templates",
        "x.yaml.tera:1:10: `for` is not used in an expression here",
        "x.yaml.tera:1:7: `__tera_context` is not used in an expression here",
        "x.yaml.tera:1:10: `block` writes finished text, so it stands last in `{{ … }}`",
        "x.yaml.tera:1:7: this prints nothing",
    ];
    assert_eq!(told, want);
}

#[test]
fn handlebars_prints_nothing_past_the_quoting() {
    let told = errors(
        "x.sh.hbs",
        &[
            "echo {{{x}}}\n",
            "echo {{&x}}\n",
            "{{#if a}}\n{{#each b}}echo {{{this}}}{{/each}}\n{{/if}}\n",
            "{{{{raw}}}} {{x}} {{{{/raw}}}}\n",
            "{{log x}}\n",
            "echo {{wrods x}}\n",
            "echo {{cat (wat x)}}\n",
            "{{#wiht x}}{{/wiht}}\n",
            "{{> other}}\n",
            "{{* x}}\n",
            "echo \0\n",
        ],
    );
    let want = [
        "x.sh.hbs:1:6: `{{{…}}}` and `{{&…}}` would print a value past its quoting",
        "x.sh.hbs:1:6: `{{{…}}}` and `{{&…}}` would print a value past its quoting",
        "x.sh.hbs:2:17: `{{{…}}}` and `{{&…}}` would print a value past its quoting",
        "x.sh.hbs:1:1: `raw` is no helper of shell templates",
        "x.sh.hbs:1:1: `log` is no helper of shell templates",
        "x.sh.hbs:1:6: `wrods` is no helper of shell templates, did you mean `words`?",
        "x.sh.hbs:1:6: `wat` is no helper of shell templates, did you mean `cat`?",
        "x.sh.hbs:1:1: `wiht` is no helper of shell templates, did you mean `with`?",
        "x.sh.hbs:1:1: there is no template `other`",
        "x.sh.hbs:1:1: decorators are not used here",
        "x.sh.hbs: a template can't hold the character U+0000",
    ];
    assert_eq!(told, want);
}

#[test]
fn a_value_stands_where_it_is_whole() {
    let yaml = errors(
        "x.yaml.tera",
        &[
            "a: \"{{ x }}\"\n",
            "a: '{{ x }}'\n",
            "a: b-{{ x }}\n",
            "a: {{ x }}-b\n",
            "a: {{ x }}{{ x }}\n",
            "a: |\n  echo {{ x }}\n",
            "a:\n- b: >-\n    echo\n\n    {{ x }}\n",
            "a: {{ x | block }}\n",
            "a:{{ x }}\n",
            "# {{ x | block }}\n",
            "a: {{ x | comment }}\n",
            "a: {{ x | document }}\n",
        ],
    );
    let hcl = errors(
        "x.tf.tera",
        &[
            "a = \"b-{{ x }}\"\n",
            "a = <<EOT\n{{ x }}\nEOT\n",
            "# {{ x | expr }}\n",
            "a = {{ x | comment }}\n",
        ],
    );
    let shell = errors(
        "x.sh.hbs",
        &[
            "echo \"{{x}}\"\n",
            "echo '{{x}}'\n",
            "echo \"$(echo \"{{x}}\")\"\n",
            "cat <<EOF\n{{x}}\nEOF\n",
            "cat <<-'EOF' | tee\n  {{x}}\n  EOF\n",
            "echo $((1 + {{x}}))\n",
            "(( a = {{x}} ))\n",
            "echo \"${x:-{{x}}}\"\n",
            "echo {{comment x}}\n",
        ],
    );
    let markdown = errors(
        "x.md.hbs",
        &[
            "`{{x}}`\n",
            "```sh\n{{x}}\n```\n",
            "[a]({{x}})\n",
            "a {{fence x}}\n",
            "{{shell x}}\n",
            "{{comment x}}\n",
        ],
    );
    let html = errors(
        "x.html.hbs",
        &["<a {{x}}></a>\n", "<script>{{x}}</script>\n"],
    );
    assert_eq!(
        [yaml, hcl, shell, markdown, html].concat(),
        [
            "x.yaml.tera:1:8: a value is a whole literal and can't stand inside quotes",
            "x.yaml.tera:1:8: a value is a whole literal and can't stand inside quotes",
            "x.yaml.tera:1:9: a value is a whole scalar: join its parts with `~`",
            "x.yaml.tera:1:7: a value is a whole scalar: join its parts with `~`",
            "x.yaml.tera:1:14: a value is a whole scalar: join its parts with `~`",
            "x.yaml.tera:2:11: a value can't stand inside a block scalar",
            "x.yaml.tera:5:8: a value can't stand inside a block scalar",
            "x.yaml.tera:1:7: `block` stands right behind the colon of a key",
            "x.yaml.tera:1:6: a value is a whole scalar: join its parts with `~`",
            "x.yaml.tera:1:6: in a comment a value needs `comment`",
            "x.yaml.tera:1:7: `comment` stands in a comment only",
            "x.yaml.tera:1:7: `document` stands at the start of a line",
            "x.tf.tera:1:11: a value is a whole literal and can't stand inside quotes",
            "x.tf.tera:2:4: a value can't stand inside a heredoc",
            "x.tf.tera:1:6: in a comment a value needs `comment`",
            "x.tf.tera:1:8: `comment` stands in a comment only",
            "x.sh.hbs:1:7: a value is a whole literal and can't stand inside quotes",
            "x.sh.hbs:1:7: a value is a whole literal and can't stand inside quotes",
            "x.sh.hbs:1:15: a value is a whole literal and can't stand inside quotes",
            "x.sh.hbs:2:1: a value can't stand inside a heredoc",
            "x.sh.hbs:2:3: a value can't stand inside a heredoc",
            "x.sh.hbs:1:13: a value can't stand inside shell arithmetic",
            "x.sh.hbs:1:8: a value can't stand inside shell arithmetic",
            "x.sh.hbs:1:12: a value is a whole literal and can't stand inside quotes",
            "x.sh.hbs:1:6: `comment` stands in a comment only",
            "x.md.hbs:1:2: inside a code span a value needs `{{code value}}` instead of backticks",
            "x.md.hbs:2:1: inside a code fence a value needs `{{shell value}}`; whole texts need `{{fence text}}`",
            "x.md.hbs:1:5: a link's address needs `{{link text address}}`",
            "x.md.hbs:1:3: `fence` stands at the start of a line",
            "x.md.hbs:1:1: `shell` stands inside a code fence only",
            "x.md.hbs:1:1: `comment` stands in a comment only",
            "x.html.hbs:1:4: inside a tag a value stands in a double-quoted attribute only",
            "x.html.hbs:1:9: a value can't stand inside a script or a style"
        ]
    );
}

#[test]
fn a_value_may_stand_in_these_places() {
    let fine = [
        (
            "x.sh.hbs",
            "echo \"a\" {{x}} 'b' {{x}} \"$(echo {{x}})\" # {{x}} it's\necho {{x}}\n",
        ),
        (
            "x.sh.hbs",
            "cat <<'EOF'\nit's $(\nEOF\necho {{x}} \\\" {{x}} $'a' {{x}} <<< {{x}}\n",
        ),
        (
            "x.sh.hbs",
            "# it's <<EOF \"\nf() { echo {{x}}; }\na=\"$((1 + 2))\" b={{x}}\n((1)) || echo {{x}}\n",
        ),
        (
            "x.yaml.tera",
            "a: it 's\nb: {{ x }} # it's \"\nc: \"d\" # {{ x | comment }}\ne: {f: {{ x }}, g: [{{ x }}]}\n",
        ),
        (
            "x.yaml.tera",
            "a: |\n  it's \"\nb: {{ x }}\n- |-\n  {\n\n  b\n- {{ x }}\n",
        ),
        (
            "x.yaml.tera",
            "{% for y in x -%}\na: {{ y }}\n{% endfor -%}\n",
        ),
        (
            "x.tf.tera",
            "a = \"${b}\" # it's \"\nc = {{ x }}\nd = \"\\\"\"\ne = [{{ x }}, {{ x }}]\n",
        ),
        (
            "x.md.hbs",
            "`a` {{x}} ``b`` {{x}}\n\n```\n`\n```\n{{x}}\n~~~sh\n{{shell x}}\n~~~\n",
        ),
        (
            "x.html.hbs",
            "<a b=\"c\" d=\"{{x}}\">{{x}}</a><script>if (a<b) {}</script>{{x}}\n",
        ),
    ];
    for (name, text) in fine {
        if let Err(error) = load(&[(name, text)]) {
            panic!("{error}\n{text}");
        }
    }
}

#[test]
fn syntax_errors_have_a_place() {
    let tera = errors(
        "x.yaml.tera",
        &["a: 1\nb: {{ x\n", "a: {% if x %}1\n", "a: {{ x | nope }}\n"],
    );
    let handlebars = errors("x.sh.hbs", &["a\n{{#if x}}\nb\n", "a {{x\n"]);
    assert_eq!(
        [tera, handlebars].concat(),
        [
            "x.yaml.tera:2:8: Unexpected end of input",
            "x.yaml.tera:2:1: Unexpected end of input",
            "x.yaml.tera:1:11: the filter `nope` is not used in these templates",
            "x.sh.hbs:4:1: invalid handlebars syntax: expected escape, expression, html_expression, decorator_expression, partial_expression, invert_tag, invert_chain_tag, helper_block_start, helper_block_end, decorator_block_start, partial_block_start, raw_block_start, hbs_comment, or hbs_comment_compact",
            "x.sh.hbs:2:1: invalid handlebars syntax: expected identifier, helper_parameter, or trailing_tilde_to_omit_whitespace"
        ]
    );
}

#[test]
fn what_is_not_there_is_an_error() {
    let view = json!({"a": {"b": 1, "absent": null}, "list": [{"c": 1}, {"c": 2}], "absent": null});
    let tera = [
        "x: {{ typo }}\n",
        "x: 1\ny: {{ a.typo }}\n",
        "{% if typo %}x: 1{% endif %}\n",
        "{% for item in list %}{% if item.d %}x: 1{% endif %}{% endfor %}\n",
        "x: {{ absent }}\n",
        "x: {{ a.absent }}\n",
        "x:{{ absent | block }}\n",
        "x: {{ list }}\n",
        "x: {{ lisst | length }}\n",
        "{% set y = a %}x: {{ y.bb }}\n",
    ];
    let handlebars = [
        "echo {{typo}}\n",
        "echo\necho {{a.typo}}\n",
        "{{#if typo}}echo{{/if}}\n",
        "{{#each list}}{{#if d}}echo{{/if}}{{/each}}\n",
        "{{#each list as |item|}}echo {{item.c}} {{item.d}}{{/each}}\n",
        "{{#with a}}echo {{b}} {{../b}}{{/with}}\n",
        "echo {{absent}}\n",
        "echo {{join absent}}\n",
        "echo {{list}}\n",
        "echo {{#if (eq a.x 1)}}b{{/if}}\n",
    ];
    let told = |name: &str, texts: &[&str]| -> Vec<String> {
        texts
            .iter()
            .map(|text| try_render(name, text, &view).expect_err(text))
            .collect()
    };
    let told = [told("x.yaml.tera", &tera), told("x.sh.hbs", &handlebars)].concat();
    assert_eq!(
        told,
        [
            "x.yaml.tera:1:7: the view has no field `typo`",
            "x.yaml.tera:2:7: the view has no field `a.typo`",
            "x.yaml.tera:1:7: the view has no field `typo`",
            "x.yaml.tera:1:29: the view has no field `list[].d`, did you mean `c`?",
            "x.yaml.tera:1:7: `absent` is null here, so it can't be printed: ask for it in a condition first",
            "x.yaml.tera:1:9: `absent` is null here, so it can't be printed: ask for it in a condition first",
            "x.yaml.tera:1:15: `this` is null here, so it can't be printed: ask for it in a condition first",
            "x.yaml.tera:1:7: `list` is a list, which can't be printed as it is",
            "x.yaml.tera:1:7: the view has no field `lisst`, did you mean `list`?",
            "x.yaml.tera:1:22: the view has no field `a.bb`, did you mean `b`?",
            "x.sh.hbs:1:6: the view has no field `typo`",
            "x.sh.hbs:2:6: the view has no field `a.typo`",
            "x.sh.hbs:1:1: the view has no field `typo`",
            "x.sh.hbs:1:15: the view has no field `list[].d`, did you mean `c`?",
            "x.sh.hbs:1:41: the view has no field `list[].d`, did you mean `c`?",
            "x.sh.hbs:1:23: the view has no field `b`, did you mean `a`?",
            "x.sh.hbs:1:6: `absent` is null here, so it can't be printed: ask for it in a condition first",
            "x.sh.hbs:1:6: `absent` is null here, so it can't be printed: ask for it in a condition first",
            "x.sh.hbs:1:6: `list` is a list, which can't be printed as it is",
            "x.sh.hbs:1:6: the view has no field `a.x`, did you mean `b`?"
        ]
    );
}

#[test]
fn what_is_null_is_false() {
    let view = json!({"a": {"none": null}});
    let out = try_render(
        "x.yaml.tera",
        "x: {% if a.none %}1{% else %}2{% endif %}\n",
        &view,
    );
    assert_eq!(out, Ok("x: 2\n".to_owned()));
    let out = try_render("x.sh.hbs", "{{#if a.none}}a{{else}}b{{/if}}\n", &view);
    assert_eq!(out, Ok("b\n".to_owned()));
}

#[test]
fn a_broken_result_is_not_written() {
    let view = json!({"x": "a b", "list": ["a", "b"]});
    let cases = [
        ("x.yaml.tera", "a: {{ x }}\n b: 1\n"),
        ("x.yaml.tera", "{% for y in list %}a: {{ y }}\n{% endfor %}"),
        ("x.yaml.tera", "a: {{ x }} {{ x }}\n"),
        ("x.tf.tera", "a = {{ x }}\nb = [\n"),
        ("x.tf.tera", "{% for y in list %}a = {{ y }}\n{% endfor %}"),
        ("x.json.tera", "{\"a\": {{ x }},}\n"),
        ("x.sh.hbs", "if {{x}}; then\n  echo\n"),
        ("x.md.hbs", "<script>\n"),
    ];
    let told: Vec<String> = cases
        .iter()
        .map(|(name, text)| try_render(name, text, &view).expect_err(text))
        .collect();
    assert_eq!(
        told,
        [
            "x.yaml.tera renders a broken file: line 2, column 2: this is not YAML: while parsing a block mapping, did not find expected key, in `b: 1`",
            "x.yaml.tera renders a broken file: line 2, column 1: this is not YAML: the key `a` stands here a second time, in `a: b`",
            "x.yaml.tera renders a broken file: line 1, column 10: this is not YAML: invalid trailing content after double-quoted scalar, in `a: \"a b\" \"a b\"`",
            "x.tf.tera renders a broken file: line 2, column 7: this is not HCL: expected `]`, in `b = [`",
            "x.tf.tera renders a broken file: line 2, column 1: this is not HCL: invalid attribute; expected unique attribute key; found redefined attribute, in `a = \"b\"`",
            "x.json.tera renders a broken file: line 1, column 13: this is not JSON: key must be a string, in `{\"a\": \"a b\",}`",
            "x.sh.hbs renders a broken file: line 3, column 1: this is not shell: something is still open at the end",
            "x.md.hbs renders a broken file: line 1, column 1: this is not Markdown: HTML is not written into Markdown here: `<script>`"
        ]
    );
}
