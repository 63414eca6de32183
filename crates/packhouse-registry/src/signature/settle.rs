//! Whose keys made the signatures that are stored. They are tried outside of any transaction.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use packhouse_core::id::{AccountId, OwnerKeyId};
use packhouse_db::owner_key::OwnerKey;
use packhouse_db::signature::Unsettled;
use packhouse_db::{AnyConn, owner_key, signature};

use crate::error::{Error, Result};
use crate::public_key::PublicKey;
use crate::registry::Registry;

/// How many signatures are looked at in one go when an owner's keys change.
const BATCH: i64 = 100;
/// How many characters of signed bytes are read in one go, in base64.
const BATCH_CHARACTERS: i64 = 1024 * 1024;

/// The keys of an owner, read once for several signatures; oldest first.
#[derive(Default)]
pub(super) struct Keys(Vec<(OwnerKeyId, PublicKey)>);

impl Keys {
    pub(super) fn of(conn: &mut AnyConn, owner: AccountId) -> Result<Self> {
        let mut keys = Vec::new();
        for row in owner_key::list(conn, owner)? {
            keys.push((row.id, read(&row)?));
        }
        Ok(Self(keys))
    }

    pub(super) fn ids(&self) -> Vec<OwnerKeyId> {
        self.0.iter().map(|(id, _)| *id).collect()
    }

    pub(super) fn maker(&self, message: &[u8], value: &[u8]) -> Option<OwnerKeyId> {
        let made = |(_, key): &&(OwnerKeyId, PublicKey)| key.verify(message, value);
        self.0.iter().find(made).map(|(id, _)| *id)
    }
}

fn read(row: &OwnerKey) -> Result<PublicKey> {
    let unreadable = |error: String| {
        Error::Internal(format!("the public key {} cannot be read: {error}", row.id))
    };
    let der = STANDARD
        .decode(&row.public_key)
        .map_err(|error| unreadable(error.to_string()))?;
    PublicKey::parse(&der).map_err(|error| unreadable(error.to_string()))
}

/// Runs work that takes time where it keeps nobody else waiting.
pub(super) async fn aside<R: Send + 'static>(
    work: impl FnOnce() -> R + Send + 'static,
) -> Result<R> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Error::Internal(format!("the check of signatures broke off: {error}")))
}

impl Registry {
    /// Looks once more whose keys made the signatures that no key is known for, a batch at a time.
    pub(super) async fn settle_signatures(&self, owner: AccountId) -> Result<()> {
        let (db, mut after) = (&self.inner.db, 0);
        loop {
            let (keys, batch) = db
                .read(move |conn| {
                    let keys = Keys::of(conn, owner)?;
                    let (rows, size) = (BATCH, BATCH_CHARACTERS);
                    let batch = signature::list_unsettled(conn, owner, after, rows, size)?;
                    Ok::<_, Error>((keys, batch))
                })
                .await?;
            let Some(last) = batch.last().map(|one| one.id) else {
                return Ok(());
            };
            let found = aside(move || makers(&keys, &batch)).await??;
            if !found.is_empty() {
                db.write(move |conn| write(conn, owner, &found)).await?;
            }
            after = last;
        }
    }
}

fn makers(keys: &Keys, batch: &[Unsettled]) -> Result<Vec<(i64, OwnerKeyId)>> {
    let mut found = Vec::new();
    for one in batch {
        let unreadable = |error: base64::DecodeError| {
            Error::Internal(format!("signature {} cannot be read: {error}", one.id))
        };
        let message = STANDARD.decode(&one.message).map_err(unreadable)?;
        let value = STANDARD.decode(&one.value).map_err(unreadable)?;
        if let Some(key) = keys.maker(&message, &value) {
            found.push((one.id, key));
        }
    }
    Ok(found)
}

/// Notes what was found. A key that was removed meanwhile is passed over: whoever removed it looks
/// for another one after that.
fn write(conn: &mut AnyConn, owner: AccountId, found: &[(i64, OwnerKeyId)]) -> Result<()> {
    let held = owner_key::hold(conn, owner)?;
    for (row, key) in found {
        if held.contains(key) {
            signature::settle(conn, *row, *key)?;
        }
    }
    Ok(())
}
