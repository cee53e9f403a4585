//! `logSink:` what is shipped, and a destination that the lab can give a role on.

use super::cx::{Cx, Misfit};
use super::path::Path;
use crate::model::log_sink::{Destination, DestinationError, LogSink};
use crate::model::names::{LabName, SinkName};
use crate::profile::raw::RawProfile;
use crate::profile::raw::log_sink::RawConnections;

impl Misfit for DestinationError {
    fn expected(&self) -> String {
        match self {
            Self::Name(error) => error.expected(),
            _ => "expected a Pub/Sub topic (`pubsub.googleapis.com/projects/…/topics/…`), a Cloud \
                  Storage bucket (`storage.googleapis.com/…`) or a log bucket \
                  (`logging.googleapis.com/projects/…/locations/…/buckets/…`)"
                .to_owned(),
        }
    }
}

/// The sink.
pub(super) fn log_sink(
    cx: &mut Cx,
    profile: &RawProfile,
    lab: Option<&LabName>,
) -> Option<LogSink> {
    let raw = profile.log_sink.as_ref()?;
    let root = Path::Root;
    let path = root.key("logSink");
    let lab = lab.map_or("lab", LabName::as_str);
    let name = match &raw.name {
        Some(given) => cx.parse(&path.key("name"), Some(given), SinkName::parse),
        None => SinkName::parse(&format!("{lab}-policy-log")).ok(),
    };
    let destination = cx.parse(
        &path.key("destination"),
        raw.destination.as_ref(),
        Destination::parse,
    );
    let connections = raw.connections.as_ref().map(|given| given.value);
    Some(LogSink {
        name: name?,
        destination: destination?,
        denied_only: connections == Some(RawConnections::Denied),
    })
}
