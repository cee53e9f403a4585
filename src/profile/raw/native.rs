//! Kubernetes' own objects inside a profile: checked as Kubernetes writes them, carried as written.

use std::marker::PhantomData;

use schemars::JsonSchema;
use serde::de::{Deserialize, Deserializer};

use super::Texts;
use super::policy::RawPortRef;
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
        /// Port, by number or by name.
        #[schemars(required)]
        port: RawPortRef,
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
        /// Port, by number or by name.
        #[schemars(required)]
        port: RawPortRef,
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
        requests: indexmap::IndexMap<String, Quantity>,
        /// What it may use at most.
        limits: indexmap::IndexMap<String, Quantity>,
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
        /// Labels of SELinux.
        se_linux_options: Any,
        /// Profile of AppArmor.
        app_armor_profile: Any,
        /// How `/proc` is mounted: `Default` or `Unmasked`.
        proc_mount: String,
        /// What Windows has of its own.
        windows_options: Any,
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
        /// When the volumes' owner changes: `OnRootMismatch` or `Always`.
        fs_group_change_policy: String,
        /// Further groups.
        supplemental_groups: Vec<i64>,
        /// Kernel parameters.
        sysctls: Vec<Any>,
        /// Which system calls are let through.
        seccomp_profile: SeccompProfile,
        /// How further groups are put together: `Merge` or `Strict`.
        supplemental_groups_policy: String,
        /// Labels of SELinux.
        se_linux_options: Any,
        /// How volumes get their labels of SELinux: `MountOption` or `Recursive`.
        se_linux_change_policy: String,
        /// Profile of AppArmor.
        app_armor_profile: Any,
        /// What Windows has of its own.
        windows_options: Any,
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
        /// Several sources in one folder.
        projected: Any,
        /// What the pod knows about itself, as files.
        #[schemars(rename = "downwardAPI")]
        downward_api: Any,
        /// A claim that lives as long as the pod.
        ephemeral: Any,
        /// A volume of a storage driver.
        csi: Any,
        /// A folder of the node.
        host_path: Any,
    }

    /// An empty folder that lives as long as the pod.
    EmptyDir {
        /// `Memory` for a folder in memory.
        medium: String,
        /// Most it may hold, such as `64Mi`.
        size_limit: Quantity,
    }

    /// A ConfigMap's entries as files.
    VolumeConfigMap {
        /// Name of the ConfigMap.
        #[schemars(required)]
        name: String,
        /// Which entries, and the files that they become; all if not given.
        items: Vec<KeyToPath>,
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
        /// Which entries, and the files that they become; all if not given.
        items: Vec<KeyToPath>,
        /// The pod starts without it.
        optional: bool,
        /// Mode bits of the files.
        default_mode: u32,
    }

    /// An entry of a ConfigMap or Secret, and the file that it becomes.
    KeyToPath {
        /// The entry.
        #[schemars(required)]
        key: String,
        /// The file, below the volume's folder.
        #[schemars(required)]
        path: String,
        /// Mode bits of the file.
        mode: u32,
    }

    /// A claim on a persistent volume.
    VolumeClaim {
        /// Name of the claim.
        #[schemars(required)]
        claim_name: String,
        /// Mount read-only.
        read_only: bool,
    }

    /// A volume that each pod of a StatefulSet gets for itself.
    VolumeClaimTemplate {
        /// Kubernetes leaves it out here, and many write it.
        api_version: String,
        /// Kubernetes leaves it out here, and many write it.
        kind: String,
        /// Its name, labels and annotations.
        #[schemars(required)]
        metadata: ClaimMetadata,
        /// What is asked for.
        #[schemars(required)]
        spec: ClaimSpec,
    }

    /// Name, labels and annotations of a claim.
    ClaimMetadata {
        /// Name of the volume, for `volumeMounts`.
        #[schemars(required)]
        name: String,
        /// Labels.
        labels: indexmap::IndexMap<String, String>,
        /// Annotations.
        annotations: indexmap::IndexMap<String, String>,
    }

    /// What a claim asks for.
    ClaimSpec {
        /// Such as `[ReadWriteOnce]`.
        #[schemars(required)]
        access_modes: Vec<String>,
        /// How much, as `{requests: {storage: 1Gi}}`.
        #[schemars(required)]
        resources: Resources,
        /// Kind of storage; the cluster's default if not given.
        storage_class_name: String,
        /// `Filesystem` or `Block`.
        volume_mode: String,
    }

    /// Where the value of an environment variable comes from.
    EnvSource {
        /// An entry of a Secret, which is yours to make.
        secret_key_ref: KeyRef,
        /// An entry of a ConfigMap.
        config_map_key_ref: KeyRef,
        /// A field of the pod, such as `{fieldPath: status.podIP}`.
        field_ref: FieldRef,
        /// A resource of the container, such as `{resource: limits.cpu}`.
        resource_field_ref: ResourceFieldRef,
    }

    /// An entry of a ConfigMap or Secret.
    KeyRef {
        /// Name of the ConfigMap or Secret.
        #[schemars(required)]
        name: String,
        /// The entry.
        #[schemars(required)]
        key: String,
        /// The container starts without it.
        optional: bool,
    }

    /// A field of the pod.
    FieldRef {
        /// The field, such as `status.podIP`.
        #[schemars(required)]
        field_path: String,
        /// Version of the API that the path belongs to.
        api_version: String,
    }

    /// A resource of the container.
    ResourceFieldRef {
        /// The resource, such as `limits.cpu`.
        #[schemars(required)]
        resource: String,
        /// The container, if it is another.
        container_name: String,
        /// What the value is counted in.
        divisor: Quantity,
    }

    /// Entries that become environment variables; one of the two.
    EnvFrom {
        /// A ConfigMap's.
        config_map_ref: LocalRef,
        /// A Secret's, which is yours to make.
        secret_ref: LocalRef,
        /// What the variables' names begin with.
        prefix: String,
    }

    /// A ConfigMap or Secret.
    LocalRef {
        /// Its name.
        #[schemars(required)]
        name: String,
        /// The container starts without it.
        optional: bool,
    }

    /// The spec of an Ingress.
    IngressSpec {
        /// The class, if the annotation `kubernetes.io/ingress.class` doesn't say it.
        ingress_class_name: String,
        /// Where requests go that no rule knows.
        default_backend: IngressBackend,
        /// Certificates.
        tls: Vec<Any>,
        /// Hosts and paths.
        rules: Vec<IngressHost>,
    }

    /// Requests for a host.
    IngressHost {
        /// The host; any if not given.
        host: String,
        /// Its paths.
        http: IngressPaths,
    }

    /// Paths of a host.
    IngressPaths {
        /// The paths.
        #[schemars(required)]
        paths: Vec<IngressPath>,
    }

    /// Requests for a path.
    IngressPath {
        /// The path.
        path: String,
        /// `Prefix`, `Exact` or `ImplementationSpecific`.
        #[schemars(required)]
        path_type: String,
        /// Where they go.
        #[schemars(required)]
        backend: IngressBackend,
    }

    /// Where requests go.
    IngressBackend {
        /// A port of a Service.
        service: IngressService,
        /// Another object of the same namespace.
        resource: Any,
    }

    /// A port of a Service.
    IngressService {
        /// Name of the Service.
        #[schemars(required)]
        name: String,
        /// Its port.
        #[schemars(required)]
        port: IngressPort,
    }

    /// A port of a Service, by number or by name.
    IngressPort {
        /// Its number.
        number: u16,
        /// Its name.
        name: String,
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

/// Anything that Kubernetes takes here.
#[derive(Debug, Clone)]
pub struct Any;

impl JsonSchema for Any {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Any".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": ["object", "array", "string", "number", "boolean"]})
    }
}

/// An amount: a number, or a text such as `100m` or `64Mi`.
#[derive(Debug, Clone)]
pub struct Quantity;

impl JsonSchema for Quantity {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Quantity".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": ["string", "number"]})
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
