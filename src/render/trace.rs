//! Which line of which template made each line of a file.
//!
//! The templates are rendered a second time with a mark before the first visible thing on each line.
//! Marks stand only where something visible stands anyway, so they change no line of what is rendered
//! but themselves; what is left without them is laid beside the real text, line by line, and a
//! line that has no counterpart has no place. Nothing is guessed.

mod mark;

use serde::Serialize;
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::{
    BUILT_IN_PREFIX, Catalog, Engine, Place, RenderError, Renderer, context, handlebars, sources,
    tera,
};
use crate::lang::Language;
use mark::{Marks, marked, number};

/// Templates with marks, ready to render.
#[derive(Debug)]
pub struct Tracer {
    renderer: Renderer,
    marks: Marks,
}

impl Tracer {
    /// Loads every template of a catalogue, which a [`Renderer`] was made of before.
    ///
    /// # Errors
    /// Where a template can't be read.
    pub fn new(catalog: &Catalog) -> Result<Tracer, RenderError> {
        let mut marks = Marks::default();
        let catalog = catalog.rewritten(|name, hidden, text| {
            let prefix = if hidden { BUILT_IN_PREFIX } else { "" };
            let engine = Language::of_template(name).map(Engine::of);
            marked(engine, &format!("{prefix}{name}"), text, &mut marks)
        });
        let mut renderer = Renderer::empty(&catalog);
        for language in Language::ALL {
            let sources = sources(&catalog, language);
            if sources.is_empty() {
                continue;
            }
            match Engine::of(language) {
                Engine::Tera => {
                    let engine = tera::Engine::trusted(language, &sources)?;
                    renderer.tera.insert(language, engine);
                }
                Engine::Handlebars => {
                    let engine = handlebars::Engine::trusted(language, &sources)?;
                    renderer.handlebars.insert(language, engine);
                }
            }
        }
        Ok(Tracer { renderer, marks })
    }

    /// The template line behind each line of `text`, which the template rendered with this view. Empty
    /// lines have none.
    ///
    /// # Errors
    /// Where the template can't be rendered.
    pub fn lines(
        &self,
        template: &str,
        view: &impl Serialize,
        text: &str,
    ) -> Result<Vec<Option<Place>>, RenderError> {
        let context = context(template, view)?;
        let language = Language::of_template(template).unwrap_or(Language::Shell);
        let marked = self.renderer.raw(template, language, &context)?;
        let made = made(&marked);
        let there = visible(text);
        let place = |mark: Option<usize>| mark.and_then(|mark| self.marks.place(mark));
        let mut places: Vec<Option<Place>> = vec![None; text.lines().count()];
        for (from, to) in counterparts(&made, &there) {
            places[to] = place(from);
        }
        Ok(places)
    }
}

/// A line without its space, and something about it.
type Squeezed<T> = (String, T);

/// Each visible line, with the mark that it or the nearest before it carries: what a value on
/// several lines comes from.
fn made(marked: &str) -> Vec<Squeezed<Option<usize>>> {
    let mut last = None;
    let mut made = Vec::new();
    for line in marked.lines() {
        last = line.chars().find_map(number).or(last);
        let bare: String = line.chars().filter(|c| number(*c).is_none()).collect();
        made.push((squeezed(&bare), last));
    }
    made.retain(|(line, _)| !line.is_empty());
    made
}

/// Each visible line, with its number from 0.
fn visible(text: &str) -> Vec<Squeezed<usize>> {
    let lines = text.lines().enumerate();
    let lines = lines.map(|(at, line)| (squeezed(line), at));
    lines.filter(|(line, _)| !line.is_empty()).collect()
}

fn squeezed(line: &str) -> String {
    line.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Marks of lines that are in both, with the numbers of the lines in the real text.
fn counterparts(
    made: &[Squeezed<Option<usize>>],
    there: &[Squeezed<usize>],
) -> Vec<(Option<usize>, usize)> {
    let (old, new): (Vec<&str>, Vec<&str>) = (
        made.iter().map(|(line, _)| line.as_str()).collect(),
        there.iter().map(|(line, _)| line.as_str()).collect(),
    );
    let mut pairs = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
        if let DiffOp::Equal {
            old_index,
            new_index,
            len,
        } = op
        {
            let pair = |at: usize| (made[old_index + at].1, there[new_index + at].1);
            pairs.extend((0..len).map(pair));
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn lines(name: &str, template: &str, view: serde_json::Value) -> Vec<(String, usize)> {
        let catalog = Catalog::of([(name.to_owned(), template.to_owned())]).expect("a catalogue");
        let renderer = Renderer::new(&catalog).expect("a template that loads");
        let text = renderer.render(name, &view).expect("rendered");
        let tracer = Tracer::new(&catalog).expect("marked templates load");
        let places = tracer.lines(name, &view, &text).expect("traced");
        let line =
            |place: &Option<Place>| place.as_ref().and_then(|p| p.at).map_or(0, |at| at.line);
        text.lines()
            .map(str::to_owned)
            .zip(places.iter().map(line))
            .collect()
    }

    #[test]
    fn yaml_lines_know_their_template_lines() {
        let template = "\
{%- for line in notes %}
# {{ line | comment }}
{%- endfor %}
name: {{ name }} {# here #}
{%- if spec %}
spec:{{ spec | block(indent=0) }}
{%- endif %}

last: 1
";
        let view = json!({"notes": ["a", "b"], "name": "x", "spec": {"p": [1, {"q": 2}]}});
        let numbers: Vec<usize> = lines("a.yaml.tera", template, view)
            .into_iter()
            .map(|(_, number)| number)
            .collect();
        // # a, # b, name, spec, p, - 1, - q, an empty line, last
        assert_eq!(numbers, [2, 2, 4, 6, 6, 6, 6, 0, 9]);
    }

    #[test]
    fn shell_lines_know_their_template_lines() {
        let template = "\
#!/bin/bash
{{#if flag}}
echo {{name}} \\
  --flag={{flag}}
{{/if}}
{{! not seen }}
list=(
{{#each items}}
  {{this}}
{{/each}}
)
{{#each items}}echo {{this}}
{{/each}}
";
        let view = json!({"flag": "f", "name": "n", "items": ["a", "b"]});
        let numbers: Vec<usize> = lines("a.sh.hbs", template, view)
            .into_iter()
            .map(|(_, number)| number)
            .collect();
        assert_eq!(numbers, [1, 3, 4, 7, 9, 9, 11, 12, 12]);
    }
}
