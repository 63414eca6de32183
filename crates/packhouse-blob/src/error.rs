//! What can go wrong with a blob.

use std::io;
use std::path::{Path, PathBuf};

use packhouse_core::error::ErrorKind;

use crate::store::BlobKey;

type Source = Box<dyn std::error::Error + Send + Sync>;

/// A failure to take in, keep or read the bytes of a file.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// The upload grew over its limit; nothing of it is kept.
    #[error(
        "the upload is over the limit of {limit} bytes; send a smaller file or raise the limit"
    )]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// The disk or bucket has no room left, or its quota is used up.
    #[error("the store is full; free some space on it or give it more")]
    Full {
        /// What the disk or bucket said.
        #[source]
        source: Source,
    },
    /// No blob has this key. A recorded key without its blob means that the store was changed
    /// from outside.
    #[error("blob {key} is missing from the store; run `packhouse check`")]
    Missing {
        /// The key that was asked for.
        key: BlobKey,
    },
    /// The blob ends before the range that was asked for.
    #[error("blob {key} is shorter than recorded; run `packhouse check`")]
    Damaged {
        /// The key that was asked for.
        key: BlobKey,
    },
    /// The bucket cannot be reached, or refuses us.
    #[error("the blob store does not answer; try again, and check its endpoint and credentials")]
    Unavailable {
        /// What the last try ended with.
        #[source]
        source: Source,
    },
    /// The disk refused an operation.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The upload was used after it had failed, or its worker died.
    #[error("the upload failed before; begin it anew")]
    Broken,
    /// The upload session's bytes are not there any more, or cannot be gone on with: to a client
    /// its upload is unknown.
    #[error("the upload cannot go on: {reason}; begin it anew")]
    SessionLost {
        /// What is missing.
        reason: String,
    },
    /// Another request still writes to the upload session.
    #[error("another request still writes to upload {id}; try again")]
    SessionBusy {
        /// The session.
        id: String,
    },
    /// The storage URL or its settings cannot be used.
    #[error("cannot use storage url {url}: {reason}")]
    Settings {
        /// The URL as given.
        url: String,
        /// What is wrong, and what is expected.
        reason: String,
    },
}

impl BlobError {
    /// Gives the kind of failure, as a client sees it.
    ///
    /// A missing or damaged blob is `Internal`: the database has promised it, so "not found"
    /// would be a lie. A disk that refuses is `Unavailable`: it was there at start, so whoever
    /// comes again may find it mounted.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::TooLarge { .. } => ErrorKind::TooLarge,
            Self::Full { .. } => ErrorKind::StorageFull,
            Self::Unavailable { .. } | Self::Io { .. } | Self::SessionBusy { .. } => {
                ErrorKind::Unavailable
            }
            Self::SessionLost { .. } => ErrorKind::NotFound,
            Self::Settings { .. } => ErrorKind::Invalid,
            Self::Missing { .. } | Self::Damaged { .. } | Self::Broken => ErrorKind::Internal,
        }
    }

    pub(crate) fn lost(reason: impl Into<String>) -> Self {
        Self::SessionLost {
            reason: reason.into(),
        }
    }

    /// Turns a failed disk operation into [`BlobError::Full`] or [`BlobError::Io`].
    pub(crate) fn io(action: &'static str, path: &Path, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full {
                source: source.into(),
            },
            _ => Self::Io {
                action,
                path: path.to_owned(),
                source,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_and_a_used_up_quota_are_full_and_any_other_failure_is_away() {
        let kind = |code| {
            BlobError::io("write", Path::new("x"), io::Error::from_raw_os_error(code)).kind()
        };
        // The numbers are Linux's: ENOSPC, EDQUOT, EIO, ENOENT.
        assert_eq!(kind(28), ErrorKind::StorageFull);
        assert_eq!(kind(122), ErrorKind::StorageFull);
        assert_eq!(kind(5), ErrorKind::Unavailable);
        assert_eq!(kind(2), ErrorKind::Unavailable);
    }
}
