//! The annotations and labels of the image-spec (Annotations): `org.opencontainers.image.…`. An
//! annotation of the manifest counts before a label of its configuration (OCI notes §13).

use super::Metadata;
use crate::text::cut;

const MAX_DESCRIPTION: usize = 512;
const MAX_WORD: usize = 255;

/// Where an image says that it comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Source {
    /// The address of the source repository, as written.
    pub repository: Option<String>,
    /// The commit.
    pub commit: Option<String>,
    /// The branch, tag or version.
    pub reference: Option<String>,
}

impl Metadata {
    /// Gives the source that the image names.
    pub fn source(&self) -> Source {
        Source {
            repository: self.named("source", super::MAX_VALUE),
            commit: self.named("revision", MAX_WORD),
            reference: self
                .named("ref.name", MAX_WORD)
                .or_else(|| self.named("version", MAX_WORD)),
        }
    }

    /// Gives the description, in at most 512 characters.
    pub fn description(&self) -> Option<String> {
        self.standard("description")
    }

    /// Gives a standard text as one line.
    pub(super) fn standard(&self, key: &str) -> Option<String> {
        self.named(key, MAX_DESCRIPTION)
    }

    fn named(&self, key: &str, characters: usize) -> Option<String> {
        let key = format!("org.opencontainers.image.{key}");
        [&self.annotations, &self.labels]
            .into_iter()
            .find_map(|map| line(map.get(&key)?))
            .map(|text| cut(&text, characters))
    }
}

/// Gives a text as one line: control characters become spaces, those
/// at the ends go. `None` when nothing is left.
pub(super) fn line(text: &str) -> Option<String> {
    let plain: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let plain = plain.trim();
    (!plain.is_empty()).then(|| plain.to_owned())
}
