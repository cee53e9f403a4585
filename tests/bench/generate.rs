//! From a profile's text to every file of its lab, and a whole folder of profiles through the command.
//! Run with `cargo bench --bench generate`, and with the number of profiles in the folder (1000).
#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark that can't go on should say so and stop"
)]

use std::hint::black_box;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use camino::Utf8Path;
use dplab::profile::layer::{Files, Overrides};
use dplab::profile::set::Assignment;
use dplab::profile::shelf::Shelf;
use dplab::render::{Catalog, Renderer};
use dplab::source::SourceMap;
use dplab::{check, plan, profile, render};

/// The file system, as the command reads it.
#[derive(Default)]
struct Disk {
    shelf: Shelf,
}

impl Files for Disk {
    fn read(&self, path: &Utf8Path) -> std::io::Result<String> {
        std::fs::read_to_string(path)
    }

    fn shelf(&self) -> Option<&Shelf> {
        Some(&self.shelf)
    }
}

/// Times of the three parts: reading and checking, planning, rendering.
#[derive(Default)]
struct Times([Duration; 3]);

/// What makes one lab another: everything that has a name of its own in each.
fn named(number: u32) -> Overrides {
    let set = [
        format!("name=lab-{number}"),
        format!("cluster.project=project-{number}"),
        format!("cluster.name=cluster-{number}"),
    ];
    Overrides {
        assignments: set
            .iter()
            .filter_map(|text| Assignment::parse(text))
            .collect(),
        ..Overrides::default()
    }
}

fn lab(path: &str, number: u32, disk: &Disk, renderer: &Renderer, times: &mut Times) -> usize {
    let mut clock = Instant::now();
    let mut lap = |part: usize| {
        times.0[part] += clock.elapsed();
        clock = Instant::now();
    };
    let text = std::fs::read_to_string(path).expect("a profile");
    let mut sources = SourceMap::new();
    let id = sources.add(path, text);
    let raw = profile::read(&mut sources, disk, id, &named(number));
    let lab = check::lab(&raw.value.expect("fits")).value.expect("a lab");
    lap(0);
    let files = plan::plan(&lab).expect("a plan");
    lap(1);
    let tree = black_box(render::tree(renderer, &files).expect("a tree"));
    lap(2);
    tree.len()
}

fn show(name: &str, files: usize, times: &Times, rounds: u32) {
    let [check, plan, render] = times.0.map(|time| time / rounds);
    let each = check + plan + render;
    println!(
        "{name}: {files} files, {each:?} a lab: check {check:?}, plan {plan:?}, render {render:?}"
    );
}

/// The first lab of a run, and those after it, each with names of its own.
fn library(name: &str) {
    let path = format!("{}/profiles/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
    let catalog = Catalog::built_in().expect("templates");
    let (rounds, disk) = (200, Disk::default());
    let clock = Instant::now();
    let renderer = Renderer::new(&catalog).expect("templates that load");
    println!("{name}: templates loaded once in {:?}", clock.elapsed());
    let mut times = Times::default();
    let files = lab(&path, 0, &disk, &renderer, &mut times);
    show(&format!("{name}, first"), files, &times, 1);
    let mut times = Times::default();
    for number in 1..=rounds {
        lab(&path, number, &disk, &renderer, &mut times);
    }
    show(&format!("{name}, more"), files, &times, rounds);
}

/// The command over a folder of profiles.
fn command(count: u32) {
    let folder = tempfile::tempdir().expect("a folder");
    let profiles = folder.path().join("profiles");
    std::fs::create_dir(&profiles).expect("a folder");
    for number in 0..count {
        let text = format!(
            "format: dplab/v1\nname: lab-{number}\ncluster: {{project: project-{number}, name: \
             cluster-{number}, location: us-east1}}\napp: {{use: online-boutique}}\n"
        );
        std::fs::write(profiles.join(format!("{number:06}.yaml")), text).expect("a profile");
    }
    for (words, what) in [
        ("validate", "validate"),
        ("generate", "generate, into nothing"),
        ("generate", "generate, unchanged"),
        ("diff", "diff"),
        ("check", "check"),
    ] {
        println!("{what}: {:?} for {count} labs", run(words, folder.path()));
    }
}

fn run(word: &str, folder: &Path) -> Duration {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dplab"));
    command.args([word, "--quiet"]).current_dir(folder);
    let clock = Instant::now();
    let status = command.stdout(Stdio::null()).status().expect("dplab");
    let time = clock.elapsed();
    assert!(status.success(), "{word}: {status}");
    time
}

fn main() {
    // Whoever runs all targets as tests does not want to wait for this.
    if !std::env::args().any(|word| word == "--bench") {
        return;
    }
    for name in ["minimal", "online-boutique", "zero-trust"] {
        library(name);
    }
    let count = std::env::args().find_map(|word| word.parse().ok());
    command(count.unwrap_or(1000));
}
