//! Tests of `src/render`: templates end to end, with hostile values in every place.

mod fields;
mod hostile;
mod overrides;
mod refused;

use dplab::render::{Catalog, RenderError, Renderer};
use serde_json::Value;

/// A renderer of these templates, or why there is none.
fn load(templates: &[(&str, &str)]) -> Result<Renderer, RenderError> {
    let owned = templates
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
    Renderer::new(&Catalog::of(owned)?)
}

/// Renders a lone template, or says why not: the whole error text.
fn try_render(name: &str, text: &str, view: &Value) -> Result<String, String> {
    let rendered = load(&[(name, text)]).and_then(|renderer| renderer.render(name, view));
    rendered.map_err(|error| error.to_string())
}

fn render(name: &str, text: &str, view: &Value) -> String {
    try_render(name, text, view).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn the_built_in_templates_load() {
    let catalog = Catalog::built_in().expect("a catalogue");
    let renderer = Renderer::new(&catalog).expect("a renderer");
    for (name, _) in renderer.catalog().iter() {
        assert!(renderer.fields(name).is_some(), "{name}");
    }
}

#[test]
fn a_renderer_can_be_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Renderer>();
    shared::<RenderError>();
}
