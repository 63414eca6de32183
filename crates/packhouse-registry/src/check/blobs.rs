//! Are the bytes of every blob there, and are they the right ones?

use futures_util::TryStreamExt;
use packhouse_blob::{BlobError, BlobKey};
use packhouse_db::collect::bytes::{self, Blob};
use packhouse_db::{AnyConn, DbError, blob, check};
use sha2::{Digest, Sha256};

use super::{Check, PAGE};
use crate::error::Result;

/// How many holders of a blob a finding names.
const NAMED: i64 = 5;

impl Check<'_> {
    /// Reads every blob.
    pub(super) async fn blobs(&mut self) -> Result<()> {
        let mut after = String::new();
        loop {
            let from = after.clone();
            let page = self
                .registry
                .inner
                .db
                .read(move |conn| bytes::list_blobs(conn, &from, PAGE))
                .await?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = last.sha256.to_string();
            for blob in page {
                self.done.blobs += 1;
                if let Some(fault) = self.fault_of(&blob).await?
                    && self.is_recorded(&blob).await?
                {
                    self.faulty(blob, fault).await?;
                }
            }
        }
    }

    /// Reads a blob; gives what is wrong with it.
    async fn fault_of(&mut self, blob: &Blob) -> Result<Option<String>> {
        let store = &self.registry.inner.store;
        let key = BlobKey::new(&blob.location);
        match store.stat(&key).await? {
            None => return Ok(Some("is not in the store".to_owned())),
            Some(size) if size != blob.size => {
                let text = format!("has {size} bytes instead of {}", blob.size);
                return Ok(Some(text));
            }
            Some(_) => {}
        }
        let mut hash = Sha256::new();
        let mut stream = match store.open(&key, 0..blob.size).await {
            Ok(stream) => stream,
            Err(BlobError::Missing { .. }) => return Ok(Some("is not in the store".to_owned())),
            Err(BlobError::Damaged { .. }) => return Ok(Some("ends too early".to_owned())),
            Err(error) => return Err(error.into()),
        };
        loop {
            match stream.try_next().await {
                Ok(Some(piece)) => {
                    self.done.bytes += piece.len() as u64;
                    hash.update(&piece);
                }
                Ok(None) => break,
                Err(BlobError::Damaged { .. }) => return Ok(Some("ends too early".to_owned())),
                Err(error) => return Err(error.into()),
            }
        }
        let right = hash.finalize().as_slice() == blob.sha256.bytes();
        Ok((!right).then(|| "holds other bytes than its digest says".to_owned()))
    }

    /// Tells whether the blob is still recorded where it was: collection may have removed it.
    async fn is_recorded(&self, one: &Blob) -> Result<bool> {
        let sha256 = one.sha256;
        let now = self
            .registry
            .inner
            .db
            .read(move |conn| blob::find_blob(conn, &sha256))
            .await?;
        Ok(now.is_some_and(|(_, location)| location == one.location))
    }

    async fn faulty(&mut self, blob: Blob, fault: String) -> Result<()> {
        let (one, repair, late) = (blob.clone(), self.repair, self.terms.now);
        let missing = fault.starts_with("is not");
        let work = move |conn: &mut AnyConn| {
            let sha256 = one.sha256.to_string();
            if repair && missing {
                check::drop_unneeded_holders(conn, &sha256)?;
                let any_age = late + chrono::Duration::days(1);
                if bytes::delete_blob(conn, &one.sha256, &one.location, any_age)? {
                    return Ok(None);
                }
            }
            holders(conn, &sha256).map(Some)
        };
        let db = &self.registry.inner.db;
        let needed = if repair {
            db.write(work).await?
        } else {
            db.read(work).await?
        };
        let what = format!("blob sha256:{} {fault}", blob.sha256);
        match needed {
            None => self.found(format!("{what}; nothing needed it"), true),
            Some(holders) if holders.is_empty() => {
                self.found(format!("{what}; nothing needs it"), false);
            }
            Some(holders) => {
                let who = holders.join(", ");
                let text = format!("{what}; put it back from a copy, or push again: {who}");
                self.found(text, false);
            }
        }
        Ok(())
    }
}

/// Names some of those who hold the bytes.
fn holders(conn: &mut AnyConn, sha256: &str) -> Result<Vec<String>, DbError> {
    let versions = bytes::versions_with(conn, sha256, NAMED)?;
    let mut named: Vec<_> = versions
        .into_iter()
        .map(|one| format!("{} {}", one.package_name, one.name))
        .collect();
    for link in bytes::links_to(conn, sha256, NAMED)? {
        if let Some(record) = packhouse_db::package::find_record_by_id(conn, link.package)? {
            let (owner, name) = (&record.owner.name, &record.package.name);
            named.push(format!("a layer of {owner}/{name}"));
        }
    }
    Ok(named)
}
