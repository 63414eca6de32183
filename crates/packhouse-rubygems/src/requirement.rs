//! Which versions of something a gem takes (RubyGems notes §11): `~> 2.0, >= 2.0.1`.

use std::cmp::Ordering;
use std::fmt;

use packhouse_core::text::{cut, shown};
use serde::{Deserialize, Serialize};

use crate::number::{Number, NumberError};

/// How a version is compared with another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Op {
    /// `=`: the same version.
    Equal,
    /// `!=`: another version.
    NotEqual,
    /// `>`: a later version.
    Greater,
    /// `<`: an earlier version.
    Less,
    /// `>=`: the same version or a later one.
    AtLeast,
    /// `<=`: the same version or an earlier one.
    AtMost,
    /// `~>`: the same version or a later one below [`Number::bumped`].
    Compatible,
}

/// One condition on a version.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Constraint {
    /// How it compares.
    pub op: Op,
    /// With what.
    pub version: Number,
}

/// Conditions on a version that must all hold, in the order of the gemspec; there is always one.
/// Stored as an array of texts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Vec<Constraint>", into = "Vec<Constraint>")]
pub struct Requirement(Vec<Constraint>);

/// Reports a text that is no condition on a version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} is not a requirement: {source}", shown(text))]
pub struct RequirementError {
    /// The text, cut to some length.
    pub text: String,
    /// What is wrong with the version in it.
    pub source: NumberError,
}

impl Op {
    /// All of them; `>=` before `>`, which a text with the longer sign begins with too.
    const ALL: [Self; 7] = [
        Self::NotEqual,
        Self::AtLeast,
        Self::AtMost,
        Self::Compatible,
        Self::Equal,
        Self::Greater,
        Self::Less,
    ];

    /// Reads the sign; nothing else may stand around it.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|op| op.as_str() == text)
    }

    /// Gives the sign.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Greater => ">",
            Self::Less => "<",
            Self::AtLeast => ">=",
            Self::AtMost => "<=",
            Self::Compatible => "~>",
        }
    }
}

impl Constraint {
    /// Reads one condition, `>= 1.0`; a version alone is `= 1.0`. White space around both is allowed.
    ///
    /// # Errors
    /// When what follows the sign is no version.
    pub fn parse(text: &str) -> Result<Self, RequirementError> {
        let trimmed = text.trim_ascii();
        let sign = |op: Op| trimmed.strip_prefix(op.as_str()).map(|rest| (op, rest));
        let (op, rest) = Op::ALL
            .into_iter()
            .find_map(sign)
            .unwrap_or((Op::Equal, trimmed));
        let version = Number::parse(rest.trim_ascii_start());
        version
            .map(|version| Self { op, version })
            .map_err(|source| RequirementError {
                text: cut(text, crate::number::MAX_LENGTH * 2),
                source,
            })
    }

    /// Tells whether a version fulfils the condition.
    pub fn matches(&self, number: &Number) -> bool {
        let order = number.compare(&self.version);
        match self.op {
            Op::Equal => order.is_eq(),
            Op::NotEqual => order.is_ne(),
            Op::Greater => order.is_gt(),
            Op::Less => order.is_lt(),
            Op::AtLeast => order.is_ge(),
            Op::AtMost => order.is_le(),
            Op::Compatible => {
                let next = self.version.bumped();
                order.is_ge() && number.release().compare(&next) == Ordering::Less
            }
        }
    }

    fn is_any(&self) -> bool {
        self.op == Op::AtLeast && self.version.as_str() == "0"
    }
}

impl Requirement {
    /// Gives the requirement of a gem that says nothing: `>= 0`.
    pub fn any() -> Self {
        Self(vec![Constraint {
            op: Op::AtLeast,
            version: Number::zero(),
        }])
    }

    /// Gives the requirement that all these hold; when there are none, [`Requirement::any`].
    pub fn new(constraints: Vec<Constraint>) -> Self {
        match constraints.is_empty() {
            true => Self::any(),
            false => Self(constraints),
        }
    }

    /// Reads a requirement of one condition; see [`Constraint::parse`].
    ///
    /// # Errors
    /// When what follows the sign is no version.
    pub fn parse_one(text: &str) -> Result<Self, RequirementError> {
        Ok(Self(vec![Constraint::parse(text)?]))
    }

    /// Gives the conditions, at least one, in the order of the gemspec.
    pub fn constraints(&self) -> &[Constraint] {
        &self.0
    }

    /// Tells whether it is `>= 0`, written so.
    pub fn is_any(&self) -> bool {
        matches!(&self.0[..], [constraint] if constraint.is_any())
    }

    /// Tells whether a version fulfils all conditions.
    pub fn matches(&self, number: &Number) -> bool {
        self.0.iter().all(|constraint| constraint.matches(number))
    }
}

impl Default for Requirement {
    fn default() -> Self {
        Self::any()
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.op, self.version)
    }
}

impl fmt::Display for Requirement {
    /// Writes the conditions as they came, `~> 2.0, >= 2.0.1`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, constraint) in self.0.iter().enumerate() {
            let comma = if i > 0 { ", " } else { "" };
            write!(f, "{comma}{constraint}")?;
        }
        Ok(())
    }
}

impl TryFrom<String> for Constraint {
    type Error = RequirementError;

    fn try_from(text: String) -> Result<Self, RequirementError> {
        Self::parse(&text)
    }
}

impl From<Constraint> for String {
    fn from(constraint: Constraint) -> Self {
        constraint.to_string()
    }
}

impl From<Vec<Constraint>> for Requirement {
    fn from(constraints: Vec<Constraint>) -> Self {
        Self::new(constraints)
    }
}

impl From<Requirement> for Vec<Constraint> {
    fn from(requirement: Requirement) -> Self {
        requirement.0
    }
}

#[cfg(test)]
mod tests;
