//! Terraform's text -> what it would make: as much of the language as the templates use.

use std::collections::BTreeMap;

use hcl_edit::expr::{
    BinaryOperator, Conditional, Expression, FuncCall, Object, ObjectKey, Traversal,
    TraversalOperator,
};
use hcl_edit::structure::{Block, Body, Structure};
use hcl_edit::template::Element;
use serde_json::{Map, Value, json};

/// A resource, with everything in it worked out.
pub(super) struct Resource {
    /// `google_container_node_pool`.
    pub(super) kind: String,
    /// The key of a `for_each`; empty without one.
    pub(super) key: String,
    /// Its arguments and blocks; a block is a list of objects.
    pub(super) values: Map<String, Value>,
}

/// What names stand for besides variables and locals: `each`, and the iterators of dynamic blocks.
type Scope = BTreeMap<String, Value>;

/// A module: all its files, and its settings.
pub(super) struct Module {
    body: Vec<Structure>,
    variables: BTreeMap<String, Value>,
}

/// What Terraform reads from a resource, not a module: they are no arguments of the provider.
const META: [&str; 5] = ["for_each", "count", "depends_on", "lifecycle", "timeouts"];

impl Module {
    /// Reads the files of a module: path and text.
    pub(super) fn read(files: &[(String, String)]) -> Module {
        let parsed = |end: &str| -> Vec<Structure> {
            let files = files.iter().filter(|(path, _)| path.ends_with(end));
            let bodies = files.map(|(_, text)| text.parse::<Body>().unwrap());
            bodies.flat_map(|body| body.into_iter()).collect()
        };
        let mut module = Module {
            body: parsed(".tf"),
            variables: BTreeMap::new(),
        };
        let mut variables = BTreeMap::new();
        for block in module.blocks("variable") {
            let default = block.body.get_attribute("default");
            let default = default.map_or(Value::Null, |it| module.eval(&it.value, &Scope::new()));
            variables.insert(block.labels[0].as_str().to_owned(), default);
        }
        for setting in parsed(".tfvars") {
            let Structure::Attribute(setting) = setting else {
                panic!("a block among the settings");
            };
            let value = module.eval(&setting.value, &Scope::new());
            variables.insert(setting.key.as_str().to_owned(), value);
        }
        module.variables = variables;
        module
    }

    fn blocks<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Block> {
        let blocks = self.body.iter().filter_map(Structure::as_block);
        blocks.filter(move |block| block.ident.as_str() == kind)
    }

    /// Every resource, once for each key.
    pub(super) fn resources(&self) -> Vec<Resource> {
        let mut out = Vec::new();
        for block in self.blocks("resource") {
            for (key, scope) in self.each(block) {
                out.push(Resource {
                    kind: block.labels[0].as_str().to_owned(),
                    key,
                    values: self.block(&block.body, &scope),
                });
            }
        }
        out
    }

    fn each(&self, block: &Block) -> Vec<(String, Scope)> {
        let Some(each) = block.body.get_attribute("for_each") else {
            return vec![(String::new(), Scope::new())];
        };
        let scope = |key: &str, value: &Value| {
            let each = json!({"key": key, "value": value});
            (key.to_owned(), Scope::from([("each".to_owned(), each)]))
        };
        match self.eval(&each.value, &Scope::new()) {
            Value::Array(items) => items
                .iter()
                .map(|it| scope(it.as_str().unwrap(), it))
                .collect(),
            Value::Object(map) => map.iter().map(|(key, value)| scope(key, value)).collect(),
            other => panic!("for_each over {other}"),
        }
    }

    fn block(&self, body: &Body, scope: &Scope) -> Map<String, Value> {
        let mut out = Map::new();
        for structure in body.iter() {
            match structure {
                Structure::Attribute(attribute) => {
                    let key = attribute.key.as_str();
                    if !META.contains(&key) {
                        out.insert(key.to_owned(), self.eval(&attribute.value, scope));
                    }
                }
                Structure::Block(block) if META.contains(&block.ident.as_str()) => {}
                Structure::Block(block) => self.nested(block, scope, &mut out),
            }
        }
        out
    }

    fn nested(&self, block: &Block, scope: &Scope, out: &mut Map<String, Value>) {
        if block.ident.as_str() != "dynamic" {
            push(out, block.ident.as_str(), self.block(&block.body, scope));
            return;
        }
        let name = block.labels[0].as_str();
        let each = block.body.get_attribute("for_each").unwrap();
        let Value::Array(items) = self.eval(&each.value, scope) else {
            panic!("dynamic {name} over what is no list");
        };
        let content = block.body.get_blocks("content").next().unwrap();
        for item in items {
            let mut scope = scope.clone();
            scope.insert(name.to_owned(), json!({"value": item}));
            push(out, name, self.block(&content.body, &scope));
        }
    }

