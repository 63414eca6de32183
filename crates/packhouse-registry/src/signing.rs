//! The key that signs npm versions: ECDSA P-256, made once, kept in the database so that all
//! replicas sign alike. Retired keys stay listed with their end (`npm.md` §12).

use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{DerSignature, SigningKey};
use p256::pkcs8::{DecodePrivateKey, EncodePrivateKey, EncodePublicKey};
use packhouse_db::{setting, signing_key};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::registry::Registry;

/// The setting that the first of several servers writes when it makes the key.
const MADE: &str = "signing_key_made";

/// A public key that clients check signatures with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// `SHA256:` and the base64 of the key's hash; clients compare it as a text.
    pub key_id: String,
    /// Base64 of the DER of the key (SPKI).
    pub key: String,
    /// From when on it no longer signs.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A signature and the key that made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The key.
    pub key_id: String,
    /// Base64 of the DER signature.
    pub signature: String,
}

impl Registry {
    /// Makes the signing key if there is none; called when the database was migrated.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn ensure_signing_key(&self) -> Result<()> {
        let now = self.now();
        let new = generate(now)?;
        self.inner
            .db
            .write(move |conn| {
                // Of two servers that start at once the second waits here for the first.
                setting::insert_if_absent(conn, MADE, "")?;
                if signing_key::find_current(conn, now)?.is_none() {
                    signing_key::insert(conn, &new)?;
                }
                Ok(())
            })
            .await
    }

    /// Lists all keys that ever signed, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn public_keys(&self) -> Result<Vec<PublicKey>> {
        self.inner
            .db
            .read_point(|conn| {
                let keys = signing_key::list(conn)?;
                Ok(keys
                    .into_iter()
                    .map(|key| PublicKey {
                        key_id: key.key_id,
                        key: key.public_key,
                        expires_at: key.expires_at,
                    })
                    .collect())
            })
            .await
    }

    /// Signs a text with the current key.
    ///
    /// # Errors
    /// When there is no key, or it cannot be read.
    pub async fn sign(&self, text: &str) -> Result<Signature> {
        let now = self.now();
        let key = self
            .inner
            .db
            .read_point(move |conn| Ok::<_, Error>(signing_key::find_current(conn, now)?))
            .await?
            .ok_or_else(|| Error::Internal("there is no signing key".to_owned()))?;
        let signing = self.inner.signer.of(&key)?;
        let signature: DerSignature = signing.sign(text.as_bytes());
        Ok(Signature {
            key_id: key.key_id,
            signature: STANDARD.encode(signature.as_bytes()),
        })
    }
}

/// The current key, read once: taking it out of its text costs as much as a signature.
#[derive(Default)]
pub(crate) struct CurrentKey {
    read: Mutex<Option<(String, Arc<SigningKey>)>>,
}

impl CurrentKey {
    fn of(&self, row: &signing_key::SigningKey) -> Result<Arc<SigningKey>> {
        // What a panicking thread left here is whole: one assignment.
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((id, key)) = read.as_ref()
            && *id == row.key_id
        {
            return Ok(Arc::clone(key));
        }
        let der = STANDARD.decode(&row.private_key).map_err(unreadable)?;
        let key = Arc::new(SigningKey::from_pkcs8_der(&der).map_err(unreadable)?);
        *read = Some((row.key_id.clone(), Arc::clone(&key)));
        Ok(key)
    }
}

fn unreadable(error: impl std::fmt::Display) -> Error {
    Error::Internal(format!("the signing key cannot be read: {error}"))
}

fn generate(now: DateTime<Utc>) -> Result<signing_key::SigningKey> {
    let signing = loop {
        // Nearly every 32 bytes are a key; those that are not are drawn again.
        let bytes: [u8; 32] = rand::RngExt::random(&mut rand::rng());
        if let Ok(key) = SigningKey::from_slice(&bytes) {
            break key;
        }
    };
    let private = signing.to_pkcs8_der().map_err(unreadable)?;
    let public = signing
        .verifying_key()
        .to_public_key_der()
        .map_err(unreadable)?;
    let key_id = format!(
        "SHA256:{}",
        STANDARD.encode(Sha256::digest(public.as_bytes()))
    );
    Ok(signing_key::SigningKey {
        key_id: key_id.trim_end_matches('=').to_owned(),
        public_key: STANDARD.encode(public.as_bytes()),
        private_key: STANDARD.encode(private.as_bytes()),
        created_at: now,
        expires_at: None,
    })
}
