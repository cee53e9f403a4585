//! `policies:` each with the name by which stages know it.

mod spec;

use std::collections::{BTreeMap, BTreeSet};

pub(super) use self::spec::{list, optional, selector};

use super::app::{annotations, labels};
use super::cx::Cx;
use super::fqdn;
use super::path::Path;
use crate::diag::{Code, Diagnostic};
use crate::model::app::App;
use crate::model::cluster::Cluster;
use crate::model::lab::{Policy, PolicySpec};
use crate::model::labels::Labels;
use crate::model::names::{DnsLabel, DnsSubdomain};
use crate::model::text::Prose;
use crate::netpol::synth;
use crate::profile::At;
use crate::profile::raw::RawProfile;
use crate::profile::raw::policy::RawPolicy;

/// Policies, and which of them stand behind each name that a profile gives.
pub(super) struct Policies {
    pub(super) all: Vec<Policy>,
    pub(super) groups: Groups,
    from_calls: BTreeSet<DnsSubdomain>,
}

/// The policies behind a name: one, or all that were made from the application's calls.
pub(super) type Groups = BTreeMap<String, Vec<DnsSubdomain>>;

/// The policies, if all of them could be read.
pub(super) fn policies(
    cx: &mut Cx,
    raw: &RawProfile,
    app: Option<&App>,
    cluster: Option<&Cluster>,
) -> Option<Policies> {
    let root = Path::Root;
    let path = root.key("policies");
    let given = raw.policies.as_deref().unwrap_or_default();
    let switch = fqdn::switched_on(raw);
    unique(cx, &path, given, app.map(|app| app.namespace.as_str()));
    let mut whole = true;
    let mut policies = Policies {
        all: Vec::new(),
        groups: Groups::new(),
        from_calls: BTreeSet::new(),
    };
    for (index, raw) in given.iter().enumerate() {
        match policy(cx, &path.index(index), raw, app, cluster, switch) {
            Some(made) => policies.add(cx, &path.index(index), raw, made),
            None => whole = false,
        }
    }
    whole.then_some(policies)
}

/// Policies of one namespace have names of their own. A name that policies of several namespaces
/// share stands for all of them.
fn unique(cx: &mut Cx, path: &Path<'_>, given: &[At<RawPolicy>], own: Option<&str>) {
    let namespace = |policy: &RawPolicy| {
        let written = policy.namespace.as_ref().map(|ns| ns.value.clone());
        written.or_else(|| own.map(str::to_owned))
    };
    let mut groups: Vec<Option<String>> = given.iter().map(|p| namespace(p)).collect();
    groups.sort();
    groups.dedup();
    for group in groups {
        let names = given.iter().map(|policy| {
            let same = namespace(policy) == group;
            policy.name.as_ref().filter(|_| same)
        });
        cx.unique(path, "a policy", names);
    }
}

impl Policies {
    /// Policies of several namespaces may share a name, which then stands for all of them; one that
    /// is made from calls shares its name with none, or a stage could not tell them apart.
    fn add(&mut self, cx: &mut Cx, path: &Path<'_>, raw: &RawPolicy, made: Vec<Policy>) {
        let Some(written) = &raw.name else { return };
        let from_calls = raw.from.is_some();
        for policy in &made {
            let mut all = self.all.iter();
            let known = from_calls && all.any(|other| other.name == policy.name);
            if known || self.from_calls.contains(&policy.name) {
                let message = format!(
                    "`{}` is made from the calls and the name of another policy",
                    policy.name
                );
                let finding = Diagnostic::new(Code::DuplicateName, message)
                    .at(written.span, "expected another name");
                cx.push(&path.key("name"), finding);
            }
        }
        let names = made.iter().map(|policy| policy.name.clone());
        if from_calls {
            self.from_calls.extend(names.clone());
        }
        let group = self.groups.entry(written.value.clone()).or_default();
        for name in names {
            if !group.contains(&name) {
                group.push(name);
            }
        }
        self.all.extend(made);
    }
}

