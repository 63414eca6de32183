//! The fields of an object.

use std::rc::Rc;

use crate::gemspec::GemspecError;
use crate::yaml::Node;

/// Fields that clients work out for themselves. They would keep what a gemspec says instead, and
/// take the gem for another one, or look for it elsewhere.
const DERIVED: [&str; 12] = [
    "base_dir",
    "cache_file",
    "extension_dir",
    "full_gem_path",
    "full_name",
    "gem_dir",
    "gems_dir",
    "lib_dirs_glob",
    "loaded_from",
    "new_platform",
    "spec_file",
    "spec_name",
];

/// The fields of an object.
pub(super) struct Fields<'t>(&'t [(String, Rc<Node>)]);

impl<'t> Fields<'t> {
    /// Looks at the fields of an object that is called `what` in errors.
    ///
    /// Clients make an instance variable of each, of `:name` and `name` the same one; so what is
    /// not written like a field is refused.
    pub(super) fn of(node: &'t Node, what: &'static str) -> Result<Self, GemspecError> {
        let pairs = node.map().ok_or(GemspecError::Kind {
            field: what,
            expected: "an object",
        })?;
        let bad = |(key, _): &&(String, Rc<Node>)| !is_field(key);
        match pairs.iter().find(bad) {
            Some((key, _)) => Err(GemspecError::Field(key.clone())),
            None => Ok(Self(pairs)),
        }
    }

    /// Finds a field that is not null.
    pub(super) fn get(&self, field: &str) -> Option<&'t Node> {
        let found = self.0.iter().find(|(key, _)| key == field);
        found
            .map(|(_, node)| &**node)
            .filter(|node| !node.is_null())
    }

    /// Gets a field that must be there.
    pub(super) fn need(&self, field: &'static str) -> Result<&'t Node, GemspecError> {
        self.get(field).ok_or(GemspecError::Missing(field))
    }
}

fn is_field(key: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    key.bytes().all(is_word)
        && key.starts_with(|first: char| !first.is_ascii_digit())
        && !DERIVED.contains(&key)
}
