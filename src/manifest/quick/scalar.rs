//! Plain scalars and keys, where it is plain what they are.

use crate::manifest::tree::Value;

/// The length of a plain key, up to its colon.
pub(super) fn plain_key(line: &[u8]) -> Option<usize> {
    let first = *line.first()?;
    if !(first.is_ascii_alphanumeric() || matches!(first, b'_' | b'.' | b'/' | b'$')) {
        return None;
    }
    let mut before = first;
    for (at, byte) in line.iter().enumerate() {
        match byte {
            b':' if matches!(line.get(at + 1), None | Some(b' ' | b'\n')) => {
                return (before != b' ').then_some(at);
            }
            b'#' if before == b' ' => return None,
            b if *b < b' ' => return None,
            _ => before = *byte,
        }
    }
    None
}

/// What a plain scalar is, where that is plain.
pub(super) fn resolve(text: &str) -> Option<Value<'_>> {
    let bytes = text.as_bytes();
    let first = *bytes.first()?;
    let string = || Some(Value::String(text.into()));
    match first {
        b'0'..=b'9' => number_or_string(text),
        b'-' if bytes.get(1) == Some(&b'-') && bytes.get(2) != Some(&b'-') && bytes.len() > 3 => {
            string()
        }
        b'/' | b'_' | b'$' | b'(' => string(),
        _ if first.is_ascii_alphabetic() => match text {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            "null" => Some(Value::Null),
            _ if bytes.len() <= 5 && is_special(text) => None,
            _ => string(),
        },
        _ => None,
    }
}

/// Words that one reader of YAML or another takes for something else than a string.
fn is_special(text: &str) -> bool {
    const WORDS: [&str; 11] = [
        "null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf",
    ];
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

fn number_or_string(text: &str) -> Option<Value<'_>> {
    let bytes = text.as_bytes();
    let digits = bytes.iter().all(u8::is_ascii_digit);
    if digits {
        let plain = (bytes[0] != b'0' || bytes.len() == 1) && bytes.len() <= 18;
        return text.parse().ok().filter(|_| plain).map(Value::Int);
    }
    let dots = bytes.iter().filter(|b| **b == b'.').count();
    let address = dots >= 2 && bytes.iter().all(|b| b.is_ascii_digit() || *b == b'.');
    // Letters that no number has, in any base or notation.
    let letter = |b: &u8| matches!(b, b'g'..=b'n' | b'p'..=b'w' | b'G'..=b'N' | b'P'..=b'W' | b'/');
    let word = bytes.iter().any(letter) && !text.contains("inf") && !text.contains("nan");
    (address || word).then(|| Value::String(text.into()))
}
