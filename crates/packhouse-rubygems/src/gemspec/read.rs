//! A gemspec as builders from RubyGems 1.3 to 4.0 wrote it (RubyGems notes §12, §13).
//!
//! Only what lists and documents show is read; the rest need only be YAML that clients take.

mod dependencies;
mod fields;
mod metadata;
mod platform;
mod texts;

use chrono::{Datelike, NaiveDate};

use super::{Gemspec, GemspecError};
use crate::name::GemName;
use crate::yaml::{self, Class, Node, Tag};
use fields::Fields;

/// The longest text, or list of texts, in bytes.
const MAX_TEXT: usize = 64 << 10;

impl Gemspec {
    /// Reads a gemspec from its YAML, the inflated `metadata.gz` of a gem.
    ///
    /// # Errors
    /// When it is not YAML as gemspecs have it, misses something, or breaks a rule of RubyGems
    /// notes §11 and §12; the error names the field and the rule.
    pub fn read(yaml: &[u8]) -> Result<Self, GemspecError> {
        let root = yaml::parse(yaml, yaml::Limits::default())?;
        if root.tag != Tag::Object(Class::Specification) {
            return Err(GemspecError::NotGemspec);
        }
        let fields = Fields::of(&root, "gemspec")?;
        Ok(Self {
            name: name(fields.need("name")?, "name")?,
            version: dependencies::version(fields.need("version")?, "version")?,
            platform: platform::read(&fields)?,
            date: fields.get("date").map(date).transpose()?,
            summary: texts::optional(fields.get("summary"), "summary")?,
            description: texts::optional(fields.get("description"), "description")?,
            homepage: texts::optional(fields.get("homepage"), "homepage")?,
            authors: authors(&fields)?,
            email: texts::list(fields.get("email"), "email")?,
            licenses: texts::list(fields.get("licenses").or(fields.get("license")), "licenses")?,
            required_ruby_version: dependencies::requirement(
                fields.get("required_ruby_version"),
                "required_ruby_version",
            )?,
            required_rubygems_version: dependencies::requirement(
                fields.get("required_rubygems_version"),
                "required_rubygems_version",
            )?,
            dependencies: dependencies::read(fields.get("dependencies"))?,
            metadata: metadata::read(fields.get("metadata"))?,
            rubygems_version: texts::optional(fields.get("rubygems_version"), "rubygems_version")?
                .unwrap_or_default(),
            signed: is_signed(&fields)?,
        })
    }
}

/// Reads a name. Some old builders wrote that of a dependency as a list of one.
fn name(node: &Node, field: &'static str) -> Result<GemName, GemspecError> {
    let text = match node.list() {
        Some([one]) => one.text(),
        _ => node.text(),
    };
    let text = text.ok_or(GemspecError::Kind {
        field,
        expected: "a text",
    })?;
    GemName::parse(text).map_err(|source| GemspecError::Name { field, source })
}

fn authors(fields: &Fields<'_>) -> Result<Vec<String>, GemspecError> {
    let node = fields.get("authors").or(fields.get("author"));
    if node
        .and_then(Node::list)
        .is_some_and(|nodes| nodes.iter().any(|node| node.is_null()))
    {
        return Err(GemspecError::Kind {
            field: "authors",
            expected: "a list of texts",
        });
    }
    let authors = texts::list(node, "authors")?;
    match authors.is_empty() {
        true => Err(GemspecError::Missing("authors")),
        false => Ok(authors),
    }
}

/// Reads the day of a date in one of the forms of §13, all of which begin with it.
fn date(node: &Node) -> Result<String, GemspecError> {
    let text = texts::text(node, "date")?;
    // Marshal writes years since 1900.
    let is_day = |day: &&str| {
        NaiveDate::parse_from_str(day, "%Y-%m-%d").is_ok_and(|date| date.year() >= 1900)
    };
    match text.get(..10).filter(is_day) {
        Some(day) => Ok(day.to_owned()),
        None => Err(GemspecError::Date(text.to_owned())),
    }
}

fn is_signed(fields: &Fields<'_>) -> Result<bool, GemspecError> {
    match fields.get("cert_chain").map(Node::list) {
        None => Ok(false),
        Some(Some(chain)) => Ok(!chain.is_empty()),
        Some(None) => Err(GemspecError::Kind {
            field: "cert_chain",
            expected: "a list of texts",
        }),
    }
}

#[cfg(test)]
pub(crate) mod tests;
