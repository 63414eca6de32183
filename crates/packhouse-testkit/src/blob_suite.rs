//! What every blob store must do. A store runs it with one line in its tests:
//!
//! ```ignore
//! mod local { packhouse_testkit::blob_suite!(packhouse_testkit::blob_suite::World::local()); }
//! ```
//!
//! Each case is an `async fn` over a [`World`] of its own and panics when the store fails it.

mod sessions;
mod world;

use std::io::{Read, Seek, SeekFrom};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use packhouse_blob::{BlobError, BlobKey};
use packhouse_core::error::ErrorKind;

pub use sessions::{
    session_at_once, session_cut_off, session_discarded, session_given_up, session_in_requests,
    session_of_another_release, session_over_the_limit, session_sha512, session_twice,
    session_unknown,
};
pub use world::{NO_LIMIT, World, pattern};

const MIB: usize = 1024 * 1024;

/// Makes a test of each case, over the store that the expression opens.
#[macro_export]
macro_rules! blob_suite {
    ($world:expr) => {
        $crate::blob_suite!($world; round_trip digests ranges empty_file put_twice
            concurrent_puts over_the_limit dropped_upload purge reader delete list missing
            signed_url large_file check session_at_once session_in_requests session_cut_off
            session_sha512 session_over_the_limit session_discarded session_given_up session_twice
            session_of_another_release session_unknown);
    };
    ($world:expr; $($case:ident)*) => {$(
        #[tokio::test(flavor = "multi_thread")]
        async fn $case() {
            $crate::blob_suite::$case(&$world).await;
        }
    )*};
}

/// What goes in comes out, around every size where the way changes.
pub async fn round_trip(world: &World) {
    for len in [
        1,
        32 * 1024,
        32 * 1024 + 1,
        MIB,
        MIB + 1,
        2 * MIB,
        3 * MIB + 7,
    ] {
        let bytes = pattern(len);
        let key = world.put(&bytes).await;
        let size = len as u64;
        assert_eq!(
            world.opened.store.stat(&key).await.expect("it succeeds"),
            Some(size)
        );
        assert!(
            world.read(&key, 0..size).await.expect("it succeeds") == bytes,
            "{len}"
        );
        if let Some(small) = world.opened.store.read_small(&key, size) {
            assert!(small.expect("it succeeds") == bytes, "{len}");
        }
    }
    world.wait_for_no_uploads().await;
}

