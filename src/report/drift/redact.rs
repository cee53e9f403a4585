//! Values that look like secrets, taken out before anything is compared for show.
//!
//! Generated files hold none, but people edit files. A value is known by its key: `password: x`,
//! `API_KEY=x`, `token = "x"`, everything in a `Secret`'s data, and a private key by its first
//! line. Equal values get equal numbers, so that a change still shows as one.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::lang::Language;

/// What a key with a secret behind it has in its name, in lower case, without `-` and `_`.
const KEYS: [&str; 10] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "privatekey",
    "accesskey",
    "credential",
    "clientkey",
];

/// Keys that only sound like it: their values are names, numbers and switches.
const HARMLESS: [&str; 9] = [
    "secretname",
    "secretkeyref",
    "secretref",
    "automountserviceaccounttoken",
    "tokenexpirationseconds",
    "credentialsfile",
    "secretmanager",
    "secretmanagerconfig",
    "getcredentials",
];

/// Takes secrets out of texts, and remembers which were equal.
#[derive(Debug, Default)]
pub struct Redactor {
    numbers: HashMap<String, usize>,
}

/// Where a text's lines stand, as far as it matters to what is secret.
#[derive(Default)]
struct Place {
    /// Everything deeper than this column is a secret: below a key, or in a Secret's data.
    deeper_than: Option<usize>,
    /// In a PEM block of a private key.
    pem: bool,
    /// In an object of the kind Secret.
    secret_object: bool,
}

impl Redactor {
    /// One that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// A content without secrets; what is no text stays as it is, since it isn't shown.
    pub fn bytes(&mut self, language: Option<Language>, bytes: &[u8]) -> Vec<u8> {
        match std::str::from_utf8(bytes) {
            Ok(text) => self.text(language, text).into_owned().into_bytes(),
            Err(_) => bytes.to_vec(),
        }
    }

    /// A text without secrets, with as many lines as before.
    pub fn text<'t>(&mut self, language: Option<Language>, text: &'t str) -> Cow<'t, str> {
        let secret_object = |document: &str| {
            let mut lines = document.lines();
            lines.any(|line| line.trim_end() == "kind: Secret")
        };
        if !may_hold(text) {
            return Cow::Borrowed(text);
        }
        let mut out = String::with_capacity(text.len());
        for document in text.split_inclusive("\n---") {
            let mut place = Place {
                secret_object: secret_object(document),
                ..Place::default()
            };
            for line in document.split_inclusive('\n') {
                out.push_str(&self.line(language, line, &mut place));
            }
        }
        Cow::Owned(out)
    }

    fn line<'t>(
        &mut self,
        language: Option<Language>,
        line: &'t str,
        place: &mut Place,
    ) -> Cow<'t, str> {
        let (body, end) = match line.strip_suffix('\n') {
            Some(body) => (body, "\n"),
            None => (line, ""),
        };
        let indent = body.len() - body.trim_start().len();
        if place.pem || is_pem(body) {
            place.pem = !body.contains("-----END");
            return self.whole(body, indent, end);
        }
        match place.deeper_than {
            Some(column) if indent > column || body.trim().is_empty() => {
                return match key_and_value(body) {
                    Some((at, _)) if place.secret_object => self.value(body, at, end),
                    _ if body.trim().is_empty() => Cow::Borrowed(line),
                    _ => self.whole(body, indent, end),
                };
            }
            _ => place.deeper_than = None,
        }
        let Some((at, key)) = key_and_value(body) else {
            return Cow::Borrowed(line);
        };
        let value = body[at..].trim();
        if place.secret_object && indent == 0 && matches!(key, "data" | "stringData") {
            place.deeper_than = Some(0);
            return Cow::Borrowed(line);
        }
        if !is_secret(key) || is_harmless(language, value) {
            return Cow::Borrowed(line);
        }
        if value.starts_with(['|', '>']) || value.starts_with("<<") {
            place.deeper_than = Some(indent);
            return Cow::Borrowed(line);
        }
        self.value(body, at, end)
    }

    fn number(&mut self, secret: &str) -> usize {
        let next = self.numbers.len() + 1;
        *self.numbers.entry(secret.to_owned()).or_insert(next)
    }

    fn whole<'t>(&mut self, body: &str, indent: usize, end: &str) -> Cow<'t, str> {
        let number = self.number(body.trim());
        Cow::Owned(format!("{}(redacted {number}){end}", &body[..indent]))
    }

    fn value<'t>(&mut self, body: &str, at: usize, end: &str) -> Cow<'t, str> {
        let value = body[at..].trim();
        if value.is_empty() {
            return Cow::Owned(format!("{body}{end}"));
        }
        let number = self.number(value);
        let space = &body[at..][..body[at..].len() - body[at..].trim_start().len()];
        Cow::Owned(format!(
            "{}{space}\"(redacted {number})\"{end}",
            &body[..at]
        ))
    }
}

