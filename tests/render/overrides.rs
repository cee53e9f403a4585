//! A user's templates in place of the built-in ones.

use dplab::render::{Catalog, Renderer};
use serde_json::json;

fn catalog() -> Catalog {
    let templates = [
        (
            "kubernetes/a.yaml.tera",
            "a: {{ x }}\n{% block more %}b: 1\n{% endblock %}",
        ),
        (
            "docs/a.md.hbs",
            "# {{x}}\n\n{{#> section}}\nplain {{x}}\n{{/section}}\n",
        ),
        ("docs/b.md.hbs", "b {{x}}\n"),
    ];
    let owned = templates.map(|(name, text)| (name.to_owned(), text.to_owned()));
    Catalog::of(owned).expect("a catalogue")
}

fn render(name: &str, text: &str) -> Result<String, String> {
    let overrides = [(name.to_owned(), text.to_owned())];
    catalog()
        .with_overrides(overrides)
        .and_then(|catalog| Renderer::new(&catalog)?.render(name, &json!({"x": "y z"})))
        .map_err(|error| error.to_string())
}

#[test]
fn an_override_stands_in_for_the_built_in() {
    let out = render("kubernetes/a.yaml.tera", "mine: {{ x }}\n");
    assert_eq!(out, Ok("mine: \"y z\"\n".to_owned()));
    let out = render("docs/b.md.hbs", "mine {{x}}\r\n");
    assert_eq!(out, Ok("mine y z\n".to_owned()));
}

#[test]
fn an_override_may_extend_the_built_in() {
    let text = "{% extends \"builtin/kubernetes/a.yaml.tera\" %}\n\
        {% block more %}{{ super() }}c: {{ x }}\n{% endblock %}\n";
    let out = render("kubernetes/a.yaml.tera", text);
    assert_eq!(out, Ok("a: \"y z\"\nb: 1\nc: \"y z\"\n".to_owned()));
    let out = render(
        "kubernetes/a.yaml.tera",
        "{% include \"builtin/kubernetes/a.yaml.tera\" %}z: 1\n",
    );
    assert_eq!(out, Ok("a: \"y z\"\nb: 1\nz: 1\n".to_owned()));
    let out = render(
        "docs/b.md.hbs",
        "before\n\n{{> builtin/docs/b.md.hbs}}\nafter\n",
    );
    assert_eq!(out, Ok("before\n\nb y z\nafter\n".to_owned()));
    let text = "{{#*inline \"section\"}}\nmine {{x}} {{> @partial-block}}{{/inline}}{{> builtin/docs/a.md.hbs}}";
    let out = render("docs/a.md.hbs", text);
    assert_eq!(out, Ok("# y z\n\nmine y z plain y z\n".to_owned()));
}

#[test]
fn overrides_go_through_the_same_doors() {
    let told = [
        render("kubernetes/a.yaml.tera", "a: {{ x | safe }}\n"),
        render("kubernetes/a.yaml.tera", "a: {{ y }}\n"),
        render("kubernetes/a.yaml.tera", "{% extends \"builtin/kubernetes/b.yaml.tera\" %}\n"),
        render("kubernetes/a.yaml.tera", "{% extends \"kubernetes/a.yaml.tera\" %}\n"),
        render("kubernetes/a.yaml.tera", "{% extends \"builtin/kubernetes/a.yaml.tera\" %}\nb: {{ x }}\n"),
        render("kubernetes/a.yaml.tera", "{% extends \"builtin/kubernetes/a.yaml.tera\" %}{% block more %}b: {{ yy }}{% endblock %}"),
        render("docs/b.md.hbs", "{{> builtin/docs/c.md.hbs}}\n"),
        render("docs/b.md.hbs", "{{> docs/b.md.hbs}}\n"),
    ]
    .map(|out| out.expect_err("refused"));
    assert_eq!(
        told,
        [
            "kubernetes/a.yaml.tera:1:11: `safe` would print a value past its quoting",
            "kubernetes/a.yaml.tera:1:7: the view has no field `y`, did you mean `x`?",
            "kubernetes/a.yaml.tera: there is no template `builtin/kubernetes/b.yaml.tera`",
            "kubernetes/a.yaml.tera: this template leads back to itself",
            "kubernetes/a.yaml.tera:1:47: This content would be ignored: only `extends`, `block` and `component` are allowed at the top level of a child template.",
            "kubernetes/a.yaml.tera:1:69: the view has no field `yy`",
            "docs/b.md.hbs:1:1: there is no template `builtin/docs/c.md.hbs`",
            "docs/b.md.hbs:1:1: partials are nested too deep"
        ]
    );
}

#[test]
fn an_unknown_name_is_told_with_the_nearest() {
    let told = render("kubernetes/aa.yaml.tera", "a: 1\n").expect_err("refused");
    let want =
        "there is no template `kubernetes/aa.yaml.tera`, did you mean `kubernetes/a.yaml.tera`?";
    assert_eq!(told, want);
    let told = render("zzz.sh.hbs", "a\n").expect_err("refused");
    assert_eq!(told, "there is no template `zzz.sh.hbs`");
    let renderer = Renderer::new(&catalog()).expect("a renderer");
    let told = renderer
        .render("docs/a.md.hb", &json!({}))
        .expect_err("refused");
    assert_eq!(
        told.to_string(),
        "there is no template `docs/a.md.hb`, did you mean `docs/a.md.hbs`?"
    );
}

#[test]
fn names_tell_language_and_engine() {
    let told = |name: &str| {
        let templates = [(name.to_owned(), "")];
        Catalog::of(templates).expect_err("refused").to_string()
    };
    let want = |name: &str| {
        format!(
            "`{name}` is no template's name: YAML, HCL and JSON end in `.tera` (`x.yaml.tera`), \
             shell, Markdown and HTML in `.hbs` (`x.sh.hbs`)"
        )
    };
    for name in ["a.yaml", "a.yaml.hbs", "a.sh.tera", "a.txt.tera", "README"] {
        assert_eq!(told(name), want(name));
    }
}
