//! Versions, requirements and dependencies.

use super::fields::Fields;
use super::name;
use crate::dependency::{Dependency, Kind};
use crate::gemspec::GemspecError;
use crate::number::Number;
use crate::requirement::{Constraint, Op, Requirement};
use crate::yaml::{Class, Node, Tag};

/// The most dependencies.
const MAX_DEPENDENCIES: usize = 2_000;

/// The most conditions in a requirement.
const MAX_CONSTRAINTS: usize = 100;

/// Reads a `Gem::Version`. Its `hash`, `segments` and `prerelease` say nothing more.
pub(super) fn version(node: &Node, field: &'static str) -> Result<Number, GemspecError> {
    let fields = object(node, Class::Version, field, "a Gem::Version")?;
    let version = fields
        .need("version")
        .map_err(|_| GemspecError::Missing(field))?;
    let text = version.text().ok_or(GemspecError::Kind {
        field,
        expected: "a Gem::Version",
    })?;
    Number::parse(text).map_err(|source| GemspecError::Version { field, source })
}

/// Reads a `Gem::Requirement`; one that is not there takes every version.
pub(super) fn requirement(
    node: Option<&Node>,
    field: &'static str,
) -> Result<Requirement, GemspecError> {
    let Some(node) = node else {
        return Ok(Requirement::any());
    };
    let expected = "a Gem::Requirement";
    let fields = object(node, Class::Requirement, field, expected)?;
    let list = fields.get("requirements").and_then(Node::list);
    let list = list.ok_or(GemspecError::Kind { field, expected })?;
    if list.len() > MAX_CONSTRAINTS {
        return Err(GemspecError::TooMany {
            field,
            length: list.len(),
            max: MAX_CONSTRAINTS,
        });
    }
    let constraints = list.iter().map(|pair| match pair.list() {
        Some([sign, number]) => Ok(Constraint {
            op: op(sign, field)?,
            version: version(number, field)?,
        }),
        _ => Err(GemspecError::Kind { field, expected }),
    });
    constraints.collect::<Result<_, _>>().map(Requirement::new)
}

/// Reads the sign of a constraint. Where an old builder wanted to write `=`, YAML's writer of its
/// time left an object, or the object's name.
fn op(node: &Node, field: &'static str) -> Result<Op, GemspecError> {
    if node.tag == Tag::Object(Class::DefaultKey) {
        return Ok(Op::Equal);
    }
    let text = node.text().ok_or(GemspecError::Kind {
        field,
        expected: "a Gem::Requirement",
    })?;
    if text.starts_with("#<YAML::Syck::DefaultKey") || text.starts_with("#<Syck::DefaultKey") {
        return Ok(Op::Equal);
    }
    Op::parse(text).ok_or_else(|| GemspecError::Sign {
        field,
        sign: text.to_owned(),
    })
}

/// Reads the dependencies.
pub(super) fn read(node: Option<&Node>) -> Result<Vec<Dependency>, GemspecError> {
    let Some(node) = node else {
        return Ok(Vec::new());
    };
    let nodes = node.list().ok_or(GemspecError::Kind {
        field: "dependencies",
        expected: "a list of Gem::Dependency",
    })?;
    if nodes.len() > MAX_DEPENDENCIES {
        return Err(GemspecError::TooMany {
            field: "dependencies",
            length: nodes.len(),
            max: MAX_DEPENDENCIES,
        });
    }
    nodes.iter().map(|node| dependency(node)).collect()
}

fn dependency(node: &Node) -> Result<Dependency, GemspecError> {
    let expected = "a list of Gem::Dependency";
    let fields = object(node, Class::Dependency, "dependencies", expected)?;
    let named = (fields.need("name")).map_err(|_| GemspecError::Missing("dependencies.name"))?;
    let name = name(named, "dependencies.name")?;
    let field = "dependencies.requirement";
    // RubyGems before 1.8 wrote the one, those after it write both.
    let old = fields.get("version_requirements");
    let new = fields.get("requirement");
    let asked = requirement(new.or(old), field)?;
    if new.is_some() && old.is_some() && requirement(old, field)? != asked {
        return Err(GemspecError::TwoRequirements {
            name: name.to_string(),
        });
    }
    let kind = match fields.get("type").map(Node::text) {
        None | Some(Some(":runtime")) => Kind::Runtime,
        Some(Some(":development")) => Kind::Development,
        Some(other) => {
            return Err(GemspecError::DependencyKind {
                name: name.to_string(),
                kind: other.unwrap_or_default().to_owned(),
            });
        }
    };
    Ok(Dependency {
        name,
        requirement: asked,
        kind,
    })
}

fn object<'t>(
    node: &'t Node,
    class: Class,
    field: &'static str,
    expected: &'static str,
) -> Result<Fields<'t>, GemspecError> {
    match node.tag == Tag::Object(class) {
        true => Fields::of(node, field),
        false => Err(GemspecError::Kind { field, expected }),
    }
}
