//! What can be wrong with an archive.

use std::io;

use packhouse_core::text::shown;

/// Reports an archive that is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The bytes could not be read: no fault of the archive.
    #[error("the archive cannot be read")]
    Io(#[source] io::Error),
    /// No end of a zip archive.
    #[error("the file is not a zip archive, or not a whole one")]
    NotZip,
    /// Bytes behind the end.
    #[error("the archive has bytes behind its end: pack it anew")]
    Trailing,
    /// Bytes before the first entry.
    #[error("the archive has bytes before its first entry: pack it anew")]
    Prepended,
    /// Something in it is not where, or what, it says.
    #[error("the archive is damaged: {0}")]
    Structure(&'static str),
    /// Several disks.
    #[error("the archive is one of several parts: pack it in one")]
    Parts,
    /// More entries than allowed.
    #[error("the archive has {entries} entries: at most {max} are allowed")]
    TooManyEntries {
        /// How many.
        entries: u64,
        /// The limit.
        max: u64,
    },
    /// A directory that is too long.
    #[error("the directory of the archive has {size} bytes: at most {max} are allowed")]
    Directory {
        /// Its length.
        size: u64,
        /// The limit.
        max: u64,
    },
    /// Entries that would have too much when inflated.
    #[error("the archive has {inflated} bytes when unpacked: at most {max} are allowed")]
    Inflated {
        /// How much.
        inflated: u64,
        /// The limit.
        max: u64,
    },
    /// Entries that would have much more when inflated than the archive has.
    #[error("the archive has {length} bytes and {inflated} when unpacked: no package is like that")]
    Ratio {
        /// How much.
        inflated: u64,
        /// The archive's length.
        length: u64,
    },
    /// An entry that is encrypted.
    #[error("the entry {} is encrypted: pack it without a password", shown(.0))]
    Encrypted(String),
    /// An entry packed in another way than stored or deflated.
    #[error(
        "the entry {} is packed with method {method}: store or deflate it",
        shown(name)
    )]
    Method {
        /// The entry.
        name: String,
        /// The number of the method.
        method: u16,
    },
    /// A name that may lead elsewhere, or to the same place as another.
    #[error("the entry {} has a name that is not allowed: {reason}", shown(name))]
    Name {
        /// The name.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Two names that lead to one place.
    #[error("the archive has more than one entry {}, ignoring case: leave one", shown(.0))]
    SameName(String),
    /// An entry that lies where another does.
    #[error("the entry {} lies in the same bytes as another: pack the archive anew", shown(.0))]
    Overlap(String),
    /// Bytes that belong to nothing.
    #[error("the archive has bytes behind the entry {} that belong to none: pack it anew", shown(.0))]
    Gap(String),
    /// An entry whose own header differs from the directory.
    #[error(
        "the entry {} says another {what} than the directory of the archive: pack it anew",
        shown(name)
    )]
    Mismatch {
        /// The entry.
        name: String,
        /// In what they differ.
        what: &'static str,
    },
    /// An entry from the future.
    #[error(
        "the entry {} was changed in the future, on {time}: set the clock",
        shown(name)
    )]
    Future {
        /// The entry.
        name: String,
        /// When it says it was changed.
        time: chrono::NaiveDateTime,
    },
    /// An entry that does not have what it says.
    #[error("the entry {} is damaged: {reason}", shown(name))]
    Damaged {
        /// The entry.
        name: String,
        /// In what way.
        reason: &'static str,
    },
    /// An entry with more bytes than allowed for what it is.
    #[error(
        "the entry {} has {size} bytes: at most {max} are allowed",
        shown(name)
    )]
    TooLarge {
        /// The entry.
        name: String,
        /// How many, inflated.
        size: u64,
        /// The limit.
        max: u64,
    },
}

impl From<io::Error> for ArchiveError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            // Lengths were checked against the file's, so what is missing was never there.
            io::ErrorKind::UnexpectedEof => Self::Structure("it ends too early"),
            _ => Self::Io(error),
        }
    }
}
