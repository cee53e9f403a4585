//! Addresses in a text: `host:port`, `scheme://user@host:port/path`, `host.namespace.svc`.

use std::net::IpAddr;

/// An address as it stands in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) scheme: Option<String>,
    pub(super) host: String,
    pub(super) port: Option<u16>,
}

impl Address {
    /// The port that the scheme means without a word.
    pub(super) fn usual_port(&self) -> Option<u16> {
        Some(match self.scheme.as_deref()? {
            "http" | "ws" => 80,
            "https" | "wss" => 443,
            "redis" | "rediss" => 6379,
            "postgres" | "postgresql" => 5432,
            "mysql" | "mariadb" => 3306,
            "mongodb" => 27017,
            "amqp" => 5672,
            "nats" => 4222,
            _ => return None,
        })
    }

    /// The address as a call to a host outside the cluster, if it is one.
    pub(super) fn outside(&self) -> Option<String> {
        let (_, top) = self.host.rsplit_once('.')?;
        let is_name = top.len() > 1 && top.bytes().all(|b| b.is_ascii_alphabetic());
        if !is_name || ["local", "internal", "svc", "localhost"].contains(&top) {
            return None;
        }
        let port = self.port.or(self.usual_port())?;
        let scheme = self
            .scheme
            .as_deref()
            .filter(|s| ["http", "https"].contains(s));
        Some(match (scheme, self.port) {
            (Some(scheme), None) => format!("{scheme}://{}", self.host),
            (Some(scheme), Some(port)) => format!("{scheme}://{}:{port}", self.host),
            (None, _) => format!("tcp://{}:{port}", self.host),
        })
    }

    /// Whether it is an address that a packet can be sent to from a pod, and not the pod's own.
    pub(super) fn is_outside_by_number(&self) -> bool {
        let ip = self.host.parse::<IpAddr>();
        let sent = |ip: IpAddr| !ip.is_loopback() && !ip.is_unspecified();
        ip.is_ok_and(sent) && (self.port.is_some() || self.scheme.is_some())
    }

    /// Whether it could be a Service's name: no dot, or an ending of the cluster's.
    pub(super) fn is_name_in_cluster(&self) -> bool {
        let short = !self.host.contains('.') && self.host.contains(|c: char| c.is_alphabetic());
        let local = self.host.ends_with(".svc") || self.host.ends_with(".svc.cluster.local");
        (short || local)
            && self.host != "localhost"
            && (self.port.is_some() || self.scheme.is_some())
    }
}

/// Whether a text is one address and nothing else.
pub(super) fn whole(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || "\"'`{}$<>|;".contains(c))
}

/// Every address in a text.
pub(super) fn addresses(text: &str) -> Vec<Address> {
    let marks = |c: char| "\"'`{}[]()<>|;,=$\\".contains(c);
    text.split(marks).flat_map(in_words).collect()
}

/// The addresses in words that nothing but blanks parts.
fn in_words(text: &str) -> Vec<Address> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let each = words.iter().enumerate();
    each.filter_map(|(at, word)| {
        let found = address(word);
        if found.as_ref().is_some_and(|address| address.port.is_some()) {
            return found;
        }
        // As in `nc -z db 5432`: a Service of this name must exist, so that hardly a text is
        // misread.
        let beside = words.get(at + 1).and_then(|next| next.parse().ok());
        match (found, beside) {
            (Some(found), port) => Some(Address { port, ..found }),
            (None, Some(port)) if is_host(word) => Some(Address {
                scheme: None,
                host: word.to_lowercase(),
                port: Some(port),
            }),
            _ => None,
        }
    })
    .collect()
}

fn address(word: &str) -> Option<Address> {
    let (scheme, rest) = match word.split_once("://") {
        // `jdbc:postgresql://…` is what is behind its last colon.
        Some((scheme, rest)) => (Some(scheme.rsplit(':').next()?.to_lowercase()), rest),
        None => (None, word),
    };
    // As gRPC has it: `dns:///host:port` says who looks the name up, between the slashes.
    let grpc = ["dns", "passthrough"].contains(&scheme.as_deref().unwrap_or_default());
    let rest = match rest.split_once('/').filter(|_| grpc) {
        Some((_, behind)) => behind,
        None => rest,
    };
    let authority = rest.split(['/', '?', '#']).next()?;
    let authority = authority.rsplit('@').next()?;
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, Some(port.parse().ok()?)),
        None => (authority, None),
    };
    let local =
        host.trim_end_matches('.').ends_with(".svc.cluster.local") || host.ends_with(".svc");
    // Before the dot stood a variable that isn't known here: the name of a pod, most often.
    let host = host.trim_start_matches('.');
    if !is_host(host) || (scheme.is_none() && port.is_none() && !local) {
        return None;
    }
    let host = host.trim_end_matches('.').to_lowercase();
    Some(Address { scheme, host, port })
}

pub(super) fn is_host(text: &str) -> bool {
    let text = text.trim_end_matches('.');
    let part = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    !text.is_empty() && text.split('.').all(part) && text.contains(|c: char| c.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(text: &str) -> Vec<String> {
        let shown = |a: Address| match a.port.or(a.usual_port()) {
            Some(port) => format!("{}:{port}", a.host),
            None => a.host,
        };
        addresses(text).into_iter().map(shown).collect()
    }

    #[test]
    fn addresses_are_found_in_every_dress() {
        assert_eq!(hosts("redis-cart:6379"), ["redis-cart:6379"]);
        assert_eq!(
            hosts("jdbc:postgresql://accounts-db:5432/x"),
            ["accounts-db:5432"]
        );
        assert_eq!(
            hosts("postgresql://u:p@db.data.svc.cluster.local/x"),
            ["db.data.svc.cluster.local:5432"]
        );
        assert_eq!(
            hosts("--url=http://api:8080/v1 -x a:1,b:2"),
            ["api:8080", "a:1", "b:2"]
        );
        assert_eq!(
            hosts("proxy_pass http://api.shop.svc;"),
            ["api.shop.svc:80"]
        );
        assert_eq!(
            hosts("at 12:30 or a:b, {\"x\": 1} /usr/bin:/bin"),
            ["12:30"]
        );
        assert_eq!(hosts("until nc -z db 5432; do"), ["db:5432"]);
        assert_eq!(
            hosts("postgres://db/app?connect_timeout=10"),
            ["db:5432"],
            "a parameter is no port"
        );
        assert_eq!(hosts("http://api?x=1"), ["api:80"]);
        assert_eq!(hosts("dns:///api:8080"), ["api:8080"]);
        assert_eq!(hosts("dns://10.0.0.10/api.shop:8080"), ["api.shop:8080"]);
    }

    #[test]
    fn only_names_are_hosts_outside() {
        let outside = |text| addresses(text)[0].outside();
        assert_eq!(
            outside("https://gmail.googleapis.com/x").as_deref(),
            Some("https://gmail.googleapis.com")
        );
        assert_eq!(
            outside("db.example.com:5432").as_deref(),
            Some("tcp://db.example.com:5432")
        );
        assert_eq!(outside("10.0.0.1:80"), None);
        assert_eq!(outside("http://metadata.google.internal"), None);
    }
}
