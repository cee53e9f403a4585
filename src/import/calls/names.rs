//! What the name of a variable says of its value.

use super::told::Told;

/// Whether a variable is called as those are that hold the name of a host.
pub(super) fn names_a_host(key: &str) -> bool {
    let upper = key.to_uppercase();
    let ends = [
        "HOST", "HOSTS", "HOSTNAME", "ADDR", "ADDRESS", "SERVER", "SERVERS", "SERVICE", "ENDPOINT",
        "URL", "URI", "DNS", "NODE", "NODES", "BROKER", "BROKERS", "UPSTREAM", "BACKEND", "MASTER",
        "PRIMARY", "REPLICA", "PEER", "PEERS", "PROXY", "TARGET",
    ];
    ends.iter().any(|end| upper.ends_with(end))
}

/// Whether a variable is called as those are that hold an address, alone or among other things.
pub(super) fn may_hold_an_address(key: &str) -> bool {
    let upper = key.to_uppercase();
    names_a_host(key)
        || ["DSN", "CONNECTION", "CONN_STR"]
            .iter()
            .any(|part| upper.contains(part))
}

/// Whether a variable is called as those are that hold a name of another kind.
pub(super) fn names_something_else(key: &str) -> bool {
    let upper = key.to_uppercase();
    let ends = [
        "NAME",
        "USER",
        "USERNAME",
        "DB",
        "DATABASE",
        "PASSWORD",
        "TYPE",
        "DRIVER",
        "MODE",
        "ROLE",
        "SCHEMA",
        "NAMESPACE",
        "CONNECTION",
        "PROFILE",
        "PROFILES",
        "ACTIVE",
        "KIND",
        "ENV",
        "IMAGE",
        "LABEL",
        "TOPIC",
        "QUEUE",
        "PREFIX",
        "PATH",
        "LEVEL",
    ];
    !names_a_host(key) && ends.iter().any(|end| upper.ends_with(end))
}

/// Whether a variable is called as those are that hold an address which others use, or which is only
/// a name.
pub(super) fn names_no_target(key: &str) -> bool {
    let upper = key.to_uppercase();
    let parts = [
        "CORS", "ORIGIN", "ISSUER", "AUDIENCE", "SCHEMA", "XMLNS", "REDIRECT", "CALLBACK", "PUBLIC",
    ];
    parts.iter().any(|part| upper.contains(part)) || names_something_else(key)
}

/// The number in the variable that goes with a host's: `DB_PORT` beside `DB_HOST`.
pub(super) fn port_beside(key: &str, all: &[Told]) -> Option<u16> {
    let upper = key.to_uppercase();
    let stem = ["HOST", "HOSTNAME", "ADDR", "ADDRESS", "SERVER", "SERVICE"];
    let stem = stem.iter().find_map(|end| upper.strip_suffix(end))?;
    let wanted = format!("{stem}PORT");
    let found = all.iter().find(|one| one.key.to_uppercase() == wanted)?;
    found.text.trim().parse().ok()
}
