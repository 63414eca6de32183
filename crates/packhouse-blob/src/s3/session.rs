//! Upload sessions in a bucket: a multipart upload to the key of a new blob, begun with the first
//! full part; between two requests the bytes after the last full part are an object of their own,
//! the *tail*.
//!
//! A session that one request writes to holds the part that fills (16 MiB); what is on its way
//! shares the store's room with all other uploads.

mod finished;
mod multipart;
pub(super) mod tails;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::future;
use object_store::path::Path as ObjectPath;
use object_store::{ObjectStoreExt, PutPayload};

use self::finished::Finished;
use self::multipart::Multipart;
use super::S3Store;
use super::error::of_store;
use super::patience::before;
use super::put::PART;
use crate::digest::{HashLanes, Hashes, Hashing};
use crate::error::BlobError;
use crate::gather::Gather;
use crate::session::{Part, Session, SessionState};
use crate::staging::{PIECE, StagedFile, grown, hash};

/// As much as S3 takes in parts of this length.
const LARGEST: u64 = 10_000 * PART;

/// A session that one request writes to.
pub(super) struct S3Session {
    store: S3Store,
    begun: SessionState,
    id: String,
    limit: u64,
    offset: u64,
    multipart: Multipart,
    /// What came after the last part, at most [`PART`] bytes.
    filling: Gather,
    /// The last of these bytes, which are not hashed yet.
    unhashed: Gather,
    hashes: HashLanes,
    /// Tails that nothing recorded needs.
    stale: Vec<u64>,
    /// Set while a step is under way that takes bytes out: when it failed or was given up, they
    /// are lost, and no state may be made of the rest.
    torn: bool,
}

/// Gives the state of a session without bytes.
pub(super) fn begin(id: &str, hashing: Hashing) -> SessionState {
    let part = Part::S3 {
        upload: None,
        parts: Vec::new(),
        stale: Vec::new(),
    };
    SessionState::begin(id, hashing, part)
}

/// Opens the session for writing.
pub(super) async fn open(
    store: &S3Store,
    state: &SessionState,
    limit: u64,
) -> Result<S3Session, BlobError> {
    let id = state.id()?.to_owned();
    let Part::S3 {
        upload,
        parts,
        stale,
    } = state.part.clone()
    else {
        return Err(BlobError::lost("it was begun on another kind of store"));
    };
    let in_parts = parts.len() as u64 * PART;
    let tail = state.offset.checked_sub(in_parts).filter(|len| *len < PART);
    let tail = tail.ok_or_else(|| BlobError::lost("its recorded state is damaged"))?;
    let (tail, stale) = future::join(
        tails::read(store, &id, state.offset, tail),
        tails::delete(store, &id, stale),
    )
    .await;
    let tail = tail?;
    let hashes = match state.hashes() {
        Some(hashes) => hashes,
        // Nothing but the tail has come.
        None if in_parts == 0 => hash(Hashes::new(state.hashing), tail.clone()).await?,
        None => {
            return Err(BlobError::lost(
                "another release computed its digests, and parts cannot be read again",
            ));
        }
    };
    let mut session = S3Session {
        multipart: Multipart::new(store, upload, parts),
        store: store.clone(),
        begun: state.clone(),
        id,
        limit: limit.min(LARGEST),
        offset: state.offset,
        filling: Gather::default(),
        unhashed: Gather::default(),
        hashes: HashLanes::new(hashes),
        stale,
        torn: false,
    };
    session.filling.push(tail);
    Ok(session)
}

/// Tells whether what came after the last full part is there; parts cannot be looked at.
pub(super) async fn is_there(store: &S3Store, state: &SessionState) -> Result<bool, BlobError> {
    let Part::S3 { parts, .. } = &state.part else {
        return Ok(false);
    };
    let tail = state.offset.checked_sub(parts.len() as u64 * PART);
    match tail {
        Some(0) => Ok(true),
        Some(len) if len < PART => {
            let id = state.id()?;
            Ok(tails::len(store, id, state.offset).await? == Some(len))
        }
        _ => Ok(false),
    }
}

/// Frees what is not a blob.
pub(super) async fn discard(store: &S3Store, state: &SessionState) -> Result<(), BlobError> {
    let Ok(id) = state.id() else {
        // No session of ours can have left anything.
        return Ok(());
    };
    let aborted = async {
        match &state.part {
            Part::S3 {
                upload: Some(upload),
                ..
            } => multipart::abort(store, upload).await,
            _ => Ok(()),
        }
    };
    let (aborted, deleted) = future::join(aborted, tails::delete_all(store, id)).await;
    aborted.and(deleted)
}

