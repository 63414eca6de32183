//! Account passwords: argon2id, checked on a blocking thread.

use std::sync::OnceLock;
use std::time::Duration;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};

use tokio::sync::Semaphore;

use crate::error::{Error, Result};

/// The least length of a password, in characters.
pub const MIN_LENGTH: usize = 8;
/// The most bytes of a password that are looked at.
const MAX_LENGTH: usize = 1024;

/// Checks the rule for new passwords.
///
/// # Errors
/// `Invalid` when it is too short or too long.
pub fn check_rule(password: &str) -> Result<()> {
    if password.chars().count() < MIN_LENGTH || password.len() > MAX_LENGTH {
        return Err(Error::Invalid(format!(
            "a password has {MIN_LENGTH} to {MAX_LENGTH} characters"
        )));
    }
    Ok(())
}

/// Gives the text under which a password is kept.
///
/// # Errors
/// `Invalid` when it breaks the rule.
pub async fn hash(password: String) -> Result<String> {
    check_rule(&password)?;
    blocking(move || hash_now(&password)).await?
}

/// Tells whether a password fits. Without a stored hash (no such account) it takes the same time
/// and fails.
pub async fn verify(password: String, stored: Option<String>) -> Result<bool> {
    if password.len() > MAX_LENGTH {
        return Ok(false);
    }
    blocking(move || {
        let known = stored.is_some();
        let text = match stored {
            Some(text) => text,
            None => decoy()?.to_owned(),
        };
        let parsed = PasswordHash::new(&text)
            .map_err(|error| Error::Internal(format!("unreadable password hash: {error}")))?;
        Ok(Argon2::default()
            .verify_password(password.as_bytes(), &parsed)
            .is_ok()
            && known)
    })
    .await?
}

fn hash_now(password: &str) -> Result<String> {
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|error| Error::Internal(format!("password cannot be hashed: {error}")))
}

/// A hash of nothing in particular, to spend the time of a real check on.
fn decoy() -> Result<&'static str> {
    static DECOY: OnceLock<String> = OnceLock::new();
    if let Some(text) = DECOY.get() {
        return Ok(text);
    }
    let text = hash_now("no account has this password")?;
    Ok(DECOY.get_or_init(|| text))
}

/// How many passwords are hashed at once: each takes 19 MiB.
static HASHING: Semaphore = Semaphore::const_new(2);
/// How long a sign-in waits for its turn.
const PATIENCE: Duration = Duration::from_secs(10);

async fn blocking<R: Send + 'static>(work: impl FnOnce() -> R + Send + 'static) -> Result<R> {
    let busy = || Error::RateLimited {
        retry_after: PATIENCE,
    };
    let turn = tokio::time::timeout(PATIENCE, HASHING.acquire())
        .await
        .map_err(|_| busy())?;
    let _turn = turn.map_err(|_| busy())?;
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Error::Internal(format!("password check broke off: {error}")))
}
