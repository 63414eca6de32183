//! Why a command ended without doing what it was asked to, and its exit code.

use std::fmt;
use std::process::ExitCode;

use packhouse_blob::BlobError;
use packhouse_db::DbError;

use crate::config::ConfigError;

/// The end of a command that did not do what it was asked to.
#[derive(Debug)]
pub enum Failure {
    /// It was called or set up wrongly: exit code 2.
    Usage(anyhow::Error),
    /// It tried and failed: exit code 1.
    Failed(anyhow::Error),
}

impl Failure {
    /// Reports wrong usage; the text says what is right.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::Usage(anyhow::Error::msg(message.into()))
    }

    /// Gives the exit code.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::from(2),
            Self::Failed(_) => ExitCode::from(1),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Usage(error) | Self::Failed(error)) = self;
        write!(f, "{error:#}")
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Failed(error)
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::Usage(error.into())
    }
}

impl From<packhouse_registry::Error> for Failure {
    fn from(error: packhouse_registry::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<DbError> for Failure {
    fn from(error: DbError) -> Self {
        match error {
            DbError::UnknownScheme(_) => Self::Usage(error.into()),
            _ => Self::Failed(error.into()),
        }
    }
}

impl From<BlobError> for Failure {
    fn from(error: BlobError) -> Self {
        match error {
            BlobError::Settings { .. } => Self::Usage(error.into()),
            _ => Self::Failed(error.into()),
        }
    }
}