impl S3Session {
    fn take_in(&mut self, bytes: Bytes) {
        self.filling.push(bytes.clone());
        self.unhashed.push(bytes);
    }

    /// Sends what fills as the next part.
    async fn send(&mut self) -> Result<(), BlobError> {
        let len = self.filling.len() as u64;
        self.torn = true;
        self.multipart.send(self.filling.take(), len).await?;
        self.torn = false;
        Ok(())
    }

    /// Waits until everything is hashed and sent that can be.
    async fn settle(&mut self) -> Result<Hashes, BlobError> {
        if self.torn {
            return Err(BlobError::Broken);
        }
        if self.unhashed.len() > 0 {
            self.hashes.push(&self.unhashed.take().into()).await?;
        }
        self.multipart.settle().await?;
        self.hashes.settle().await
    }

    /// Gives the offsets of all tails that there may be of this session.
    fn tails(&self) -> Vec<u64> {
        let mut tails = self.stale.clone();
        if !self.begun.offset.is_multiple_of(PART) {
            tails.push(self.begun.offset);
        }
        tails
    }

    /// Puts what fills as an object of its own, next to that of the recorded state.
    async fn put_tail(&mut self) -> Result<(), BlobError> {
        let len = self.filling.len() as u64;
        let object: ObjectPath = tails::object(&self.store, &self.id, self.offset);
        let end = self.store.patience.end(len);
        let taken = before(end, self.store.room.take(len)).await;
        let _taken = taken.map_err(of_store)?;
        let payload: PutPayload = self.filling.take().into_iter().collect();
        let put = before(end, self.store.client.put(&object, payload)).await;
        put.map(drop).map_err(of_store)
    }
}

#[async_trait]
impl Session for S3Session {
    fn offset(&self) -> u64 {
        self.offset
    }

    async fn write(&mut self, mut bytes: Bytes) -> Result<(), BlobError> {
        self.offset = grown(self.offset, &bytes, self.limit)?;
        // A part goes when more comes than it can take: what fits in one needs no upload in parts.
        while self.filling.len() as u64 + bytes.len() as u64 > PART {
            // At most a part, so nothing is cut.
            let room = PART as usize - self.filling.len();
            self.take_in(bytes.split_to(room));
            if self.unhashed.len() >= PIECE {
                self.torn = true;
                self.hashes.push(&self.unhashed.take().into()).await?;
            }
            self.send().await?;
        }
        self.take_in(bytes);
        if self.unhashed.len() >= PIECE {
            self.hashes.push(&self.unhashed.take().into()).await?;
        }
        Ok(())
    }

    async fn pause(mut self: Box<Self>) -> Result<SessionState, BlobError> {
        if self.filling.len() as u64 == PART && !self.torn {
            self.send().await?;
        }
        let hashes = self.settle().await?;
        let mut stale = self.stale.clone();
        if self.offset != self.begun.offset {
            if self.filling.len() > 0 {
                self.put_tail().await?;
            }
            stale = self.tails();
        }
        let (upload, parts) = self.multipart.hand_over();
        let part = Part::S3 {
            upload,
            parts,
            stale,
        };
        Ok(self.begun.advance(self.offset, &hashes, part))
    }

    async fn finish(mut self: Box<Self>, sha512: bool) -> Result<StagedFile, BlobError> {
        let size = self.offset;
        if self.multipart.is_begun() && self.filling.len() > 0 && !self.torn {
            self.send().await?;
        }
        let mut digests = self.settle().await?.digests(size);
        let whole = (!self.multipart.is_begun()).then(|| self.filling.take_joined());
        let again = sha512 && digests.sha512.is_none();
        if let (true, Some(bytes)) = (again, &whole) {
            let hashes = hash(Hashes::new(Hashing::Sha256And512), bytes.clone()).await?;
            digests = hashes.digests(size);
        }
        let in_parts = whole.is_none();
        let finished = Finished::new(
            self.store.clone(),
            (self.id.clone(), self.tails()),
            digests,
            whole,
            self.multipart.hand_over(),
        );
        if again && in_parts {
            digests = finished.complete_and_hash().await?;
        }
        Ok(StagedFile::remote(Box::new(finished), digests))
    }
}
