//! Uploads of several requests: resumable after a cut connection, a restart and on another replica.
//!
//! The row says how far an upload is and where its bytes wait; one request at a time writes to it,
//! under a claim in the row that ends by itself when its process does.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration as StdDuration;

use bytes::Bytes;
use chrono::Duration;
use packhouse_blob::{BlobError, Hashing, Session, SessionState, StagedFile};
use packhouse_core::actor::{Actor, Client};
use packhouse_core::digest::ContentDigest;
use packhouse_core::error::ErrorKind;
use packhouse_db::blob_link::{self, Draft, Holder};
use packhouse_db::upload::{self, UploadRow};
use packhouse_db::{AnyConn, Engine, account, package};

use crate::authorize::{PackageAddress, token_brings};
use crate::blob::{check_digest, holder_in};
use crate::error::{Error, Result};
use crate::registry::Registry;

/// How long a claim holds that is not renewed, in seconds.
const CLAIM_SECONDS: i64 = 30;
/// How often a writer renews its claim.
const RENEW: StdDuration = StdDuration::from_secs(8);
/// After how many hours without a request an upload is given up, and what was brought for a package
/// that never came.
pub(crate) const IDLE_HOURS: i64 = 24;
/// How many uploads are given up in one go.
const BATCH: i64 = 100;

/// An upload that somebody began.
#[derive(Debug, Clone)]
pub struct UploadStatus {
    /// Its random name.
    pub id: String,
    /// How many bytes have arrived.
    pub position: u64,
}

/// An upload that this request writes to. Dropping it records what has arrived.
pub struct Writing {
    registry: Registry,
    id: String,
    writer: String,
    /// The state that is recorded.
    state: SessionState,
    session: Option<Box<dyn Session>>,
    /// `None` once it was handed on.
    claim: Option<Claim>,
}

/// Renews a writer's claim as long as it lives: also while the store takes its time to finish.
struct Claim {
    lost: Arc<AtomicBool>,
    task: tokio::task::AbortHandle,
}

