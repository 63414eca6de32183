//! Blobs as objects of an S3 bucket.
//!
//! Every `put` makes an object under a new random key, `blobs/<aa>/<id>`: no key is the folder of
//! another (some servers cannot have both), none is ever overwritten, and one that collection is
//! deleting cannot be the one a publish has just put. The caller records digest → key.

mod error;
mod patience;
mod put;
mod session;

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt, future, stream};
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path as ObjectPath;
use object_store::signer::{Method, Signer};
use object_store::{
    BackoffConfig, ClientOptions, GetOptions, ObjectStore, ObjectStoreExt, RetryConfig,
};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use self::patience::{Patience, Room};
use crate::digest::Hashing;
use crate::error::BlobError;
use crate::session::{Session, SessionInfo, SessionState};
use crate::staging::{Content, StagedFile};
use crate::store::{BlobInfo, BlobKey, BlobStore, ByteStream, Claim};

/// How to reach a bucket. What is not set is AWS's: its endpoint, and the role of the machine as
/// credential.
#[derive(Debug, Clone, Default)]
pub struct S3Settings {
    /// Address of an S3-compatible server, such as `https://s3.example.org`; buckets are then
    /// addressed by path.
    pub endpoint: Option<String>,
    /// Region to sign for; `us-east-1` when not set.
    pub region: Option<String>,
    /// Access key id.
    pub access_key: Option<String>,
    /// Secret of the access key.
    pub secret_key: Option<SecretString>,
    /// Lets the endpoint be plain `http://`.
    pub allow_http: bool,
}

/// How long `check` may take, and how long a request that fails is tried again.
const PATIENCE: Duration = Duration::from_secs(5);
/// Bytes in memory on their way at once, over all uploads: three parts. With the part that an upload
/// fills and the rest of a server that stays below 100 MB.
const ROOM: u64 = 3 * put::PART;
/// The folder of all keys.
const KEY_START: &str = "blobs/";

/// A store in a bucket. Cheap to clone.
#[derive(Clone)]
pub(crate) struct S3Store {
    client: Arc<AmazonS3>,
    /// Put before every key; not part of what is recorded, so that a bucket can be moved.
    prefix: ObjectPath,
    room: Arc<Room>,
    patience: Patience,
}

impl S3Store {
    /// Opens `s3://bucket/prefix`; nothing is sent yet.
    pub(crate) fn open(url: &Url, settings: &S3Settings) -> Result<Self, BlobError> {
        let wrong = |reason: String| BlobError::Settings {
            url: url.to_string(),
            reason,
        };
        let bucket = url
            .host_str()
            .ok_or_else(|| wrong("expected s3://bucket/prefix".to_owned()))?;
        let prefix = ObjectPath::from_url_path(url.path()).map_err(|e| wrong(e.to_string()))?;
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(bucket)
            .with_region(settings.region.as_deref().unwrap_or("us-east-1"))
            .with_allow_http(settings.allow_http)
            .with_retry(retry())
            .with_client_options(
                // A whole answer may take hours, so only silence is limited; `Patience` limits
                // what somebody waits for.
                ClientOptions::new()
                    .with_allow_http(settings.allow_http)
                    .with_connect_timeout(Duration::from_secs(2))
                    .with_timeout_disabled()
                    .with_read_timeout(Duration::from_secs(60)),
            );
        if let Some(endpoint) = &settings.endpoint {
            builder = builder
                .with_endpoint(endpoint)
                .with_virtual_hosted_style_request(false);
        }
        match (&settings.access_key, &settings.secret_key) {
            (Some(key), Some(secret)) => {
                builder = builder
                    .with_access_key_id(key)
                    .with_secret_access_key(secret.expose_secret());
            }
            (None, None) => {}
            _ => return Err(wrong("give both the access key and its secret".to_owned())),
        }
        let client = builder.build().map_err(|e| wrong(e.to_string()))?;
        Ok(Self {
            client: Arc::new(client),
            prefix,
            room: Arc::new(Room::new(ROOM)),
            patience: Patience::default(),
        })
    }

    /// Gives the object of a recorded key.
    fn object(&self, key: &BlobKey) -> ObjectPath {
        self.prefix
            .parts()
            .chain(ObjectPath::from(key.as_str()).parts())
            .collect()
    }

    /// Gives the key of an object, or `None` for one that is not ours.
    fn key(&self, object: &ObjectPath) -> Option<BlobKey> {
        let rest: Vec<_> = object.prefix_match(&self.prefix)?.collect();
        let text: Vec<&str> = rest.iter().map(AsRef::as_ref).collect();
        Some(BlobKey::new(text.join("/")))
    }
}

/// Gives a key that nothing has and nobody can guess.
fn new_key() -> BlobKey {
    let id = uuid::Uuid::new_v4().simple().to_string();
    BlobKey::new(format!("{KEY_START}{}/{id}", &id[..2]))
}

/// A few quick tries: an unreachable bucket is reported within some seconds, and the client told
/// to come back.
fn retry() -> RetryConfig {
    RetryConfig {
        backoff: BackoffConfig {
            init_backoff: Duration::from_millis(100),
            max_backoff: Duration::from_secs(1),
            base: 2.0,
        },
        max_retries: 3,
        retry_timeout: PATIENCE,
    }
}

