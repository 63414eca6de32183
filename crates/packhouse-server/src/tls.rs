//! The server's certificate.

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::config::{ConfigError, Tls};

/// Reads the PEM files of `[tls]`: the certificate with its chain, and its key.
///
/// # Errors
/// When a file cannot be read, holds none, or the two do not belong together.
pub fn load(files: &Tls) -> Result<ServerConfig, ConfigError> {
    let wrong = |key: &str, path: &std::path::Path, error: &dyn std::fmt::Display| {
        ConfigError::value(key, format!("{}: {error}", path.display()))
    };
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(&files.cert)
        .and_then(Iterator::collect)
        .map_err(|error| wrong("tls.cert", &files.cert, &error))?;
    if chain.is_empty() {
        let none = "no certificate in this file: give it as PEM";
        return Err(wrong("tls.cert", &files.cert, &none));
    }
    let key = PrivateKeyDer::from_pem_file(&files.key)
        .map_err(|error| wrong("tls.key", &files.key, &error))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| wrong("tls", &files.cert, &error))?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|error| wrong("tls.key", &files.key, &error))
}
