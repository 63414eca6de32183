//! What can be wrong with a gem.

use std::io;

use packhouse_core::error::ErrorKind;
use packhouse_core::text::shown;

use crate::gemspec::GemspecError;
use crate::yaml::YamlError;

/// Reports a gem that is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The bytes could not be read: no fault of the gem.
    #[error("the gem cannot be read")]
    Io(#[source] io::Error),
    /// The format of gems before 2006.
    #[error("the gem has the format of RubyGems before 0.9: rebuild it with gem build")]
    OldFormat,
    /// No tar archive.
    #[error("the file is not a gem, or not a whole one: {0}")]
    NotGem(&'static str),
    /// Bytes behind the end.
    #[error("the gem has bytes behind its end: rebuild it with gem build")]
    Trailing,
    /// A file in it that gems do not have.
    #[error(
        "the gem has the file {}: only metadata.gz, data.tar.gz, checksums.yaml.gz and their \
         signatures are allowed, rebuild it with gem build",
        shown(.0)
    )]
    UnknownMember(String),
    /// A file in it twice.
    #[error("the gem has the file {0} twice: rebuild it with gem build")]
    DuplicateMember(&'static str),
    /// A file that is not there.
    #[error("the gem has no {0}: rebuild it with gem build")]
    NoMember(&'static str),
    /// A header in the gem that readers understand differently, or not at all.
    #[error(
        "the file {} of the gem {reason}: rebuild it with gem build",
        shown(member)
    )]
    Member {
        /// The file.
        member: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A signature that is too long.
    #[error("the file {member} of the gem has {size} bytes: at most {max} are allowed")]
    Signature {
        /// The file.
        member: &'static str,
        /// Its length.
        size: u64,
        /// The limit.
        max: u64,
    },
    /// Certificates without what they are for.
    #[error("the gemspec has certificates but the gem has no {0}: sign it anew")]
    Unsigned(&'static str),
    /// Compressed bytes that do not inflate.
    #[error("the file {member} of the gem is not gzip, or damaged: rebuild it with gem build")]
    Gzip {
        /// The file.
        member: &'static str,
    },
    /// Bytes behind the compressed ones, which RubyGems does not read.
    #[error("the file {member} of the gem has bytes behind its end: rebuild it with gem build")]
    GzipTrailing {
        /// The file.
        member: &'static str,
    },
    /// Too long when inflated.
    #[error("the file {member} of the gem has more than {max} bytes when unpacked")]
    Inflated {
        /// The file.
        member: &'static str,
        /// The limit.
        max: u64,
    },
    /// Grows too much when inflated.
    #[error("the data of the gem grows more than {max} times when it is unpacked")]
    Ratio {
        /// The limit.
        max: u64,
    },
    /// Checksums that cannot be read.
    #[error("the checksums.yaml.gz of the gem cannot be read: {0}")]
    ChecksumsYaml(#[source] YamlError),
    /// Checksums that say nothing of the kind.
    #[error("the checksums.yaml.gz of the gem {0}: rebuild it with gem build")]
    Checksums(&'static str),
    /// A checksum of a kind that is not known.
    #[error(
        "the checksums.yaml.gz of the gem has {}: SHA256, SHA512, SHA1 and MD5 are allowed",
        shown(.0)
    )]
    Algorithm(String),
    /// A checksum of what is not in the gem.
    #[error(
        "the checksums.yaml.gz of the gem names {}, which is not in it: rebuild it with gem build",
        shown(.0)
    )]
    ChecksumOfNothing(String),
    /// A checksum that is another one.
    #[error(
        "the {algorithm} of {member} in the gem is {actual}, but its checksums.yaml.gz says {}: \
         rebuild it with gem build",
        shown(claimed)
    )]
    Checksum {
        /// Of what kind.
        algorithm: &'static str,
        /// Of what.
        member: &'static str,
        /// What it is.
        actual: String,
        /// What the gem says.
        claimed: String,
    },
    /// The gemspec breaks a rule.
    #[error(transparent)]
    Spec(#[from] GemspecError),
    /// Data that is no tar archive.
    #[error("the data of the gem is not a whole tar archive: {0}, rebuild it with gem build")]
    Data(&'static str),
    /// Too many entries.
    #[error("the data of the gem has more than {max} entries")]
    TooManyEntries {
        /// The limit.
        max: u64,
    },
    /// An entry that is not accepted.
    #[error("the entry {} in the data of the gem {reason}", shown(entry))]
    Entry {
        /// The entry.
        entry: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A link that leads elsewhere.
    #[error(
        "the entry {} in the data of the gem links to {}, which {reason}",
        shown(entry),
        shown(target)
    )]
    Link {
        /// The entry.
        entry: String,
        /// Where it leads.
        target: String,
        /// What is wrong with that.
        reason: &'static str,
    },
    /// Too many links.
    #[error("the data of the gem has more than {max} links")]
    TooManyLinks {
        /// The limit.
        max: usize,
    },
}

impl ArchiveError {
    /// Gives the kind by which a status is chosen.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Io(_) => ErrorKind::Internal,
            _ => ErrorKind::Unprocessable,
        }
    }
}
