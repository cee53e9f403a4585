//! Markdown and HTML are read back as the text that a reader would see.

use dplab::lang::{html, markdown};
use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::strings::{TRICKY, config, string};

fn parser(text: &str) -> Parser<'_> {
    Parser::new_ext(
        text,
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS,
    )
}

/// The text between two marks, and whether anything but text is there.
fn seen(text: &str) -> (String, Vec<String>) {
    let mut shown = String::new();
    let mut markup = Vec::new();
    for event in parser(text) {
        match event {
            Event::Text(text) | Event::Code(text) => shown.push_str(&text),
            Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph) => {}
            Event::InlineHtml(tag) if ["<code>", "</code>"].contains(&&*tag) => {}
            other => markup.push(format!("{other:?}")),
        }
    }
    (shown, markup)
}

fn shown(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// Checks a value in running text, at the start of a line, and in a table's cell.
fn check(text: &str) {
    let quoted = markdown::quote(text);
    let want = shown(text);
    assert_eq!(
        seen(&format!("a {quoted} z\n")),
        (format!("a {want} z"), vec![]),
        "{quoted}"
    );
    assert_eq!(
        seen(&format!("{quoted}z\n")),
        (format!("{want}z"), vec![]),
        "{quoted}"
    );
    assert_eq!(cell(&quoted), want, "{quoted}");
    let code = markdown::code(text);
    assert_eq!(
        seen(&format!("a {code} z\n")),
        (format!("a {want} z"), vec![]),
        "{code}"
    );
    assert_eq!(cell(&code), want, "{code}");
}

/// What the second cell of a row shows, if the row still has its three cells.
fn cell(content: &str) -> String {
    let table = format!("| a | b | c |\n|---|---|---|\n| x | x{content}x | z |\n");
    let mut cells = vec![];
    for event in parser(&table) {
        match event {
            Event::Start(Tag::TableCell) => cells.push(String::new()),
            Event::Text(text) | Event::Code(text) => {
                cells.last_mut().expect("a cell").push_str(&text)
            }
            _ => {}
        }
    }
    assert_eq!(cells.len(), 6, "{table}");
    let inside = cells[4]
        .strip_prefix('x')
        .and_then(|cell| cell.strip_suffix('x'));
    inside.expect("the cell's edges").to_owned()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_string_is_text(text in string()) {
        check(&text);
    }

    #[test]
    fn any_string_is_a_fence_s_content(text in string()) {
        let block = markdown::fence(&text, "sh");
        let mut shown = String::new();
        let mut blocks = 0;
        for event in parser(&format!("{block}\n\nafter\n")) {
            match event {
                Event::Start(Tag::CodeBlock(_)) => blocks += 1,
                Event::Text(text) if blocks == 1 && *text != *"after" => shown.push_str(&text),
                _ => {}
            }
        }
        prop_assert_eq!(blocks, 1);
        let want = text.replace("\r\n", "\n").replace('\r', "\n");
        let want = want.strip_suffix('\n').unwrap_or(&want).replace('\0', "\u{fffd}");
        prop_assert_eq!(shown.strip_suffix('\n').unwrap_or(&shown), want);
        prop_assert_eq!(markdown::reread(&format!("{block}\n")), Ok(()));
    }

    #[test]
    fn html_text_has_no_tags(text in string()) {
        let quoted = html::quote(&text);
        prop_assert!(!quoted.contains(['<', '>', '"', '\'']));
        let back = quoted
            .replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"")
            .replace("&#39;", "'").replace("&#13;", "\r").replace("&amp;", "&");
        prop_assert_eq!(back, shown(&text));
    }
}

#[test]
fn tricky_strings_are_text() {
    for text in TRICKY {
        check(text);
    }
}

#[test]
fn names_stay_legible() {
    for text in [
        "redis-cart",
        "us-east1",
        "10.0.0.0/8",
        "a_b",
        "redis:7.2",
        "It's 5 % (or so).",
    ] {
        assert_eq!(markdown::quote(text), text);
    }
    assert_eq!(markdown::quote("*a* [b](c) <d>"), r"\*a\* \[b\](c) \<d\>");
    assert_eq!(markdown::code("a`b"), "``a`b``");
    assert_eq!(markdown::code("a|b"), "<code>a&#124;b</code>");
}

#[test]
fn names_of_a_sentence_become_code_and_nothing_else_does() {
    use dplab::lang::markdown::sentence;
    assert_eq!(
        sentence("rule 1 of `a_b` lets it into `redis*`, *really*"),
        "rule 1 of `a_b` lets it into `redis*`, \\*really\\*"
    );
    assert_eq!(sentence("no names"), "no names");
    assert_eq!(sentence("`only`"), "`only`");
}
