//! `hcl::format` against `terraform fmt` itself.

use dplab::lang::hcl::format;
use proptest::prelude::*;

use super::strings::samples;
use crate::support::tool;

/// Lays every text out with one `terraform fmt` over a folder.
fn terraform(texts: &[String]) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |at: usize| folder.path().join(format!("{at}.tf"));
    for (at, text) in texts.iter().enumerate() {
        std::fs::write(path(at), text).expect("written");
    }
    let output = std::process::Command::new("terraform")
        .args(["fmt", "-no-color", "-list=false"])
        .arg(folder.path())
        .output()
        .expect("terraform starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    (0..texts.len())
        .map(|at| std::fs::read_to_string(path(at)).expect("read"))
        .collect()
}

fn compare(texts: &[String]) {
    for text in texts {
        let once = format(text);
        assert_eq!(format(&once), once, "not idempotent:\n{text}");
    }
    if !tool("terraform") {
        return;
    }
    for (text, want) in texts.iter().zip(terraform(texts)) {
        assert_eq!(format(text), want, "of:\n{text}");
    }
}

const BY_HAND: &[&str] = &[
    "a=1\n",
    "a = 1\nlong_name = 2\nb=[1,2]\n",
    "a = 1\n\nlong_name = 2\n",
    "a = 1\n# comment\nlong_name = 2\n",
    "a = 1 # one\nlong_name = 22 // two\nb = 3\nc = 4 # four\n",
    "a = 1 # one\n# two\nlong_name = 22 // two\n",
    "resource \"a\" \"b\" {\nx = 1\nlonger = \"y\"\nnested {\nz = true\n}\n}\n",
    "resource \"a\" \"b\" {\n    x = 1\n\n\n      longer = \"y\"\n\n  }\n",
    "a = {\nb = 1\nlonger = 2\n}\nccc = 3\n",
    "a = 1\nlonger = {\nb = 1\n}\ncc = 3\n",
    "a = [\n1,\n2,\n]\nbbbbb = 1\n",
    "a = [\n{\nb = 1\n},\n{\n  ccc = 1\n},\n]\n",
    "a = [{\nb = 1\n}, {\nccc = 2\n}]\n",
    "x = { a = 1, bbb = 2 }\nyyyy = {}\nz={a=1}\n",
    "x = {for k,v in var.m: k=>v if v!=null}\n",
    "x = {for k in [1,2]: k=>k...}\n",
    "for_each = toset( [ \"a\" , \"b\" ] )\nname = each.value\n",
    "x = a.b[0].c[*].d\ny = a.b [ 0 ]\nz = f (1)[0]\n",
    "x = -1\ny = 1-1\nz = a - -b\nw = (-1)\nv = [-1, - 2]\nu = f(-1)\nt = a ? -1 : - 2\n",
    "x = !a\ny = ! a\nz = a && !b\n",
    "x = a==b?c:d\ny = a<=b||c>d\nz = a %b\n",
    "x = \"a${ b }c${f( 1 )}\"\nlonger = \"${a}b\"\n",
    "x = \"a${ b }c\" # x\nyy = \"%{ if a }b%{ endif }\" # y\n",
    "x = \"a $${b} %%{c} \\\" \\\\\" # d\nyy = 1 # e\n",
    "x = \"é\" # a\nyyy = \"日本語\" # b\nz = 1 # c\n",
    "x = {\n\"é\" = 1\n\"e\" = 2\n}\n",
    "a {}\nb { }\nc {\n}\nd { x = 1 }\n",
    "a = 1 /* b */\nlonger = 2\n",
    "/* a */ b = 1\nlonger = 2\n",
    "/*\n  a\n*/\nb = 1\n",
    "a = f(\n1,\n2\n)\nb = f({\nc = 1\n})\n",
    "a = f(1, {\nb = 1\n})\n",
    "  # a\n\ta = 1\n\n\n\nb = 2",
    "variable \"a\" {\ntype = string\ndefault = \"x\"\ndescription = \"y\"\n}\n",
    "terraform {\nrequired_providers {\ngoogle = {\nsource = \"hashicorp/google\"\nversion = \"~> 6.0\"\n}\n}\n}\n",
    "a = [\n  1, # one\n  22, # two\n]\n",
    "a = [ # one\n  1,\n]\n",
    "a {\n  b = 1 # x\n  # y\n  cc = 2 # z\n}\n",
    "a = <<EOT\n  x\n    y\nEOT\nbbb = 1\n",
    "a {\n  b = <<-EOT\n  x\n  EOT\n  ccc = 1\n}\n",
    "a = 1.5e3\nb = 0.5\n",
    "a = provider::google::f(1)\n",
    "a = f(b...)\n",
    "a = \"b\" # c\n\nd = \"e\" # f\n",
    "a = b == c\n",
    "moved {\n  from = a.b\n  to = c.d[\"e\"]\n}\n",
    "a = (\nb\n)\nc = 1\n",
    "a = b ? {\nc = 1\n} : {}\n",
    "a = [[\n1\n]]\nb = 1\n",
    "",
    "\n",
    "# only\n",
];

