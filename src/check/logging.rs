//! `logging:` the NetworkLogging object's own words.

use super::cx::Cx;
use super::path::Path;
use crate::model::logging::{LogAction, LoggingSpec};
use crate::profile::At;
use crate::profile::raw::policy::{RawLogAction, RawLogging};

/// The logging, what isn't written taken from `before`.
pub(super) fn logging(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: Option<&At<RawLogging>>,
    before: LoggingSpec,
) -> LoggingSpec {
    let Some(raw) = raw else { return before };
    LoggingSpec {
        allow: action(cx, &path.key("allow"), raw.allow.as_ref(), before.allow),
        deny: action(cx, &path.key("deny"), raw.deny.as_ref(), before.deny),
    }
}

/// An action that is written is written whole: what it leaves out is off, as GKE reads it.
fn action(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: Option<&At<RawLogAction>>,
    before: LogAction,
) -> LogAction {
    let Some(raw) = raw else { return before };
    let log = raw.log.as_ref().is_some_and(|log| log.value);
    let delegate = raw.delegate.as_ref();
    let span = delegate.map_or(raw.span, |delegate| delegate.span);
    let parsed = LogAction::parse(log, delegate.is_some_and(|delegate| delegate.value));
    cx.fits(path, span, parsed).unwrap_or(LogAction::OFF)
}
