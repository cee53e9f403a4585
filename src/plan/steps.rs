//! The scripts in the lab's order, and the Terraform files.

use std::sync::Arc;

use super::files::{numbered, probe_file, stage_folder};
use super::{Builder, View};
use crate::model::Lab;
use crate::model::stage::Stage;
use crate::tree::path::PathError;
use crate::view::edge::edge;
use crate::view::runbook::{self, RunbookView, StepView};
use crate::view::scripts::{self, RunView, StageScript};
use crate::view::stage;

/// A script, its template, and what it does.
#[derive(Clone, Copy)]
struct Step {
    file: &'static str,
    template: &'static str,
    what: &'static str,
    /// `run-lab.sh` runs it.
    in_run: bool,
}

/// What other scripts take in.
const SOURCED: [(&str, &str); 6] = [
    ("scripts/settings.sh", "gcloud/settings.sh.hbs"),
    ("scripts/lib.sh", "gcloud/lib.sh.hbs"),
    ("scripts/probes.sh", "gcloud/probes.sh.hbs"),
    ("scripts/leftovers.sh", "gcloud/leftovers.sh.hbs"),
    (BALANCERS, "gcloud/load-balancers.sh.hbs"),
    (SINK_PARTS, "gcloud/log-sink.sh.hbs"),
];

const BEFORE: [Step; 10] = [
    Step {
        file: "scripts/10-enable-apis.sh",
        template: "gcloud/enable-apis.sh.hbs",
        what: "switches on the Google Cloud APIs that the lab needs",
        in_run: true,
    },
    Step {
        file: NETWORK,
        template: "gcloud/create-network.sh.hbs",
        what: "makes the VPC network, its subnet and its ranges",
        in_run: true,
    },
    Step {
        file: "scripts/12-create-service-account.sh",
        template: "gcloud/create-service-account.sh.hbs",
        what: "makes the service account of the nodes, with no more roles than a node needs",
        in_run: true,
    },
    Step {
        file: "scripts/13-create-cluster.sh",
        template: "gcloud/create-cluster.sh.hbs",
        what: "makes the cluster with Dataplane V2 and its node pools",
        in_run: true,
    },
    Step {
        file: "scripts/14-list-versions.sh",
        template: "gcloud/list-versions.sh.hbs",
        what: "shows the versions in each release channel (optional)",
        in_run: false,
    },
    Step {
        file: "scripts/15-get-credentials.sh",
        template: "gcloud/get-credentials.sh.hbs",
        what: "fetches credentials for kubectl",
        in_run: true,
    },
    // Before the stages: a sink sends on what is logged from then on.
    Step {
        file: LOG_SINK,
        template: "gcloud/create-log-sink.sh.hbs",
        what: "makes the log sink, which sends the policy log to one more place",
        in_run: true,
    },
    Step {
        file: "scripts/20-deploy-app.sh",
        template: "gcloud/deploy-app.sh.hbs",
        what: "deploys the application and waits until it runs",
        in_run: true,
    },
    Step {
        file: ADDRESS,
        template: "gcloud/show-address.sh.hbs",
        what: "shows where the application is reached from outside",
        in_run: true,
    },
    Step {
        file: "scripts/22-inspect-services.sh",
        template: "gcloud/inspect-services.sh.hbs",
        what: "shows the Services, their selectors, the labels behind them, and the policy logging",
        in_run: true,
    },
];

/// Only in a network of the lab's own can it be told whose load balancers stand on it.
const BALANCERS: &str = "scripts/load-balancers.sh";
const NETWORK: &str = "scripts/11-create-network.sh";
const SINK_PARTS: &str = "scripts/log-sink.sh";
const LOG_SINK: &str = "scripts/16-create-log-sink.sh";
const ADDRESS: &str = "scripts/21-show-address.sh";