    fn eval(&self, expression: &Expression, scope: &Scope) -> Value {
        match expression {
            Expression::Null(_) => Value::Null,
            Expression::Bool(it) => json!(it.value()),
            Expression::Number(it) => json!(it.value().as_i64().unwrap()),
            Expression::String(it) => json!(it.value()),
            Expression::Array(items) => items.iter().map(|it| self.eval(it, scope)).collect(),
            Expression::Object(object) => self.object(object, scope),
            Expression::StringTemplate(template) => {
                let part = |element: &Element| match element {
                    Element::Literal(text) => text.value().clone(),
                    Element::Interpolation(it) => text(&self.eval(&it.expr, scope)),
                    Element::Directive(_) => panic!("a directive"),
                };
                json!(template.iter().map(part).collect::<String>())
            }
            Expression::Conditional(it) => self.conditional(it, scope),
            Expression::FuncCall(call) => self.call(call, scope),
            Expression::Traversal(it) => self.traversal(it, scope),
            Expression::BinaryOp(it) if *it.operator.value() == BinaryOperator::Eq => {
                json!(self.eval(&it.lhs_expr, scope) == self.eval(&it.rhs_expr, scope))
            }
            other => panic!("not worked out here: {other}"),
        }
    }

    fn object(&self, object: &Object, scope: &Scope) -> Value {
        let pair = |(key, value): (&ObjectKey, &hcl_edit::expr::ObjectValue)| {
            let key = match key {
                ObjectKey::Ident(ident) => ident.as_str().to_owned(),
                ObjectKey::Expression(it) => text(&self.eval(it, scope)),
            };
            (key, self.eval(value.expr(), scope))
        };
        Value::Object(object.iter().map(pair).collect())
    }

    fn conditional(&self, it: &Conditional, scope: &Scope) -> Value {
        match self.eval(&it.cond_expr, scope) {
            Value::Bool(true) => self.eval(&it.true_expr, scope),
            Value::Bool(false) => self.eval(&it.false_expr, scope),
            other => panic!("{other} is no condition"),
        }
    }

    fn call(&self, call: &FuncCall, scope: &Scope) -> Value {
        let args: Vec<Value> = call.args.iter().map(|it| self.eval(it, scope)).collect();
        let list = |at: usize| args[at].as_array().unwrap().clone();
        match call.name.name.as_str() {
            "toset" => args[0].clone(),
            "join" => {
                let words: Vec<String> = list(1).iter().map(text).collect();
                json!(words.join(&text(&args[0])))
            }
            "split" => text(&args[1]).split(&text(&args[0])).collect(),
            "slice" => {
                let at = |n: usize| args[n].as_u64().unwrap() as usize;
                let items = list(0);
                let end = at(2).min(items.len());
                json!(items[at(1)..end])
            }
            "merge" => {
                let maps = args.iter().filter_map(Value::as_object).cloned();
                Value::Object(maps.flatten().collect())
            }
            // JSON is what Terraform's %q gives.
            "format" => json!(text(&args[0]).replace("%q", &args[1].to_string())),
            other => panic!("{other}() is not worked out here"),
        }
    }

    fn traversal(&self, it: &Traversal, scope: &Scope) -> Value {
        let Expression::Variable(root) = &it.expr else {
            panic!("not worked out here: {it:?}");
        };
        let mut names = Vec::new();
        let mut splat = false;
        for operator in &it.operators {
            match operator.value() {
                TraversalOperator::GetAttr(name) => names.push(name.as_str()),
                TraversalOperator::FullSplat(_) => splat = true,
                other => panic!("not worked out here: {other:?}"),
            }
        }
        let value = self.look_up(root.as_str(), &names, scope);
        match (splat, value) {
            (false, value) => value,
            (true, Value::Null) => json!([]),
            (true, value) => json!([value]),
        }
    }

    fn look_up(&self, root: &str, names: &[&str], scope: &Scope) -> Value {
        let walk = |value: &Value, names: &[&str]| {
            let step = |value: Value, name: &&str| value.get(name).cloned().unwrap_or(Value::Null);
            names.iter().fold(value.clone(), step)
        };
        match root {
            "var" => walk(&self.variables[names[0]], &names[1..]),
            "local" => walk(&self.local(names[0]), &names[1..]),
            _ => match scope.get(root) {
                Some(value) => walk(value, names),
                None => self.attribute(root, names[0], names[1]),
            },
        }
    }

    fn local(&self, name: &str) -> Value {
        let mut all = self.blocks("locals");
        let found = all.find_map(|block| block.body.get_attribute(name));
        self.eval(&found.unwrap().value, &Scope::new())
    }

    /// What an attribute of another resource will be.
    fn attribute(&self, kind: &str, name: &str, attribute: &str) -> Value {
        let label = |block: &Block, at: usize, is: &str| block.labels[at].as_str() == is;
        let mut all = self.blocks("resource");
        let found = all.find(|block| label(block, 0, kind) && label(block, 1, name));
        let found = found.unwrap_or_else(|| panic!("there is no {kind}.{name}"));
        let values = self.block(&found.body, &Scope::new());
        let account = || {
            let (id, project) = (text(&values["account_id"]), text(&values["project"]));
            format!("{id}@{project}.iam.gserviceaccount.com")
        };
        match (kind, attribute) {
            ("google_service_account", "email") => json!(account()),
            ("google_service_account", "member") => json!(format!("serviceAccount:{}", account())),
            ("google_monitoring_notification_channel", "name") => json!(kind),
            // As a dry run of the scripts shows it.
            ("google_logging_project_sink", "writer_identity") => json!("serviceAccount:WRITER"),
            (_, "id") => values["name"].clone(),
            _ => values[attribute].clone(),
        }
    }
}

fn push(out: &mut Map<String, Value>, name: &str, block: Map<String, Value>) {
    let list = out.entry(name).or_insert_with(|| json!([]));
    if let Value::Array(list) = list {
        list.push(Value::Object(block));
    }
}

/// A value inside a string.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
