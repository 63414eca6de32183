//! Random secrets and the hashes under which they are kept.

use packhouse_core::token::TokenBody;
use rand::RngExt;
use sha2::{Digest, Sha256};

/// Makes a new personal token.
pub fn new_token() -> TokenBody {
    let mut rng = rand::rng();
    TokenBody::from_random(std::array::from_fn(|_| rng.random_range(0..62)))
}

/// Makes a secret for an address or cookie: 43 URL-safe characters, 256 bits.
pub fn new_secret() -> String {
    use base64::Engine;
    let bytes: [u8; 32] = rand::rng().random();
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

/// Gives the form under which a secret is kept: its sha256 in hex. Secrets are random and long, so
/// a plain hash suffices and can be indexed.
pub fn hash(secret: &str) -> String {
    packhouse_core::digest::Sha256(Sha256::digest(secret.as_bytes()).into()).to_string()
}