/// All four digests are those that other tools compute.
pub async fn digests(world: &World) {
    let known = [
        (
            Vec::new(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce\
             47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
            "da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "d41d8cd98f00b204e9800998ecf8427e",
        ),
        (
            b"abc".to_vec(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
             2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
            "a9993e364706816aba3e25717850c26c9cd0d89d",
            "900150983cd24fb0d6963f7d28e17f72",
        ),
        (
            pattern(MIB + 1),
            "5769f52bc3eef28afa39c6fc68cadb7d0bd69812ae3a3d71452f519ec3c7aa56",
            "5e354eab69ae16c75df3a8a5d2a4c725e331c5163b2b96156df815b10495cf74\
             b0ce8c2e38811d3afa6abaf13d122df1b07920ec402b0921f016376d9132e0ef",
            "ffbc30b06f6bd51da52f9640804c9d0c4f6e2af2",
            "79b67c7fbf43b76e5b7f182328bdc4b6",
        ),
    ];
    for (bytes, sha256, sha512, sha1, md5) in known {
        let staged = world.stage(&bytes).await;
        let digests = staged.digests();
        assert_eq!(digests.sha256.to_string(), sha256);
        assert_eq!(digests.sha512.expect("it was computed").to_string(), sha512);
        assert_eq!(digests.sha1.expect("it was computed").to_string(), sha1);
        assert_eq!(digests.md5.expect("it was computed").to_string(), md5);
        assert_eq!(digests.size, bytes.len() as u64);
    }
}

/// Ranges give exactly their bytes; a range over the end is damage, not a short answer.
pub async fn ranges(world: &World) {
    let size = 2 * MIB as u64 + 5;
    let bytes = pattern(size as usize);
    let key = world.put(&bytes).await;
    let half = MIB as u64 / 2;
    for range in [
        0..1,
        0..0,
        size..size,
        size - 1..size,
        1..size,
        half - 1..half + 1,
        half..2 * half,
        7..size - 7,
    ] {
        let read = world.read(&key, range.clone()).await.expect("it succeeds");
        assert!(
            read == bytes[range.start as usize..range.end as usize],
            "{range:?}"
        );
    }
    for range in [0..size + 1, size..size + 1, size + 10..size + 20] {
        let error = world.read(&key, range.clone()).await.expect_err("it fails");
        assert!(
            matches!(error, BlobError::Damaged { .. }),
            "{range:?}: {error:?}"
        );
    }
}

/// A file without bytes is a file.
pub async fn empty_file(world: &World) {
    let key = world.put(b"").await;
    assert_eq!(
        world.opened.store.stat(&key).await.expect("it succeeds"),
        Some(0)
    );
    assert_eq!(world.read(&key, 0..0).await.expect("it succeeds"), b"");
}

/// The same staged file, and the same bytes staged anew, can be put again.
pub async fn put_twice(world: &World) {
    for bytes in [pattern(1000), pattern(MIB + 1000)] {
        let staged = world.stage(&bytes).await;
        let first = world.opened.store.put(&staged).await.expect("it succeeds");
        let again = world.opened.store.put(&staged).await.expect("it succeeds");
        let anew = world.put(&bytes).await;
        world
            .opened
            .store
            .delete(&first)
            .await
            .expect("it succeeds");
        let after_delete = world.opened.store.put(&staged).await.expect("it succeeds");
        let size = bytes.len() as u64;
        assert!(
            world
                .read(&after_delete, 0..size)
                .await
                .expect("it succeeds")
                == bytes
        );
        if first == again {
            // By content: one blob, whatever is put.
            assert_eq!(first, anew);
            assert_eq!(first, after_delete);
            assert_eq!(world.list(first.as_str()).await.len(), 1);
        } else {
            assert!(world.read(&again, 0..size).await.expect("it succeeds") == bytes);
            assert!(world.read(&anew, 0..size).await.expect("it succeeds") == bytes);
        }
    }
    world.wait_for_no_uploads().await;
}

/// Puts of one content at the same time all succeed, and each key reads.
pub async fn concurrent_puts(world: &World) {
    for bytes in [pattern(5000), pattern(MIB + 5000)] {
        let keys = futures_util::future::join_all((0..8).map(|_| world.put(&bytes))).await;
        for key in keys {
            assert!(
                world
                    .read(&key, 0..bytes.len() as u64)
                    .await
                    .expect("it succeeds")
                    == bytes
            );
        }
    }
    world.wait_for_no_uploads().await;
}

/// One byte too many is refused, and nothing of the upload stays.
pub async fn over_the_limit(world: &World) {
    for limit in [10, 2 * MIB] {
        let mut upload = world.opened.staging.begin(limit as u64);
        upload
            .write(pattern(limit).into())
            .await
            .expect("it succeeds");
        let error = upload
            .write(Bytes::from_static(b"x"))
            .await
            .expect_err("it fails");
        assert_eq!(error.kind(), ErrorKind::TooLarge);
        assert!(error.to_string().contains(&limit.to_string()), "{error}");
        assert_eq!(upload.written(), limit as u64);
        drop(upload);
        world.wait_for_no_uploads().await;
    }
    assert_eq!(world.list("").await, []);
}

/// An upload or staged file that is given up leaves nothing.
pub async fn dropped_upload(world: &World) {
    let mut upload = world.opened.staging.begin(NO_LIMIT);
    upload
        .write(pattern(5 * MIB).into())
        .await
        .expect("it succeeds");
    assert_eq!(world.uploads().len(), 1);
    drop(upload);
    world.wait_for_no_uploads().await;
    let staged = world.stage(&pattern(2 * MIB)).await;
    assert_eq!(world.uploads().len(), 1);
    drop(staged);
    world.wait_for_no_uploads().await;
    assert_eq!(world.list("").await, []);
}

/// What a crash left is removed once it is old enough, and no sooner.
pub async fn purge(world: &World) {
    let staged = world.stage(&pattern(2 * MIB)).await;
    // Its owner will never run again.
    std::mem::forget(staged);
    assert_eq!(
        world
            .opened
            .staging
            .purge(Duration::from_secs(3600))
            .expect("it succeeds"),
        0
    );
    assert_eq!(world.uploads().len(), 1);
    assert_eq!(
        world
            .opened
            .staging
            .purge(Duration::ZERO)
            .expect("it succeeds"),
        1
    );
    assert_eq!(world.uploads(), [""; 0]);
}

/// A staged file reads and seeks, independent of other readers, also after it was put.
pub async fn reader(world: &World) {
    for len in [100_usize, MIB + 100] {
        let bytes = pattern(len);
        let staged = world.stage(&bytes).await;
        let mut early = staged.open().expect("it succeeds");
        early.seek(SeekFrom::End(-10)).expect("it succeeds");
        world.opened.store.put(&staged).await.expect("it succeeds");
        let mut all = Vec::new();
        staged
            .open()
            .expect("it succeeds")
            .read_to_end(&mut all)
            .expect("it succeeds");
        assert!(all == bytes);
        let mut tail = Vec::new();
        early.read_to_end(&mut tail).expect("it succeeds");
        assert_eq!(tail, bytes[len - 10..]);
        assert_eq!(
            early
                .seek(SeekFrom::Start(len as u64 + 9))
                .expect("it succeeds"),
            len as u64 + 9
        );
        assert_eq!(early.read(&mut [0; 4]).expect("it succeeds"), 0);
        assert!(early.seek(SeekFrom::Current(-(len as i64) - 10)).is_err());
    }
}

/// A deleted blob is gone; deleting it again succeeds.
pub async fn delete(world: &World) {
    let key = world.put(b"soon gone").await;
    world.opened.store.delete(&key).await.expect("it succeeds");
    world.opened.store.delete(&key).await.expect("it succeeds");
    assert_eq!(
        world.opened.store.stat(&key).await.expect("it succeeds"),
        None
    );
    assert_eq!(world.list("").await, []);
}

/// Listing gives every blob with size and time, by any prefix of its key.
pub async fn list(world: &World) {
    assert_eq!(world.list("").await, []);
    let mut keys = Vec::new();
    for len in 0..20_usize {
        keys.push((world.put(&pattern(len)).await, len as u64));
    }
    world.opened.store.check().await.expect("it succeeds");
    keys.sort();
    let found = world.list("").await;
    let pairs: Vec<(BlobKey, u64)> = found.iter().map(|b| (b.key.clone(), b.size)).collect();
    assert_eq!(pairs, keys);
    for blob in found {
        let now = SystemTime::now();
        let age = now.duration_since(blob.modified).unwrap_or_default();
        assert!(age < Duration::from_secs(300), "{age:?}");
    }
    let (one, _) = &keys[7];
    for end in 0..=one.as_str().len() {
        let prefix = &one.as_str()[..end];
        let expected = keys
            .iter()
            .filter(|(key, _)| key.as_str().starts_with(prefix))
            .count();
        assert_eq!(world.list(prefix).await.len(), expected, "{prefix}");
    }
    assert_eq!(world.list("elsewhere/").await, []);
}

/// A key without a blob says so, and cannot lead out of the store.
pub async fn missing(world: &World) {
    std::fs::write(world.dir().join("secret"), "secret").expect("it succeeds");
    let key = world.put(b"soon gone").await;
    world.opened.store.delete(&key).await.expect("it succeeds");
    let texts = [
        key.as_str(),
        "blobs/aa/none",
        "../secret",
        "blobs/../../secret",
        "a",
    ];
    for key in texts.map(BlobKey::new) {
        for range in [0..0, 0..6] {
            let error = world.read(&key, range).await.expect_err("it fails");
            assert!(
                matches!(error, BlobError::Missing { .. }),
                "{key}: {error:?}"
            );
            assert!(error.to_string().contains(key.as_str()), "{error}");
        }
        assert_eq!(
            world.opened.store.stat(&key).await.expect("it succeeds"),
            None,
            "{key}"
        );
        world.opened.store.delete(&key).await.expect("it succeeds");
        if let Some(read) = world.opened.store.read_small(&key, 6) {
            assert!(matches!(read, Err(BlobError::Missing { .. })), "{key}");
        }
    }
    assert_eq!(
        std::fs::read(world.dir().join("secret")).expect("it succeeds"),
        b"secret"
    );
}

/// A signed address serves the blob to anyone until it is changed; a store without has none.
pub async fn signed_url(world: &World) {
    let key = world.put(b"for anyone").await;
    let url = world
        .opened
        .store
        .signed_url(&key, Duration::from_secs(60))
        .await
        .expect("it succeeds");
    assert_eq!(url.is_some(), world.signs);
    let Some(url) = url else { return };
    let client = reqwest::Client::new();
    let answer = client.get(url.clone()).send().await.expect("it succeeds");
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.bytes().await.expect("it succeeds"), "for anyone");
    let forged = url.as_str().replace("X-Amz-Expires=60", "X-Amz-Expires=61");
    assert_ne!(forged, url.as_str());
    assert_eq!(
        client
            .get(forged)
            .send()
            .await
            .expect("it succeeds")
            .status(),
        403
    );
    let mut unsigned = url;
    unsigned.set_query(None);
    assert_eq!(
        client
            .get(unsigned)
            .send()
            .await
            .expect("it succeeds")
            .status(),
        403
    );
}

/// A file of several parts keeps its bytes and digests.
pub async fn large_file(world: &World) {
    let bytes = pattern(40 * MIB);
    let staged = world.stage(&bytes).await;
    let sha256 = staged.digests().sha256.to_string();
    assert_eq!(
        sha256,
        "c166c8bf0d23dbd874f6c0d54d09a7adc61992f9fe94c29e5b56a762ddec26cd"
    );
    let md5 = staged.digests().md5.expect("it was computed").to_string();
    assert_eq!(md5, "e30369062f229ceac7d04738db473cac");
    let key = world.opened.store.put(&staged).await.expect("it succeeds");
    assert!(
        world
            .read(&key, 0..bytes.len() as u64)
            .await
            .expect("it succeeds")
            == bytes
    );
    let edge = 16 * MIB;
    let read = world
        .read(&key, edge as u64 - 3..edge as u64 + 3)
        .await
        .expect("it succeeds");
    assert_eq!(read, bytes[edge - 3..edge + 3]);
}

/// A store that works says so, and leaves nothing of the trial.
pub async fn check(world: &World) {
    world.opened.store.check().await.expect("it succeeds");
    assert_eq!(world.list("").await, []);
    assert_eq!(world.uploads(), [""; 0]);
}