impl Claim {
    fn keep(registry: &Registry, id: &str, writer: &str) -> Self {
        let lost = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&lost);
        let (registry, id, writer) = (registry.clone(), id.to_owned(), writer.to_owned());
        let task = tokio::spawn(async move {
            loop {
                tokio::time::sleep(RENEW).await;
                let (row, me, now) = (id.clone(), writer.clone(), registry.now());
                let until = now + Duration::seconds(CLAIM_SECONDS);
                let db = &registry.inner.db;
                let renewed = db
                    .write(move |conn| upload::renew(conn, &row, &me, until, now))
                    .await;
                match renewed {
                    Ok(true) => {}
                    Ok(false) => {
                        told.store(true, Ordering::Relaxed);
                        return;
                    }
                    // The claim holds for some renewals more.
                    Err(error) => {
                        tracing::warn!(upload = %id, %error, "a claim cannot be renewed");
                    }
                }
            }
        });
        Self {
            lost,
            task: task.abort_handle(),
        }
    }

    fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Relaxed)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Registry {
    /// Begins an upload to a package, which need not exist yet.
    ///
    /// # Errors
    /// Needs Publish.
    pub async fn begin_upload_session(
        &self,
        actor: &Actor,
        address: &PackageAddress,
        sha512: bool,
    ) -> Result<UploadStatus> {
        let id = new_id();
        let hashing = if sha512 {
            Hashing::Sha256And512
        } else {
            Hashing::Sha256
        };
        let state = self.inner.store.begin_session(&id, hashing).to_text();
        let (actor, address, now) = (actor.clone(), address.clone(), self.now());
        let row = id.clone();
        self.inner
            .db
            .write(move |conn| {
                let draft = match holder_in(conn, &actor, &address)? {
                    Holder::Draft(draft) => draft,
                    Holder::Package(package) => draft_of(conn, &actor, &address, package)?,
                };
                Ok::<_, Error>(upload::insert(conn, &row, &draft, &state, now)?)
            })
            .await?;
        Ok(UploadStatus { id, position: 0 })
    }

    /// Finds an upload of the asker to that package.
    ///
    /// # Errors
    /// `NotFound` when it is unknown, done, given up, somebody else's or to another package.
    pub async fn find_upload_session(
        &self,
        actor: &Actor,
        address: &PackageAddress,
        id: &str,
    ) -> Result<UploadStatus> {
        let row = self.session_row(actor, address, id).await?;
        Ok(UploadStatus {
            id: row.id,
            position: row.position,
        })
    }

    async fn session_row(
        &self,
        actor: &Actor,
        address: &PackageAddress,
        id: &str,
    ) -> Result<UploadRow> {
        let unknown = || unknown(id);
        if !is_id(id) {
            return Err(unknown());
        }
        let (id, at, who) = (id.to_owned(), address.clone(), actor.clone());
        let found = self
            .inner
            .db
            .read_point(move |conn| {
                let Some(row) = upload::find(conn, &id)? else {
                    return Ok(None);
                };
                let Some(owner) = account::find_account(conn, &at.owner)? else {
                    return Ok(None);
                };
                let key = at.name.key();
                let settled = package::find_package(conn, owner.id, at.format, key)?.is_some()
                    || token_brings(conn, &who, owner.id, &at)?;
                Ok::<_, Error>(settled.then_some((row, owner.id)))
            })
            .await?;
        let (row, owner) = found.ok_or_else(unknown)?;
        let draft = &row.draft;
        let its = draft.owner == owner
            && draft.format == address.format
            && draft.package_key == address.name.key()
            && Some(draft.account) == actor.account();
        its.then_some(row).ok_or_else(unknown)
    }

    /// Claims an upload for writing where `at` says, or where it stands.
    ///
    /// # Errors
    /// `NotFound` as for [`Self::find_upload_session`]; `OutOfOrder` when it stands elsewhere or another
    /// request writes to it.
    pub async fn resume_upload_session(
        &self,
        actor: &Actor,
        address: &PackageAddress,
        id: &str,
        at: Option<u64>,
        limit: u64,
    ) -> Result<Writing> {
        let row = self.session_row(actor, address, id).await?;
        let out_of_order = |position| Err(Error::OutOfOrder { position });
        if at.is_some_and(|at| at != row.position) {
            return out_of_order(row.position);
        }
        let writer = format!("{}-{}", self.inner.writer, new_id());
        let now = self.now();
        let until = now + Duration::seconds(CLAIM_SECONDS);
        let (id, me) = (row.id.clone(), writer.clone());
        let gone = self.gone_writer(&row);
        let claimed = self
            .inner
            .db
            .write(move |conn| upload::claim(conn, &id, &me, until, now, gone.as_deref()))
            .await?;
        let Some(claimed) = claimed else {
            return out_of_order(row.position);
        };
        let mut writing = Writing {
            registry: self.clone(),
            claim: Some(Claim::keep(self, &row.id, &writer)),
            id: row.id,
            writer,
            state: SessionState::parse(&claimed.state)?,
            session: None,
        };
        match self.inner.store.open_session(&writing.state, limit).await {
            Ok(session) => writing.session = Some(session),
            Err(error) => return Err(writing.failed(error).await),
        }
        if at.is_some_and(|at| at != writing.position()) {
            let position = writing.position();
            writing.pause().await?;
            return out_of_order(position);
        }
        Ok(writing)
    }

    /// Tells which claim cannot be a living writer's: where one process serves alone, that of any
    /// other process.
    fn gone_writer(&self, row: &UploadRow) -> Option<String> {
        let writer = row.writer.as_ref()?;
        let alone = self.inner.db.engine() == Engine::Sqlite;
        (alone && !writer.starts_with(&self.inner.writer)).then(|| writer.clone())
    }

    /// Ends an upload: compares what came with `digest`, keeps it and links it to the package.
    ///
    /// # Errors
    /// Needs Publish; `DigestMismatch` when other bytes came, which ends the upload too.
    pub async fn finish_upload_session(
        &self,
        actor: &Actor,
        client: &Client,
        address: &PackageAddress,
        mut writing: Writing,
        digest: &ContentDigest,
    ) -> Result<()> {
        let Some(session) = writing.session.take() else {
            return Err(BlobError::Broken.into());
        };
        let sha512 = matches!(digest, ContentDigest::Sha512(_));
        let staged = match session.finish(sha512).await {
            Ok(staged) => staged,
            Err(error) => return Err(writing.failed(error).await),
        };
        if let Err(error) = check_digest(&staged, digest) {
            drop(staged);
            writing.give_up().await?;
            return Err(error);
        }
        let (id, writer) = (writing.id.clone(), writing.writer.clone());
        let kept = self
            .keep_and(actor, client, address, &staged, digest, move |conn, _| {
                // The bytes are whole and what was said: they are kept even when another request
                // took over or gave up the upload meanwhile, and its row is left to that one.
                upload::delete_own(conn, &id, &writer)?;
                Ok(())
            })
            .await;
        if kept.is_err() {
            // The store may have taken the bytes already: what is recorded would be a lie.
            writing.give_up().await?;
        }
        kept
    }

    /// Ends an upload to which nothing came before with bytes that came all at once.
    ///
    /// # Errors
    /// Needs Publish; `NotFound` as for [`Self::find_upload_session`]; `OutOfOrder` when something came by
    /// now; `DigestMismatch` when other bytes came, which ends the upload too.
    pub async fn finish_at_once(
        &self,
        actor: &Actor,
        client: &Client,
        address: &PackageAddress,
        id: &str,
        staged: &StagedFile,
        digest: &ContentDigest,
    ) -> Result<()> {
        if let Err(error) = check_digest(staged, digest) {
            self.cancel_upload_session(actor, address, id).await?;
            return Err(error);
        }
        let row = id.to_owned();
        self.keep_and(actor, client, address, staged, digest, move |conn, by| {
            if upload::delete_untouched(conn, &row, by.now)? {
                return Ok(());
            }
            let found = upload::find(conn, &row)?;
            let position = found.ok_or_else(|| unknown(&row))?.position;
            Err(Error::OutOfOrder { position })
        })
        .await
    }

    /// Gives up an upload of the asker.
    ///
    /// # Errors
    /// `NotFound` as for [`Self::find_upload_session`]; `OutOfOrder` while another request writes to it.
    pub async fn cancel_upload_session(
        &self,
        actor: &Actor,
        address: &PackageAddress,
        id: &str,
    ) -> Result<()> {
        let row = self.session_row(actor, address, id).await?;
        let (id, now) = (row.id.clone(), self.now());
        let gone = self.gone_writer(&row);
        let deleted = self
            .inner
            .db
            .write(move |conn| upload::delete(conn, &id, gone.as_deref(), now))
            .await?;
        if !deleted {
            return Err(Error::OutOfOrder {
                position: row.position,
            });
        }
        let state = SessionState::parse(&row.state)?;
        Ok(self.inner.store.discard_session(&state).await?)
    }

    /// Tells whether a package has these bytes, for a client that did not hear that its upload had
    /// ended and asks once more to end it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn was_uploaded(
        &self,
        actor: &Actor,
        address: &PackageAddress,
        digest: &ContentDigest,
    ) -> Result<bool> {
        let (actor, address, digest) = (actor.clone(), address.clone(), *digest);
        self.inner
            .db
            .read_point(move |conn| {
                let holder = holder_in(conn, &actor, &address)?;
                Ok(blob_link::find(conn, &holder, &digest)?.is_some())
            })
            .await
    }

    /// Frees what the store has of an upload whose row is gone.
    pub(crate) async fn discard(&self, row: &UploadRow) -> Result<()> {
        let store = &self.inner.store;
        let state = SessionState::parse(&row.state)
            // Another release wrote it: what the id alone leads to can be freed all the same.
            .unwrap_or_else(|_| store.begin_session(&row.id, Hashing::Sha256));
        Ok(store.discard_session(&state).await?)
    }

    /// Gives up uploads that nothing came for in a day, and what was brought for packages that
    /// never came to be; gives how many uploads. Any number of replicas may do it at once.
    ///
    /// # Errors
    /// When database or store fail.
    pub async fn purge_uploads(&self) -> Result<usize> {
        let now = self.now();
        let before = now - Duration::hours(IDLE_HOURS);
        self.inner
            .db
            .write(move |conn| blob_link::purge_drafts(conn, before))
            .await?;
        let mut purged = 0;
        loop {
            let idle = self
                .inner
                .db
                .read(move |conn| upload::list_idle(conn, before, BATCH))
                .await?;
            let mut gone = 0;
            for row in idle {
                let id = row.id.clone();
                let deleted = self
                    .inner
                    .db
                    // Asks again: somebody may have gone on since the list was made.
                    .write(move |conn| upload::delete_idle(conn, &id, before, now))
                    .await?;
                if deleted {
                    self.discard(&row).await?;
                    gone += 1;
                }
            }
            if gone == 0 {
                return Ok(purged);
            }
            purged += gone;
        }
    }
}

