//! Upload sessions: what every store must do with an upload of several requests.

use std::io::{ErrorKind as IoErrorKind, Read};
use std::time::Duration;

use bytes::Bytes;
use packhouse_blob::{BlobError, BlobKey, Hashing, Opened, Session, SessionState, StagedFile};
use packhouse_core::error::ErrorKind;

use super::world::repeated;
use super::{MIB, NO_LIMIT, World, pattern};

/// A part of an upload to a bucket.
const PART: usize = 16 * MIB;

fn begin(world: &World, hashing: Hashing) -> String {
    let id = uuid::Uuid::new_v4().simple().to_string();
    let state = world.opened.store.begin_session(&id, hashing);
    assert_eq!(state.offset(), 0);
    state.to_text()
}

fn parse(recorded: &str) -> SessionState {
    SessionState::parse(recorded).expect("it was recorded")
}

async fn open(opened: &Opened, recorded: &str) -> Box<dyn Session> {
    let state = parse(recorded);
    let session = opened.store.open_session(&state, NO_LIMIT).await;
    let session = session.expect("it opens");
    assert_eq!(session.offset(), state.offset());
    session
}

/// Writes in pieces as a network would bring them.
async fn write(session: &mut Box<dyn Session>, bytes: &[u8]) {
    let before = session.offset();
    for piece in bytes.chunks(60_000) {
        let piece = Bytes::copy_from_slice(piece);
        session.write(piece).await.expect("it is taken");
    }
    assert_eq!(session.offset(), before + bytes.len() as u64);
}

/// One request; gives what to record after it.
async fn request(opened: &Opened, recorded: &str, bytes: &[u8]) -> String {
    let mut session = open(opened, recorded).await;
    write(&mut session, bytes).await;
    session.pause().await.expect("it pauses").to_text()
}

/// The last request.
async fn finish(world: &World, recorded: &str, bytes: &[u8]) -> StagedFile {
    let mut session = open(&world.opened, recorded).await;
    write(&mut session, bytes).await;
    session.finish(false).await.expect("it ends")
}

/// Keeps a file and looks whether it holds the bytes.
async fn keep(world: &World, staged: StagedFile, bytes: &[u8]) -> BlobKey {
    let size = bytes.len() as u64;
    assert_eq!(staged.digests().size, size);
    let known = world.stage(bytes).await;
    assert_eq!(staged.digests().sha256, known.digests().sha256, "{size}");
    drop(known);
    let key = world.opened.store.put(&staged).await.expect("it is kept");
    drop(staged);
    let read = world.read(&key, 0..size).await.expect("it reads");
    assert!(read == bytes, "{size}");
    key
}

/// Bytes unlike [`pattern`]'s.
fn other(len: usize) -> Vec<u8> {
    repeated((0..=240).rev(), len)
}

/// An upload of one request, around every size where the way changes.
pub async fn session_at_once(world: &World) {
    for len in [
        0,
        1,
        32 * 1024 + 1,
        MIB,
        MIB + 1,
        3 * MIB + 7,
        PART - 1,
        PART,
        PART + 1,
        2 * PART,
        2 * PART + 70_001,
    ] {
        let bytes = pattern(len);
        let recorded = begin(world, Hashing::Sha256);
        let staged = finish(world, &recorded, &bytes).await;
        let digests = staged.digests();
        assert_eq!(
            (digests.sha512, digests.sha1, digests.md5),
            (None, None, None)
        );
        match staged.open() {
            Ok(mut reader) => {
                let mut read = Vec::new();
                reader.read_to_end(&mut read).expect("it reads");
                assert!(read == bytes, "{len}");
            }
            Err(error) => {
                assert_eq!(error.kind(), IoErrorKind::Unsupported);
                assert!(world.signs && len > PART, "{len}: {error}");
            }
        }
        keep(world, staged, &bytes).await;
        world.wait_for_no_leftovers().await;
    }
}

/// Requests of odd sizes around every border, each on a store that was opened anew.
pub async fn session_in_requests(world: &World) {
    let plans: [&[usize]; 5] = [
        &[0],
        &[1, 0, 2],
        &[1, MIB - 2, 1, 1, MIB, MIB + 1, 5],
        &[PART - 1, 1, PART, 1],
        &[
            13 * MIB,
            3 * MIB + 1,
            17 * MIB,
            7,
            PART - 9,
            PART + 3,
            0,
            2 * MIB,
        ],
    ];
    for (index, plan) in plans.into_iter().enumerate() {
        let bytes = pattern(plan.iter().sum());
        let mut recorded = begin(world, Hashing::All);
        let mut at = 0;
        for len in plan {
            recorded = request(&world.open_again(), &recorded, &bytes[at..at + len]).await;
            at += len;
            assert_eq!(parse(&recorded).offset(), at as u64, "{index}");
        }
        let staged = finish(world, &recorded, b"").await;
        assert_eq!(staged.digests(), world.stage(&bytes).await.digests());
        keep(world, staged, &bytes).await;
        world.wait_for_no_leftovers().await;
    }
}

