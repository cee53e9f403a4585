//! A host and its port where each has a name of its own: `host=db port=5432`, `--db-host db`, lines
//! of a file.

use super::address::{Address, is_host};

/// A name and what is behind it.
type Pair<'t> = (String, &'t str);

/// Every host that a text names so. That a Service of the name exists is for the caller to see.
pub(super) fn settings(text: &str) -> Vec<Address> {
    let bare = text.replace(['"', '\''], "");
    let pairs = pairs(&bare);
    let mut found = Vec::new();
    for (at, (key, value)) in pairs.iter().enumerate() {
        let Some(stem) = stem(key, &HOSTS) else {
            continue;
        };
        let (host, own) = match value.split_once([',', ':']) {
            Some((host, port)) => (host, port.parse().ok()),
            None => (*value, None),
        };
        if is_host(host) {
            found.push(Address {
                scheme: None,
                host: host.to_lowercase(),
                port: own.or_else(|| port_near(&pairs, at, stem)),
            });
        }
    }
    found
}

/// What names of hosts end in.
const HOSTS: [&str; 7] = [
    "host", "hostname", "server", "addr", "address", "endpoint", "h",
];
/// What names of ports end in.
const PORTS: [&str; 3] = ["port", "port_value", "p"];

/// What stands before one of these words, if a name ends in it.
fn stem<'k>(key: &'k str, ends: &[&str]) -> Option<&'k str> {
    ends.iter().find_map(|end| {
        let stem = key.strip_suffix(end)?;
        let apart = stem.is_empty() || stem.ends_with(['.', '-', '_']);
        // One letter is a name only if it is all of it, and behind a dash.
        (apart && (end.len() > 1 || stem == "-")).then_some(stem)
    })
}

/// The port of the same name that stands nearest: a file may tell of several hosts.
fn port_near(pairs: &[Pair<'_>], at: usize, host_stem: &str) -> Option<u16> {
    let ports = pairs
        .iter()
        .enumerate()
        .filter_map(|(index, (key, value))| {
            let same = stem(key, &PORTS) == Some(host_stem);
            let port = value.parse().ok().filter(|_| same)?;
            Some(((index.abs_diff(at), index < at), port))
        });
    ports
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, port)| port)
}

/// `key=value` between blanks, `key: value` on a line or in braces, `--key value`.
fn pairs(text: &str) -> Vec<Pair<'_>> {
    let ends = ['\n', '{', '}', ';', '&', '?'];
    let mut all = Vec::new();
    for segment in text.split(ends) {
        let before = all.len();
        words(segment, &mut all);
        // Behind a comma another pair may begin, or the port of a host.
        match segment.matches([':', '=']).count() {
            _ if all.len() > before => {}
            0 | 1 => all.extend(line(segment)),
            _ => all.extend(segment.split(',').filter_map(line)),
        }
    }
    all
}

/// A line that is one pair, with blanks around its sign.
fn line(segment: &str) -> Option<Pair<'_>> {
    let (key, value) = segment.split_once([':', '='])?;
    let (key, value) = (key.trim().trim_start_matches(['-', ' ']), value.trim());
    let plain = |text: &str| !text.is_empty() && !text.contains(char::is_whitespace);
    let port_behind = segment.contains("://");
    (plain(key) && plain(value) && !port_behind).then(|| (key.to_lowercase(), value))
}

/// Pairs among words: `a=b`, and `--a b`.
fn words<'t>(segment: &'t str, all: &mut Vec<Pair<'t>>) {
    let mut words = segment.split_whitespace().peekable();
    while let Some(word) = words.next() {
        let pair = word.split_once('=');
        if let Some((key, value)) = pair.filter(|(key, value)| !key.is_empty() && !value.is_empty())
        {
            all.push((key.trim_start_matches("--").to_lowercase(), value));
        } else if word.starts_with('-') {
            let value = words.peek().filter(|value| !value.starts_with('-'));
            let key = word.strip_prefix("--").unwrap_or(word);
            all.extend(value.map(|value| (key.to_lowercase(), *value)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(String, Option<u16>)> {
        let mut all: Vec<_> = settings(text)
            .into_iter()
            .map(|a| (a.host, a.port))
            .collect();
        all.dedup();
        all
    }

    fn db(port: u16) -> Vec<(String, Option<u16>)> {
        vec![("db".to_owned(), Some(port))]
    }

    #[test]
    fn settings_name_a_host_and_a_port() {
        for text in [
            "host=db port=5432 user=x",
            "Server=db,5432;Database=x",
            "Server=db;Port=5432;Uid=x",
            "[client]\nhost = db\nport = 5432\n",
            "spring:\n  datasource:\n    port: 5432\n    host: db\n",
            "app.db.host=db\napp.db.port=5432\napp.port=80\n",
            "--db-host=db --db-port=5432",
            "--db-host db --db-port 5432 --port 80",
            "psql -h db -p 5432 -U x",
            "{\"db\":{\"host\":\"db\",\"port\":5432}}",
            "host: \"db\"\nport: 5432\n",
        ] {
            let (first, rest) = (found(text), db(5432));
            assert_eq!(first, rest, "{text}");
        }
        let two = "[a]\nhost=one\nport=1\n[b]\nhost=two\nport=2\n";
        let each = [("one".to_owned(), Some(1)), ("two".to_owned(), Some(2))];
        assert_eq!(found(two), each);
        assert_eq!(found("postgresql://?host=db"), [("db".to_owned(), None)]);
        assert_eq!(found("a=b --flag -x y"), []);
    }
}
