use std::fs;

use super::*;
use crate::local::commit::{self, Folders};

const ID: &str = "0123456789abcdef0123456789abcdef";

/// A folder of uploads beside one of blobs.
struct World {
    dir: tempfile::TempDir,
    uploads: Arc<Path>,
}

impl World {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let uploads: Arc<Path> = dir.path().join("uploads").into();
        fs::create_dir(&uploads).unwrap();
        Self { dir, uploads }
    }

    fn file(&self) -> PathBuf {
        path(&self.uploads, ID)
    }

    async fn open(&self, state: &SessionState) -> Result<Box<LocalSession>, BlobError> {
        let opened = open(Arc::clone(&self.uploads), state, 1 << 30, Duration::ZERO).await;
        opened.map(Box::new)
    }

    async fn request(&self, state: &SessionState, bytes: &'static [u8]) -> SessionState {
        let mut session = self.open(state).await.unwrap();
        session.write(Bytes::from_static(bytes)).await.unwrap();
        session.pause().await.unwrap()
    }

    fn put(&self, staged: &StagedFile) -> PathBuf {
        let base = self.dir.path().join("blobs/sha256");
        commit::make_folders(&base).unwrap();
        let key = commit::commit(&Folders::new(base), staged).unwrap();
        self.dir.path().join(key.as_str())
    }
}

fn sha256(bytes: &[u8]) -> String {
    let mut hashes = Hashes::new(Hashing::Sha256);
    hashes.update(bytes);
    hashes.digests(0).sha256.to_string()
}

#[tokio::test]
async fn what_the_power_took_is_cut_off_and_can_come_again() {
    for left in [0, 1, 5] {
        let world = World::new();
        let state = world.request(&begin(ID, Hashing::Sha256), b"abcdef").await;
        let file = fs::File::options().write(true).open(world.file()).unwrap();
        file.set_len(left).unwrap();
        let mut session = world.open(&state).await.unwrap();
        assert_eq!(session.offset(), left);
        let rest = Bytes::from_static(&b"abcdef"[left as usize..]);
        session.write(rest).await.unwrap();
        let staged = session.finish(false).await.unwrap();
        assert_eq!(staged.digests().sha256.to_string(), sha256(b"abcdef"));
        assert_eq!(fs::read(world.put(&staged)).unwrap(), b"abcdef");
    }
}

/// After a power cut a file may have its length and not its bytes.
#[tokio::test]
async fn digests_are_of_the_bytes_that_are_there_after_the_machine_was_started_again() {
    let world = World::new();
    let state = world.request(&begin(ID, Hashing::Sha256), b"abcdef").await;
    fs::write(world.file(), b"abc\0\0\0").unwrap();
    let text = state.to_text();
    let boot = file::boot().expect("this is Linux");
    let other = SessionState::parse(&text.replace(boot, "another")).unwrap();
    assert_ne!(other, state);
    let staged = world
        .open(&other)
        .await
        .unwrap()
        .finish(false)
        .await
        .unwrap();
    assert_eq!(staged.digests().sha256.to_string(), sha256(b"abc\0\0\0"));
}

#[tokio::test]
async fn a_session_has_one_writer_at_a_time() {
    let world = World::new();
    let begun = begin(ID, Hashing::Sha256);
    let state = world.request(&begun, b"abc").await;
    let first = world.open(&state).await.unwrap();
    for state in [&state, &begun] {
        let Err(error) = world.open(state).await else {
            panic!("it is held")
        };
        assert!(
            matches!(&error, BlobError::SessionBusy { id } if id == ID),
            "{error}"
        );
    }
    let uploads = Arc::clone(&world.uploads);
    let waiting = {
        let state = state.clone();
        tokio::spawn(async move { open(uploads, &state, 100, Duration::from_secs(600)).await })
    };
    drop(first);
    assert_eq!(waiting.await.unwrap().unwrap().offset(), 3);
}