/// What is the same for all policies that stand behind one item of the list.
struct Head {
    name: DnsSubdomain,
    namespace: DnsLabel,
    description: Prose,
    labels: Labels,
    annotations: Labels,
}

fn policy(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: &At<RawPolicy>,
    app: Option<&App>,
    cluster: Option<&Cluster>,
    switch: bool,
) -> Option<Vec<Policy>> {
    let head = head(cx, path, raw, app.map(|app| &app.namespace));
    let spec = match (&raw.spec, &raw.fqdn, &raw.from) {
        (Some(spec), None, None) => PolicySpec::Network(spec::spec(cx, &path.key("spec"), spec)?),
        (None, Some(spec), None) => {
            fqdn::served(cx, &path.key("fqdn"), raw, switch);
            PolicySpec::Fqdn(fqdn::spec(cx, &path.key("fqdn"), spec)?)
        }
        (None, None, Some(_)) => return from_calls(cx, path, raw, head?, app?, cluster?),
        _ => {
            not_one_form(cx, path, raw);
            return None;
        }
    };
    let head = head?;
    Some(vec![Policy {
        name: head.name,
        namespace: head.namespace,
        description: head.description,
        labels: head.labels,
        annotations: head.annotations,
        spec,
    }])
}

fn head(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: &RawPolicy,
    namespace: Option<&DnsLabel>,
) -> Option<Head> {
    let name = cx.parse(&path.key("name"), raw.name.as_ref(), DnsSubdomain::parse);
    let namespace = match &raw.namespace {
        Some(given) => cx.parse(&path.key("namespace"), Some(given), DnsLabel::parse),
        None => namespace.cloned(),
    };
    let description = cx.prose(&path.key("description"), raw.description.as_ref());
    let labels = labels(cx, &path.key("labels"), raw.labels.as_ref());
    let annotations = annotations(cx, &path.key("annotations"), raw.annotations.as_ref());
    Some(Head {
        name: name?,
        namespace: namespace?,
        description,
        labels,
        annotations,
    })
}

fn not_one_form(cx: &mut Cx, path: &Path<'_>, raw: &At<RawPolicy>) {
    let given = [
        raw.spec.as_ref().map(|spec| spec.span),
        raw.fqdn.as_ref().map(|fqdn| fqdn.span),
        raw.from.as_ref().map(|from| from.span),
    ];
    let mut given = given.into_iter().flatten();
    let finding = match (given.next(), given.next()) {
        (Some(first), Some(second)) => {
            let message = "a policy has one of `spec`, `fqdn` and `from`";
            Diagnostic::new(Code::Excluded, message)
                .at(second, "remove one of the two")
                .and(first, "the other one")
        }
        _ => {
            let at = raw.name.as_ref().map_or(raw.span, |name| name.span);
            Diagnostic::new(Code::MissingKey, "the policy says nothing")
                .at(at, "one of `spec`, `fqdn` and `from` must be given")
        }
    };
    cx.push(path, finding);
}

/// The policies that the application needs and no more.
fn from_calls(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: &RawPolicy,
    head: Head,
    app: &App,
    cluster: &Cluster,
) -> Option<Vec<Policy>> {
    let here = path.key("name");
    let written = raw.name.as_ref()?.span;
    let mut made = cx.fits(
        &here,
        written,
        synth::named(app, cluster, head.name.as_str()),
    )?;
    let by_name = |policy: &Policy| matches!(policy.spec, PolicySpec::Fqdn(_));
    if let (Some(from), false) = (&raw.from, cluster.dataplane.fqdn_network_policy)
        && made.iter().any(by_name)
    {
        let message = "calls to hosts outside the cluster need FQDN network policies";
        let right = "expected `cluster.dataplane.fqdnNetworkPolicy: true` as well";
        cx.needs(&path.key("from"), message, from.span, right);
    }
    for policy in &mut made {
        policy.labels = head.labels.clone();
        policy.annotations = head.annotations.clone();
    }
    Some(made)
}
