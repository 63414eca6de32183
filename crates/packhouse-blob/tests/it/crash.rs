//! What a killed process leaves behind. Needs feature `failpoints`.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use packhouse_blob::{Opened, S3Settings, open_store};
use packhouse_testkit::blob_suite::{World, pattern};
use url::Url;

const STORE: &str = "PACKHOUSE_CRASH_STORE";
const POINT: &str = "PACKHOUSE_CRASH_POINT";
const SIZE: &str = "PACKHOUSE_CRASH_SIZE";

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
    put(&opened, size).await;
    panic!("the failpoint was not reached");
}

fn open(root: &Path) -> Opened {
    let url = Url::from_file_path(root).unwrap();
    open_store(&url, root, &S3Settings::default()).unwrap()
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
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crash::victim", "--ignored", "--nocapture"])
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
    world
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

async fn works_again(world: &World, size: usize) {
    put(&world.opened, size).await;
    let blobs = world.list("").await;
    let [blob] = &blobs[..] else {
        panic!("{blobs:?}")
    };
    assert!(world.read(&blob.key, 0..size as u64).await.unwrap() == pattern(size));
    assert_eq!(world.uploads(), [""; 0]);
}
