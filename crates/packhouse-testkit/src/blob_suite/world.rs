//! A store under test, and short ways to use it.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::TryStreamExt;
use packhouse_blob::{BlobError, BlobInfo, BlobKey, Opened, S3Settings, StagedFile, open_store};
use tempfile::TempDir;
use url::Url;

use crate::s3::S3Server;

/// No limit that a test could reach.
pub const NO_LIMIT: u64 = 1 << 40;

/// A store under test with its staging, in a folder or a bucket of its own.
pub struct World {
    /// What is tested.
    pub opened: Opened,
    /// Whether the store has addresses of its own.
    pub signs: bool,
    url: Url,
    settings: S3Settings,
    /// Where the store keeps everything, in files.
    root: PathBuf,
    uploads: PathBuf,
    dir: TempDir,
}

impl World {
    /// Opens a local store in a fresh folder.
    ///
    /// # Panics
    /// When it cannot be opened; so does every helper here when its step fails.
    pub fn local() -> Self {
        let dir = tempfile::tempdir().expect("a folder is made");
        let root = dir.path().join("store");
        let url = Url::from_file_path(&root).expect("the path is absolute");
        let settings = S3Settings::default();
        let opened = open_store(&url, dir.path(), &settings).expect("it opens");
        Self {
            opened,
            signs: false,
            url,
            settings,
            uploads: root.join("uploads"),
            root,
            dir,
        }
    }

    /// Opens a store in a fresh bucket, under a prefix.
    pub fn s3(server: &S3Server) -> Self {
        let dir = tempfile::tempdir().expect("a folder is made");
        let mut url = server.new_bucket();
        url.set_path("/some/where");
        let settings = server.settings();
        let opened = open_store(&url, dir.path(), &settings).expect("it opens");
        Self {
            opened,
            signs: true,
            root: server.bucket_folder(&url),
            url,
            settings,
            uploads: dir.path().join("uploads"),
            dir,
        }
    }

    /// Opens the same store once more, as another process would; in a bucket, as another machine.
    pub fn open_again(&self) -> Opened {
        open_store(&self.url, self.dir(), &self.settings).expect("it opens")
    }

    /// Gives the files of the store that are no blobs, and no folders: uploads, tails, parts.
    pub fn leftovers(&self) -> Vec<String> {
        let mut found = Vec::new();
        collect_files(&self.root, &mut found);
        found.retain(|path| !path.contains("/blobs/"));
        found
    }

    /// Waits until nothing but blobs is left: what is given up goes in the background.
    pub async fn wait_for_no_leftovers(&self) {
        let give_up = Instant::now() + Duration::from_secs(20);
        while !self.leftovers().is_empty() {
            assert!(
                Instant::now() < give_up,
                "left behind: {:?}",
                self.leftovers()
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Gives the folder that everything of this world lies in.
    pub fn dir(&self) -> &std::path::Path {
        self.dir.path()
    }

    /// Stages bytes, in pieces as a network would bring them.
    pub async fn stage(&self, bytes: &[u8]) -> StagedFile {
        let mut upload = self.opened.staging.begin(NO_LIMIT);
        for piece in bytes.chunks(60_000) {
            upload
                .write(Bytes::copy_from_slice(piece))
                .await
                .expect("it is taken");
        }
        assert_eq!(upload.written(), bytes.len() as u64);
        upload.finish().await.expect("it ends")
    }

    /// Stages and keeps bytes.
    pub async fn put(&self, bytes: &[u8]) -> BlobKey {
        let staged = self.stage(bytes).await;
        self.opened.store.put(&staged).await.expect("it is kept")
    }

    /// Reads a range, and checks that no piece is empty.
    pub async fn read(
        &self,
        key: &BlobKey,
        range: std::ops::Range<u64>,
    ) -> Result<Vec<u8>, BlobError> {
        let stream = self.opened.store.open(key, range).await?;
        stream
            .try_fold(Vec::new(), async |mut all, piece| {
                assert!(!piece.is_empty());
                all.extend_from_slice(&piece);
                Ok(all)
            })
            .await
    }

    /// Lists what begins with a prefix, sorted by key.
    pub async fn list(&self, prefix: &str) -> Vec<BlobInfo> {
        let mut all: Vec<BlobInfo> = self
            .opened
            .store
            .list(prefix)
            .try_collect()
            .await
            .expect("it lists");
        all.sort_by(|a, b| a.key.cmp(&b.key));
        all
    }

    /// Gives the names in the uploads folder.
    pub fn uploads(&self) -> Vec<String> {
        let names = std::fs::read_dir(&self.uploads).expect("the folder is there");
        names
            .map(|entry| {
                entry
                    .expect("it reads")
                    .file_name()
                    .to_string_lossy()
                    .into()
            })
            .collect()
    }

    /// Waits until the uploads folder is empty: a last write may still be on its way when an
    /// upload is dropped.
    pub async fn wait_for_no_uploads(&self) {
        let give_up = Instant::now() + Duration::from_secs(20);
        while !self.uploads().is_empty() {
            assert!(
                Instant::now() < give_up,
                "left behind: {:?}",
                self.uploads()
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// Adds the files under a folder, and the folders of uploads in parts, which the server takes away
/// after the parts. What goes meanwhile is left out.
fn collect_files(folder: &Path, found: &mut Vec<String>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => {
                let path = entry.path();
                collect_files(&path, found);
                let above = path.ancestors().nth(2).and_then(Path::file_name);
                if above.is_some_and(|name| name == "multipart") {
                    found.push(path.to_string_lossy().into());
                }
            }
            Ok(_) => found.push(entry.path().to_string_lossy().into()),
            Err(_) => {}
        }
    }
}

/// Gives bytes that differ from place to place: 0 to 250, again and again.
pub fn pattern(len: usize) -> Vec<u8> {
    repeated(0..=250, len)
}

/// Gives `len` bytes of `one`, again and again; by copying, since a byte at a time takes seconds
/// where the tests need it often.
pub(super) fn repeated(one: impl Iterator<Item = u8>, len: usize) -> Vec<u8> {
    let one: Vec<u8> = one.collect();
    let mut bytes = one.repeat(len.div_ceil(one.len()));
    bytes.truncate(len);
    bytes
}
