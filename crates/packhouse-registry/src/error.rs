//! What a use case can refuse or fail with.

use std::time::Duration;

use packhouse_blob::BlobError;
use packhouse_core::digest::{ContentDigest, Sha256};
use packhouse_core::error::ErrorKind;
use packhouse_core::permission::{Action, Denial};
use packhouse_db::DbError;

/// Shorthand for results of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A refusal or failure. Texts name the thing and the way out; what the asker may not see reads
/// like what does not exist.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No credential came, and without one this is not open.
    #[error("{what} needs a sign-in: send a token with the request")]
    SignInNeeded {
        /// What was asked for.
        what: String,
    },
    /// A credential came that is unknown, expired, revoked or of a disabled account.
    #[error(
        "this credential is not valid (unknown, expired or revoked): sign in again or use another token"
    )]
    BadCredential,
    /// A login with the wrong name or password.
    #[error("wrong user name or password")]
    WrongPassword,
    /// Missing, or hidden from the asker.
    #[error("{what} was not found, or you may not read it")]
    NotFound {
        /// What was asked for.
        what: String,
    },
    /// A change to something that the asker may not read, whether it exists or not.
    #[error("you may not {} {what}: it needs {} access there, and a token with {}; or there is no such account", verb(*action), action.role(), scopes(*action))]
    HiddenWrite {
        /// What was to be changed.
        what: String,
        /// What was to be done.
        action: Action,
    },
    /// A change to something visible that the asker's role or token does not allow.
    #[error("you may not {} {what}: {}", verb(*action), denial_text(*denial))]
    NotAllowed {
        /// What was to be changed.
        what: String,
        /// What was to be done.
        action: Action,
        /// What is missing.
        denial: Denial,
    },
    /// The account may, but the access token it came with was made for other things.
    #[error("your access token does not state that you may {} {what}: fetch a new one", verb(*action))]
    Unstated {
        /// What was asked for.
        what: String,
        /// What was to be done.
        action: Action,
    },
    /// A rule other than the role refuses this; the text says which.
    #[error("{0}")]
    Refused(String),
    /// The request breaks a rule; the text says which.
    #[error("{0}")]
    Invalid(String),
    /// Understood, but impossible as things are; the text says why.
    #[error("{0}")]
    Unprocessable(String),
    /// A version of this name is live with other bytes.
    #[error(
        "{package} {version} is published already and versions never change: publish under a new number"
    )]
    VersionExists {
        /// The package.
        package: String,
        /// The version.
        version: String,
    },
    /// A version of this name was deleted; names are not used again.
    #[error(
        "{package} {version} was published and deleted, and a number is never used again: publish under a new one"
    )]
    VersionRetired {
        /// The package.
        package: String,
        /// The version.
        version: String,
    },
    /// A name that this version would have across all that the owner has is another's, for ever.
    #[error(
        "the name is taken already, by {}: publish under another name or number",
        holder.as_deref().unwrap_or("another package whose name and version read the same")
    )]
    NameHeld {
        /// What has it, when it is of the same package: others are named to nobody.
        holder: Option<String>,
    },
    /// A file of this name has other bytes, or had them before it was deleted.
    #[error(
        "{file} holds other bytes (sha256 {sha256}) and published files never change: publish under a new version"
    )]
    FileExists {
        /// The file.
        file: String,
        /// What it holds, or held.
        sha256: Sha256,
    },
    /// Something of that name is there.
    #[error("{what} exists already")]
    Exists {
        /// What was to be made.
        what: String,
    },
    /// Something stands in the way; the text says what.
    #[error("{0}")]
    Conflict(String),
    /// Something changed faster than it could be read.
    #[error("{0} is changing: try again")]
    Busy(String),
    /// Another change to the same thing came in between; trying again may do.
    #[error("{0}")]
    Raced(String),
    /// The bytes that came are not those that were announced.
    #[error("the bytes that came are {actual}, but {claimed} was announced: send them again")]
    DigestMismatch {
        /// What was announced; in a box, since two digests would make every error large.
        claimed: Box<ContentDigest>,
        /// What came.
        actual: Box<ContentDigest>,
    },
    /// Something is named with another length than it has.
    #[error("{digest} has {actual} bytes, but is named with {claimed}")]
    SizeMismatch {
        /// What is named.
        digest: ContentDigest,
        /// The length it is named with, in bytes.
        claimed: u64,
        /// The length it has, in bytes.
        actual: u64,
    },
    /// A version names bytes or versions that its package does not have.
    #[error("{} not in this package: push what is named first", shown(.0))]
    UnknownReferences(Vec<ContentDigest>),
    /// A piece of an upload does not follow on what has arrived.
    #[error("the upload stands at byte {position}: go on from there")]
    OutOfOrder {
        /// How many bytes have arrived.
        position: u64,
    },
    /// Another piece of the same upload is on its way.
    #[error("another request is writing to this upload: wait for it")]
    BeingWritten {
        /// How many bytes have arrived before it.
        position: u64,
    },
    /// Something live needs it; the text says what.
    #[error("{0}")]
    InUse(String),
    /// Too many failed tries.
    #[error("too many failed sign-ins: try again in {} seconds", retry_after.as_secs())]
    RateLimited {
        /// How long to wait.
        retry_after: Duration,
    },
    /// The blob store refused or failed.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
    /// A fault of ours.
    #[error("internal error: {0}")]
    Internal(String),
}

