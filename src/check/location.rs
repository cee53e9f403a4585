//! `cluster.location:` a region or a zone.

use super::cx::Cx;
use super::path::Path;
use crate::diag::{Code, Diagnostic};
use crate::model::location::{Location, REGIONS, zone_letters};
use crate::profile::raw::cluster::{RawCluster, RawMode};
use crate::source::Span;
use crate::suggest::nearest;

pub(super) fn location(cx: &mut Cx, path: &Path<'_>, raw: &RawCluster) -> Option<Location> {
    let written = raw.location.as_ref()?;
    let here = path.key("location");
    let location = cx.parse(&here, Some(written), Location::parse)?;
    if !location.is_known() {
        cx.push(&here, unknown_location(&location, written.span));
    }
    if matches!(
        raw.mode.as_ref().map(|mode| mode.value),
        Some(RawMode::Autopilot)
    ) && let Location::Zone { region, .. } = &location
    {
        let finding = Diagnostic::new(
            Code::Excluded,
            "an Autopilot cluster runs in a region, not in a zone",
        )
        .at(
            written.span,
            format!("expected a region such as `{region}`"),
        )
        .suggest(written.span, region.clone());
        cx.push(&here, finding);
    }
    Some(location)
}

fn unknown_location(location: &Location, span: Span) -> Diagnostic {
    let region = location.region();
    if REGIONS.contains(&region) {
        let zones: Vec<String> = zone_letters(region)
            .chars()
            .map(|letter| format!("{region}-{letter}"))
            .collect();
        let message = format!("`{location}` is not a known zone of `{region}`");
        return Diagnostic::new(Code::UnknownLocation, message)
            .at(span, format!("known are {}", crate::diag::one_of(&zones)));
    }
    let message = format!("`{region}` is not a known region");
    let finding = Diagnostic::new(Code::UnknownLocation, message);
    match nearest(region, REGIONS.iter().copied()) {
        Some(near) => {
            let meant = location.as_str().replacen(region, near, 1);
            finding
                .at(span, format!("did you mean `{meant}`?"))
                .suggest(span, meant)
        }
        None => finding.at(span, "expected a region such as `us-east1`"),
    }
    .help("regions are added several times a year: if it is new, this warning is out of date")
}
