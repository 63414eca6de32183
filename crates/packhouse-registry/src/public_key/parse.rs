//! From a file to a [`PublicKey`].

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use p256::pkcs8::ObjectIdentifier;
use p256::pkcs8::der::asn1::UintRef;
use p256::pkcs8::der::{Decode, Reader, SliceReader};
use p256::pkcs8::spki::SubjectPublicKeyInfoRef;
use ring::agreement::{self, ECDH_P256, ECDH_P384, EphemeralPrivateKey};
use ring::rand::SystemRandom;

use super::{KeyAlgorithm, PublicKey};

/// The largest file that is read, in bytes: an RSA key of 8192 bits takes a tenth of it.
const MAX_BYTES: usize = 16 * 1024;

/// The lengths of an RSA modulus, in bits, that are accepted.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");

/// What people may try, by name.
const REFUSED: [(&str, &str); 14] = [
    ("1.2.840.10045.3.1.1", "ECDSA P-192"),
    ("1.3.132.0.33", "ECDSA P-224"),
    ("1.3.132.0.35", "ECDSA P-521"),
    ("1.3.132.0.10", "ECDSA secp256k1"),
    ("1.3.36.3.3.2.8.1.1.7", "ECDSA brainpoolP256r1"),
    ("1.3.36.3.3.2.8.1.1.11", "ECDSA brainpoolP384r1"),
    ("1.2.156.10197.1.301", "SM2"),
    ("1.3.101.110", "X25519"),
    ("1.3.101.111", "X448"),
    ("1.3.101.113", "Ed448"),
    ("1.2.840.10040.4.1", "DSA"),
    ("1.2.840.113549.1.3.1", "Diffie-Hellman"),
    ("1.2.840.113549.1.1.10", "RSA restricted to PSS"),
    ("2.16.840.1.101.3.4.3.18", "ML-DSA-65"),
];

/// Reports a file that holds no key that signatures can be checked with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Too large for one key.
    #[error("no public key is larger than {MAX_BYTES} bytes")]
    TooLong,
    /// Neither PEM nor the DER of a key.
    #[error("not a public key: give the file that begins with -----BEGIN PUBLIC KEY-----")]
    NotAKey,
    /// A private key, which is nobody's business.
    #[error(
        "this is a private key: keep it to yourself and give the public one, such as cosign.pub"
    )]
    Private,
    /// A certificate; identities are not checked here.
    #[error("this is a certificate: give its key, as `openssl x509 -pubkey -noout` writes it")]
    Certificate,
    /// An RSA key without the frame that says what it is.
    #[error(
        "this RSA key is in its old form: convert it with `openssl rsa -RSAPublicKey_in -pubout`"
    )]
    OldRsa,
    /// A PEM block of something else.
    #[error("not a public key but {label:?}: give a block of -----BEGIN PUBLIC KEY-----")]
    OtherPem {
        /// What follows `BEGIN`.
        label: String,
    },
    /// More than one block.
    #[error("the file holds several keys: give one at a time")]
    Several,
    /// A kind of key that is not accepted.
    #[error("{name} keys are not accepted: use ECDSA P-256 or P-384, Ed25519 or RSA")]
    Unsupported {
        /// The kind, or its object identifier.
        name: String,
    },
    /// An RSA key that is too short to trust, or longer than can be checked.
    #[error("RSA keys of {bits} bits are not accepted: use 2048 to 8192 bits")]
    RsaLength {
        /// The length of the modulus.
        bits: usize,
    },
    /// The point is written in short.
    #[error(
        "the point of this key is compressed: convert it with `openssl ec -conv_form uncompressed`"
    )]
    Compressed,
    /// The right kind, but no key of it.
    #[error("this is no {algorithm} key: its content is damaged")]
    Damaged {
        /// The kind.
        algorithm: &'static str,
    },
}

pub(super) fn parse(file: &[u8]) -> Result<PublicKey, KeyError> {
    if file.len() > MAX_BYTES {
        return Err(KeyError::TooLong);
    }
    match find_pem(file)? {
        Some(der) => of_der(&der),
        None => of_der(file),
    }
}

