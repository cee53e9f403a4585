//! `app.referenceGrants`, and references that need one.

use super::apart::{Apart, written};
use super::app::{each, namespace_of_object, unique};
use super::cx::Cx;
use super::objects;
use super::path::Path;
use crate::diag::{Code, Diagnostic};
use crate::model::edge::GATEWAY_GROUP;
use crate::model::gateway::ReferenceGrant;
use crate::model::names::DnsLabel;
use crate::profile::At;
use crate::profile::raw::app::RawApp;
use crate::profile::raw::gateway::{RawGrantFrom, RawGrantTo, RawReferenceGrant};

/// The ReferenceGrants.
pub(super) fn grants(
    cx: &mut Cx,
    path: &Path<'_>,
    app: &RawApp,
    apart: &Apart<'_>,
) -> Option<Vec<ReferenceGrant>> {
    let all = app.reference_grants.iter().flatten();
    let named = all.map(|one| {
        let namespace = namespace_of_object(one.namespace.as_ref(), app);
        (namespace, one.name.as_ref())
    });
    unique(cx, path, "a ReferenceGrant", named);
    each(cx, path, app.reference_grants.as_ref(), |cx, path, raw| {
        grant(cx, path, raw, apart)
    })
}

fn grant(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: &RawReferenceGrant,
    apart: &Apart<'_>,
) -> Option<ReferenceGrant> {
    let meta = apart.meta(cx, path, written!(raw));
    let spec = raw.spec.as_ref()?;
    let here = path.key("spec");
    let here = here.key("from");
    let from = spec.from.iter().flatten().enumerate();
    from.for_each(|(index, from)| {
        let path = here.index(index);
        cx.parse(
            &path.key("namespace"),
            from.namespace.as_ref(),
            DnsLabel::parse,
        );
    });
    Some(ReferenceGrant {
        meta: meta?,
        spec: spec.json.clone(),
    })
}

/// A reference from an object of the Gateway API to an object that may be another namespace's.
pub(super) struct Reference<'a> {
    /// Kind and namespace of the object that names another.
    pub(super) from: (&'a str, &'a str),
    /// Group, kind and name of the other.
    pub(super) to: (&'a str, &'a str, &'a At<String>),
    /// Its namespace, if one is written.
    pub(super) namespace: Option<&'a At<String>>,
}

/// Finds a reference into another namespace that nothing there allows.
pub(super) fn check(cx: &mut Cx, path: &Path<'_>, app: &RawApp, reference: &Reference<'_>) {
    let (by, home) = reference.from;
    let other = reference.namespace.filter(|other| other.value != home);
    let Some(namespace) = other else { return };
    let grants = app.reference_grants.iter().flatten();
    let allows = |grant: &&At<RawReferenceGrant>| {
        namespace_of_object(grant.namespace.as_ref(), app) == namespace.value
            && grant.spec.as_ref().is_some_and(|spec| {
                let mut from = spec.from.iter().flatten();
                let mut to = spec.to.iter().flatten();
                from.any(|from| is_from(from, reference)) && to.any(|to| is_to(to, reference))
            })
    };
    // What a grant says that is carried as it is isn't judged.
    let mut carried = objects::of_kind(app, "ReferenceGrant", &namespace.value);
    if grants.filter(allows).count() > 0 || carried.next().is_some() {
        return;
    }
    let (_, kind, name) = reference.to;
    let message = format!(
        "the {kind} `{}` of the namespace `{}` may not be named from `{home}`",
        name.value, namespace.value
    );
    let right = format!("expected a ReferenceGrant in `{}`", namespace.value);
    let finding = Diagnostic::new(Code::Needs, message).at(namespace.span, right);
    let help = format!(
        "`app.referenceGrants` with `from: [{{group: {GATEWAY_GROUP}, kind: {by}, namespace: \
         {home}}}]` and `to: [{{group: \"\", kind: {kind}}}]`"
    );
    cx.push(path, finding.help(help));
}

fn is_from(from: &RawGrantFrom, reference: &Reference<'_>) -> bool {
    let (kind, namespace) = reference.from;
    says(from.group.as_ref(), GATEWAY_GROUP)
        && says(from.kind.as_ref(), kind)
        && says(from.namespace.as_ref(), namespace)
}

fn is_to(to: &RawGrantTo, reference: &Reference<'_>) -> bool {
    let (group, kind, name) = reference.to;
    let named = to.name.as_ref();
    says(to.group.as_ref(), group)
        && says(to.kind.as_ref(), kind)
        && named.is_none_or(|named| named.value == name.value)
}

fn says(written: Option<&At<String>>, wanted: &str) -> bool {
    written.is_some_and(|written| written.value == wanted)
}