const AFTER: [Step; 4] = [
    Step {
        file: "scripts/50-read-logs.sh",
        template: "gcloud/read-logs.sh.hbs",
        what: "reads what policy logging has written",
        in_run: false,
    },
    Step {
        file: ALERTING,
        template: "gcloud/create-alerting.sh.hbs",
        what: "makes the log-based metric and the alert",
        in_run: true,
    },
    Step {
        file: "scripts/90-clean-up.sh",
        template: "gcloud/clean-up.sh.hbs",
        what: "takes everything down again, in reverse order",
        in_run: false,
    },
    Step {
        file: "scripts/91-verify-clean-up.sh",
        template: "gcloud/verify-clean-up.sh.hbs",
        what: "looks for anything that is left, and fails if there is something",
        in_run: false,
    },
];

const ALERTING: &str = "scripts/60-create-alerting.sh";

/// Terraform's files.
const TERRAFORM: [(&str, &str); 18] = [
    (
        "terraform/cluster/alerting.tf",
        "terraform/cluster/alerting.tf.tera",
    ),
    (
        "terraform/cluster/cluster.tf",
        "terraform/cluster/cluster.tf.tera",
    ),
    (
        "terraform/cluster/log_sink.tf",
        "terraform/cluster/log_sink.tf.tera",
    ),
    (
        "terraform/cluster/network.tf",
        "terraform/cluster/network.tf.tera",
    ),
    (
        "terraform/cluster/node_pools.tf",
        "terraform/cluster/node_pools.tf.tera",
    ),
    (
        "terraform/cluster/outputs.tf",
        "terraform/cluster/outputs.tf.tera",
    ),
    (
        "terraform/cluster/project.tf",
        "terraform/cluster/project.tf.tera",
    ),
    (
        "terraform/cluster/service_account.tf",
        "terraform/cluster/service_account.tf.tera",
    ),
    (
        "terraform/cluster/terraform.tfvars",
        "terraform/cluster/terraform.tfvars.tera",
    ),
    (
        "terraform/cluster/tests/cluster.tftest.hcl",
        "terraform/cluster/tests/cluster.tftest.hcl.tera",
    ),
    (
        "terraform/cluster/variables.tf",
        "terraform/cluster/variables.tf.tera",
    ),
    (
        "terraform/cluster/versions.tf",
        "terraform/cluster/versions.tf.tera",
    ),
    (
        "terraform/workloads/main.tf",
        "terraform/workloads/main.tf.tera",
    ),
    (
        "terraform/workloads/outputs.tf",
        "terraform/workloads/outputs.tf.tera",
    ),
    (
        "terraform/workloads/terraform.tfvars",
        "terraform/workloads/terraform.tfvars.tera",
    ),
    (
        "terraform/workloads/tests/workloads.tftest.hcl",
        "terraform/workloads/tests/workloads.tftest.hcl.tera",
    ),
    (
        "terraform/workloads/variables.tf",
        "terraform/workloads/variables.tf.tera",
    ),
    (
        "terraform/workloads/versions.tf",
        "terraform/workloads/versions.tf.tera",
    ),
];

const TF_ALERTING: &str = "terraform/cluster/alerting.tf";
const TF_LOG_SINK: &str = "terraform/cluster/log_sink.tf";
const TF_NETWORK: &str = "terraform/cluster/network.tf";
const TF_NODE_POOLS: &str = "terraform/cluster/node_pools.tf";

/// Terraform's files, without those that would hold nothing for this lab.
pub(super) fn terraform(lab: &Lab) -> impl Iterator<Item = (&'static str, &'static str)> {
    TERRAFORM.into_iter().filter(|(file, _)| match *file {
        TF_ALERTING => lab.alerting.is_some(),
        TF_LOG_SINK => lab.log_sink.is_some(),
        TF_NETWORK => lab.cluster.network.own().is_some(),
        TF_NODE_POOLS => lab.cluster.standard().is_some(),
        _ => true,
    })
}

/// Config Connector's files: the same cluster as Kubernetes objects.
const KCC: [(&str, &str); 6] = [
    ("kcc/alerting.yaml", "kcc/alerting.yaml.tera"),
    ("kcc/cluster.yaml", "kcc/cluster.yaml.tera"),
    ("kcc/network.yaml", "kcc/network.yaml.tera"),
    ("kcc/node-pools.yaml", "kcc/node-pools.yaml.tera"),
    ("kcc/service-account.yaml", "kcc/service-account.yaml.tera"),
    ("kcc/services.yaml", "kcc/services.yaml.tera"),
];

