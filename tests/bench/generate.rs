//! From a profile's text to every file of its lab: what a run costs once, and each lab.
//! Run with `cargo bench --bench generate`.
#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark that can't go on should say so and stop"
)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use camino::Utf8Path;
use dplab::profile::layer::{Files, Overrides};
use dplab::render::{Catalog, Renderer};
use dplab::source::SourceMap;
use dplab::{check, plan, profile, render};

struct Disk;

impl Files for Disk {
    fn read(&self, path: &Utf8Path) -> std::io::Result<String> {
        std::fs::read_to_string(path)
    }
}

/// Times of the three parts: reading and checking, planning, rendering.
#[derive(Default)]
struct Times([Duration; 3]);

fn lab(path: &str, renderer: &Renderer, times: &mut Times) -> usize {
    let mut clock = Instant::now();
    let mut lap = |part: usize| {
        times.0[part] += clock.elapsed();
        clock = Instant::now();
    };
    let text = std::fs::read_to_string(path).expect("a profile");
    let mut sources = SourceMap::new();
    let id = sources.add(path, text);
    let raw = profile::read(&mut sources, &Disk, id, &Overrides::default());
    let lab = check::lab(&raw.value.expect("fits")).value.expect("a lab");
    lap(0);
    let files = plan::plan(&lab).expect("a plan");
    lap(1);
    let tree = black_box(render::tree(renderer, &files).expect("a tree"));
    lap(2);
    tree.len()
}

fn main() {
    let clock = Instant::now();
    let catalog = Catalog::built_in().expect("templates");
    let renderer = Renderer::new(&catalog).expect("templates that load");
    println!("templates loaded once: {:?}", clock.elapsed());
    for name in ["minimal", "online-boutique", "zero-trust"] {
        let path = format!("{}/profiles/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
        lab(&path, &renderer, &mut Times::default());
        let mut times = Times::default();
        let (rounds, clock) = (200, Instant::now());
        let files = (0..rounds)
            .map(|_| lab(&path, &renderer, &mut times))
            .last();
        let each = clock.elapsed() / rounds;
        let [check, plan, render] = times.0.map(|time| time / rounds);
        let files = files.unwrap_or(0);
        println!(
            "{name}: {files} files, {each:?} a lab: check {check:?}, plan {plan:?}, render {render:?}"
        );
    }
}
