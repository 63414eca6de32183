//! Group and artifact: what a package is called.

use std::fmt;
use std::str::FromStr;

use crate::text::shown;

/// The name of a package: `group:artifact`. Case counts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ga {
    /// The groupId, dotted.
    pub group: String,
    /// The artifactId.
    pub artifact: String,
}

/// Reports a text that no package can be called.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CoordinateError {
    /// Not `group:artifact`.
    #[error("bad coordinates {}: write group:artifact", shown(.0))]
    Shape(String),
    /// A groupId with other characters, or an empty part.
    #[error(
        "bad group {}: use letters, digits, `_` and `-` in parts joined by single dots", shown(.0)
    )]
    Group(String),
    /// An artifactId with other characters.
    #[error(
        "bad artifact {}: use letters, digits, `_`, `.` and `-`, and more than dots alone", shown(.0)
    )]
    Artifact(String),
}

impl Ga {
    /// Reads `group:artifact`.
    ///
    /// # Errors
    /// When it could not stand in a path (Maven notes §1).
    pub fn parse(text: &str) -> Result<Self, CoordinateError> {
        let (group, artifact) = text
            .split_once(':')
            .ok_or_else(|| CoordinateError::Shape(text.to_owned()))?;
        Self::new(group.split('.'), artifact)
    }

    /// Puts a name together from the directories of a path.
    ///
    /// # Errors
    /// When a part may not be called so (Maven notes §1).
    pub fn new<'a>(
        group: impl IntoIterator<Item = &'a str>,
        artifact: &str,
    ) -> Result<Self, CoordinateError> {
        let group = join_group(group)?;
        if !is_artifact(artifact) {
            return Err(CoordinateError::Artifact(artifact.to_owned()));
        }
        Ok(Self {
            group,
            artifact: artifact.to_owned(),
        })
    }

    /// Gives the directory it lives in: `com/acme/lib`.
    pub fn path(&self) -> String {
        format!("{}/{}", self.group.replace('.', "/"), self.artifact)
    }
}

impl fmt::Display for Ga {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.group, self.artifact)
    }
}

impl FromStr for Ga {
    type Err = CoordinateError;

    fn from_str(text: &str) -> Result<Self, CoordinateError> {
        Self::parse(text)
    }
}

/// Joins directories to a groupId. A directory with a dot is refused: it would be another spelling
/// of two directories.
pub(crate) fn join_group<'a>(
    segments: impl IntoIterator<Item = &'a str>,
) -> Result<String, CoordinateError> {
    let segments: Vec<&str> = segments.into_iter().collect();
    let group = segments.join(".");
    let good = |segment: &&str| {
        let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
        (1..=MAX_SEGMENT).contains(&segment.len()) && segment.bytes().all(word)
    };
    if segments.is_empty() || !segments.iter().all(good) {
        return Err(CoordinateError::Group(group));
    }
    Ok(group)
}

fn is_artifact(text: &str) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    (1..=MAX_SEGMENT).contains(&text.len()) && text != "." && text != ".." && text.bytes().all(word)
}

/// How long one segment of a path may be, in bytes.
pub(crate) const MAX_SEGMENT: usize = 255;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back_as_written() {
        for (text, path) in [
            ("com.acme:lib", "com/acme/lib"),
            ("junit:junit", "junit/junit"),
            ("Org.Foo_1-x:tool_3.0.0-RC1", "Org/Foo_1-x/tool_3.0.0-RC1"),
            ("a:...", "a/..."),
        ] {
            let ga = Ga::parse(text).unwrap();
            assert_eq!(ga.to_string(), text);
            assert_eq!(ga.path(), path);
            assert_eq!(text.parse(), Ok(ga));
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "com.acme", "com/acme"] {
            let error = CoordinateError::Shape(text.to_owned());
            assert_eq!(Ga::parse(text), Err(error), "{text}");
        }
        let long = format!("{}:lib", "g".repeat(256));
        for text in [
            ":lib",
            "com..acme:lib",
            ".com:lib",
            "com.:lib",
            "a b:lib",
            "é:lib",
            &long,
        ] {
            let error = Ga::parse(text).unwrap_err();
            assert!(matches!(error, CoordinateError::Group(_)), "{text}");
        }
        let long = format!("g:{}", "a".repeat(256));
        for text in ["g:", "g:.", "g:..", "g:a b", "g:a:b", "g:a/b", "g:é", &long] {
            let error = Ga::parse(text).unwrap_err();
            assert!(matches!(error, CoordinateError::Artifact(_)), "{text}");
        }
    }
}
