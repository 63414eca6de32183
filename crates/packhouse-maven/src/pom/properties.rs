//! Resolving `${...}` within one POM.

use std::cell::Cell;
use std::collections::HashMap;

use crate::text::cut;
use crate::xml::Element;

/// How many properties are known.
const MAX_PROPERTIES: usize = 1_000;

/// How long a property's value and a resolved text may be, in bytes.
const MAX_LENGTH: usize = 4_096;

/// How deep properties may refer to each other.
const MAX_NESTING: usize = 8;

/// How many references are resolved in one POM: without an end, a few properties that name each
/// other twice could keep a server busy for ever.
const MAX_STEPS: usize = 20_000;

/// What `${...}` may stand for.
pub(super) struct Properties<'a> {
    own: HashMap<&'a str, &'a str>,
    fields: HashMap<&'static str, &'a str>,
    steps: Cell<usize>,
}

impl<'a> Properties<'a> {
    pub(super) fn new(project: &'a Element) -> Self {
        let own = project
            .child("properties")
            .into_iter()
            .flat_map(|properties| &properties.children)
            .take(MAX_PROPERTIES)
            .map(|property| (&*property.name, property.text.trim()))
            .filter(|(_, value)| value.len() <= MAX_LENGTH)
            .collect();
        Self {
            own,
            fields: fields(project),
            steps: Cell::new(0),
        }
    }

    /// Resolves what can be resolved. A reference to something unknown, to itself or to too much
    /// stays as it is.
    pub(super) fn resolve(&self, text: &str) -> String {
        let text = cut(text, MAX_LENGTH);
        self.expand(&text, &mut Vec::new())
            .filter(|resolved| resolved.len() <= MAX_LENGTH)
            .unwrap_or(text)
    }

    /// Resolves the references of a text. `open` are the names that are being resolved. `None` when
    /// it leads in a circle, or too far; at the top such a reference is left as it is.
    fn expand(&self, text: &str, open: &mut Vec<String>) -> Option<String> {
        let mut resolved = String::new();
        let mut rest = text;
        while let Some(start) = rest.find("${") {
            let (before, reference) = rest.split_at(start);
            resolved.push_str(before);
            let Some(end) = reference.find('}') else {
                rest = reference;
                break;
            };
            let (reference, after) = reference.split_at(end + 1);
            rest = after;
            let value = match self.value(&reference[2..end], open) {
                Value::Known(value) => value,
                Value::Endless if !open.is_empty() => return None,
                Value::Unknown | Value::Endless => reference.to_owned(),
            };
            resolved.push_str(&value);
            if resolved.len() > MAX_LENGTH {
                return None;
            }
        }
        resolved.push_str(rest);
        Some(resolved)
    }

    fn value(&self, name: &str, open: &mut Vec<String>) -> Value {
        let Some(value) = self.look_up(name) else {
            return Value::Unknown;
        };
        let steps = self.steps.get() + 1;
        self.steps.set(steps);
        if open.len() == MAX_NESTING || steps > MAX_STEPS || open.iter().any(|known| known == name)
        {
            return Value::Endless;
        }
        open.push(name.to_owned());
        let value = self.expand(value, open);
        open.pop();
        value.map_or(Value::Endless, Value::Known)
    }

    /// Gives what a name stands for: a property, or a field of the project.
    fn look_up(&self, name: &str) -> Option<&'a str> {
        if let Some(value) = self.own.get(name) {
            return Some(value);
        }
        let field = name
            .strip_prefix("project.")
            .or_else(|| name.strip_prefix("pom."))
            .unwrap_or(name);
        self.fields.get(field).copied()
    }
}

/// Gives the fields of a project that may be referred to. They are looked up once: a project may
/// have as many children as references.
fn fields<'a>(project: &'a Element) -> HashMap<&'static str, &'a str> {
    let mut fields = HashMap::from([("packaging", "jar")]);
    let mut add = |name, value: Option<&'a str>| {
        if let Some(value) = value.filter(|value| value.len() <= MAX_LENGTH) {
            fields.insert(name, value);
        }
    };
    for name in [
        "artifactId",
        "packaging",
        "name",
        "description",
        "url",
        "inceptionYear",
    ] {
        add(name, project.value(name));
    }
    for name in ["groupId", "version"] {
        add(name, inherited(project, name));
    }
    for (name, parent, child) in [
        ("scm.url", "scm", "url"),
        ("organization.name", "organization", "name"),
        ("parent.groupId", "parent", "groupId"),
        ("parent.artifactId", "parent", "artifactId"),
        ("parent.version", "parent", "version"),
    ] {
        add(
            name,
            project.child(parent).and_then(|parent| parent.value(child)),
        );
    }
    fields
}

enum Value {
    Known(String),
    Unknown,
    Endless,
}

/// Gives a coordinate that a POM may leave to its parent.
pub(super) fn inherited<'a>(project: &'a Element, name: &str) -> Option<&'a str> {
    project
        .value(name)
        .or_else(|| project.child("parent")?.value(name))
}