/// Config Connector's files, without those that would hold nothing for this lab.
pub(super) fn kcc(lab: &Lab) -> impl Iterator<Item = (&'static str, &'static str)> {
    KCC.into_iter().filter(|(file, _)| match *file {
        "kcc/alerting.yaml" => lab.alerting.is_some(),
        "kcc/network.yaml" => lab.cluster.network.own().is_some(),
        "kcc/node-pools.yaml" => lab.cluster.standard().is_some(),
        _ => true,
    })
}

/// The script of a stage.
fn stage_script(lab: &Lab, index: usize, stage: &Stage) -> String {
    format!("scripts/30-stage-{}.sh", numbered(lab, index, stage))
}

/// Plans the scripts and the runbook that tells their order.
pub(super) fn scripts(plan: &mut Builder, lab: &Lab, view: &Arc<View>) -> Result<(), PathError> {
    let own_network = lab.cluster.network.own().is_some();
    for (path, template) in SOURCED {
        let wanted = match path {
            BALANCERS => own_network,
            SINK_PARTS => lab.log_sink.is_some(),
            _ => true,
        };
        if wanted {
            plan.file(path, template, Arc::clone(view), "cluster")?;
        }
    }
    let before = needed(lab, &BEFORE);
    let after = needed(lab, &AFTER);
    for step in before.iter().chain(&after) {
        plan.file(step.file, step.template, Arc::clone(view), "cluster")?;
    }
    plan.file(
        "scripts/run-lab.sh",
        "gcloud/run-lab.sh.hbs",
        View::Run(run(lab, &before, &after)),
        "stages",
    )?;
    let mut stages = Vec::new();
    for (index, stage) in lab.stages.iter().enumerate() {
        let folder = stage_folder(lab, index, stage);
        let view = stage::stage(lab, index, stage, &folder, probe_file);
        let script = stage_script(lab, index, stage);
        let key = format!("stages.{}", stage.name);
        stages.push(runbook::stage(lab, index, stage, &script, &folder));
        plan.file(&script, "gcloud/stage.sh.hbs", View::Stage(view), key)?;
    }
    let step = |step: &Step| StepView {
        file: step.file.to_owned(),
        what: step.what,
    };
    let view = RunbookView {
        lab: scripts::lab(lab),
        description: lab.description.to_string(),
        source: lab.app.source.to_string(),
        before: before.iter().map(step).collect(),
        stages,
        probes: runbook::probes(lab),
        after: after.iter().map(step).collect(),
    };
    let view = View::Runbook(Box::new(view));
    plan.file("README.md", "docs/runbook.md.hbs", view, "name")
}

/// What `run-lab.sh` runs, in order.
fn run(lab: &Lab, before: &[Step], after: &[Step]) -> RunView {
    let files = |steps: &[Step]| {
        let steps = steps.iter().filter(|step| step.in_run);
        steps.map(|step| step.file).collect()
    };
    let stages = lab.stages.iter().enumerate();
    RunView {
        before: files(before),
        stages: stages
            .map(|(index, stage)| StageScript {
                name: stage.name.to_string(),
                script: stage_script(lab, index, stage),
                has_probes: !stage.expectations.is_empty(),
            })
            .collect(),
        after: files(after),
        has_alerting: lab.alerting.is_some(),
    }
}

/// Without what a lab doesn't have: a network of its own, a way in from outside, an alert, a sink.
fn needed(lab: &Lab, steps: &[Step]) -> Vec<Step> {
    let wanted = |step: &&Step| match step.file {
        NETWORK => lab.cluster.network.own().is_some(),
        ADDRESS => !edge(&lab.app).addresses.is_empty(),
        ALERTING => lab.alerting.is_some(),
        LOG_SINK => lab.log_sink.is_some(),
        _ => true,
    };
    steps.iter().filter(wanted).copied().collect()
}
