//! What a killed process leaves behind. Needs feature `failpoints`.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use packhouse_blob::{Hashing, Opened, S3Settings, SessionState, open_store};
use packhouse_testkit::blob_suite::{World, pattern};
use url::Url;

const STORE: &str = "PACKHOUSE_CRASH_STORE";
const POINT: &str = "PACKHOUSE_CRASH_POINT";
const SIZE: &str = "PACKHOUSE_CRASH_SIZE";

/// Where the victim records the state of its session.
const STATE: &str = "PACKHOUSE_CRASH_STATE";

/// Not a test of its own: the process that the tests below kill.
#[tokio::test]
#[ignore = "run by the other tests of this file, in a process of its own"]
async fn victim() {
    let text = |name| std::env::var(name).expect("only `kill_at` runs this");
    fail::cfg_callback(text(POINT), || {
        println!("reached");
        loop {
            std::thread::park();
        }
    })
    .unwrap();
    let size = text(SIZE).parse().unwrap();
    let opened = open(Path::new(&text(STORE)));
    match std::env::var(STATE) {
        Ok(state) => go_on(&opened, &SessionState::parse(&state).unwrap(), size).await,
        Err(_) => put(&opened, size).await,
    }
    panic!("the failpoint was not reached");
}

fn open(root: &Path) -> Opened {
    let url = Url::from_file_path(root).unwrap();
    open_store(&url, root, &S3Settings::default()).unwrap()
}

/// A request of an upload session, and then the last one.
async fn go_on(opened: &Opened, state: &SessionState, size: usize) {
    let open = async |state| opened.store.open_session(state, u64::MAX).await.unwrap();
    let mut session = open(state).await;
    let rest = pattern(size).split_off(session.offset() as usize);
    session.write(rest.into()).await.unwrap();
    let state = session.pause().await.unwrap();
    let staged = open(&state).await.finish(false).await.unwrap();
    opened.store.put(&staged).await.unwrap();
}

async fn put(opened: &Opened, size: usize) {
    let mut upload = opened.staging.begin(u64::MAX);
    upload.write(pattern(size).into()).await.unwrap();
    let staged = upload.finish().await.unwrap();
    opened.store.put(&staged).await.unwrap();
}

/// Kills a process in the middle of a put, then gives the store it leaves.
async fn kill_at(point: &str, size: usize) -> World {
    let world = World::local();
    kill_in(&world, point, size, None);
    world
}

fn kill_in(world: &World, point: &str, size: usize, state: Option<&SessionState>) {
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crash::victim", "--ignored", "--nocapture"])
        .envs(state.map(|state| (STATE, state.to_text())))
        .env(STORE, world.dir().join("store"))
        .env(POINT, point)
        .env(SIZE, size.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(victim.stdout.take().unwrap());
    let reached = output
        .lines()
        .any(|line| line.unwrap().ends_with("reached"));
    victim.kill().unwrap();
    victim.wait().unwrap();
    assert!(reached, "{point}");
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_before_the_rename_there_is_no_blob_and_the_upload_is_purged() {
    for point in ["blob-before-sync", "blob-before-rename"] {
        for size in [1000, 3 << 20] {
            let world = kill_at(point, size).await;
            assert_eq!(world.list("").await, [], "{point}");
            assert_eq!(world.uploads().len(), 1, "{point}");
            assert_eq!(world.opened.staging.purge(Duration::ZERO).unwrap(), 1);
            works_again(&world, size).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_after_the_rename_the_blob_is_whole() {
    for size in [1000, 3 << 20] {
        let world = kill_at("blob-after-rename", size).await;
        assert_eq!(world.list("").await.len(), 1);
        works_again(&world, size).await;
    }
}

/// The state that was recorded before still holds, whatever the process had written since.
#[tokio::test(flavor = "multi_thread")]
async fn killed_during_a_session_its_recorded_state_is_gone_on_with() {
    let recorded = 100_000;
    for point in [
        "session-before-state",
        "blob-before-sync",
        "blob-before-rename",
    ] {
        for size in [recorded + 1, 3 << 20] {
            let world = World::local();
            let (id, store) = ("5".repeat(32), &world.opened.store);
            let begun = store.begin_session(&id, Hashing::Sha256);
            let mut session = store.open_session(&begun, u64::MAX).await.unwrap();
            session.write(pattern(recorded).into()).await.unwrap();
            let state = session.pause().await.unwrap();
            kill_in(&world, point, size, Some(&state));
            assert_eq!(world.list("").await, [], "{point}");
            assert_eq!(world.uploads(), [format!("session-{id}")]);
            assert_eq!(world.opened.staging.purge(Duration::ZERO).unwrap(), 0);
            let session = store.open_session(&state, u64::MAX).await.unwrap();
            assert_eq!(session.offset(), recorded as u64);
            drop(session);
            go_on(&world.opened, &state, size).await;
            works_again(&world, size).await;
        }
    }
}

async fn works_again(world: &World, size: usize) {
    put(&world.opened, size).await;
    let blobs = world.list("").await;
    let [blob] = &blobs[..] else {
        panic!("{blobs:?}")
    };
    assert!(world.read(&blob.key, 0..size as u64).await.unwrap() == pattern(size));
    assert_eq!(world.uploads(), [""; 0]);
}
