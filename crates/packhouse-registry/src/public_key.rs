//! Public keys that people register, to check signatures of what is published under their name
//! with: ECDSA P-256 and P-384, Ed25519, RSA. Every other kind is refused by name.
//!
//! Not to be confused with `signing`, which holds the keys that this server signs with.

mod parse;

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, ED25519,
    RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm,
};
use sha2::{Digest, Sha256};

pub use parse::KeyError;

/// What kind a key is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyAlgorithm {
    /// ECDSA on the curve P-256, over SHA-256. cosign's own.
    EcdsaP256,
    /// ECDSA on the curve P-384, over SHA-384 or SHA-256.
    EcdsaP384,
    /// Ed25519.
    Ed25519,
    /// RSA over SHA-256, padded as PKCS#1 v1.5 or PSS.
    Rsa {
        /// The length of the modulus.
        bits: usize,
    },
}

impl fmt::Display for KeyAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EcdsaP256 => f.write_str("ECDSA P-256"),
            Self::EcdsaP384 => f.write_str("ECDSA P-384"),
            Self::Ed25519 => f.write_str("Ed25519"),
            Self::Rsa { bits } => write!(f, "RSA {bits}"),
        }
    }
}

/// A public key that signatures can be checked with.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    algorithm: KeyAlgorithm,
    /// The whole key with its kind (SPKI).
    der: Vec<u8>,
    /// The part that signatures are checked with: a point, or an RSA key.
    bytes: Vec<u8>,
}

impl PublicKey {
    /// Reads a key, PEM (`-----BEGIN PUBLIC KEY-----`) or the DER inside it (SPKI, RFC 5280
    /// §4.1.2.7). Text around the PEM is passed over.
    ///
    /// # Errors
    /// When it is no public key, several, or of a kind that is not accepted; the text names the
    /// kind and the way out.
    pub fn parse(pem_or_der: &[u8]) -> Result<Self, KeyError> {
        parse::parse(pem_or_der)
    }

    /// Gives the kind of key.
    pub fn algorithm(&self) -> KeyAlgorithm {
        self.algorithm
    }

    /// Gives the key's DER (SPKI), which [`PublicKey::parse`] reads.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Gives the name by which people compare keys: `SHA256:` and the base64, without padding, of
    /// the sha256 of [`PublicKey::der`].
    pub fn fingerprint(&self) -> String {
        let hash = Sha256::digest(&self.der);
        format!("SHA256:{}", STANDARD_NO_PAD.encode(hash))
    }

    /// Tells whether the holder of the private key signed these bytes. ECDSA signatures are DER,
    /// the others as their algorithm makes them.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        let by = |algorithm: &'static dyn VerificationAlgorithm| {
            UnparsedPublicKey::new(algorithm, &self.bytes)
                .verify(message, signature)
                .is_ok()
        };
        match self.algorithm {
            KeyAlgorithm::EcdsaP256 => by(&ECDSA_P256_SHA256_ASN1),
            // Which hash is for the signer to choose: cosign took SHA-256 for every curve, later
            // releases that of the curve's size.
            KeyAlgorithm::EcdsaP384 => by(&ECDSA_P384_SHA384_ASN1) || by(&ECDSA_P384_SHA256_ASN1),
            KeyAlgorithm::Ed25519 => by(&ED25519),
            KeyAlgorithm::Rsa { .. } => {
                by(&RSA_PKCS1_2048_8192_SHA256) || by(&RSA_PSS_2048_8192_SHA256)
            }
        }
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({}, {})", self.algorithm, self.fingerprint())
    }
}

#[cfg(test)]
mod tests;
