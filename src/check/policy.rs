//! `policies:` native NetworkPolicy specs, refused where the API server would refuse them.

use std::collections::{BTreeMap, BTreeSet};

use super::app::{annotations, labels};
use super::container::protocol;
use super::cx::Cx;
use super::fqdn;
use super::path::Path;
use crate::diag::{Code, Diagnostic};
use crate::model::app::App;
use crate::model::cidr::{Cidr, IpBlock};
use crate::model::cluster::Cluster;
use crate::model::lab::{Policy, PolicySpec};
use crate::model::labels::{Labels, check_key, check_value};
use crate::model::names::{DnsLabel, DnsSubdomain};
use crate::model::policy::{Direction, NetworkPolicySpec, Peer, Rule};
use crate::model::port::{PolicyPort, Port, PortName, PortRef};
use crate::model::selector::{Operator, Requirement, Selector};
use crate::model::text::Prose;
use crate::netpol::synth;
use crate::profile::At;
use crate::profile::raw::RawProfile;
use crate::profile::raw::native::{RawOperator, RawRequirement, RawSelector};
use crate::profile::raw::policy::{
    RawIpBlock, RawPeer, RawPolicy, RawPolicySpec, RawPolicyType, RawPort, RawPortRef,
};

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
    unique(cx, &path, given);
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
fn unique(cx: &mut Cx, path: &Path<'_>, given: &[At<RawPolicy>]) {
    let namespace = |policy: &RawPolicy| policy.namespace.as_ref().map(|ns| ns.value.clone());
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
        (Some(spec), None, None) => PolicySpec::Network(self::spec(cx, &path.key("spec"), spec)?),
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

fn spec(cx: &mut Cx, path: &Path<'_>, raw: &RawPolicySpec) -> Option<NetworkPolicySpec> {
    let here = path.key("podSelector");
    let pods = optional(raw.pod_selector.as_ref(), |raw| selector(cx, &here, raw));
    let policy_types = raw.policy_types.as_ref().map(|types| {
        let word = |one: &At<RawPolicyType>| match one.value {
            RawPolicyType::Ingress => Direction::Ingress,
            RawPolicyType::Egress => Direction::Egress,
        };
        types.iter().map(word).collect()
    });
    let ingress = list(
        cx,
        &path.key("ingress"),
        raw.ingress.as_ref(),
        |cx, path, raw| {
            rule(
                cx,
                path,
                (&path.key("from"), raw.from.as_ref()),
                raw.ports.as_ref(),
            )
        },
    );
    let egress = list(
        cx,
        &path.key("egress"),
        raw.egress.as_ref(),
        |cx, path, raw| {
            rule(
                cx,
                path,
                (&path.key("to"), raw.to.as_ref()),
                raw.ports.as_ref(),
            )
        },
    );
    Some(NetworkPolicySpec {
        pod_selector: pods?,
        policy_types,
        ingress: ingress?,
        egress: egress?,
    })
}

/// What is absent stays absent; what is there must be right.
pub(super) fn optional<T, U>(
    raw: Option<T>,
    read: impl FnOnce(T) -> Option<U>,
) -> Option<Option<U>> {
    match raw {
        None => Some(None),
        Some(raw) => read(raw).map(Some),
    }
}

/// A list whose items are all read, so that each one's mistakes are found. Absent stays absent.
pub(super) fn list<T, U>(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: Option<&Vec<T>>,
    mut read: impl FnMut(&mut Cx, &Path<'_>, &T) -> Option<U>,
) -> Option<Option<Vec<U>>> {
    let Some(items) = raw else {
        return Some(None);
    };
    let each = items.iter().enumerate();
    let all: Vec<Option<U>> = each
        .map(|(index, raw)| read(cx, &path.index(index), raw))
        .collect();
    all.into_iter().collect::<Option<Vec<U>>>().map(Some)
}

fn rule(
    cx: &mut Cx,
    path: &Path<'_>,
    (peers_path, peers): (&Path<'_>, Option<&Vec<At<RawPeer>>>),
    ports: Option<&Vec<At<RawPort>>>,
) -> Option<Rule> {
    let peers = list(cx, peers_path, peers, peer);
    let ports = list(cx, &path.key("ports"), ports, port);
    Some(Rule {
        peers: peers?,
        ports: ports?,
    })
}

fn peer(cx: &mut Cx, path: &Path<'_>, raw: &At<RawPeer>) -> Option<Peer> {
    let pods = &path.key("podSelector");
    let pods = optional(raw.pod_selector.as_ref(), |raw| selector(cx, pods, raw));
    let namespaces = &path.key("namespaceSelector");
    let namespaces = optional(raw.namespace_selector.as_ref(), |raw| {
        selector(cx, namespaces, raw)
    });
    let block = optional(raw.ip_block.as_ref(), |raw| {
        ip_block(cx, &path.key("ipBlock"), raw)
    });
    cx.fits(path, raw.span, Peer::parse(pods?, namespaces?, block?))
}

fn ip_block(cx: &mut Cx, path: &Path<'_>, raw: &At<RawIpBlock>) -> Option<IpBlock> {
    let cidr = cx.parse(&path.key("cidr"), raw.cidr.as_ref(), Cidr::parse);
    let except = list(
        cx,
        &path.key("except"),
        raw.except.as_ref(),
        |cx, path, text| cx.parse(path, Some(text), Cidr::parse),
    );
    let block = cx.fits(path, raw.span, IpBlock::parse(cidr?, except?))?;
    host_bits(cx, &path.key("cidr"), raw, &block);
    Some(block)
}

/// Kubernetes takes such a block for the whole net; perhaps one address was meant.
fn host_bits(cx: &mut Cx, path: &Path<'_>, raw: &RawIpBlock, block: &IpBlock) {
    let cidr = block.cidr();
    if let (Some(written), true) = (&raw.cidr, cidr.has_host_bits()) {
        let message = format!("`{}` has bits set behind its length", written.value);
        let finding = Diagnostic::new(Code::HostBits, message)
            .at(written.span, format!("it means `{}`", cidr.net()));
        cx.push(path, finding);
    }
}

fn port(cx: &mut Cx, path: &Path<'_>, raw: &At<RawPort>) -> Option<PolicyPort> {
    let written = raw.protocol.as_ref().map(|given| protocol(Some(given)));
    let here = path.key("port");
    let port = optional(raw.port.as_ref(), |port| {
        let read = match &port.value {
            RawPortRef::Number(number) => Port::parse((*number).into()).map(PortRef::Number),
            RawPortRef::Name(name) => PortName::parse(name).map(PortRef::Name),
        };
        cx.fits(&here, port.span, read)
    });
    let here = path.key("endPort");
    let end = optional(raw.end_port.as_ref(), |end| {
        cx.fits(&here, end.span, Port::parse(end.value.into()))
    });
    let span = raw.end_port.as_ref().map_or(raw.span, |end| end.span);
    cx.fits(path, span, PolicyPort::parse(written, port?, end?))
}

/// A label selector.
pub(super) fn selector(cx: &mut Cx, path: &Path<'_>, raw: &At<RawSelector>) -> Option<Selector> {
    let labels_path = path.key("matchLabels");
    let labels = optional(raw.match_labels.as_ref(), |raw| {
        let mut labels = Labels::new();
        for (key, value) in raw.iter() {
            super::app::label(cx, &labels_path, key, value, &mut labels);
        }
        (labels.len() == raw.iter().count()).then_some(labels)
    });
    let expressions = list(
        cx,
        &path.key("matchExpressions"),
        raw.match_expressions.as_ref(),
        requirement,
    );
    Some(Selector {
        match_labels: labels?,
        match_expressions: expressions?,
    })
}

fn requirement(cx: &mut Cx, path: &Path<'_>, raw: &At<RawRequirement>) -> Option<Requirement> {
    let key = raw.key.as_ref()?;
    let fine = cx.parse(&path.key("key"), Some(key), check_key);
    let operator = match raw.operator.as_ref()?.value {
        RawOperator::In => Operator::In,
        RawOperator::NotIn => Operator::NotIn,
        RawOperator::Exists => Operator::Exists,
        RawOperator::DoesNotExist => Operator::DoesNotExist,
    };
    let here = path.key("values");
    let values = list(cx, &here, raw.values.as_ref(), |cx, path, text| {
        cx.parse(path, Some(text), check_value)?;
        Some(text.value.clone())
    });
    fine?;
    cx.fits(
        path,
        raw.span,
        Requirement::parse(&key.value, operator, values?),
    )
}
