//! What a gem needs of another.

use serde::{Deserialize, Serialize};

use crate::name::GemName;
use crate::requirement::Requirement;

/// When a gem needs another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Whenever it runs.
    Runtime,
    /// While it is being worked on.
    Development,
}

/// What a gem needs of another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dependency {
    /// The other gem.
    pub name: GemName,
    /// Which versions of it.
    pub requirement: Requirement,
    /// When.
    pub kind: Kind,
}