/// Takes the one PEM block out of a file (RFC 7468). `None` when there is none.
fn find_pem(file: &[u8]) -> Result<Option<Vec<u8>>, KeyError> {
    let Ok(text) = str::from_utf8(file) else {
        return Ok(None);
    };
    let Some((_, rest)) = text.split_once("-----BEGIN ") else {
        return Ok(None);
    };
    let (label, rest) = rest.split_once("-----").ok_or(KeyError::NotAKey)?;
    match label {
        "PUBLIC KEY" => {}
        "CERTIFICATE" => return Err(KeyError::Certificate),
        "RSA PUBLIC KEY" => return Err(KeyError::OldRsa),
        _ if label.ends_with("PRIVATE KEY") => return Err(KeyError::Private),
        _ => {
            let label = label.chars().take(40).collect();
            return Err(KeyError::OtherPem { label });
        }
    }
    let end = "-----END PUBLIC KEY-----";
    let (body, after) = rest.split_once(end).ok_or(KeyError::NotAKey)?;
    if after.contains("-----BEGIN ") {
        return Err(KeyError::Several);
    }
    let body: String = body.split_ascii_whitespace().collect();
    let der = STANDARD.decode(body).map_err(|_| KeyError::NotAKey)?;
    Ok(Some(der))
}

fn of_der(der: &[u8]) -> Result<PublicKey, KeyError> {
    let spki = SubjectPublicKeyInfoRef::from_der(der).map_err(|_| KeyError::NotAKey)?;
    let bytes = spki
        .subject_public_key
        .as_bytes()
        .ok_or(KeyError::NotAKey)?;
    let algorithm = match spki.algorithm.oid {
        EC => match spki.algorithm.parameters_oid() {
            Ok(P256) => {
                check_point(bytes, &ECDH_P256, "ECDSA P-256")?;
                KeyAlgorithm::EcdsaP256
            }
            Ok(P384) => {
                check_point(bytes, &ECDH_P384, "ECDSA P-384")?;
                KeyAlgorithm::EcdsaP384
            }
            Ok(curve) => return Err(unsupported(curve)),
            Err(_) => {
                let name = "ECDSA with a curve of its own".to_owned();
                return Err(KeyError::Unsupported { name });
            }
        },
        ED25519 if bytes.len() == 32 => KeyAlgorithm::Ed25519,
        ED25519 => {
            return Err(KeyError::Damaged {
                algorithm: "Ed25519",
            });
        }
        RSA => KeyAlgorithm::Rsa {
            bits: check_rsa(bytes)?,
        },
        other => return Err(unsupported(other)),
    };
    Ok(PublicKey {
        algorithm,
        der: der.to_owned(),
        bytes: bytes.to_owned(),
    })
}

fn unsupported(oid: ObjectIdentifier) -> KeyError {
    let text = oid.to_string();
    let known = REFUSED.iter().find(|(known, _)| *known == text);
    KeyError::Unsupported {
        name: known.map_or(text, |(_, name)| (*name).to_owned()),
    }
}

/// Checks that a point lies on its curve, by agreeing on a secret with it: that fails otherwise,
/// whereas checking a signature would only ever answer no.
fn check_point(
    bytes: &[u8],
    curve: &'static agreement::Algorithm,
    algorithm: &'static str,
) -> Result<(), KeyError> {
    if matches!(bytes.first(), Some(2 | 3)) {
        return Err(KeyError::Compressed);
    }
    let damaged = |_| KeyError::Damaged { algorithm };
    let own = EphemeralPrivateKey::generate(curve, &SystemRandom::new()).map_err(damaged)?;
    let peer = agreement::UnparsedPublicKey::new(curve, bytes);
    agreement::agree_ephemeral(own, &peer, |_| ()).map_err(damaged)
}

/// Gives the length of an RSA key's modulus in bits (RFC 8017, A.1.1).
fn check_rsa(bytes: &[u8]) -> Result<usize, KeyError> {
    let modulus_and_exponent = || {
        let mut reader = SliceReader::new(bytes)?;
        let parts = reader.sequence(|reader| {
            let modulus = UintRef::decode(reader)?;
            let exponent = UintRef::decode(reader)?;
            Ok::<_, p256::pkcs8::der::Error>((modulus, exponent))
        })?;
        reader.finish()?;
        Ok::<_, p256::pkcs8::der::Error>(parts)
    };
    let damaged = KeyError::Damaged { algorithm: "RSA" };
    let (modulus, exponent) = modulus_and_exponent().map_err(|_| damaged.clone())?;
    let bits = match modulus.as_bytes() {
        [first, rest @ ..] => rest.len() * 8 + (8 - first.leading_zeros() as usize),
        [] => 0,
    };
    if !RSA_BITS.contains(&bits) {
        return Err(KeyError::RsaLength { bits });
    }
    // An even number is no product of two primes, and with the exponent 1 anybody can sign.
    let odd = |bytes: &[u8]| bytes.last().is_some_and(|byte| byte & 1 == 1);
    let good = odd(modulus.as_bytes()) && odd(exponent.as_bytes()) && exponent.as_bytes() != [1];
    good.then_some(bits).ok_or(damaged)
}
