//! Kubernetes' own objects inside a profile: checked as Kubernetes writes them, carried as written.

use std::marker::PhantomData;

use schemars::JsonSchema;
use serde::de::{Deserialize, Deserializer};

use super::Texts;
use crate::profile::at::At;
use crate::profile::keyed::Keyed;

/// A value whose shape is `T`'s and whose content is carried on unread, in the order written.
#[derive(Debug, Clone)]
pub struct Native<T> {
    /// The value as written.
    pub json: serde_json::Value,
    shape: PhantomData<T>,
}

impl<'de, T> Deserialize<'de> for Native<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self {
            json: serde_json::Value::deserialize(deserializer)?,
            shape: PhantomData,
        })
    }
}

impl<T: JsonSchema> JsonSchema for Native<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> std::borrow::Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        T::json_schema(generator)
    }
}

/// Defines types that only say what shape a native object has: they are never built.
macro_rules! shapes {
    ($(
        $(#[doc = $doc:literal])+
        $name:ident { $( $(#[doc = $fdoc:literal])+ $(#[schemars($attr:meta)])? $field:ident: $ty:ty, )* }
    )+) => {
        $(
            $(#[doc = $doc])+
            #[derive(Debug, Clone, JsonSchema)]
            #[serde(rename_all = "camelCase", deny_unknown_fields)]
            pub struct $name {
                $( $(#[doc = $fdoc])+ $(#[schemars($attr)])? pub $field: Option<$ty>, )*
            }
        )+
    };
}

shapes! {
    /// A Kubernetes probe: how the kubelet asks whether a container is alive or ready.
    ContainerProbe {
        /// Ask over HTTP.
        http_get: HttpGet,
        /// Ask over gRPC's health protocol.
        grpc: Grpc,
        /// Open a TCP connection.
        tcp_socket: TcpSocket,
        /// Run a command in the container.
        exec: Exec,
        /// Seconds to wait before the first probe.
        initial_delay_seconds: u32,
        /// Seconds between probes.
        period_seconds: u32,
        /// Seconds after which a probe has failed.
        timeout_seconds: u32,
        /// Successes in a row until the container counts as well.
        success_threshold: u32,
        /// Failures in a row until the container counts as ill.
        failure_threshold: u32,
    }

    /// A probe over HTTP.
    HttpGet {
        /// Path to ask for.
        path: String,
        /// Port, by number.
        #[schemars(required)]
        port: u16,
        /// `HTTP` or `HTTPS`.
        scheme: String,
        /// Host header, if not the pod's address.
        host: String,
        /// Further headers.
        http_headers: Vec<HttpHeader>,
    }

    /// A header of a probe over HTTP.
    HttpHeader {
        /// Name of the header.
        #[schemars(required)]
        name: String,
        /// Its value.
        #[schemars(required)]
        value: String,
    }

    /// A probe over gRPC.
    Grpc {
        /// Port, by number.
        #[schemars(required)]
        port: u16,
        /// Service name to ask for.
        service: String,
    }

    /// A probe that opens a TCP connection.
    TcpSocket {
        /// Port, by number.
        #[schemars(required)]
        port: u16,
        /// Host, if not the pod's address.
        host: String,
    }

    /// A probe that runs a command.
    Exec {
        /// The command and its arguments; no shell.
        #[schemars(required)]
        command: Vec<String>,
    }

    /// CPU and memory.
    Resources {
        /// What the container is sure to get.
        requests: indexmap::IndexMap<String, String>,
        /// What it may use at most.
        limits: indexmap::IndexMap<String, String>,
    }

    /// Rights of a container.
    SecurityContext {
        /// May a process get more rights than its parent?
        allow_privilege_escalation: bool,
        /// Linux capabilities.
        capabilities: Capabilities,
        /// All rights on the node.
        privileged: bool,
        /// The container's own files can't be changed.
        read_only_root_filesystem: bool,
        /// Refuse to run as root.
        run_as_non_root: bool,
        /// User id.
        run_as_user: i64,
        /// Group id.
        run_as_group: i64,
        /// Which system calls are let through.
        seccomp_profile: SeccompProfile,
    }

    /// Linux capabilities.
    Capabilities {
        /// Capabilities to add.
        add: Vec<String>,
        /// Capabilities to take away.
        drop: Vec<String>,
    }

    /// Which system calls are let through.
    SeccompProfile {
        /// `RuntimeDefault`, `Unconfined` or `Localhost`.
        #[schemars(required)]
        r#type: String,
        /// Profile on the node, with `Localhost`.
        localhost_profile: String,
    }

    /// Rights of all containers of a pod.
    PodSecurityContext {
        /// Group that owns mounted volumes.
        fs_group: i64,
        /// Group id.
        run_as_group: i64,
        /// Refuse to run as root.
        run_as_non_root: bool,
        /// User id.
        run_as_user: i64,
        /// Further groups.
        supplemental_groups: Vec<i64>,
        /// Which system calls are let through.
        seccomp_profile: SeccompProfile,
    }

    /// A volume of a pod.
    Volume {
        /// Name of the volume.
        #[schemars(required)]
        name: String,
        /// An empty folder that lives as long as the pod.
        empty_dir: EmptyDir,
        /// A ConfigMap's entries as files.
        config_map: VolumeConfigMap,
        /// A Secret's entries as files; the Secret itself is yours to make.
        secret: VolumeSecret,
        /// A claim on a persistent volume.
        persistent_volume_claim: VolumeClaim,
    }

    /// An empty folder that lives as long as the pod.
    EmptyDir {
        /// `Memory` for a folder in memory.
        medium: String,
        /// Most it may hold, such as `64Mi`.
        size_limit: String,
    }

    /// A ConfigMap's entries as files.
    VolumeConfigMap {
        /// Name of the ConfigMap.
        #[schemars(required)]
        name: String,
        /// The pod starts without it.
        optional: bool,
        /// Mode bits of the files.
        default_mode: u32,
    }

    /// A Secret's entries as files.
    VolumeSecret {
        /// Name of the Secret.
        #[schemars(required)]
        secret_name: String,
        /// The pod starts without it.
        optional: bool,
        /// Mode bits of the files.
        default_mode: u32,
    }

    /// A claim on a persistent volume.
    VolumeClaim {
        /// Name of the claim.
        #[schemars(required)]
        claim_name: String,
        /// Mount read-only.
        read_only: bool,
    }

    /// Where a container sees a volume.
    VolumeMount {
        /// Name of the volume.
        #[schemars(required)]
        name: String,
        /// Path in the container.
        #[schemars(required)]
        mount_path: String,
        /// Mount read-only.
        read_only: bool,
        /// A path inside the volume.
        sub_path: String,
    }
}

/// A Kubernetes label selector.
#[derive(Debug, Clone, Default, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawSelector {
    /// Labels that must be there with these values.
    pub match_labels: Option<Texts>,
    /// Further conditions; all must hold.
    pub match_expressions: Option<Vec<At<RawRequirement>>>,
}

/// One condition on a label.
#[derive(Debug, Clone, Default, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawRequirement {
    /// The label's key.
    #[schemars(required)]
    pub key: Option<At<String>>,
    /// `In`, `NotIn`, `Exists` or `DoesNotExist`.
    #[schemars(required)]
    pub operator: Option<At<RawOperator>>,
    /// Values, for `In` and `NotIn`.
    pub values: Option<Vec<At<String>>>,
}

/// How a label is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, JsonSchema)]
pub enum RawOperator {
    /// The label has one of the values.
    In,
    /// The label is absent or has none of the values.
    NotIn,
    /// The label is there.
    Exists,
    /// The label is absent.
    DoesNotExist,
}

/// A map by name.
pub type ByName<T> = Keyed<T>;
