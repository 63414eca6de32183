//! The documents `/info/NAME` of the compact index (RubyGems notes §3): a line for each live version
//! of a gem, in the order in which they were published.

use chrono::{DateTime, SecondsFormat, Utc};
use md5::{Digest, Md5};

use crate::dependency::Kind;
use crate::full_name::Build;
use crate::gemspec::Gemspec;
use crate::requirement::Requirement;

/// What stands before the lines.
const HEAD: &str = "---\n";

/// Gives the line of a version but for its date and line end:
/// `1.0-java a:>= 1.0&~> 1,b:>= 0|checksum:SHA256,ruby:>= 2.0,rubygems:> 1.3`.
///
/// Run-time dependencies are sorted by name, conditions as texts. `sha256_hex` is that of the bytes
/// that are served, 64 lower-case digits: clients refuse others. The platform is the normalised one:
/// Bundler 2.3 finds no file that it cached for another.
pub fn line_without_date(spec: &Gemspec, sha256_hex: &str) -> String {
    let mut line = format!("{} ", Build::of(spec).normalized());
    let is_runtime = |kind| kind == Kind::Runtime;
    let mut needed: Vec<_> = spec.dependencies.iter().collect();
    needed.retain(|dependency| is_runtime(dependency.kind));
    needed.sort_by(|a, b| a.name.cmp(&b.name));
    for (i, dependency) in needed.into_iter().enumerate() {
        if i > 0 {
            line.push(',');
        }
        line.push_str(dependency.name.as_str());
        line.push(':');
        line.push_str(&joined(&dependency.requirement));
    }
    line.push_str("|checksum:");
    line.push_str(sha256_hex);
    for (key, requirement) in [
        (",ruby:", &spec.required_ruby_version),
        (",rubygems:", &spec.required_rubygems_version),
    ] {
        if !requirement.is_any() {
            line.push_str(key);
            line.push_str(&joined(requirement));
        }
    }
    line
}

/// Gives the line of a version, without its line end: `created_at` is when it was published, in
/// whole seconds.
pub fn with_date(line: &str, created_at: DateTime<Utc>) -> String {
    format!("{line},created_at:{}", date(created_at))
}

/// Gives the document of a gem whose live versions have these lines, without their line ends. A gem
/// without live versions has a document too.
pub fn document<'a>(lines: impl IntoIterator<Item = &'a str>) -> String {
    let mut document = HEAD.to_owned();
    for line in lines {
        document.push_str(line);
        document.push('\n');
    }
    document
}

/// Gives the MD5 of a document as 32 lower-case digits: by it `/versions` tells which documents
/// changed, and it is the `ETag` of every document of the compact index.
pub fn md5_hex(document: &[u8]) -> String {
    hex::encode(Md5::digest(document))
}

/// Gives a time as documents write it, `2026-01-31T12:00:00Z`.
pub(crate) fn date(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn joined(requirement: &Requirement) -> String {
    let constraints = requirement.constraints().iter();
    let mut texts: Vec<_> = constraints.map(ToString::to_string).collect();
    texts.sort();
    texts.join("&")
}

#[cfg(test)]
mod tests;
