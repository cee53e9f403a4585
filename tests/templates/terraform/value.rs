//! Free text comes back from the files as it was written in the profile.

use hcl_edit::expr::Expression;
use hcl_edit::structure::Body;

use super::labs;

fn text(expression: &Expression) -> String {
    expression.as_str().unwrap().to_owned()
}

#[test]
fn hostile_names_come_back_unharmed() {
    let renderer = labs::renderer();
    let named = labs::variants();
    let named = named.iter().find(|named| named.name == "private").unwrap();
    let files = labs::files(&renderer, &named.lab, "terraform/cluster/terraform.tfvars");
    let body: Body = files[0].1.parse().unwrap();
    let networks = body.get_attribute("authorized_networks").unwrap();
    let networks = networks.value.as_array().unwrap();
    let names: Vec<String> = networks
        .iter()
        .map(|network| {
            let object = network.as_object().unwrap();
            let name = object
                .iter()
                .find(|(key, _)| key.as_ident().is_some_and(|ident| ident.as_str() == "name"));
            text(name.unwrap().1.expr())
        })
        .collect();
    assert_eq!(names, labs::HOSTILE);
}
