//! GKE network policy logging: the NetworkLogging object and the annotations that it may defer to
//! (GKE documentation, "Use network policy logging").

use serde::Serialize;

/// On a NetworkPolicy: log the connections that it allowed, where that is delegated.
pub const ENABLE_LOGGING: &str = "policy.network.gke.io/enable-logging";
/// On a Namespace: log the connections denied at its pods, where that is delegated.
pub const ENABLE_DENY_LOGGING: &str = "policy.network.gke.io/enable-deny-logging";
/// The one name that a NetworkLogging object can have.
pub const NETWORK_LOGGING_KIND: &str = "NetworkLogging";
/// The one name that the object can have.
pub const NETWORK_LOGGING_NAME: &str = "default";

/// What makes a NetworkLogging object impossible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LoggingError {
    /// Nothing to delegate.
    #[error(
        "`delegate: true` needs `log: true`: without it nothing is logged that could be delegated"
    )]
    DelegateWithoutLog,
}

/// Whether and when one kind of connection is logged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize)]
pub struct LogAction {
    log: bool,
    delegate: bool,
}

impl LogAction {
    /// Nothing is logged.
    pub const OFF: LogAction = LogAction {
        log: false,
        delegate: false,
    };
    /// Everything is logged.
    pub const ON: LogAction = LogAction {
        log: true,
        delegate: false,
    };
    /// What annotations ask for is logged.
    pub const DELEGATED: LogAction = LogAction {
        log: true,
        delegate: true,
    };

    /// An action that GKE accepts.
    ///
    /// # Errors
    /// `delegate` needs `log`.
    pub fn parse(log: bool, delegate: bool) -> Result<Self, LoggingError> {
        if delegate && !log {
            return Err(LoggingError::DelegateWithoutLog);
        }
        Ok(Self { log, delegate })
    }

    /// Whether anything is logged.
    pub fn log(self) -> bool {
        self.log
    }

    /// Whether only what annotations ask for is logged.
    pub fn delegate(self) -> bool {
        self.delegate
    }
}

/// `spec.cluster` of the NetworkLogging object. Off, as in a new cluster, by default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize)]
pub struct LoggingSpec {
    /// Connections that a policy allowed.
    pub allow: LogAction,
    /// Connections that policies denied.
    pub deny: LogAction,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delegation_needs_logging() {
        assert!(LogAction::parse(false, true).is_err());
        assert_eq!(LogAction::parse(true, true), Ok(LogAction::DELEGATED));
        assert_eq!(LogAction::default(), LogAction::OFF);
    }
}