/// A quick look, since hardly any file holds anything.
fn may_hold(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let words = ["pass", "secret", "token", "key", "credential"];
    words.iter().any(|word| lower.contains(word))
}

fn is_pem(line: &str) -> bool {
    line.contains("-----BEGIN") && line.contains("PRIVATE KEY-----")
}

/// Where the value of `key: value` or `key=value` begins, and the key.
fn key_and_value(line: &str) -> Option<(usize, &str)> {
    let at = line.find([':', '='])?;
    let before = line[..at].trim_end().trim_end_matches(['"', '\'']);
    let start = before.rfind(|c: char| !(c.is_alphanumeric() || "-_.".contains(c)));
    let key = start.map_or(before, |start| {
        let next = before[start..].chars().next().map_or(0, char::len_utf8);
        &before[start + next..]
    });
    let assigned = line[at..].starts_with(['=']) && line[at + 1..].starts_with(['=', '~']);
    (!key.is_empty() && !assigned).then_some((at + 1, key))
}

fn is_secret(key: &str) -> bool {
    let plain: String = key.chars().filter(|c| c.is_alphanumeric()).collect();
    let plain = plain.to_ascii_lowercase();
    let known = KEYS.iter().any(|word| plain.contains(word));
    known && !HARMLESS.iter().any(|word| plain.ends_with(word))
}

/// Nothing, a switch, a number, a structure, or a reference to where the secret really is.
fn is_harmless(language: Option<Language>, value: &str) -> bool {
    let bare = value.trim_matches(['"', '\'']);
    let word = matches!(bare, "" | "true" | "false" | "null" | "~");
    let reference = bare.starts_with('$') || value.starts_with(['{', '[', '(', '*', '&']);
    let expression = language == Some(Language::Hcl) && !value.starts_with(['"', '<']);
    let prose = language == Some(Language::Markdown) && value.contains(' ');
    word || reference || expression || prose || bare.parse::<f64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(name: &str, text: &str) -> String {
        let mut redactor = Redactor::new();
        redactor.text(Language::of_file(name), text).into_owned()
    }

    #[test]
    fn values_go_and_their_equality_stays() {
        let text = "password: a\nother: a\nAPI_KEY: b\nmyToken: 'a'\ndb-password: a\n";
        let want = "password: \"(redacted 1)\"\nother: a\nAPI_KEY: \"(redacted 2)\"\n\
                    myToken: \"(redacted 3)\"\ndb-password: \"(redacted 1)\"\n";
        assert_eq!(hidden("a.yaml", text), want);
        assert_eq!(
            hidden("a.sh", "export TOKEN=abc\nTOKEN=\"${X}\"\n"),
            "export TOKEN=\"(redacted 1)\"\nTOKEN=\"${X}\"\n"
        );
        assert_eq!(
            hidden("a.tf", "  password = \"x\"\n  token = var.token\n"),
            "  password = \"(redacted 1)\"\n  token = var.token\n"
        );
    }

    #[test]
    fn blocks_objects_and_keys_go_whole() {
        let text = "kind: Secret\ndata:\n  a: eA==\n  b: |\n    x\ntype: Opaque\n---\nkind: A\ndata:\n  a: x\n";
        let want = "kind: Secret\ndata:\n  a: \"(redacted 1)\"\n  b: \"(redacted 2)\"\n    \
                    (redacted 3)\ntype: Opaque\n---\nkind: A\ndata:\n  a: x\n";
        assert_eq!(hidden("a.yaml", text), want);
        let text = "secret: |\n  one\n\n  two\nnext: 1\n";
        let want = "secret: |\n  (redacted 1)\n\n  (redacted 2)\nnext: 1\n";
        assert_eq!(hidden("a.yaml", text), want);
        let pem = "k: |\n  -----BEGIN RSA PRIVATE KEY-----\n  MII\n  -----END RSA PRIVATE KEY-----\nx: 1\n";
        assert!(!hidden("a.yaml", pem).contains("MII"));
    }

    #[test]
    fn what_only_sounds_like_a_secret_stays() {
        for text in [
            "automountServiceAccountToken: false\n",
            "secretName: tls\n",
            "secretKeyRef:\n",
            "maxTokens: 5\n",
            "token: ${{ github.token }}\n",
        ] {
            assert_eq!(hidden("a.yaml", text), text);
        }
    }
}
