//! `[login]`: how clients may sign in.

use serde::Deserialize;

use super::values::Flag;

/// `[login]` as one source says it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LoginLayer {
    /// Whether command-line clients are sent to a page to confirm their login. They are when not
    /// said; without it they ask for name and password.
    pub web: Option<Flag>,
}

impl LoginLayer {
    /// Fills what this one does not say from a lower one.
    pub fn or(self, lower: Self) -> Self {
        Self {
            web: self.web.or(lower.web),
        }
    }

    /// Tells whether the web login is offered.
    pub fn finish(self) -> bool {
        self.web.is_none_or(|web| web.0)
    }
}
