//! The handle that use cases hang on.

use std::sync::Arc;

use bytes::Bytes;
use packhouse_blob::{BlobStore, Staging};
use packhouse_core::actor::{Actor, Client};
use packhouse_core::digest::ContentDigest;
use packhouse_core::format::{Format, FormatId};
use packhouse_core::id::{AccountId, PackageId, TokenId, VersionId};
use packhouse_core::permission::Actions;
use packhouse_db::Db;
use packhouse_db::blob_link::{HeldBlob, Holder};
use packhouse_db::file::StoredFile;
use packhouse_db::package::PackageRecord;
use packhouse_db::token::FoundToken;
use url::Url;

use crate::access_token::AccessTokens;
use crate::authorize::{Sight, Source};
use crate::cache::StampedCache;
use crate::clock::Clock;
use crate::download::Counters;
use crate::error::{Error, Result};
use crate::event::By;
use crate::feed::RunningLists;
use crate::find::{FoundVersion, VersionReference};
use crate::keyed_lock::KeyedLock;
use crate::signing::CurrentKey;

/// What the use cases must know of the configuration.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The address under which clients reach this server, ending in a slash.
    pub public_url: Url,
    /// Hosts on which `https://HOST/OWNER/REPO` names our OWNER/REPO.
    pub link_hosts: Vec<String>,
}

/// How many bytes of small blobs are kept in memory.
const SMALL_BYTES: u64 = 24 * 1024 * 1024;

/// One package server: database, store, clock and formats.
#[derive(Clone)]
pub struct Registry {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub db: Db,
    pub store: Arc<dyn BlobStore>,
    pub staging: Staging,
    pub clock: Arc<dyn Clock>,
    pub settings: Settings,
    pub formats: Vec<Arc<dyn Format>>,
    pub counters: Counters,
    pub publishing: KeyedLock<(FormatId, String, String, String)>,
    pub tokens: StampedCache<String, Arc<FoundToken>>,
    pub readable: StampedCache<ReadKey, Arc<PackageRecord>>,
    /// Small blobs by location: their bytes never change, so nothing is ever invalidated.
    pub small: moka::sync::Cache<String, Bytes>,
    pub sources: StampedCache<Source, Sight>,
    /// Whose reserved names are, which never changes.
    pub holders: moka::sync::Cache<(Source, String), packhouse_db::reserved::Holder>,
    pub lists: RunningLists,
    pub files: StampedCache<(PackageId, String), (VersionId, Arc<StoredFile>)>,
    pub signer: CurrentKey,
    pub versions: StampedCache<(PackageId, VersionReference), Arc<FoundVersion>>,
    pub blobs: StampedCache<(Holder, ContentDigest), Arc<HeldBlob>>,
    pub access: AccessTokens,
    /// Names this process among those that write to uploads.
    pub writer: String,
}

/// Under which credential somebody was found to be allowed to read which package.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct ReadKey {
    pub account: Option<AccountId>,
    pub site_admin: bool,
    pub token: Option<TokenId>,
    pub stated: Option<Actions>,
    pub format: FormatId,
    pub owner: String,
    pub name: String,
}

impl Registry {
    /// Puts the parts together; the database must be migrated.
    pub fn new(
        db: Db,
        store: Arc<dyn BlobStore>,
        staging: Staging,
        clock: Arc<dyn Clock>,
        formats: Vec<Arc<dyn Format>>,
        settings: Settings,
    ) -> Self {
        let inner = Inner {
            db,
            store,
            staging,
            clock,
            settings,
            formats,
            counters: Counters::default(),
            publishing: KeyedLock::new(),
            tokens: StampedCache::new(10_000),
            readable: StampedCache::new(20_000),
            small: moka::sync::Cache::builder()
                .max_capacity(SMALL_BYTES)
                .weigher(|key: &String, bytes: &Bytes| {
                    u32::try_from(key.len() + bytes.len()).unwrap_or(u32::MAX)
                })
                .build(),
            sources: StampedCache::new(2_000),
            holders: moka::sync::Cache::new(50_000),
            lists: RunningLists::default(),
            files: StampedCache::new(20_000),
            signer: CurrentKey::default(),
            versions: StampedCache::new(20_000),
            blobs: StampedCache::new(50_000),
            access: AccessTokens::default(),
            writer: crate::secret::new_secret(),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Gives the settings.
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// Gives the time now.
    pub fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.inner.clock.now()
    }

    /// Gives the format of that short name.
    ///
    /// # Errors
    /// `Invalid` when this server has no such format.
    pub fn format(&self, id: &str) -> Result<&Arc<dyn Format>> {
        self.inner
            .formats
            .iter()
            .find(|format| format.id().as_str() == id)
            .ok_or_else(|| {
                let known: Vec<_> = self.inner.formats.iter().map(|f| f.id().as_str()).collect();
                Error::Invalid(format!(
                    "unknown package type {id:?}: use {}",
                    known.join(", ")
                ))
            })
    }

    /// Tells whether database and store can be used now.
    ///
    /// # Errors
    /// The failure of whichever cannot.
    pub async fn check_ready(&self) -> Result<()> {
        self.inner.db.ping().await?;
        self.inner.store.check().await?;
        Ok(())
    }

    pub(crate) fn by(&self, actor: &Actor, client: &Client) -> By {
        By {
            actor: actor.clone(),
            client: client.clone(),
            now: self.now(),
        }
    }
}
