//! What rendering costs. Run with `cargo test --release --test all speed -- --ignored --nocapture`.

use std::time::Instant;

use dplab::lang::{Language, reread};
use serde_json::{Value, json};

use super::load;

const POLICY: &str = "\
# {{ title | comment }}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ name }}
  namespace: {{ namespace }}
  labels:{{ labels | block(indent=2) }}
spec:{{ spec | block(indent=0) }}
";

const CLUSTER: &str = "\
# {{ title | comment }}
resource \"google_container_cluster\" \"lab\" {
  name = {{ name }}
  initial_node_count = {{ nodes }}
  resource_labels = {{ labels | expr(indent=2) }}
  release_channel {
    channel = \"REGULAR\"
  }
}
";

const SCRIPT: &str = "\
#!/usr/bin/env bash
set -euo pipefail
# {{comment title}}
gcloud container clusters create {{name}} \\
  --labels={{join labels}} \\
  --num-nodes={{nodes}}
for pod in $(kubectl get pods -o name); do
  if [[ -n $pod ]]; then
    kubectl wait --for=condition=Ready \"$pod\" --timeout=120s
  fi
done
{{#each files}}
kubectl apply --filename={{this}}
{{/each}}
";

const RUNBOOK: &str = "\
# {{title}}

```sh
kubectl get pods --namespace={{shell namespace}}
```

| file |
|---|
{{#each files}}
| {{code this}} |
{{/each}}

{{fence (yaml spec) lang=\"yaml\"}}
";

fn view() -> Value {
    json!({
        "title": "a policy", "name": "redis-cart-allow", "namespace": "default", "nodes": 3,
        "labels": {"app": "x", "app.kubernetes.io/name": "y"},
        "files": ["a.yaml", "b c.yaml", "d.yaml"],
        "spec": {
            "podSelector": {"matchLabels": {"app": "redis-cart"}},
            "policyTypes": ["Ingress"],
            "ingress": [{
                "from": [{"podSelector": {"matchLabels": {"app": "cartservice"}}}],
                "ports": [{"protocol": "TCP", "port": 6379}],
            }],
        },
    })
}

#[test]
#[ignore = "measures, asserts nothing"]
fn rendering_is_cheap() {
    let templates = [
        ("a.yaml.tera", POLICY),
        ("a.tf.tera", CLUSTER),
        ("a.sh.hbs", SCRIPT),
        ("a.md.hbs", RUNBOOK),
    ];
    let start = Instant::now();
    let renderer = load(&templates).expect("a renderer");
    eprintln!("load {} templates: {:?}", templates.len(), start.elapsed());
    let (view, count) = (view(), 2000);
    for (name, _) in templates {
        let out = renderer.render(name, &view).expect("rendered");
        let language = Language::of_template(name).expect("a language");
        let start = Instant::now();
        for _ in 0..count {
            std::hint::black_box(renderer.render(name, &view).expect("rendered"));
        }
        let whole = start.elapsed() / count;
        let start = Instant::now();
        for _ in 0..count {
            std::hint::black_box(reread(language, &out)).expect("read");
        }
        let door = start.elapsed() / count;
        eprintln!(
            "{name}: {whole:?} for {} bytes, of which the last door {door:?}",
            out.len()
        );
    }
}
