//! One line a refusal: what is written, and the finding's code and place with the words that matter.

use super::findings;

/// Each case is one mistake and gives one finding.
pub(super) fn each(cases: &[(&str, &str, &str)]) {
    let mut wrong = String::new();
    for (text, place, words) in cases {
        let found = findings(text);
        let fine = match found.as_slice() {
            [one] => one.starts_with(&format!("{place} ")) && one.contains(words),
            _ => false,
        };
        if !fine {
            wrong.push_str(&format!(
                "{text}\n  expected {place} {words}\n  found {found:#?}\n"
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

pub(super) fn fine(cases: &[&str]) {
    for text in cases {
        assert_eq!(findings(text), [""; 0], "{text}");
    }
}

#[test]
fn dataplane_v2() {
    each(&[
        (
            "cluster: {addons: [NetworkPolicy]}",
            "excluded 1:20",
            "Calico",
        ),
        (
            "cluster: {version: '1.19'}",
            "version-too-old 1:20",
            "1.20.6-gke.700",
        ),
        (
            "cluster: {version: '1.21', mode: autopilot}",
            "version-too-old 1:20",
            "1.22.7-gke.1500",
        ),
        (
            "cluster: {version: 1.26.4-gke.499, dataplane: {fqdnNetworkPolicy: true}}",
            "version-too-old 1:67",
            "1.26.4-gke.500",
        ),
        (
            "cluster: {version: 1.27.1-gke.399, dataplane: {fqdnNetworkPolicy: true}}",
            "version-too-old 1:67",
            "1.27.1-gke.400",
        ),
        (
            "cluster: {version: '1.27', dataplane: {ciliumClusterwideNetworkPolicy: true}}",
            "version-too-old 1:72",
            "1.28.6-gke.1095000",
        ),
        (
            "cluster: {version: '1.27', dataplane: {metrics: true}}",
            "version-too-old 1:49",
            "1.28",
        ),
        (
            "cluster: {version: '1.27', dataplane: {flowObservability: true}}",
            "version-too-old 1:59",
            "1.28",
        ),
        (
            "cluster: {managedPrometheus: false, dataplane: {metrics: true}}",
            "needs 1:58",
            "managed Prometheus",
        ),
        (
            "cluster:\n  location: us-east1-b\n  network: {subnet: {range: 10.0.0.0/20}, pods: {range: 10.128.0.0/10}, services: {range: 10.0.32.0/20}}\n  dataplane: {inTransitEncryption: true}\n  nodePools: [{name: a, nodesPerZone: 501}]",
            "excluded 4:36",
            "up to 500 nodes",
        ),
        (
            "cluster:\n  network: {subnet: {range: 10.0.0.0/16}, pods: {range: 11.0.0.0/9}, services: {range: 10.1.0.0/20}}\n  nodePools: [{name: a, nodesPerZone: 1000}, {name: b, nodesPerZone: 1000}, {name: c, nodesPerZone: 501}]",
            "bad-value 3:15",
            "up to 7500 nodes",
        ),
    ]);
    fine(&[
        "cluster: {version: 1.27.1-gke.400, dataplane: {fqdnNetworkPolicy: true}}",
        "cluster: {version: '1.26', dataplane: {fqdnNetworkPolicy: true}}",
        "cluster: {dataplane: {inTransitEncryption: true, intraNodeVisibility: true}}",
    ]);
}

#[test]
fn autopilot() {
    each(&[
        (
            "cluster: {mode: autopilot, location: us-east1-b}",
            "excluded 1:38",
            "region",
        ),
        (
            "cluster: {mode: autopilot, nodePools: [{name: a}]}",
            "excluded 1:40",
            "node pools",
        ),
        (
            "cluster: {mode: autopilot, nodePools: [{name: a, spot: true}]}",
            "excluded 1:40",
            "node pools",
        ),
        (
            "cluster: {mode: autopilot, maxPodsPerNode: 32}",
            "excluded 1:44",
            "pods per node",
        ),
        (
            "cluster: {mode: autopilot, dns: {provider: cloud-dns}}",
            "excluded 1:33",
            "DNS",
        ),
        (
            "cluster: {mode: autopilot, addons: [HttpLoadBalancing]}",
            "excluded 1:37",
            "add-ons",
        ),
        (
            "cluster: {mode: autopilot, managedPrometheus: false}",
            "excluded 1:47",
            "Prometheus",
        ),
        (
            "cluster: {mode: autopilot, workloadIdentity: false}",
            "excluded 1:46",
            "Workload Identity",
        ),
        (
            "cluster: {mode: autopilot, dataplane: {inTransitEncryption: true}}",
            "excluded 1:61",
            "in-transit encryption",
        ),
        (
            "cluster: {mode: autopilot, dataplane: {intraNodeVisibility: false}}",
            "excluded 1:61",
            "inside a node",
        ),
        (
            "cluster: {mode: autopilot, dataplane: {metrics: false}}",
            "excluded 1:49",
            "metrics",
        ),
        (
            "cluster: {mode: autopilot, network: {subnet: {range: 10.0.0.0/30}}}",
            "range-too-small 1:54",
            "0 nodes",
        ),
    ]);
    fine(&[
        "cluster: {mode: autopilot}",
        "cluster: {mode: autopilot, privateNodes: true, dataplane: {fqdnNetworkPolicy: true, flowObservability: true, metrics: true}}",
    ]);
}

#[test]
fn names_places_and_versions() {
    each(&[
        ("cluster: {name: Big}", "bad-value 1:17", "cluster name"),
        (
            "cluster: {name: a2345678901234567890123456789012345678901}",
            "bad-value 1:17",
            "cluster name",
        ),
        (
            "cluster: {project: my_project}",
            "bad-value 1:20",
            "project id",
        ),
        ("cluster: {project: short}", "bad-value 1:20", "project id"),
        (
            "cluster: {location: useast1}",
            "bad-value 1:21",
            "neither a region nor a zone",
        ),
        (
            "cluster: {location: us-east1-z}",
            "unknown-location 1:21",
            "zone of `us-east1`",
        ),
        (
            "cluster: {location: us-east1-a}",
            "unknown-location 1:21",
            "zone of `us-east1`",
        ),
        (
            "cluster: {location: us-eats1}",
            "unknown-location 1:21",
            "not a known region",
        ),
        (
            "cluster: {version: latest}",
            "bad-value 1:20",
            "not a GKE version",
        ),
        (
            "cluster: {version: 1.30}",
            "wrong-type 1:20",
            "found a number",
        ),
        (
            "cluster: {nodeServiceAccount: x}",
            "bad-value 1:31",
            "service account id",
        ),
        ("cluster: {labels: {dplab: x}}", "excluded 1:20", "clean-up"),
        (
            "cluster: {controlPlane: {authorizedNetworks: [{range: '2001:db8::/32'}]}}",
            "bad-range 1:55",
            "not a range of IPv4 addresses",
        ),
        ("cluster: {labels: {Team: a}}", "bad-value 1:20", "label"),
        ("cluster: {labels: {team: A}}", "bad-value 1:26", "label"),
        (
            "cluster: {nodePools: [{name: Big}]}",
            "bad-value 1:30",
            "node pool name",
        ),
        (
            "cluster: {nodePools: [{name: a}, {name: a}]}",
            "duplicate-name 1:41",
            "node pool",
        ),
        (
            "cluster: {nodePools: [{name: a, machineType: big}]}",
            "bad-value 1:46",
            "machine type",
        ),
        (
            "cluster: {nodePools: [{name: a, nodesPerZone: 0}]}",
            "bad-value 1:23",
            "no nodes at all",
        ),
        (
            "cluster: {nodePools: [{name: a, nodesPerZone: 1001}]}",
            "bad-value 1:47",
            "1001",
        ),
        (
            "cluster: {nodePools: [{name: a, diskSizeGb: 9}]}",
            "bad-value 1:45",
            "9",
        ),
        (
            "cluster: {nodePools: [{name: a, diskType: hyperdisk-balanced}]}",
            "excluded 1:43",
            "Hyperdisk",
        ),
        (
            "cluster: {nodePools: [{name: a, nodesPerZone: 1, autoscaling: {min: 1, max: 2}}]}",
            "excluded 1:47",
            "fixed size",
        ),
        (
            "cluster: {nodePools: [{name: a, autoscaling: {min: 3, max: 2}}]}",
            "bad-value 1:60",
            "less than",
        ),
        ("cluster: {maxPodsPerNode: 7}", "bad-value 1:27", "7"),
        ("cluster: {maxPodsPerNode: 257}", "bad-value 1:27", "257"),
        (
            "cluster: {logging: [WORKLOAD]}",
            "needs 1:21",
            "policy logs",
        ),
        (
            "cluster: {maintenance: {start: '3:00'}}",
            "bad-value 1:32",
            "time of day",
        ),
        (
            "cluster: {maintenance: {}}",
            "missing-key 1:24",
            "no `start`",
        ),
        ("cluster: {logging: []}", "bad-value 1:20", "empty"),
        ("cluster: {monitoring: [POD]}", "needs 1:24", "SYSTEM"),
        ("cluster: {monitoring: [SYTEM]}", "bad-value 1:24", "SYTEM"),
        ("cluster: {releaseChannel: none}", "bad-value 1:27", "none"),
        (
            "cluster: {addons: [ConfigConnector], workloadIdentity: false}",
            "needs 1:20",
            "Workload Identity",
        ),
    ]);
    fine(&[
        "cluster: {location: us-central1-f, version: 1.33.4-gke.1172000, releaseChannel: extended}",
    ]);
}

#[test]
fn ranges() {
    each(&[
        (
            "cluster: {network: {pods: {range: 10.4.0.1/14}}}",
            "bad-range 1:35",
            "starts inside",
        ),
        (
            "cluster: {network: {pods: {range: ten}}}",
            "bad-range 1:35",
            "not a range",
        ),
        (
            "cluster: {network: {pods: {range: '2001:db8::/32'}}}",
            "bad-range 1:35",
            "IPv4",
        ),
        (
            "cluster: {network: {pods: {range: 64.0.0.0/8}}}",
            "bad-range 1:35",
            "may be larger than GKE takes",
        ),
        (
            "cluster: {network: {services: {range: 10.64.0.0/15}}}",
            "bad-range 1:39",
            "is larger than GKE takes",
        ),
        (
            "cluster: {network: {services: {range: 10.64.0.0/29}}}",
            "range-too-small 1:39",
            "Services",
        ),
        (
            "cluster: {network: {subnet: {range: 10.64.0.0/30}}}",
            "range-too-small 1:37",
            "0 nodes",
        ),
        (
            "cluster: {network: {subnet: {range: 10.64.0.0/29}}, nodePools: [{name: a, nodesPerZone: 2}]}",
            "range-too-small 1:37",
            "addresses for 4 nodes, the node pools can have 6",
        ),
        (
            "cluster: {network: {pods: {range: 10.64.0.0/23}}}",
            "range-too-small 1:35",
            "room for 2 nodes of 110 pods (a /24 each), the node pools can have 3",
        ),
        (
            "cluster: {maxPodsPerNode: 256, network: {pods: {range: 10.64.0.0/22}}}",
            "range-too-small 1:56",
            "a /23 each",
        ),
        (
            "cluster: {network: {subnet: {range: 10.4.0.0/20}}}",
            "ranges-overlap 1:37",
            "`pods`",
        ),
        (
            "cluster: {network: {services: {range: 10.0.0.0/24}}}",
            "ranges-overlap 1:39",
            "`subnet`",
        ),
        (
            "cluster: {network: {services: {range: 172.17.0.0/20}}}",
            "ranges-overlap 1:39",
            "bridge",
        ),
        (
            "cluster: {network: {services: {range: 169.254.0.0/24}}}",
            "ranges-overlap 1:39",
            "link-local",
        ),
        (
            "cluster: {network: {subnet: {range: 224.0.0.0/20}}}",
            "ranges-overlap 1:37",
            "multicast",
        ),
        (
            "cluster: {network: {subnet: {range: 127.0.0.0/20}}}",
            "ranges-overlap 1:37",
            "machine itself",
        ),
        (
            "cluster: {network: {pods: {name: a}, services: {name: a}}}",
            "duplicate-name 1:55",
            "same name",
        ),
        (
            "cluster: {privateNodes: true, controlPlane: {range: 172.16.0.0/27}}",
            "bad-range 1:53",
            "not a /28",
        ),
        (
            "cluster: {privateNodes: true, controlPlane: {range: 10.0.0.16/28}}",
            "ranges-overlap 1:53",
            "`subnet`",
        ),
        (
            "cluster: {controlPlane: {range: 172.16.0.0/28}}",
            "needs 1:33",
            "private nodes",
        ),
        (
            "cluster: {controlPlane: {privateEndpoint: true}}",
            "needs 1:43",
            "private nodes",
        ),
        (
            "cluster: {privateNodes: true, network: {nat: false}}",
            "excluded 1:46",
            "Cloud NAT",
        ),
        (
            "cluster: {network: {existing: true, name: a, subnet: {name: b, range: 10.0.0.0/20}}}",
            "excluded 1:71",
            "has its addresses already",
        ),
        (
            "cluster: {network: {existing: true, name: a}}",
            "needs 1:31",
            "cluster.network.subnet.name",
        ),
        (
            "cluster: {network: {existing: true, name: a, subnet: {name: b}, nat: true}}",
            "excluded 1:70",
            "Cloud NAT",
        ),
        (
            "cluster: {controlPlane: {authorizedNetworks: [{range: 203.0.113.1/24}]}}",
            "bad-range 1:55",
            "starts inside",
        ),
    ]);
    fine(&[
        "cluster: {privateNodes: true, controlPlane: {range: 172.16.0.0/28, privateEndpoint: true}}",
        "cluster: {network: {existing: true, name: a, subnet: {name: b}}}",
        // One node of 110 pods for each /24, and /8 pods a node for each /28.
        "cluster: {maxPodsPerNode: 8, network: {pods: {range: 10.64.0.0/26}}}",
    ]);
}

#[test]
fn too_many_authorized_networks() {
    let many = |count: usize, more: &str| {
        let all = vec!["{range: 203.0.113.0/24}"; count].join(", ");
        findings(&format!(
            "cluster: {{{more}controlPlane: {{authorizedNetworks: [{all}]}}}}"
        ))
    };
    assert_eq!(many(50, "").len(), 0);
    assert!(many(51, "")[0].contains("at most 50"));
    assert_eq!(many(100, "privateNodes: true, ").len(), 0);
    assert!(many(101, "privateNodes: true, ")[0].contains("at most 100"));
}

#[test]
fn policies_and_logging() {
    each(&[
        (
            "policies: [{name: out, fqdn: {egress: [{matches: [{name: example.com}]}]}}]",
            "needs 1:19",
            "serves them",
        ),
        (
            "logging: {deny: {delegate: true}}",
            "needs 1:28",
            "delegate",
        ),
        (
            "logging: {allow: {log: false, delegate: true}}",
            "needs 1:41",
            "delegate",
        ),
        (
            "stages: [{name: s, logging: {deny: {delegate: true}}}]",
            "needs 1:47",
            "delegate",
        ),
        ("policies: [{name: p}]", "missing-key 1:19", "says nothing"),
        (
            "policies: [{name: p, from: calls, spec: {podSelector: {}}}]",
            "excluded 1:28",
            "one of",
        ),
        (
            "policies: [{name: p, spec: {podSelector: {}, ingress: [{ports: [{endPort: 5}]}]}}]",
            "bad-value 1:75",
            "endPort",
        ),
        (
            "policies: [{name: p, spec: {podSelector: {}, ingress: [{from: [{}]}]}}]",
            "bad-value 1:64",
            "peer",
        ),
        (
            "policies: [{name: p, spec: {podSelector: {matchExpressions: [{key: a, operator: In}]}}}]",
            "bad-value 1:62",
            "In",
        ),
        (
            "cluster: {dataplane: {fqdnNetworkPolicy: true}}\npolicies: [{name: p, fqdn: {egress: [{matches: [{name: a.b, pattern: '*.b'}]}]}}]",
            "bad-value 2:49",
            "pattern",
        ),
        (
            "app: {workloads: [{name: frontend, calls: ['ftp://x']}]}",
            "bad-value 1:44",
            "host",
        ),
    ]);
    // The name that a policy made from the calls would get is too long.
    let name = "a".repeat(250);
    let found = findings(&format!("policies: [{{name: {name}, from: calls}}]"));
    assert!(found[0].starts_with("bad-value 1:19 "), "{found:#?}");
}

#[test]
fn names_that_must_agree() {
    each(&[
        (
            "policies: [{name: a, spec: {podSelector: {matchLabels: {app: redis-crt}}, policyTypes: [Ingress]}}]",
            "unknown-name 1:62",
            "no workload `redis-crt`",
        ),
        (
            "probes: [{name: p, from: {image: i}, to: 'redis-crt:6379', run: [x]}]",
            "unknown-name 1:42",
            "no Service `redis-crt`",
        ),
        (
            "probes: [{name: p, from: {image: i}, to: 'redis-cart:6380', run: [x]}]",
            "unknown-name 1:42",
            "no port 6380",
        ),
        (
            "probes: [{name: p, from: {image: i}, to: redis-cart, run: [x]}]",
            "bad-value 1:42",
            "not a Service and its port",
        ),
        (
            "probes: [{name: p, from: {image: i, as: cartservce}, to: 'redis-cart:6379', run: [x]}]",
            "unknown-name 1:41",
            "no workload `cartservce`",
        ),
        (
            "probes: [{name: p, from: {image: i}, to: 'redis-cart:6379', run: [x], control: p}]",
            "unknown-name 1:80",
            "no other probe `p`",
        ),
        (
            "probes: [{name: p, from: {image: i}, to: 'redis-cart:6379', run: []}]",
            "bad-value 1:66",
            "empty",
        ),
        (
            "probes: [{name: p, from: {image: i}, to: 'redis-cart:6379', run: [x], timeoutSeconds: 61}]",
            "bad-value 1:87",
            "61",
        ),
        (
            "stages: [{name: s, policies: [x]}]",
            "unknown-name 1:31",
            "no policy `x`",
        ),
        (
            "stages: [{name: s, annotate: {namespaces: [shop]}}]",
            "unknown-name 1:44",
            "namespace",
        ),
        (
            "stages: [{name: s, annotate: {policies: [x]}}]",
            "unknown-name 1:42",
            "policy in force",
        ),
        (
            "stages: [{name: s, expect: {p: {verdict: allowed}}}]",
            "unknown-name 1:29",
            "no probe `p`",
        ),
        ("stages: [{name: all}]", "bad-value 1:17", "take it for all"),
        (
            "stages: [{name: s}, {name: s}]",
            "duplicate-name 1:28",
            "stage",
        ),
        (
            "alerting: {workload: carts}",
            "unknown-name 1:22",
            "no workload",
        ),
        ("alerting: {email: me}", "bad-value 1:19", "e-mail"),
        ("alerting: {metric: /x}", "bad-value 1:20", "metric"),
        (
            "alerting: {notificationRateLimitSeconds: 0}",
            "bad-value 1:42",
            "out of bounds",
        ),
        (
            "app: {use: online-botique}",
            "unknown-name 1:12",
            "no application",
        ),
        (
            "app: {workloads: [{name: frontend, calls: ['cartservice:1']}]}",
            "unknown-name 1:44",
            "no port 1",
        ),
        (
            "policies: [{name: p, from: calls}, {name: p-frontend, namespace: other, spec: {podSelector: {}}}]",
            "duplicate-name 1:43",
            "made from the calls",
        ),
        (
            "policies: [{name: b, namespace: default, spec: {podSelector: {}}}, {name: b, spec: {podSelector: {}}}]",
            "duplicate-name 1:75",
            "policy",
        ),
        (
            "app: {workloads: [{name: deny-all, image: i}]}\npolicies: [{name: p, from: calls}]",
            "bad-value 2:19",
            "`p-deny-all` can't be the name of two policies",
        ),
        (
            "app: {workloads: [{name: frontend, calls: ['cartservise:7070']}]}",
            "unknown-name 1:44",
            "no Service `cartservise`",
        ),
        (
            "policies: [{name: p-frontend, spec: {podSelector: {}}}, {name: p, from: calls}]",
            "duplicate-name 1:64",
            "made from the calls",
        ),
        (
            "app: {objects: [{apiVersion: a/b/c, kind: Pod, metadata: {name: a}}]}",
            "bad-value 1:30",
            "`apiVersion`",
        ),
        (
            "app: {objects: [{apiVersion: v1, kind: ../Pod, metadata: {name: a}}]}",
            "bad-value 1:40",
            "`kind`",
        ),
        ("name: con", "bad-value 1:7", "device on Windows"),
        (
            "app: {objects: [{apiVersion: v1, kind: Pod, metadata: {generateName: a-}}]}",
            "bad-value 1:17",
            "applied",
        ),
        (
            "app: {objects: [{apiVersion: v1, kind: List, metadata: {name: a}, items: []}]}",
            "bad-value 1:17",
            "list of objects",
        ),
        (
            "app: {objects: [{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: A}}]}",
            "bad-value 1:76",
            "`A`",
        ),
        (
            "app: {workloads: [{name: frontend, env: {A: \"a\\x7fb\"}}]}",
            "bad-value 1:45",
            "U+007F",
        ),
        ("description: \"a\\x85b\"", "bad-value 1:14", "U+0085"),
        (
            "app: {workloads: [{name: frontend, annotations: {\"a\\uFFFE\": b}}]}",
            "bad-value 1:50",
            "U+FFFE",
        ),
        (
            "app: {objects: [{apiVersion: v1, kind: Secret, metadata: {name: a}, data: {a: \"\\x9F\"}}]}",
            "bad-value 1:79",
            "U+009F",
        ),
        (
            "app: {workloads: [{name: frontend, volumeMounts: [{name: tmp, mountPath: /tmp}]}]}",
            "unknown-name 1:51",
            "no volume `tmp`",
        ),
        (
            "app: {workloads: [{name: frontend, initContainers: [{name: server, image: i}]}]}",
            "duplicate-name 1:60",
            "name of a container already",
        ),
        (
            "app: {workloads: [{name: new, image: i, services: [{ports: [{name: a, port: 80}, {name: b, port: 80}]}]}]}",
            "duplicate-name 1:98",
            "port 80 already",
        ),
        (
            "app: {workloads: [{name: frontend, sidecars: [{name: a, image: i}, {name: a, image: i}]}]}",
            "duplicate-name 1:75",
            "name of a container already",
        ),
        (
            "app: {workloads: [{name: new, image: i, services: [{ports: [{port: 80}], internalTrafficPolicy: Local}]}]}",
            "excluded 1:97",
            "Local",
        ),
        (
            "app: {workloads: [{name: new, image: i, services: [{name: frontend, ports: [{port: 80}]}]}]}",
            "duplicate-name 1:59",
            "Service already",
        ),
        (
            "app: {workloads: [{name: frontend, labels: {app: shop}}]}",
            "excluded 1:45",
            "label `app`",
        ),
    ]);
}

#[test]
fn yaml_s_own_ways_of_saying_things() {
    each(&[
        ("cluster: {name: a, name: b}", "duplicate-key 1:20", "twice"),
        (
            "app: {objects: [{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {a: {b: 1, b: 2}}}]}",
            "duplicate-key 1:83",
            "twice",
        ),
        (
            "cluster: {labels: {a: }}",
            "wrong-type 1:21",
            "found nothing",
        ),
        (
            "cluster: {privateNodes: yes}",
            "wrong-type 1:25",
            "found a string",
        ),
        ("cluster: [a]", "wrong-type 1:10", "found a list"),
        ("policies: [null]", "wrong-type 1:12", "found nothing"),
        ("name: &n 7", "wrong-type 1:10", "found a whole number"),
    ]);
    fine(&[
        // Anchors and aliases are YAML's own; a profile may use them.
        "description: &d 'a text'\nstages: [{name: s, description: *d}]",
        "name: !!str example",
        // What is in namespaces that the profile says nothing of, it can't know.
        "policies: [{name: p, namespace: monitoring, spec: {podSelector: {matchLabels: {app: prometheus}}}}]",
        "app: {workloads: [{name: frontend, env: {A: \"\\x01\\u2028\\uFEFF\\U0001FFFE\"}}]}",
    ]);
}