impl Error {
    /// Gives the kind a client sees.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::SignInNeeded { .. }
            | Self::BadCredential
            | Self::WrongPassword
            | Self::Unstated { .. } => ErrorKind::Unauthenticated,
            Self::NotFound { .. } => ErrorKind::NotFound,
            Self::HiddenWrite { .. } | Self::NotAllowed { .. } | Self::Refused(_) => {
                ErrorKind::Forbidden
            }
            Self::Invalid(_)
            | Self::DigestMismatch { .. }
            | Self::SizeMismatch { .. }
            | Self::UnknownReferences(_) => ErrorKind::Invalid,
            Self::OutOfOrder { .. } | Self::BeingWritten { .. } => ErrorKind::RangeNotSatisfiable,
            Self::InUse(_) => ErrorKind::Conflict,
            Self::Unprocessable(_) => ErrorKind::Unprocessable,
            Self::VersionExists { .. }
            | Self::VersionRetired { .. }
            | Self::FileExists { .. }
            | Self::NameHeld { .. }
            | Self::Exists { .. }
            | Self::Conflict(_) => ErrorKind::Conflict,
            Self::Raced(_) => ErrorKind::Precondition,
            Self::Busy(_) => ErrorKind::Unavailable,
            Self::RateLimited { .. } => ErrorKind::RateLimited,
            Self::Blob(error) => error.kind(),
            Self::Db(error) => error.kind(),
            Self::Internal(_) => ErrorKind::Internal,
        }
    }

    /// Tells whether it is the permission decision that says no, and not a rule or a fault.
    pub fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::SignInNeeded { .. }
                | Self::NotFound { .. }
                | Self::HiddenWrite { .. }
                | Self::NotAllowed { .. }
                | Self::Unstated { .. }
        )
    }

    /// Reports something missing or hidden.
    pub fn not_found(what: impl std::fmt::Display) -> Self {
        Self::NotFound {
            what: what.to_string(),
        }
    }
}

fn shown(digests: &[ContentDigest]) -> String {
    let shown: Vec<_> = digests.iter().take(5).map(ToString::to_string).collect();
    let more = match digests.len().saturating_sub(5) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let verb = if digests.len() == 1 { "is" } else { "are" };
    format!("{}{more} {verb}", shown.join(", "))
}

fn verb(action: Action) -> &'static str {
    match action {
        Action::Read => "read",
        Action::Create | Action::Publish => "publish",
        Action::Tag => "deprecate, unlist, or set or remove tags of",
        Action::Delete => "delete",
        Action::Restore => "restore",
        Action::Administer => "administer",
    }
}

fn scopes(action: Action) -> String {
    let names: Vec<_> = action.scopes().iter().map(|scope| scope.as_str()).collect();
    names.join(" and ")
}

fn denial_text(denial: Denial) -> String {
    match denial {
        Denial::Role(role) => format!("your account has no {role} access to it"),
        Denial::Scope(scope) => format!("this token lacks the scope {}", scope.as_str()),
        Denial::Limit => "this token is limited to other things".to_owned(),
        Denial::Unstated => "your access token was not made for it: fetch a new one".to_owned(),
    }
}
