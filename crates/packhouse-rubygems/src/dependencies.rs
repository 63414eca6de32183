//! The answers of `/api/v1/dependencies` (RubyGems notes §6): what the versions of some gems need
//! when they run, for clients that do not know the compact index.

use serde::Serialize;

use crate::marshal::Writer;

/// A version and what it needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row<'a> {
    /// The name of its gem.
    pub name: &'a str,
    /// Its number.
    pub number: &'a str,
    /// Its platform, as written.
    pub platform: &'a str,
    /// What it needs at run time: names and requirements, `~> 2.0, >= 2.0.1`.
    pub dependencies: Vec<(&'a str, String)>,
}

/// Gives the answer as a Marshal stream.
pub fn marshal(rows: &[Row<'_>]) -> Vec<u8> {
    let mut stream = Writer::new();
    stream.list(rows.len());
    for row in rows {
        stream.hash(4);
        for (key, value) in [
            ("name", row.name),
            ("number", row.number),
            ("platform", row.platform),
        ] {
            stream.symbol(key);
            stream.text(value);
        }
        stream.symbol("dependencies");
        stream.list(row.dependencies.len());
        for (name, requirement) in &row.dependencies {
            stream.texts(&[name, requirement.as_str()]);
        }
    }
    stream.finish()
}

/// Gives the answer as JSON.
///
/// # Errors
/// Never for what a [`Row`] can hold; whether JSON can be written is not ours to say.
pub fn json(rows: &[Row<'_>]) -> serde_json::Result<String> {
    serde_json::to_string(rows)
}

#[cfg(test)]
mod tests;
