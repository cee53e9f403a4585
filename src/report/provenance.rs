//! Which key of a profile made a line of a generated file.
//!
//! Every file is planned from a part of the profile, which is certain. For a single line the profile
//! is asked itself: one value is changed, the file is made again, and if the line changes, the
//! value made it. Where no change of a value gives a valid lab, values that the line shows are
//! named, and it is said that they are only alike.

mod leaf;

use crate::check;
use crate::plan::{self, Planned};
use crate::profile;
use crate::profile::yaml::Node;
use crate::render::Renderer;
use crate::source::{SourceMap, Span};
use crate::tree::RelPath;
use leaf::{Leaf, changed, leaves};

/// A profile as it was read, all layers together.
#[derive(Debug)]
pub struct Profile<'a> {
    /// Its texts.
    pub sources: &'a SourceMap,
    /// Its tree.
    pub node: &'a Node,
}

/// A value of the profile behind a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// `policies.deny-all.spec.podSelector`.
    pub key: String,
    /// Where it was written.
    pub span: Span,
    /// Whether a change of it changes the line; else both only read alike.
    pub certain: bool,
}

/// More names than these explain nothing.
const SHOWN: usize = 5;
/// How many values are tried at most, by what a person waits for.
const TRIED: usize = 400;

impl Profile<'_> {
    /// Where a part of the profile was written: `policies.deny-all`. Named things in lists are found by
    /// their names, also where these have dots in them.
    pub fn place(&self, key: &str) -> Option<Span> {
        leaf::find(self.node, key).map(|node| node.span)
    }

    /// The values behind a line, counted from 0, of a file's text as it is generated.
    pub fn causes(
        &self,
        renderer: &Renderer,
        file: &Planned,
        text: &str,
        line: usize,
    ) -> Vec<Cause> {
        let Some(shown) = text.lines().nth(line) else {
            return Vec::new();
        };
        let all = leaves(self.node);
        let mut alike: Vec<&Leaf> = all.iter().filter(|leaf| leaf.is_in(shown)).collect();
        alike.sort_by_key(|leaf| {
            (
                !leaf.is_below(&file.key),
                std::cmp::Reverse(leaf.text.len()),
            )
        });
        let made = |leaf: &&Leaf| self.makes(renderer, file, text, line, leaf, &all);
        let proven = |leaves: &[&Leaf]| {
            let found = leaves.iter().take(TRIED).filter(|leaf| made(leaf));
            found.take(SHOWN).map(|l| l.cause(true)).collect()
        };
        let causes: Vec<Cause> = proven(&alike);
        if !causes.is_empty() {
            return causes;
        }
        let mut near: Vec<&Leaf> = all.iter().collect();
        near.sort_by_key(|leaf| !leaf.is_below(&file.key));
        let causes: Vec<Cause> = proven(&near);
        if !causes.is_empty() {
            return causes;
        }
        let alike = alike.iter().filter(|leaf| leaf.is_below(&file.key));
        alike.take(SHOWN).map(|leaf| leaf.cause(false)).collect()
    }

    /// Whether the line is another one once the value is.
    fn makes(
        &self,
        renderer: &Renderer,
        file: &Planned,
        text: &str,
        line: usize,
        leaf: &Leaf,
        all: &[Leaf],
    ) -> bool {
        let mut trees = changed(self.node, leaf, all);
        let other = trees.find_map(|tree| self.render(renderer, &tree, &file.path));
        let Some(other) = other else { return false };
        let (old, new): (Vec<&str>, Vec<&str>) = (text.lines().collect(), other.lines().collect());
        match old.len() == new.len() {
            true => old.get(line) != new.get(line),
            false => old.get(line).is_some_and(|line| !new.contains(line)),
        }
    }

    fn render(&self, renderer: &Renderer, tree: &Node, path: &RelPath) -> Option<String> {
        let raw = profile::typed(self.sources, tree, Vec::new()).value?;
        let lab = check::lab(&raw).value?;
        let file = planned(&lab, path)?;
        renderer.render(file.template, &file.view).ok()
    }
}

/// A file of a lab's plan, also one that is made on request only.
pub fn planned(lab: &crate::model::Lab, path: &RelPath) -> Option<Planned> {
    let files = plan::plan(lab).ok()?;
    let all = files.into_iter().chain(plan::on_request(lab).ok()?);
    all.into_iter().find(|file| file.path == *path)
}
