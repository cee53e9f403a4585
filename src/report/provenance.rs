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
use leaf::{Leaf, Together, changed, leaves};

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

/// The line that is asked about.
struct Asked<'a> {
    renderer: &'a Renderer,
    file: &'a Planned,
    text: &'a str,
    line: usize,
    all: &'a [Leaf],
}

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
        let asked = Asked {
            renderer,
            file,
            text,
            line,
            all: &all,
        };
        let mut near: Vec<&Leaf> = all.iter().collect();
        near.sort_by_key(|leaf| !leaf.is_below(&file.key));
        let mut causes = self.proven(&asked, &alike, Together::No);
        if causes.is_empty() {
            // A name that is used elsewhere can't be changed alone; where it is given comes first.
            causes = self.proven(&asked, &alike, Together::Yes);
            causes.truncate(1);
        }
        if causes.is_empty() {
            causes = self.proven(&asked, &near, Together::No);
        }
        if causes.is_empty() {
            let alike = alike.iter().filter(|leaf| leaf.is_below(&file.key));
            causes = alike.take(SHOWN).map(|leaf| leaf.cause(false)).collect();
        }
        causes
    }

    fn proven(&self, asked: &Asked<'_>, leaves: &[&Leaf], together: Together) -> Vec<Cause> {
        let tried = leaves.iter().take(TRIED);
        let found = tried.filter(|leaf| self.makes(asked, leaf, together));
        found.take(SHOWN).map(|leaf| leaf.cause(true)).collect()
    }

    /// Whether the line is another one once the value is.
    fn makes(&self, asked: &Asked<'_>, leaf: &Leaf, together: Together) -> bool {
        let mut trees = changed(self.node, leaf, asked.all, together);
        let other = trees.find_map(|tree| self.render(asked.renderer, &tree, &asked.file.path));
        let Some(other) = other else { return false };
        let (old, new): (Vec<&str>, Vec<&str>) =
            (asked.text.lines().collect(), other.lines().collect());
        match old.len() == new.len() {
            true => old.get(asked.line) != new.get(asked.line),
            false => old.get(asked.line).is_some_and(|line| !new.contains(line)),
        }
    }

    fn render(&self, renderer: &Renderer, tree: &Node, path: &RelPath) -> Option<String> {
        let raw = profile::typed(self.sources, tree, Vec::new()).value?;
        let lab = check::lab(&raw).value?;
        let file = planned(&lab, path)?;
        renderer.render(file.template, file.view.as_ref()).ok()
    }
}

/// A file of a lab's plan, also one that is made on request only.
pub fn planned(lab: &crate::model::Lab, path: &RelPath) -> Option<Planned> {
    let files = plan::plan(lab).ok()?;
    let all = files.into_iter().chain(plan::on_request(lab).ok()?);
    all.into_iter().find(|file| file.path == *path)
}
