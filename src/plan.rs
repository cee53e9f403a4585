//! Lab -> plan: which files there are, from which template, with which view. Sorted, no text.

mod files;
mod steps;

use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;

use self::files::{object_file, policy_file, probe_file, stage_folder};
use crate::model::Lab;
use crate::model::lab::Policy;
use crate::model::logging::LoggingSpec;
use crate::model::names::{DnsLabel, DnsSubdomain};
use crate::model::stage::Stage;
use crate::tree::path::{PathError, RelPath};
use crate::view::kubernetes::{
    self as objects, KustomizationView, LoggingView, NamespaceView, PolicyView, ProbePodView,
};
use crate::view::objects::{self as app_objects, AppObject, ObjectView};
use crate::view::runbook::RunbookView;
use crate::view::scripts::{self, LabView, RunView};
use crate::view::stage::StageView;

/// A file to be rendered.
#[derive(Debug, Clone)]
pub struct Planned {
    /// Where it goes, below the lab's folder.
    pub path: RelPath,
    /// Its template.
    pub template: &'static str,
    /// What the template sees. Files with one view share it.
    pub view: Arc<View>,
    /// The part of the profile that it comes from: `policies.deny-all`.
    pub key: String,
}

impl Planned {
    /// Whether it lies in a folder of the tree, or is just this file.
    pub fn is_part_of(&self, part: &str) -> bool {
        let rest = self.path.as_str().strip_prefix(part.trim_end_matches('/'));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Scripts are made to be run.
    pub fn executable(&self) -> bool {
        self.path.as_str().ends_with(".sh")
    }
}

/// What a template sees: one view, whichever it is.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum View {
    /// Scripts and Terraform.
    Lab(Box<LabView>),
    /// A stage's script.
    Stage(StageView),
    /// The script that runs the whole lab.
    Run(RunView),
    /// The runbook.
    Runbook(Box<RunbookView>),
    /// An object of the application.
    Object(ObjectView),
    /// A namespace.
    Namespace(NamespaceView),
    /// A policy.
    Policy(PolicyView),
    /// The NetworkLogging object.
    Logging(LoggingView),
    /// A probe's pod.
    ProbePod(ProbePodView),
    /// A kustomization.
    Kustomization(KustomizationView),
}

/// The files of a lab, sorted by path.
///
/// # Errors
/// A name in the lab that can't be a file's.
pub fn plan(lab: &Lab) -> Result<Vec<Planned>, PathError> {
    let mut plan = Builder::default();
    let view = lab_view(lab);
    steps::scripts(&mut plan, lab, &view)?;
    for (path, template) in steps::terraform(lab) {
        plan.file(path, template, Arc::clone(&view), "cluster")?;
    }
    plan.app(lab)?;
    let (policies, logging) = end(lab);
    let namespaces = plan.namespaces(lab)?;
    let folders: Vec<String> = [
        Some("app/".to_owned()),
        plan.logging("kubernetes/logging", logging, "logging")?,
        namespaces,
        plan.policies("kubernetes/policies", &policies, &lab.app.namespace)?,
    ]
    .into_iter()
    .flatten()
    .collect();
    plan.kustomization("kubernetes", folders, "app")?;
    for probe in &lab.probes {
        let view = View::ProbePod(objects::probe_pod(lab, probe));
        let key = format!("probes.{}", probe.name);
        plan.file(
            &probe_file(probe),
            "kubernetes/probe-pod.yaml.tera",
            view,
            key,
        )?;
    }
    for (index, stage) in lab.stages.iter().enumerate() {
        plan.stage(lab, index, stage)?;
    }
    let mut files = plan.files;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// What is made only when it is asked for: the cluster as objects of Config Connector, which few
/// have. Sorted by path; no path is one of [`plan`]'s.
///
/// # Errors
/// A name in the lab that can't be a file's.
pub fn on_request(lab: &Lab) -> Result<Vec<Planned>, PathError> {
    let mut plan = Builder::default();
    let view = lab_view(lab);
    for (path, template) in steps::kcc(lab) {
        plan.file(path, template, Arc::clone(&view), "cluster")?;
    }
    Ok(plan.files)
}

/// What most scripts and all of Terraform's files see.
fn lab_view(lab: &Lab) -> Arc<View> {
    Arc::new(View::Lab(Box::new(scripts::lab(lab))))
}

/// A policy, and whether its allowed connections are logged.
type InForce<'a> = (&'a Policy, bool);

/// What is in force when the lab is over: its last stage, or all that it has.
fn end(lab: &Lab) -> (Vec<InForce<'_>>, LoggingSpec) {
    match lab.stages.last() {
        Some(last) => (in_force(lab, last), last.logging),
        None => (
            lab.policies.iter().map(|policy| (policy, false)).collect(),
            lab.logging,
        ),
    }
}

fn in_force<'a>(lab: &'a Lab, stage: &'a Stage) -> Vec<InForce<'a>> {
    let logged = |name: &DnsSubdomain| stage.annotated_policies.contains(name);
    let policies = lab.policies_named(&stage.policies);
    policies
        .map(|policy| (policy, logged(&policy.name)))
        .collect()
}