impl Writing {
    /// Gives how many bytes have arrived in all requests.
    pub fn position(&self) -> u64 {
        self.session
            .as_ref()
            .map_or(self.state.offset(), |session| session.offset())
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// `TooLarge` and `StorageFull`, which end the upload and free its bytes; `OutOfOrder` when
    /// another request took over; when the store fails, which keeps what was recorded.
    pub async fn write(&mut self, bytes: Bytes) -> Result<()> {
        if self.claim.as_ref().is_some_and(Claim::is_lost) {
            self.session = None;
            let position = self.state.offset();
            return Err(Error::OutOfOrder { position });
        }
        let Some(session) = self.session.as_mut() else {
            return Err(BlobError::Broken.into());
        };
        match session.write(bytes).await {
            Ok(()) => Ok(()),
            Err(error) => Err(self.failed(error).await),
        }
    }

    /// Records what has arrived and lets others write; gives how many bytes there are now.
    ///
    /// # Errors
    /// When the store or the database fails; `OutOfOrder` when another request took over.
    pub async fn pause(mut self) -> Result<u64> {
        let Some(session) = self.session.take() else {
            return Err(BlobError::Broken.into());
        };
        let parts = (self.registry.clone(), self.id.clone(), self.writer.clone());
        match record(parts, session).await {
            Ok(position) => Ok(position),
            Err(Error::Blob(error)) => Err(self.failed(error).await),
            Err(error) => Err(error),
        }
    }

    /// Forgets what this request brought and lets others write; gives how many bytes there are
    /// then.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn rewind(mut self) -> Result<u64> {
        self.session = None;
        self.release().await?;
        Ok(self.state.offset())
    }

