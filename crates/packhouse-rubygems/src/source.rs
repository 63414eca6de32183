//! Which source repository a gem names.

use crate::gemspec::Gemspec;

/// Where a gemspec says it, what counts most first (RubyGems notes §15).
const KEYS: [&str; 2] = ["github_repo", "source_code_uri"];

/// Gives the address that a gem names as its source: `github_repo`, the address of its source code,
/// or else its home page.
pub(crate) fn address(spec: &Gemspec) -> Option<String> {
    said(spec).or_else(|| text(spec.homepage.as_deref()))
}

/// Gives the address that a gem says is its source: a home page may be anything, so nobody is warned
/// when it is no repository.
pub(crate) fn said(spec: &Gemspec) -> Option<String> {
    KEYS.iter()
        .find_map(|key| text(spec.metadata.get(*key).map(String::as_str)))
}

fn text(value: Option<&str>) -> Option<String> {
    let text = value?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
