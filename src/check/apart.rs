//! What stands apart from the workloads: objects with a name and a namespace of their own.

use super::app::{annotations, labels};
use super::cx::Cx;
use super::path::Path;
use crate::model::app::{ConfigMap, Ingress, ServiceAccount};
use crate::model::gateway::Meta;
use crate::model::names::{DnsLabel, DnsSubdomain};
use crate::profile::At;
use crate::profile::raw::Texts;
use crate::profile::raw::app::{RawConfigMap, RawIngress, RawServiceAccount};

/// Reads what stands apart from the workloads, in the application's namespace if it names none.
pub(super) struct Apart<'a>(pub(super) Option<&'a DnsLabel>);

/// What an object of any kind says of itself.
#[derive(Clone, Copy)]
pub(super) struct Written<'a> {
    pub(super) name: Option<&'a At<String>>,
    pub(super) namespace: Option<&'a At<String>>,
    pub(super) labels: Option<&'a Texts>,
    pub(super) annotations: Option<&'a Texts>,
}

/// The same words of each raw type.
macro_rules! written {
    ($raw:expr) => {
        $crate::check::apart::Written {
            name: $raw.name.as_ref(),
            namespace: $raw.namespace.as_ref(),
            labels: $raw.labels.as_ref(),
            annotations: $raw.annotations.as_ref(),
        }
    };
}
pub(super) use written;

impl Apart<'_> {
    /// What every object has.
    pub(super) fn meta(&self, cx: &mut Cx, path: &Path<'_>, written: Written<'_>) -> Option<Meta> {
        let name = cx.parse(&path.key("name"), written.name, DnsSubdomain::parse);
        let namespace = match written.namespace {
            Some(given) => cx.parse(&path.key("namespace"), Some(given), DnsLabel::parse),
            None => self.0.cloned(),
        };
        Some(Meta {
            labels: labels(cx, &path.key("labels"), written.labels),
            annotations: annotations(cx, &path.key("annotations"), written.annotations),
            name: name?,
            namespace: namespace?,
        })
    }

    pub(super) fn service_account(
        &self,
        cx: &mut Cx,
        path: &Path<'_>,
        raw: &At<RawServiceAccount>,
    ) -> Option<ServiceAccount> {
        let meta = self.meta(cx, path, written!(raw))?;
        Some(ServiceAccount {
            name: meta.name,
            namespace: meta.namespace,
            labels: meta.labels,
            annotations: meta.annotations,
            existing: raw.existing.as_ref().is_some_and(|it| it.value),
        })
    }

    pub(super) fn config_map(
        &self,
        cx: &mut Cx,
        path: &Path<'_>,
        raw: &At<RawConfigMap>,
    ) -> Option<ConfigMap> {
        let meta = self.meta(cx, path, written!(raw))?;
        let pair =
            |(key, value): &(At<String>, At<String>)| (key.value.clone(), value.value.clone());
        let data = raw.data.as_ref();
        Some(ConfigMap {
            name: meta.name,
            namespace: meta.namespace,
            labels: meta.labels,
            annotations: meta.annotations,
            data: data.map(|data| data.iter().map(pair).collect()),
        })
    }

    pub(super) fn ingress(
        &self,
        cx: &mut Cx,
        path: &Path<'_>,
        raw: &At<RawIngress>,
    ) -> Option<Ingress> {
        let meta = self.meta(cx, path, written!(raw))?;
        Some(Ingress {
            name: meta.name,
            namespace: meta.namespace,
            labels: meta.labels,
            annotations: meta.annotations,
            spec: raw.spec.as_ref()?.json.clone(),
        })
    }
}
