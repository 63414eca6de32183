//! Which source repository a gem names.

use crate::gemspec::Gemspec;

/// Where a gemspec may say it, what counts most first (RubyGems notes §15).
const KEYS: [&str; 2] = ["github_repo", "source_code_uri"];

/// Gives the address that a gem names as its source: `github_repo`, the address of its source code,
/// or else its home page.
pub(crate) fn address(spec: &Gemspec) -> Option<String> {
    let named = KEYS.iter().filter_map(|key| spec.metadata.get(*key));
    let mut named = named.map(String::as_str).chain(spec.homepage.as_deref());
    named
        .find(|text| !text.trim().is_empty())
        .map(|text| text.trim().to_owned())
}
