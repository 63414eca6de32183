//! `[tls]`: serving HTTPS directly.

use std::path::PathBuf;

use serde::Deserialize;

use super::error::ConfigError;

/// `[tls]` as one source says it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TlsLayer {
    /// PEM file of the certificate, with its chain after it.
    pub cert: Option<PathBuf>,
    /// PEM file of its private key.
    pub key: Option<PathBuf>,
}

impl TlsLayer {
    /// Fills what this one does not say from a lower one.
    pub fn or(self, lower: Self) -> Self {
        Self {
            cert: self.cert.or(lower.cert),
            key: self.key.or(lower.key),
        }
    }

    /// Gives both files, or `None` when neither is named.
    ///
    /// # Errors
    /// When only one is.
    pub fn finish(self) -> Result<Option<Tls>, ConfigError> {
        match (self.cert, self.key) {
            (None, None) => Ok(None),
            (Some(cert), Some(key)) => Ok(Some(Tls { cert, key })),
            (Some(_), None) => Err(ConfigError::value("tls.key", "not set, but tls.cert is")),
            (None, Some(_)) => Err(ConfigError::value("tls.cert", "not set, but tls.key is")),
        }
    }
}

/// The files of the certificate.
#[derive(Debug, Clone)]
pub struct Tls {
    /// The certificate and its chain.
    pub cert: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}