/// Puts the plan together.
#[derive(Default)]
struct Builder {
    files: Vec<Planned>,
    /// Policies that were planned before, which most stages have in common.
    policies: HashMap<(*const Policy, bool), Arc<View>>,
}

impl Builder {
    fn file(
        &mut self,
        path: &str,
        template: &'static str,
        view: impl Into<Arc<View>>,
        key: impl Into<String>,
    ) -> Result<(), PathError> {
        self.files.push(Planned {
            path: RelPath::parse(path)?,
            template,
            view: view.into(),
            key: key.into(),
        });
        Ok(())
    }

    fn kustomization(
        &mut self,
        folder: &str,
        mut resources: Vec<String>,
        key: &str,
    ) -> Result<(), PathError> {
        resources.sort();
        let view = View::Kustomization(KustomizationView { resources });
        let path = format!("{folder}/kustomization.yaml");
        self.file(&path, "kubernetes/kustomization.yaml.tera", view, key)
    }

    fn app(&mut self, lab: &Lab) -> Result<(), PathError> {
        let mut resources: Vec<String> = Vec::new();
        for AppObject { object, key } in app_objects::all(&lab.app) {
            let name = files::not_taken(object_file(&object, &lab.app.namespace), &resources);
            let view = View::Object(app_objects::view(object));
            let path = format!("kubernetes/app/{name}");
            self.file(&path, "kubernetes/object.yaml.tera", view, key)?;
            resources.push(name);
        }
        self.kustomization("kubernetes/app", resources, "app")
    }

    /// Namespaces that the lab makes, and those whose annotation asks for logs at its end.
    fn namespaces(&mut self, lab: &Lab) -> Result<Option<String>, PathError> {
        let annotated: &[DnsLabel] = lab.stages.last().map_or(&[], |s| &s.annotated_namespaces);
        let mut names = scripts::own_namespaces(lab);
        names.extend(annotated.iter().map(ToString::to_string));
        names.sort();
        names.dedup();
        let folder = "kubernetes/namespaces";
        let mut resources = Vec::new();
        for name in names {
            let logged = annotated.iter().any(|ns| ns.as_str() == name);
            let file = files::yaml(&name);
            let view = View::Namespace(objects::namespace(&lab.app, &name, logged));
            let path = format!("{folder}/{file}");
            self.file(
                &path,
                "kubernetes/namespace.yaml.tera",
                view,
                "app.namespace",
            )?;
            resources.push(file);
        }
        if resources.is_empty() {
            return Ok(None);
        }
        self.kustomization(folder, resources, "app.namespace")?;
        Ok(Some("namespaces/".to_owned()))
    }

    fn policies(
        &mut self,
        folder: &str,
        policies: &[InForce<'_>],
        home: &DnsLabel,
    ) -> Result<Option<String>, PathError> {
        if policies.is_empty() {
            return Ok(None);
        }
        let resources = self.policy_files(folder, policies, home)?;
        self.kustomization(folder, resources, "policies")?;
        Ok(Some("policies/".to_owned()))
    }

    fn policy_files(
        &mut self,
        folder: &str,
        policies: &[InForce<'_>],
        home: &DnsLabel,
    ) -> Result<Vec<String>, PathError> {
        let mut resources = Vec::new();
        for (policy, logged) in policies {
            let file = policy_file(policy, home);
            let view = self.policy_view(policy, *logged);
            let key = format!("policies.{}", policy.name);
            let path = format!("{folder}/{file}");
            self.file(&path, "kubernetes/policy.yaml.tera", view, key)?;
            resources.push(file);
        }
        Ok(resources)
    }

    fn policy_view(&mut self, policy: &Policy, logged: bool) -> Arc<View> {
        let view = self.policies.entry((std::ptr::from_ref(policy), logged));
        let view = view.or_insert_with(|| Arc::new(View::Policy(objects::policy(policy, logged))));
        Arc::clone(view)
    }

    fn logging(
        &mut self,
        folder: &str,
        spec: LoggingSpec,
        key: &str,
    ) -> Result<Option<String>, PathError> {
        self.logging_file(folder, spec, key)?;
        self.kustomization(folder, vec![LOGGING_FILE.to_owned()], key)?;
        Ok(Some("logging/".to_owned()))
    }

    fn logging_file(
        &mut self,
        folder: &str,
        spec: LoggingSpec,
        key: &str,
    ) -> Result<(), PathError> {
        let view = View::Logging(objects::logging(spec));
        let path = format!("{folder}/{LOGGING_FILE}");
        self.file(&path, "logging/network-logging.yaml.tera", view, key)
    }

    /// A stage's folder holds the whole state of policies and logging, so that any stage can be
    /// entered from any other.
    fn stage(&mut self, lab: &Lab, index: usize, stage: &Stage) -> Result<(), PathError> {
        let folder = stage_folder(lab, index, stage);
        let key = format!("stages.{}", stage.name);
        let mut resources =
            self.policy_files(&folder, &in_force(lab, stage), &lab.app.namespace)?;
        self.logging_file(&folder, stage.logging, &key)?;
        resources.push(LOGGING_FILE.to_owned());
        self.kustomization(&folder, resources, &key)
    }
}

/// NetworkLogging has one name, so it has one file.
const LOGGING_FILE: &str = "network-logging.yaml";
