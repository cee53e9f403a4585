//! The fields that a template reads, as the tests of the views will ask for them.

use super::load;

fn fields(templates: &[(&str, &str)]) -> Vec<String> {
    let renderer = load(templates).unwrap_or_else(|error| panic!("{error}"));
    let fields = renderer.fields(templates[0].0).expect("fields");
    fields
        .iter()
        .map(|field| {
            format!(
                "{} {}{}",
                field.place,
                field.path,
                if field.printed { " printed" } else { "" }
            )
        })
        .collect()
}

#[test]
fn tera_paths_are_followed_through_loops_sets_and_includes() {
    let templates = [
        (
            "a.yaml.tera",
            "\
a: {{ x.y }}
{% for p in policies | sort %}
{% set spec = p.spec %}
b:{{ spec.rules | block(indent=0) }}
{% for key, value in p.labels %}
{{ key }}: {{ value }}
{% endfor %}
{% include \"b.yaml.tera\" %}
{% endfor %}
{% if not x.z is defined and \"q\" in list and x[\"w\"][0].v == range(end=n) | first %}c: 1{% endif %}
{% for i in range(end=2) %}{{ loop.index }}: {{ i }}{% endfor %}
",
        ),
        ("b.yaml.tera", "d: {{ p.name ~ \"-\" ~ x.y }}\n"),
    ];
    let want = [
        "a.yaml.tera:1:7 x.y printed",
        "a.yaml.tera:2:13 policies",
        "a.yaml.tera:3:15 policies[].spec",
        "a.yaml.tera:4:6 policies[].spec.rules",
        "a.yaml.tera:5:22 policies[].labels",
        "a.yaml.tera:6:15 policies[].labels[] printed",
        "b.yaml.tera:1:7 policies[].name",
        "b.yaml.tera:1:22 x.y",
        "a.yaml.tera:10:11 x.z",
        "a.yaml.tera:10:37 list",
        "a.yaml.tera:10:46 x.w[].v",
        "a.yaml.tera:10:71 n",
    ];
    assert_eq!(fields(&templates), want);
}

#[test]
fn handlebars_paths_are_followed_through_blocks_and_partials() {
    let templates = [
        (
            "a.sh.hbs",
            "\
echo {{x.y}} {{join (lookup m \"k\") sep=\",\"}}
{{#each policies}}
echo {{name}} {{this.spec.a}} {{@index}} {{../x.y}} {{@root.x.z}}
{{#each rules as |rule at|}}echo {{rule.port}} {{at}} {{../name}}{{else}}echo {{none}}{{/each}}
{{/each}}
{{#with x}}echo {{y}}{{#if (and z (not ../q))}}echo {{w}}{{/if}}{{/with}}
{{> b.sh.hbs x extra=n}}
",
        ),
        ("b.sh.hbs", "echo {{y}} {{extra}}\n"),
    ];
    let want = [
        "a.sh.hbs:1:6 x.y printed",
        "a.sh.hbs:1:14 m",
        "a.sh.hbs:2:1 policies",
        "a.sh.hbs:3:6 policies[].name printed",
        "a.sh.hbs:3:15 policies[].spec.a printed",
        "a.sh.hbs:3:42 x.y printed",
        "a.sh.hbs:3:53 x.z printed",
        "a.sh.hbs:4:1 policies[].rules",
        "a.sh.hbs:4:34 policies[].rules[].port printed",
        "a.sh.hbs:4:55 policies[].name printed",
        "a.sh.hbs:4:79 policies[].none printed",
        "a.sh.hbs:6:1 x",
        "a.sh.hbs:6:17 x.y printed",
        "a.sh.hbs:6:22 x.z",
        "a.sh.hbs:6:22 q",
        "a.sh.hbs:6:53 x.w printed",
        "a.sh.hbs:7:1 x",
        "a.sh.hbs:7:1 n",
        "b.sh.hbs:1:6 x.y printed",
        "b.sh.hbs:1:12 n printed",
    ];
    assert_eq!(fields(&templates), want);
}
