//! Policies know where they were written, whoever shares their names.

use dplab::check;
use dplab::model::policy::Direction;
use dplab::netpol::Policy;
use dplab::staged;

use super::read;

#[test]
fn policies_of_one_name_in_two_namespaces_have_places_of_their_own() {
    let text = "\
app:
  workloads:
    - {name: web, image: example.com/web}
    - {name: web, image: example.com/web, namespace: shop}
policies:
  - {name: web, spec: {podSelector: {}, ingress: [{}]}}
  - {name: web, namespace: shop, spec: {podSelector: {}, ingress: [{}]}}
";
    let read = read(text);
    let places = check::places(&read.raw, &read.lab);
    let world = staged::world(&read.lab, None, &places);
    let told = |policy: &Policy| {
        let rule = policy.spans.rule(Direction::Ingress, 1).expect("a rule");
        format!("{policy} {}", read.sources.display(rule))
    };
    let all: Vec<String> = world.policies().iter().map(told).collect();
    assert_eq!(all, ["default/web p.yaml:9:51", "shop/web p.yaml:10:68"]);
}

#[test]
fn policies_made_from_calls_stand_where_they_are_asked_for() {
    let text = "\
app:
  workloads:
    - {name: b-web, image: example.com/web}
policies:
  - {name: a, from: calls}
  - {name: a-b, from: calls}
";
    let read = read(text);
    let places = check::places(&read.raw, &read.lab);
    let world = staged::world(&read.lab, None, &places);
    let told = |policy: &Policy| {
        let place = policy.spans.policy.expect("a place");
        format!("{policy} {}", read.sources.display(place))
    };
    let all: Vec<String> = world.policies().iter().map(told).collect();
    assert_eq!(
        all,
        [
            "default/a-deny-all p.yaml:8:21",
            "default/a-b-web p.yaml:8:21",
            "default/a-b-deny-all p.yaml:9:23",
            "default/a-b-b-web p.yaml:9:23",
        ]
    );
}
