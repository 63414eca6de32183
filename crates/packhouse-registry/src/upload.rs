//! Uploads of several requests: resumable after a cut connection, a restart and on another replica.
//!
//! The row says how far an upload is and where its bytes wait; one request at a time writes to it,
//! under a claim in the row that ends by itself when its process does.

mod writing;

use chrono::Duration;
use packhouse_blob::{BlobError, Hashing, SessionState, StagedFile};
use packhouse_core::actor::{Actor, Client};
use packhouse_core::digest::ContentDigest;
use packhouse_db::blob_link::{self, Draft, Holder};
use packhouse_db::upload::{self, UploadRow};
use packhouse_db::{AnyConn, Engine, account, package};

use crate::authorize::{PackageAddress, token_brings};
use crate::blob::{check_digest, holder_in};
use crate::error::{Error, Result};
use crate::registry::Registry;
use crate::text::cut;

use writing::Claim;
pub use writing::Writing;

/// How long a claim holds that is not renewed, in seconds.
const CLAIM_SECONDS: i64 = 30;
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
    /// `NotFound` as for [`Self::find_upload_session`]; `OutOfOrder` when it stands elsewhere;
    /// `BeingWritten` when another request writes to it.
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
            let position = row.position;
            return Err(Error::BeingWritten { position });
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
    /// now, `BeingWritten` when it is coming; `DigestMismatch` when other bytes came, which ends the upload too.
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
            Err(match position {
                0 => Error::BeingWritten { position },
                _ => Error::OutOfOrder { position },
            })
        })
        .await
    }

    /// Gives up an upload of the asker.
    ///
    /// # Errors
    /// `NotFound` as for [`Self::find_upload_session`]; `BeingWritten` while another request writes
    /// to it.
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
            let position = row.position;
            return Err(Error::BeingWritten { position });
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
    Error::not_found(format!("upload {}", cut(id, 40)))
}