/// What no recorded state tells of is cut off, whether its request ended or not.
pub async fn session_cut_off(world: &World) {
    for (first, lost) in [
        (5, 10),
        (5, 2 * MIB),
        (MIB + 5, 20 * MIB),
        (17 * MIB, 20 * MIB),
    ] {
        let kept = pattern(first);
        let begun = begin(world, Hashing::Sha256);
        let mut died = open(&world.open_again(), &begun).await;
        write(&mut died, &other(lost)).await;
        drop(died);
        let recorded = request(&world.open_again(), &begun, &kept).await;
        let mut died = open(&world.open_again(), &recorded).await;
        write(&mut died, &other(lost)).await;
        drop(died);
        // One that ended, whose state was never recorded. (An upload in parts that it began would
        // stay in a bucket: nothing knows of it.)
        let lost = if first > PART { PART + 1 } else { MIB };
        request(&world.open_again(), &recorded, &other(lost)).await;
        let rest = pattern(first + 3 * MIB).split_off(first);
        let recorded = request(&world.opened, &recorded, &rest).await;
        let staged = finish(world, &recorded, b"the end").await;
        keep(world, staged, &[&kept[..], &rest, b"the end"].concat()).await;
        // A tail of the unrecorded state may be left; whoever checks finds it.
        for session in sessions(world).await {
            let state = world.opened.store.begin_session(&session, Hashing::Sha256);
            let discarded = world.opened.store.discard_session(&state).await;
            discarded.expect("it is discarded");
        }
        assert_eq!(sessions(world).await, [""; 0]);
        world.wait_for_no_leftovers().await;
    }
}

/// The sha512 is there when it was asked for, at the beginning or at the end.
pub async fn session_sha512(world: &World) {
    for len in [0, 1000, 3 * MIB, PART + 5] {
        let bytes = pattern(len);
        let known = *world.stage(&bytes).await.digests();
        for hashing in [Hashing::Sha256, Hashing::Sha256And512, Hashing::All] {
            for sha512 in [false, true] {
                let begun = begin(world, hashing);
                let (now, later) = bytes.split_at(len - len / 7);
                let recorded = request(&world.open_again(), &begun, now).await;
                let mut session = open(&world.opened, &recorded).await;
                write(&mut session, later).await;
                let staged = session.finish(sha512).await.expect("it ends");
                let expected = (hashing != Hashing::Sha256 || sha512).then_some(known.sha512);
                let found = *staged.digests();
                assert_eq!(
                    found.sha512,
                    expected.flatten(),
                    "{len} {hashing:?} {sha512}"
                );
                assert_eq!((found.sha256, found.size), (known.sha256, known.size));
                keep(world, staged, &bytes).await;
            }
        }
        // Not kept. Where it was read once more in a bucket, it is left to collection.
        let before = world.list("").await.len();
        let mut session = open(&world.opened, &begin(world, Hashing::Sha256)).await;
        write(&mut session, &bytes).await;
        drop(session.finish(true).await.expect("it ends"));
        world.wait_for_no_leftovers().await;
        let left = usize::from(world.signs && len > PART);
        assert_eq!(world.list("").await.len(), before + left);
    }
}

/// The limit is over all requests; what is over it can be tried again where it began.
pub async fn session_over_the_limit(world: &World) {
    for limit in [10, 2 * MIB, PART + MIB] {
        let begun = begin(world, Hashing::Sha256);
        let bytes = pattern(limit);
        let (first, second) = bytes.split_at(limit - 3);
        let recorded = request(&world.opened, &begun, first).await;
        let open = || async {
            let state = parse(&recorded);
            let opened = world.opened.store.open_session(&state, limit as u64).await;
            opened.expect("it opens")
        };
        let mut session = open().await;
        let error = session
            .write(pattern(4).into())
            .await
            .expect_err("it is too much");
        assert!(matches!(error, BlobError::TooLarge { limit: at } if at == limit as u64));
        assert_eq!(session.offset(), limit as u64 - 3);
        drop(session);
        let mut session = open().await;
        write(&mut session, second).await;
        keep(world, session.finish(false).await.expect("it ends"), &bytes).await;
        world.wait_for_no_leftovers().await;
    }
}

/// A discarded session leaves nothing and cannot be gone on with.
pub async fn session_discarded(world: &World) {
    for len in [0, 1, 2 * MIB, PART, PART + 1] {
        let recorded = request(&world.opened, &begin(world, Hashing::Sha256), &pattern(len)).await;
        let recorded = request(&world.open_again(), &recorded, b"x").await;
        // Another upload's is not touched; a purge at start touches neither.
        let kept = request(&world.opened, &begin(world, Hashing::Sha256), b"abc").await;
        let purged = world.opened.staging.purge(Duration::ZERO);
        assert_eq!(purged.expect("it purges"), 0);
        let state = parse(&recorded);
        for _ in 0..2 {
            let discarded = world.opened.store.discard_session(&state).await;
            discarded.expect("it is discarded");
        }
        assert_eq!(sessions(world).await.len(), 1, "{len}");
        let staged = finish(world, &kept, b"d").await;
        keep(world, staged, b"abcd").await;
        world.wait_for_no_leftovers().await;
        assert_lost(world, &state).await;
    }
}

