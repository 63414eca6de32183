//! What the database keeps of an upload session.

use serde::{Deserialize, Serialize};

use crate::digest::{Hashes, Hashing, Saved};
use crate::error::BlobError;

/// Rises when a state of before cannot be read any more.
const VERSION: u32 = 1;

/// Where an upload session stands between two requests: what the database keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionState {
    version: u32,
    id: String,
    pub(crate) offset: u64,
    pub(crate) hashing: Hashing,
    /// The digests half-way; none before the first byte.
    #[serde(skip_serializing_if = "Option::is_none")]
    hashes: Option<Saved>,
    pub(crate) part: Part,
}

/// What one kind of store needs to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Part {
    Local {
        /// Names the run of the machine in which the bytes were written. In another one they may
        /// have been lost with the power, so the digests are computed anew from what is there.
        #[serde(skip_serializing_if = "Option::is_none")]
        boot: Option<String>,
    },
    S3 {
        /// The multipart upload, once a part was full.
        #[serde(skip_serializing_if = "Option::is_none")]
        upload: Option<InParts>,
        /// What the server called each part.
        parts: Vec<String>,
        /// Offsets of the tails that are not needed any more once this state is recorded.
        stale: Vec<u64>,
    },
}

/// A multipart upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct InParts {
    /// The blob's key, chosen with it: no two uploads in parts ever have one key, so completing
    /// one cannot overwrite what another has become.
    pub(crate) key: String,
    /// What the server calls it.
    pub(crate) id: String,
}

impl SessionState {
    pub(crate) fn begin(id: &str, hashing: Hashing, part: Part) -> Self {
        Self {
            version: VERSION,
            id: id.to_owned(),
            offset: 0,
            hashing,
            hashes: None,
            part,
        }
    }

    /// Gives the state of the same session after more has arrived.
    pub(crate) fn advance(&self, offset: u64, hashes: &Hashes, part: Part) -> Self {
        Self {
            version: VERSION,
            id: self.id.clone(),
            offset,
            hashing: self.hashing,
            hashes: Some(hashes.save()),
            part,
        }
    }

    /// Gives how many bytes have arrived.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Gives the text to record: JSON of some hundred bytes, and in a bucket some forty more for
    /// each part of 16 MiB.
    pub fn to_text(&self) -> String {
        // Neither a map with other keys than text nor a failing `Serialize` is in it.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads a text that was recorded.
    ///
    /// # Errors
    /// [`BlobError::SessionLost`] when it is of another release, or damaged.
    pub fn parse(text: &str) -> Result<Self, BlobError> {
        let state: Self = serde_json::from_str(text)
            .map_err(|error| BlobError::lost(format!("its recorded state is damaged ({error})")))?;
        if state.version != VERSION {
            return Err(BlobError::lost("another release recorded its state"));
        }
        state.id()?;
        Ok(state)
    }

    /// Gives the id, which becomes part of a path: 32 hex digits and nothing else.
    ///
    /// # Errors
    /// [`BlobError::SessionLost`] when it is not: this is no session of ours.
    pub(crate) fn id(&self) -> Result<&str, BlobError> {
        if is_id(&self.id) {
            Ok(&self.id)
        } else {
            Err(BlobError::lost("its id is not 32 hex digits"))
        }
    }

    /// Gives the digests to go on with, or `None` when another release computed them.
    pub(crate) fn hashes(&self) -> Option<Hashes> {
        match &self.hashes {
            Some(saved) => Hashes::restore(saved, self.hashing),
            None => (self.offset == 0).then(|| Hashes::new(self.hashing)),
        }
    }
}

/// Tells whether `id` may be the id of a session.
pub(crate) fn is_id(id: &str) -> bool {
    id.len() == 32 && id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use packhouse_core::error::ErrorKind;

    use super::*;

    fn part() -> Part {
        Part::S3 {
            upload: Some(InParts {
                key: "blobs/ab/abcd".to_owned(),
                id: "upload".to_owned(),
            }),
            parts: vec!["\"etag\"".to_owned()],
            stale: vec![7],
        }
    }

    #[test]
    fn a_recorded_state_is_read_back() {
        for part in [part(), Part::Local { boot: None }] {
            let begun = SessionState::begin(&"0a".repeat(16), Hashing::Sha256, part.clone());
            let later = begun.advance(5, &Hashes::new(Hashing::Sha256), part);
            for state in [begun, later] {
                assert_eq!(SessionState::parse(&state.to_text()).unwrap(), state);
            }
        }
    }

    #[test]
    fn a_state_that_is_not_ours_is_a_lost_session() {
        let good = SessionState::begin(&"0a".repeat(16), Hashing::Sha256, part()).to_text();
        for bad in [
            String::new(),
            "{}".to_owned(),
            good.replace("\"version\":1", "\"version\":2"),
            good.replace("0a0a", "../."),
            good.replace("0a0a", "0A0A"),
            good.replace("0a0a", "0a"),
            good.replace("sha256", "sha1024"),
        ] {
            let error = SessionState::parse(&bad).unwrap_err();
            assert!(matches!(error, BlobError::SessionLost { .. }), "{bad}");
            assert_eq!(error.kind(), ErrorKind::NotFound);
        }
    }
}