/// Whoever waits for the lock gets it when the file is a blob already.
#[tokio::test]
async fn one_that_comes_too_late_does_not_touch_the_blob() {
    let world = World::new();
    let begun = begin(ID, Hashing::Sha256);
    let state = world.request(&begun, b"abc").await;
    let staged = world
        .open(&state)
        .await
        .unwrap()
        .finish(false)
        .await
        .unwrap();
    let blob = world.put(&staged);
    // Another name for the blob, as if it was opened just before it got its own.
    fs::hard_link(&blob, world.file()).unwrap();
    let Err(error) = world.open(&begun).await else {
        panic!("the finished file is still held")
    };
    assert!(matches!(error, BlobError::SessionBusy { .. }), "{error}");
    fs::remove_file(world.file()).unwrap();
    drop(staged);
    assert_eq!(fs::read(blob).unwrap(), b"abc");
}

/// The process that made a blob of it ended before anybody was told: the session goes on from a
/// copy, and the blob stays as it is.
#[tokio::test]
async fn one_that_became_a_blob_goes_on_from_it() {
    let world = World::new();
    let state = world.request(&begin(ID, Hashing::Sha256), b"abc").await;
    let session = world.open(&state).await.unwrap();
    let staged = session.finish(false).await.unwrap();
    let blob = world.put(&staged);
    drop(staged);
    assert!(!world.file().exists());
    let state = world.request(&state, b"de").await;
    assert_eq!(state.offset(), 5);
    assert_eq!(fs::read(world.file()).unwrap(), b"abcde");
    let session = world.open(&state).await.unwrap();
    let staged = session.finish(false).await.unwrap();
    assert_eq!(staged.digests().sha256.to_string(), sha256(b"abcde"));
    drop(staged);
    assert_eq!(fs::read(&blob).unwrap(), b"abc");
}

#[tokio::test]
async fn one_whose_blob_is_gone_or_changed_is_lost() {
    let world = World::new();
    let state = world.request(&begin(ID, Hashing::Sha256), b"abc").await;
    let session = world.open(&state).await.unwrap();
    let staged = session.finish(false).await.unwrap();
    let blob = world.put(&staged);
    drop(staged);
    for damage in [
        |blob: &PathBuf| fs::write(blob, "abcd").unwrap(),
        |blob: &PathBuf| fs::remove_file(blob).unwrap(),
    ] {
        damage(&blob);
        let Err(error) = world.open(&state).await else {
            panic!("its bytes are gone")
        };
        assert!(matches!(error, BlobError::SessionLost { .. }), "{error}");
        assert!(!world.file().exists());
    }
}

#[tokio::test]
async fn two_that_begin_at_once_do_not_share_a_file() {
    let world = World::new();
    let begun = begin(ID, Hashing::Sha256);
    let mut first = world.open(&begun).await.unwrap();
    let mut second = world.open(&begun).await.unwrap();
    first.write(Bytes::from_static(b"abc")).await.unwrap();
    second.write(Bytes::from_static(b"other")).await.unwrap();
    let state = first.pause().await.unwrap();
    let error = second.pause().await.unwrap_err();
    assert!(matches!(error, BlobError::SessionBusy { .. }), "{error}");
    let staged = world
        .open(&state)
        .await
        .unwrap()
        .finish(false)
        .await
        .unwrap();
    assert_eq!(staged.digests().sha256.to_string(), sha256(b"abc"));
}

#[tokio::test]
async fn a_state_of_another_store_is_a_lost_session() {
    let world = World::new();
    let state = SessionState::begin(
        ID,
        Hashing::Sha256,
        Part::S3 {
            upload: None,
            parts: Vec::new(),
            stale: Vec::new(),
        },
    );
    let Err(error) = world.open(&state).await else {
        panic!("it is another store's")
    };
    assert!(matches!(error, BlobError::SessionLost { .. }), "{error}");
}
