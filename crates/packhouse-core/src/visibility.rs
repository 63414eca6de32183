//! Who may read a repository or package without a grant.

use std::fmt;
use std::str::FromStr;

/// Public: anyone. Internal: any signed-in account (things of organisations only).
/// Private: grants only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Visibility {
    /// Grants only.
    Private,
    /// Any signed-in account.
    Internal,
    /// Anyone, without a token.
    Public,
}

/// Reports a text that is no visibility.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown visibility {0}: use private, internal or public")]
pub struct VisibilityError(pub String);

impl Visibility {
    /// Every visibility, narrowest first.
    pub const ALL: [Self; 3] = [Self::Private, Self::Internal, Self::Public];

    /// Gives the database and wire value.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Internal => "internal",
            Self::Public => "public",
        }
    }
}

impl fmt::Display for Visibility {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Visibility {
    type Err = VisibilityError;

    fn from_str(text: &str) -> Result<Self, VisibilityError> {
        Self::ALL
            .into_iter()
            .find(|visibility| visibility.as_str() == text)
            .ok_or_else(|| VisibilityError(text.to_owned()))
    }
}
