//! Upload sessions on the disk: each is a file `uploads/session-<id>`, which becomes the blob.
//!
//! Whoever writes to a session holds a lock on its file until the file has its name for good, so
//! a second writer on this machine can neither cut it nor see it renamed.
//!
//! With feature `failpoints` a crash test can stop the process at `session-before-state`, when the
//! bytes are written and nobody knows of them yet.

mod file;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use tokio::time::Instant;

use crate::digest::{Hashes, Hashing};
use crate::error::BlobError;
use crate::gather::Gather;
use crate::lane::blocking;
use crate::session::{Part, Session, SessionInfo, SessionState, is_id};
use crate::staging::{IN_MEMORY, PIECE, SESSION, Spool, StagedFile, TempFile, grown, hash};

use file::Found;
pub(super) use file::is_at;

/// How long a request waits for the one before it to let go of the file. That one has ended
/// already, but for its last write.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// A session that one request writes to.
pub(super) struct LocalSession {
    begun: SessionState,
    id: String,
    path: PathBuf,
    dir: Arc<Path>,
    limit: u64,
    offset: u64,
    /// What has arrived and is neither hashed nor written yet.
    pending: Gather,
    /// None while all that has arrived fits in memory.
    spool: Option<Spool>,
}

/// Gives the state of a session without bytes.
pub(super) fn begin(id: &str, hashing: Hashing) -> SessionState {
    SessionState::begin(id, hashing, Part::Local { boot: None })
}

/// Opens the session for writing, at its offset or where its file ends; waits up to `patience`
/// for another request to let go of it.
pub(super) async fn open(
    dir: Arc<Path>,
    state: &SessionState,
    limit: u64,
    patience: Duration,
) -> Result<LocalSession, BlobError> {
    let id = state.id()?.to_owned();
    let path = path(&dir, &id);
    let give_up = Instant::now() + patience;
    let (spool, offset) = loop {
        let (path, state) = (path.clone(), state.clone());
        match blocking(move || file::open(path, &state)).await? {
            Found::Nothing => break (None, 0),
            Found::File {
                file,
                hashes,
                offset,
            } => break (Some(Spool::new(file, *hashes)), offset),
            Found::Locked if Instant::now() < give_up => {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            Found::Locked => return Err(BlobError::SessionBusy { id }),
        }
    };
    Ok(LocalSession {
        begun: state.clone(),
        id,
        path,
        dir,
        limit,
        offset,
        pending: Gather::default(),
        spool,
    })
}

/// Removes the file of a session, if there is one.
pub(super) fn discard(dir: &Path, state: &SessionState) -> Result<(), BlobError> {
    match state.id() {
        Ok(id) => file::remove(&path(dir, id)),
        // No session of ours can have left anything.
        Err(_) => Ok(()),
    }
}

/// Tells whether all bytes that `state` speaks of are in the session's file.
pub(super) fn is_there(dir: &Path, state: &SessionState) -> Result<bool, BlobError> {
    let Part::Local { .. } = &state.part else {
        return Ok(false);
    };
    if state.offset == 0 {
        return Ok(true);
    }
    let len = file::len(&path(dir, state.id()?))?;
    Ok(len.is_some_and(|len| len >= state.offset))
}

/// Gives the sessions whose files are in the folder.
pub(super) fn list(dir: &Path) -> Result<Vec<SessionInfo>, BlobError> {
    let mut found = file::list(dir, SESSION)?;
    found.retain(|session| is_id(&session.id));
    Ok(found)
}

fn path(dir: &Path, id: &str) -> PathBuf {
    dir.join(format!("{SESSION}{id}"))
}

impl LocalSession {
    async fn create(&self) -> Result<TempFile, BlobError> {
        let path = self.path.clone();
        let created = blocking(move || file::create(path)).await?;
        created.ok_or_else(|| BlobError::SessionBusy {
            id: self.id.clone(),
        })
    }

    /// Writes and hashes what is pending, and gives the file.
    async fn settle(&mut self, mut spool: Spool) -> Result<(TempFile, Hashes), BlobError> {
        if self.pending.len() > 0 {
            spool.push(self.pending.take().into()).await?;
        }
        spool.settle().await
    }
}

#[async_trait]
impl Session for LocalSession {
    fn offset(&self) -> u64 {
        self.offset
    }

    async fn write(&mut self, bytes: Bytes) -> Result<(), BlobError> {
        self.offset = grown(self.offset, &bytes, self.limit)?;
        self.pending.push(bytes);
        if self.spool.is_none() && self.pending.len() > IN_MEMORY {
            let file = self.create().await?;
            self.spool = Some(Spool::new(file, Hashes::new(self.begun.hashing)));
        }
        match &mut self.spool {
            Some(spool) if self.pending.len() >= PIECE => {
                spool.push(self.pending.take().into()).await
            }
            _ => Ok(()),
        }
    }

    async fn pause(mut self: Box<Self>) -> Result<SessionState, BlobError> {
        let hashes = match self.spool.take() {
            Some(spool) => self.settle(spool).await?.1,
            None if self.offset == 0 => return Ok(self.begun),
            None => {
                let mut file = self.create().await?;
                let (parts, mut hashes) = (self.pending.take(), Hashes::new(self.begun.hashing));
                blocking(move || {
                    file.write(&parts)?;
                    parts.iter().for_each(|part| hashes.update(part));
                    Ok(hashes)
                })
                .await?
            }
        };
        fail::fail_point!("session-before-state");
        let boot = file::boot().map(str::to_owned);
        Ok(self
            .begun
            .advance(self.offset, &hashes, Part::Local { boot }))
    }

    async fn finish(mut self: Box<Self>, sha512: bool) -> Result<StagedFile, BlobError> {
        let (dir, size) = (Arc::clone(&self.dir), self.offset);
        let Some(spool) = self.spool.take() else {
            let hashing = match self.begun.hashing {
                Hashing::Sha256 if sha512 => Hashing::Sha256And512,
                hashing => hashing,
            };
            let bytes = self.pending.take_joined();
            let hashes = hash(Hashes::new(hashing), bytes.clone()).await?;
            return Ok(StagedFile::in_memory(bytes, dir, hashes.digests(size)));
        };
        let (file, hashes) = self.settle(spool).await?;
        let (file, digests) = (file.passing(), hashes.digests(size));
        if !sha512 || digests.sha512.is_some() {
            return Ok(StagedFile::on_disk(file, dir, digests));
        }
        blocking(move || {
            let mut hashes = Hashes::new(Hashing::Sha256And512);
            file::read(&file, size, |bytes| hashes.update(bytes))?;
            Ok(StagedFile::on_disk(file, dir, hashes.digests(size)))
        })
        .await
    }
}

#[cfg(test)]
mod tests;