    /// Ends the upload and frees its bytes.
    ///
    /// # Errors
    /// When store or database fail.
    pub async fn give_up(mut self) -> Result<()> {
        self.session = None;
        self.forget().await
    }

    /// Frees the bytes only of an upload that is still this writer's.
    async fn forget(&self) -> Result<()> {
        let (id, writer) = (self.id.clone(), self.writer.clone());
        let inner = &self.registry.inner;
        let mine = inner
            .db
            .write(move |conn| upload::delete_own(conn, &id, &writer))
            .await?;
        if mine {
            inner.store.discard_session(&self.state).await?;
        }
        Ok(())
    }

    /// Sees to what a failure of the store means for the upload, and gives what to tell.
    async fn failed(&mut self, error: BlobError) -> Error {
        self.session = None;
        let over = matches!(
            error.kind(),
            ErrorKind::TooLarge | ErrorKind::StorageFull | ErrorKind::NotFound
        );
        let settled = if over {
            self.forget().await
        } else {
            self.release().await
        };
        if let Err(error) = settled {
            // The purge of idle uploads does it later.
            tracing::warn!(upload = %self.id, %error, "an upload that failed cannot be put away");
        }
        match error {
            BlobError::SessionLost { .. } => unknown(&self.id),
            BlobError::SessionBusy { .. } => Error::OutOfOrder {
                position: self.state.offset(),
            },
            error => error.into(),
        }
    }

    /// Lets others write where the upload stood before.
    async fn release(&self) -> Result<()> {
        let (id, writer, now) = (self.id.clone(), self.writer.clone(), self.registry.now());
        let (position, state) = (self.state.offset(), self.state.to_text());
        self.registry
            .inner
            .db
            .write(move |conn| upload::store(conn, &id, &writer, position, &state, now))
            .await?;
        Ok(())
    }
}

impl Drop for Writing {
    /// A client that went away in the middle finds what it had sent.
    fn drop(&mut self) {
        let (Some(session), Ok(runtime)) =
            (self.session.take(), tokio::runtime::Handle::try_current())
        else {
            return;
        };
        let parts = (self.registry.clone(), self.id.clone(), self.writer.clone());
        let claim = self.claim.take();
        runtime.spawn(async move {
            let _renewed = claim;
            let id = parts.1.clone();
            if let Err(error) = record(parts, session).await {
                tracing::warn!(upload = %id, %error, "a cut-off upload stays where it stood before");
            }
        });
    }
}

/// Ends a request's writing and records where the upload stands.
async fn record(
    (registry, id, writer): (Registry, String, String),
    session: Box<dyn Session>,
) -> Result<u64> {
    let state = session.pause().await?;
    let (position, text, now) = (state.offset(), state.to_text(), registry.now());
    let still = registry
        .inner
        .db
        .write(move |conn| upload::store(conn, &id, &writer, position, &text, now))
        .await?;
    if still {
        Ok(position)
    } else {
        Err(Error::OutOfOrder { position })
    }
}

/// Gives the address of an upload to a package that exists.
fn draft_of(
    conn: &mut AnyConn,
    actor: &Actor,
    address: &PackageAddress,
    id: packhouse_core::id::PackageId,
) -> Result<Draft> {
    let record = package::find_record_by_id(conn, id)?;
    let record = record.ok_or_else(|| Error::not_found(&address.shown))?;
    let account = actor
        .account()
        .ok_or_else(|| Error::Internal("an upload was begun by no account".to_owned()))?;
    Ok(Draft {
        owner: record.owner.id,
        format: address.format,
        package_key: address.name.key().to_owned(),
        account,
    })
}

/// Gives a name that nobody can guess: 32 hex digits.
fn new_id() -> String {
    let bytes: [u8; 16] = rand::RngExt::random(&mut rand::rng());
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn is_id(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

fn unknown(id: &str) -> Error {
    let shown: String = id.chars().take(40).collect();
    Error::not_found(format!("upload {shown}"))
}