/// A session that ended and was not kept leaves nothing; one that was cannot be gone on with.
pub async fn session_given_up(world: &World) {
    for len in [1, 2 * MIB, PART + 1, 2 * PART] {
        let begun = begin(world, Hashing::Sha256);
        let recorded = request(&world.opened, &begun, &pattern(len)).await;
        assert_eq!(world.list("").await, []);
        drop(finish(world, &recorded, b"x").await);
        world.wait_for_no_leftovers().await;
        assert_lost(world, &parse(&recorded)).await;
        assert_eq!(world.list("").await, []);

        let recorded = request(&world.opened, &begin(world, Hashing::Sha256), &pattern(len)).await;
        let state = parse(&recorded);
        let staged = finish(world, &recorded, b"").await;
        let key = keep(world, staged, &pattern(len)).await;
        // What is there whole may be found to be so, by one who was cut off after `put`.
        match end(world, &state).await {
            Ok(again) => assert_eq!(again, key),
            Err(error) => assert!(matches!(error, BlobError::SessionLost { .. }), "{error:?}"),
        }
        if let Ok(session) = world.opened.store.open_session(&state, NO_LIMIT).await {
            // Nobody takes it, and still it stays: somebody may have been told of it.
            drop(session.finish(true).await);
        }
        let discarded = world.opened.store.discard_session(&state).await;
        discarded.expect("there is nothing to discard");
        let read = world.read(&key, 0..len as u64).await.expect("it reads");
        assert!(read == pattern(len));
        world
            .opened
            .store
            .delete(&key)
            .await
            .expect("it is deleted");
    }
}

/// The same bytes in two sessions at once, and one file that is put twice.
pub async fn session_twice(world: &World) {
    for (index, len) in [0, 1000, 3 * MIB, PART + 1000].into_iter().enumerate() {
        let bytes = pattern(len);
        let half = len / 2;
        let one = async || {
            let begun = begin(world, Hashing::Sha256);
            let recorded = request(&world.opened, &begun, &bytes[..half]).await;
            let staged = finish(world, &recorded, &bytes[half..]).await;
            let again = staged.clone();
            let key = keep(world, staged, &bytes).await;
            let twice = world.opened.store.put(&again).await.expect("it is kept");
            assert_eq!(twice, key, "what is put twice is kept once");
        };
        futures_util::future::join(one(), one()).await;
        // A bucket's keys are random; on a disk the key is the content's.
        let each = if world.signs { 2 } else { 1 };
        assert_eq!(world.list("").await.len(), (index + 1) * each);
        world.wait_for_no_leftovers().await;
    }
}

/// Digests of another release are computed anew where the bytes can be read.
pub async fn session_of_another_release(world: &World) {
    for len in [1, 2 * MIB, PART + 1] {
        let bytes = pattern(len);
        let recorded = request(&world.opened, &begin(world, Hashing::All), &bytes).await;
        let other = recorded.replace("sha2-0.11", "sha2-0.10");
        assert_ne!(recorded, other);
        let recorded = if world.signs && len >= PART {
            // Parts in a bucket cannot be read.
            assert_lost(world, &parse(&other)).await;
            recorded
        } else {
            other
        };
        let staged = finish(world, &recorded, b"").await;
        assert_eq!(staged.digests(), world.stage(&bytes).await.digests());
        keep(world, staged, &bytes).await;
    }
    world.wait_for_no_leftovers().await;
}

/// What is no session's id leads nowhere.
pub async fn session_unknown(world: &World) {
    for id in ["", "..", "../../secret", &"0".repeat(31), &"A".repeat(32)] {
        let state = world.opened.store.begin_session(id, Hashing::Sha256);
        assert_lost(world, &state).await;
        let discarded = world.opened.store.discard_session(&state).await;
        discarded.expect("nothing is there");
        assert!(SessionState::parse(&state.to_text()).is_err(), "{id}");
    }
    assert_eq!(sessions(world).await, [""; 0]);
    assert_eq!(world.leftovers(), [""; 0]);
}

/// Gives the ids of the sessions of which bytes lie about.
async fn sessions(world: &World) -> Vec<String> {
    let found = world.opened.store.list_sessions().await.expect("it lists");
    for session in &found {
        let age = session.modified.elapsed().unwrap_or_default();
        assert!(age < Duration::from_secs(300), "{age:?}");
    }
    found.into_iter().map(|session| session.id).collect()
}

/// Ends an upload where it stands.
async fn end(world: &World, state: &SessionState) -> Result<BlobKey, BlobError> {
    let session = world.opened.store.open_session(state, NO_LIMIT).await?;
    let staged = session.finish(false).await?;
    world.opened.store.put(&staged).await
}

/// Looks whether a session cannot be gone on with.
async fn assert_lost(world: &World, state: &SessionState) {
    let error = end(world, state).await.expect_err("it is lost");
    assert!(matches!(error, BlobError::SessionLost { .. }), "{error:?}");
    assert_eq!(error.kind(), ErrorKind::NotFound);
}
