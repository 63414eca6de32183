//! Package names: `@account/name`, and nothing else (npm notes §14).

use std::fmt;

use packhouse_core::account::AccountName;
use packhouse_core::format::NameError;
use packhouse_core::package::PackageName;

/// The longest full name, scope and slash included.
pub const MAX_FULL_NAME: usize = 214;

/// Names that clients use for something else.
const TAKEN: &[&str] = &["node_modules", "favicon.ico"];

/// A full package name, `@owner/name`, that keeps every rule for new names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ScopedName {
    /// The scope without `@`, in lower case: the key of the owning account.
    pub owner: String,
    /// The part after the slash.
    pub name: PackageName,
}

impl ScopedName {
    /// Parses `@owner/name`.
    ///
    /// # Errors
    /// When there is no scope, the scope can be no account, or the name breaks a rule.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let parts = text.strip_prefix('@').and_then(|rest| rest.split_once('/'));
        match parts {
            Some((owner, name)) => Self::from_parts(owner, name),
            None => Err(unscoped(text)),
        }
    }

    /// Joins a scope (without `@`) and a name.
    ///
    /// # Errors
    /// As [`ScopedName::parse`].
    pub fn from_parts(owner: &str, name: &str) -> Result<Self, NameError> {
        let account = AccountName::parse(&cut(owner))
            .map_err(|source| NameError(format!("bad scope: {source}")))?;
        let name = parse_name(name)?;
        check_length(account.key(), name.as_str())?;
        Ok(Self {
            owner: account.key().to_owned(),
            name,
        })
    }

    /// Gives `@owner/name`.
    pub fn full(&self) -> String {
        self.to_string()
    }

    /// Gives the file name of a version's tarball: `name-version.tgz`, without the scope.
    pub fn tarball_file(&self, version: &str) -> String {
        format!("{}-{version}.tgz", self.name)
    }
}

impl fmt::Display for ScopedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "@{}/{}", self.owner, self.name)
    }
}

/// Gives the answer to a name without a scope.
pub fn unscoped(text: &str) -> NameError {
    NameError(format!(
        "the name {:?} has no account in front: names here are @account/name",
        cut(text)
    ))
}

/// Parses the part after the scope. Everything that passes is its own stored form.
///
/// # Errors
/// When it is empty, too long, has a character outside `a-z 0-9 . _ -`, starts with one of
/// `. _ -`, or is a word that clients use for something else.
pub fn parse_name(text: &str) -> Result<PackageName, NameError> {
    let refuse = |rule: &str| {
        Err(NameError(format!(
            "bad package name {:?}: {rule}",
            cut(text)
        )))
    };
    if text.is_empty() {
        return refuse("it is empty");
    }
    if text.len() > MAX_FULL_NAME {
        return refuse("it is longer than 214 characters");
    }
    if text.trim() != text {
        return refuse("it starts or ends with a space");
    }
    if text.chars().any(|c| c.is_ascii_uppercase()) {
        return refuse("use lower case");
    }
    if text.starts_with(['.', '_', '-']) {
        return refuse("it starts with a dot, an underscore or a dash");
    }
    if !text
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b))
    {
        return refuse("use only a-z, 0-9, dot, underscore and dash");
    }
    if TAKEN.contains(&text) {
        return refuse("this word is used for something else");
    }
    Ok(PackageName::new(text, text))
}

fn check_length(owner: &str, name: &str) -> Result<(), NameError> {
    let length = owner.len() + name.len() + "@/".len();
    if length > MAX_FULL_NAME {
        return Err(NameError(format!(
            "the name @{owner}/{} has {length} characters, 214 are allowed",
            cut(name)
        )));
    }
    Ok(())
}

/// Shortens a text of unknown length for an error message.
pub(crate) fn cut(text: &str) -> String {
    const SHOWN: usize = 100;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_names_are_kept_and_the_owner_is_lowered() {
        for (text, owner, name) in [
            ("@acme/x", "acme", "x"),
            ("@Acme/x.y_z-1", "acme", "x.y_z-1"),
            ("@a-b/0", "a-b", "0"),
            ("@acme/a..b", "acme", "a..b"),
        ] {
            let parsed = ScopedName::parse(text).unwrap();
            assert_eq!((parsed.owner.as_str(), parsed.name.as_str()), (owner, name));
            assert_eq!(parsed.full(), format!("@{owner}/{name}"));
        }
        let parsed = ScopedName::parse("@acme/x").unwrap();
        assert_eq!(parsed.tarball_file("1.0.0"), "x-1.0.0.tgz");
    }

    #[test]
    fn bad_names_are_refused_with_the_rule() {
        for (text, rule) in [
            ("x", "names here are @account/name"),
            ("", "names here are @account/name"),
            ("@acme", "names here are @account/name"),
            ("acme/x", "names here are @account/name"),
            ("@/x", "bad scope"),
            ("@a_b/x", "bad scope"),
            ("@acme/", "empty"),
            ("@acme/X", "lower case"),
            ("@acme/.x", "starts with"),
            ("@acme/_x", "starts with"),
            ("@acme/-x", "starts with"),
            ("@acme/..", "starts with"),
            ("@acme/x ", "space"),
            ("@acme/x/y", "use only"),
            ("@acme/x y", "use only"),
            ("@acme/x~", "use only"),
            ("@acme/x(1)", "use only"),
            ("@acme/x%2f", "use only"),
            ("@acme/é", "use only"),
            ("@acme/node_modules", "something else"),
            ("@acme/favicon.ico", "something else"),
        ] {
            let error = ScopedName::parse(text).unwrap_err().to_string();
            assert!(error.contains(rule), "{text}: {error}");
        }
    }

    #[test]
    fn the_length_counts_the_scope() {
        let fits = "x".repeat(MAX_FULL_NAME - "@acme/".len());
        assert!(ScopedName::parse(&format!("@acme/{fits}")).is_ok());
        let error = ScopedName::parse(&format!("@acme/{fits}x")).unwrap_err();
        assert!(error.to_string().contains("215 characters"), "{error}");
        let huge = ScopedName::parse(&format!("@acme/{}", "x".repeat(100_000))).unwrap_err();
        assert!(huge.to_string().len() < 400);
    }
}
