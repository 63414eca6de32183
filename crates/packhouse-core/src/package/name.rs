//! Names of packages and versions: as published, and as they are compared.

use std::fmt;

macro_rules! compared_by_key {
    ($name:ident) => {
        impl $name {
            /// Gives the name as it was published.
            pub fn as_str(&self) -> &str {
                &self.shown
            }

            /// Gives the form by which names are compared.
            pub fn key(&self) -> &str {
                &self.key
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.key == other.key
            }
        }

        impl Eq for $name {}

        impl std::hash::Hash for $name {
            fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
                self.key.hash(state);
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.shown)
            }
        }
    };
}

/// The name of a package inside its owner: for npm the part after the scope, for Maven
/// `REPO/group:artifact`.
///
/// Made only by a [`crate::format::Format`], which knows the format's rules, or read back
/// from the database.
#[derive(Debug, Clone)]
pub struct PackageName {
    shown: String,
    key: String,
    home: Option<Home>,
}

/// The name of a version inside its package: a number, or for containers a digest.
///
/// Made only by a [`crate::format::Format`], which knows the format's rules, or read back
/// from the database.
#[derive(Debug, Clone)]
pub struct VersionName {
    shown: String,
    key: String,
}

/// The repository that a package lives in, for formats whose packages belong to one: it takes
/// access and visibility from there, always.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// The repository's name in lower case; `None` for whichever of the owner's has the package.
    pub repository: Option<String>,
    /// Where it lies in there, which only one package of the owner does: `com/acme/lib`.
    pub path: String,
}

compared_by_key!(PackageName);
compared_by_key!(VersionName);

impl PackageName {
    /// Pairs the text as published with the text by which names are compared.
    pub fn new(shown: impl Into<String>, key: impl Into<String>) -> Self {
        Self {
            shown: shown.into(),
            key: key.into(),
            home: None,
        }
    }

    /// Names a package of a repository: `name` in there, at `path`.
    pub fn in_repository(repository: &str, name: &str, path: impl Into<String>) -> Self {
        let home = repository.to_ascii_lowercase();
        Self {
            shown: format!("{repository}/{name}"),
            key: format!("{home}/{name}"),
            home: Some(Home {
                repository: Some(home),
                path: path.into(),
            }),
        }
    }

    /// Names the package that lies at `path` in whichever repository of the owner has it. Good for
    /// reading alone.
    pub fn in_any_repository(name: &str, path: impl Into<String>) -> Self {
        let shown = format!("*/{name}");
        Self {
            key: shown.clone(),
            shown,
            home: Some(Home {
                repository: None,
                path: path.into(),
            }),
        }
    }

    /// Gives the repository it lives in, for formats whose packages belong to one. A name that was
    /// read back from the database does not say it; its package's row does.
    pub fn home(&self) -> Option<&Home> {
        self.home.as_ref()
    }
}

impl VersionName {
    /// Pairs the text as published with the text by which names are compared.
    pub fn new(shown: impl Into<String>, key: impl Into<String>) -> Self {
        Self {
            shown: shown.into(),
            key: key.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repositories_are_compared_without_case_and_what_lies_in_them_with_it() {
        let name = PackageName::in_repository("Libs", "com.acme:Lib", "com/acme/Lib");
        assert_eq!(name.as_str(), "Libs/com.acme:Lib");
        assert_eq!(name.key(), "libs/com.acme:Lib");
        let home = name.home().unwrap();
        assert_eq!(home.repository.as_deref(), Some("libs"));
        assert_eq!(home.path, "com/acme/Lib");
        let same = PackageName::in_repository("LIBS", "com.acme:Lib", "com/acme/Lib");
        assert_eq!(name, same);
        let other = PackageName::in_repository("libs", "com.acme:lib", "com/acme/lib");
        assert_ne!(name, other);
        assert_eq!(PackageName::new("x", "x").home(), None);
    }
}
