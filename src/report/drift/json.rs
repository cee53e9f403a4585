//! Differences for machines: one JSON document.

use serde_json::{Value, json};

use super::data::FieldChange;
use super::reach::{Group, ReachDrift};
use super::{Content, Drift, FileDrift};
use crate::netpol::diff::Change;
use crate::tree::diff::{FileDiff, Hunk, Line};

/// `{"version": 1, "differs": …, "labs": […]}`, pretty-printed, with a final newline.
pub fn render(drifts: &[Drift]) -> String {
    let document = json!({
        "version": 1,
        "differs": drifts.iter().any(Drift::differs),
        "labs": drifts.iter().map(lab).collect::<Vec<_>>(),
    });
    format!("{document:#}\n")
}

fn lab(drift: &Drift) -> Value {
    json!({
        "folder": drift.folder,
        "differs": drift.differs(),
        "unchanged": drift.unchanged,
        "lockDiffers": drift.lock_differs,
        "odd": drift.odd,
        "reach": drift.reach.as_ref().map(reach),
        "files": drift.files.iter().map(|f| file(drift, f)).collect::<Vec<_>>(),
    })
}

fn file(drift: &Drift, file: &FileDrift) -> Value {
    let mut value = json!({
        "path": drift.shown(&file.path),
        "kind": file.kind.id(),
        "message": file.words(),
        "drift": file.kind.is_drift() && !file.is_same_data(),
        "from": file.from,
    });
    let (key, content) = match &file.content {
        Content::Lines(FileDiff::Binary { old, new }) => {
            ("binary", json!({"before": old, "after": new}))
        }
        Content::Lines(FileDiff::Text { hunks, .. }) => {
            let hunk = |(at, h): (usize, &Hunk)| hunk(h, file.origins.get(at));
            ("hunks", hunks.iter().enumerate().map(hunk).collect())
        }
        Content::Fields(fields) => ("fields", fields.changes.iter().map(field).collect()),
    };
    value[key] = content;
    value
}

fn hunk(hunk: &Hunk, origin: Option<&String>) -> Value {
    let line = |line: &Line| {
        let text = line.parts.iter().map(|part| part.text.as_str());
        format!("{}{}", line.side.mark(), text.collect::<String>())
    };
    let mut value = json!({
        "header": hunk.header,
        "lines": hunk.lines.iter().map(line).collect::<Vec<_>>(),
    });
    if let Some(origin) = origin {
        value["origin"] = json!(origin);
    }
    value
}

fn field(change: &FieldChange) -> Value {
    let mut value = json!({"path": change.path});
    if let Some(before) = &change.before {
        value["before"] = before.to_json();
    }
    if let Some(after) = &change.after {
        value["after"] = after.to_json();
    }
    value
}

fn reach(reach: &ReachDrift) -> Value {
    let group = |group: &Group| {
        json!({
            "stages": group.stages,
            "changes": group.changes.iter().map(change).collect::<Vec<_>>(),
        })
    };
    json!({
        "groups": reach.groups.iter().map(group).collect::<Vec<_>>(),
        "problems": reach.problems,
    })
}

fn change(change: &Change) -> Value {
    json!({
        "kind": change.kind,
        "source": change.source,
        "destination": change.destination,
        "before": change.before.allowed,
        "beforeUnknown": change.before.unknown,
        "after": change.after.allowed,
        "afterUnknown": change.after.unknown,
    })
}