#[async_trait]
impl BlobStore for S3Store {
    /// Goes on to its end when the caller goes away, so that no half-done multipart upload stays
    /// in the bucket; the object is then collected as unreferenced.
    async fn put(&self, staged: &StagedFile) -> Result<BlobKey, BlobError> {
        let (store, staged) = (self.clone(), staged.clone());
        tokio::spawn(async move {
            if let Content::Remote(remote) = staged.content() {
                return remote.keep().await;
            }
            let key = new_key();
            let (object, room) = (store.object(&key), (&*store.room, store.patience));
            put::put(&store.client, room, &object, &staged).await?;
            Ok(key)
        })
        .await
        .map_err(|_| BlobError::Broken)?
    }

    async fn open(&self, key: &BlobKey, range: Range<u64>) -> Result<ByteStream, BlobError> {
        if range.is_empty() {
            // S3 has no empty range.
            return match self.stat(key).await? {
                Some(size) if range.start <= size => Ok(stream::empty().boxed()),
                Some(_) => Err(BlobError::Damaged { key: key.clone() }),
                None => Err(BlobError::Missing { key: key.clone() }),
            };
        }
        let options = GetOptions::new().with_range(Some(range.clone()));
        let object = self.object(key);
        let result = match self
            .patience
            .within(0, self.client.get_opts(&object, options))
            .await
        {
            Ok(result) => result,
            Err(error) if error::is_outside(&error) => {
                return Err(BlobError::Damaged { key: key.clone() });
            }
            Err(error) => return Err(error::of_read(key, error)),
        };
        if result.range != range {
            return Err(BlobError::Damaged { key: key.clone() });
        }
        let key = key.clone();
        Ok(result
            .into_stream()
            .map_err(move |e| error::of_read(&key, e))
            .boxed())
    }

    async fn stat(&self, key: &BlobKey) -> Result<Option<u64>, BlobError> {
        match self
            .patience
            .within(0, self.client.head(&self.object(key)))
            .await
        {
            Ok(meta) => Ok(Some(meta.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error::of_store(error)),
        }
    }

    async fn delete(&self, key: &BlobKey) -> Result<(), BlobError> {
        match self
            .patience
            .within(0, self.client.delete(&self.object(key)))
            .await
        {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error::of_store(error)),
        }
    }

    async fn claim(
        &self,
        key: &BlobKey,
        _: SystemTime,
    ) -> Result<Option<Box<dyn Claim>>, BlobError> {
        Ok(Some(Box::new(S3Claim {
            store: self.clone(),
            key: key.clone(),
        })))
    }

    async fn signed_url(&self, key: &BlobKey, expires: Duration) -> Result<Option<Url>, BlobError> {
        let object = self.object(key);
        let url = self.client.signed_url(Method::GET, &object, expires).await;
        url.map(Some).map_err(error::of_store)
    }

    fn list(&self, prefix: &str) -> BoxStream<'_, Result<BlobInfo, BlobError>> {
        // S3 lists by whole folders through object_store: ask for the folder, then compare.
        let folder = match prefix.rfind('/') {
            Some(end) if prefix.starts_with(KEY_START) => &prefix[..end],
            _ => KEY_START.trim_end_matches('/'),
        };
        let folder = self.object(&BlobKey::new(folder));
        let prefix = prefix.to_owned();
        self.client
            .list(Some(&folder))
            .map_err(error::of_store)
            .try_filter_map(move |meta| {
                let key = self.key(&meta.location);
                let info = key
                    .filter(|key| key.as_str().starts_with(&prefix))
                    .map(|key| BlobInfo {
                        key,
                        size: meta.size,
                        modified: meta.last_modified.into(),
                    });
                future::ready(Ok(info))
            })
            .boxed()
    }

    fn read_small(&self, _: &BlobKey, _: u64) -> Option<Result<Bytes, BlobError>> {
        None
    }

    fn begin_session(&self, id: &str, hashing: Hashing) -> SessionState {
        session::begin(id, hashing)
    }

    async fn open_session(
        &self,
        state: &SessionState,
        limit: u64,
    ) -> Result<Box<dyn Session>, BlobError> {
        Ok(Box::new(session::open(self, state, limit).await?))
    }

    async fn discard_session(&self, state: &SessionState) -> Result<(), BlobError> {
        session::discard(self, state).await
    }

    async fn has_session(&self, state: &SessionState) -> Result<bool, BlobError> {
        session::is_there(self, state).await
    }

    async fn list_sessions(&self) -> Result<Vec<SessionInfo>, BlobError> {
        session::tails::list(self).await
    }

    async fn check(&self) -> Result<(), BlobError> {
        let name = format!("check/{}", uuid::Uuid::new_v4().simple());
        let object = self.object(&BlobKey::new(name));
        let tried = tokio::time::timeout(PATIENCE, async {
            self.client
                .put(&object, Bytes::from_static(b"ok").into())
                .await?;
            self.client.delete(&object).await
        });
        match tried.await {
            Ok(result) => result.map_err(error::of_store),
            Err(late) => Err(BlobError::Unavailable {
                source: late.into(),
            }),
        }
    }
}

/// An object that is about to be deleted. No put gives its key again.
struct S3Claim {
    store: S3Store,
    key: BlobKey,
}

#[async_trait]
impl Claim for S3Claim {
    async fn remove(self: Box<Self>) -> Result<(), BlobError> {
        self.store.delete(&self.key).await
    }
}