#[test]
fn hand_written_cases_look_as_terraform_has_them() {
    let texts: Vec<String> = BY_HAND.iter().map(|text| (*text).to_owned()).collect();
    compare(&texts);
}

/// Expressions on one line, oddly spaced.
fn expression() -> impl Strategy<Value = String> {
    let atoms: &[&str] = &[
        "1",
        "-1",
        "2.5",
        "true",
        "null",
        "\"\"",
        "\"a b\"",
        "\"a${b}c\"",
        "\"${ a.b }z\"",
        "\"$${x} # y\"",
        "\"é\"",
        "var.a",
        "local.b[0]",
        "a.b.*.c",
        "each.value",
        "!a",
        "a",
        "\"a\\\"b\"",
    ];
    let atom = proptest::sample::select(atoms).prop_map(str::to_owned);
    atom.prop_recursive(3, 12, 3, |inner| {
        let list = proptest::collection::vec(inner.clone(), 0..3);
        let pair = (inner.clone(), inner.clone());
        prop_oneof![
            list.clone()
                .prop_map(|items| format!("[{}]", items.join(","))),
            list.clone()
                .prop_map(|items| format!("[ {} ]", items.join(" , "))),
            list.prop_map(|items| format!("merge( {} )", items.join(", "))),
            pair.clone()
                .prop_map(|(a, b)| format!("{{a={a},  \"b c\" = {b}}}")),
            pair.clone().prop_map(|(a, b)| format!("({a}+{b})")),
            pair.clone().prop_map(|(a, b)| format!("{a}  ==  {b}")),
            pair.clone().prop_map(|(a, b)| format!("{a} - {b}")),
            pair.clone().prop_map(|(a, b)| format!("a ?{a}:{b}")),
            pair.prop_map(|(a, b)| format!("[for x in [{a}]:{b} if x!=1]")),
        ]
    })
}

/// A body of attributes, comments, blank lines and blocks, oddly spaced.
fn body() -> impl Strategy<Value = String> {
    let name = proptest::sample::select(&["a", "bb", "long_name", "much_longer_name"][..]);
    let blank = proptest::sample::select(&["", " ", "    ", "\t"][..]);
    let comment = proptest::sample::select(&["", "", "", " # c", "//  d", "   # é"][..]);
    let attribute = (blank.clone(), name.clone(), blank, expression(), comment).prop_map(
        |(before, name, gap, value, comment)| {
            format!("{before}{name}{gap}={gap}{value}{comment}\n")
        },
    );
    let several = (name.clone(), proptest::collection::vec(expression(), 1..3))
        .prop_map(|(name, items)| format!("{name} = [\n{},\n]\n", items.join(",\n")));
    let line = prop_oneof![
        6 => attribute,
        1 => several,
        1 => Just("\n".to_owned()),
        1 => Just("  # a comment\n".to_owned()),
    ];
    line.prop_recursive(3, 24, 6, move |inner| {
        let inside = proptest::collection::vec(inner, 0..6).prop_map(|lines| lines.concat());
        prop_oneof![
            (name.clone(), inside.clone())
                .prop_map(|(name, inside)| format!("{name} \"x\"  {{\n{inside}}}\n")),
            (name.clone(), inside).prop_map(|(name, inside)| {
                let entries = inside.replace(" \"x\"  {", " = {");
                format!("{name} = {{\n{entries}}}\n")
            }),
        ]
    })
}

#[test]
fn random_bodies_look_as_terraform_has_them() {
    let bodies = proptest::collection::vec(body(), 1..8).prop_map(|parts| unique(&parts.concat()));
    compare(&samples(&bodies, 800));
}

/// Terraform lays out only what parses, so names are numbered: no attribute stands twice.
fn unique(text: &str) -> String {
    let mut count = 0;
    let number = |line: &str| {
        let trimmed = line.trim_start();
        let starts = ["a", "bb", "long_name", "much_longer_name"]
            .iter()
            .rev()
            .find(|name| {
                trimmed.starts_with(**name) && !trimmed[name.len()..].starts_with(['.', '_', ','])
            });
        match starts {
            Some(name) if line.contains(['=', '{']) => {
                count += 1;
                let at = line.len() - trimmed.len() + name.len();
                format!("{}{}{}", &line[..at], count % 12 * 37 + count, &line[at..])
            }
            _ => line.to_owned(),
        }
    };
    text.split_inclusive('\n').map(number).collect()
}
