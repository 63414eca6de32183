//! `packhouse gc` and `packhouse check`.

use std::fs::{self, File};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use crate::world::World;

/// Pushes a blob to an image that never gets a version; gives its file.
fn bring(world: &World, bytes: &str) -> PathBuf {
    let run = |words: &str| world.run(&words.split(' ').collect::<Vec<_>>());
    let create = ["admin", "user", "create", "ann", "--password-stdin"];
    world.run_with(&create, "correct horse\n").ok();
    let token = run("admin token create ann --name t --scopes write:packages").ok();
    let server = world.serve(&[]);
    let digest = sha256(bytes);
    let answer = server.send(&format!(
        "POST /v2/ann/app/blobs/uploads/?digest=sha256:{digest} HTTP/1.1\r\nHost: x\r\n\
         Authorization: Bearer {token}\r\nContent-Type: application/octet-stream\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{bytes}",
        bytes.len()
    ));
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    server.signal();
    assert!(server.wait().0.success());
    let folder = world.folder().join("data/blobs/sha256");
    folder.join(&digest[..2]).join(digest)
}

/// Gives the digests of the texts that the tests use.
fn sha256(bytes: &str) -> &'static str {
    match bytes {
        "abc" => "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "" => "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        other => panic!("the digest of {other:?} is not known"),
    }
}

#[test]
fn what_no_row_knows_is_removed_once_it_is_old() {
    let world = World::new();
    world.run(&["migrate"]).ok();
    assert_eq!(world.run(&["gc"]).ok(), "nothing to remove");
    let folder = world.folder().join("data/blobs/sha256/e3");
    fs::create_dir_all(&folder).unwrap();
    let stray = folder.join(sha256(""));
    File::create(&stray).unwrap();
    assert_eq!(world.run(&["gc"]).ok(), "nothing to remove");
    let seen = world.run(&["check"]).ok();
    assert!(
        seen.contains("younger than a day: 1\nnothing wrong"),
        "{seen}"
    );
    let file = File::options().write(true).open(&stray).unwrap();
    let before = SystemTime::now() - Duration::from_secs(25 * 3600);
    file.set_modified(before).unwrap();
    drop(file);
    let told = world.run(&["gc", "--dry-run"]).ok();
    assert_eq!(told, "would remove 1 (0 B) blobs that no row knew");
    assert!(stray.exists());
    let wrong = world.run(&["check"]);
    assert_eq!(wrong.code, Some(1), "{wrong:?}");
    assert!(
        wrong.stdout.starts_with("wrong: blobs/sha256/e3/"),
        "{wrong:?}"
    );
    assert!(wrong.stderr.contains("check --repair"), "{wrong:?}");
    assert_eq!(
        world.run(&["gc"]).ok(),
        "removed 1 (0 B) blobs that no row knew"
    );
    assert!(!stray.exists());
    assert!(world.run(&["check"]).ok().ends_with("nothing wrong"));
}

#[test]
fn a_check_finds_files_that_were_removed_or_cut() {
    let world = World::new();
    let file = bring(&world, "abc");
    let whole = world.run(&["check"]).ok();
    let expected =
        "checked 1 blobs (3 B read), 0 live versions, 0 uploads under way\nnothing wrong";
    assert_eq!(whole, expected);
    assert_eq!(world.run(&["gc"]).ok(), "nothing to remove");

    fs::write(&file, "ab").unwrap();
    let wrong = world.run(&["check", "--repair"]);
    assert_eq!(wrong.code, Some(1), "{wrong:?}");
    assert!(
        wrong.stdout.contains("has 2 bytes instead of 3"),
        "{wrong:?}"
    );

    fs::write(&file, "xyz").unwrap();
    let wrong = world.run(&["check"]);
    assert_eq!(wrong.code, Some(1), "{wrong:?}");
    assert!(
        wrong.stdout.contains("other bytes than its digest says"),
        "{wrong:?}"
    );

    fs::remove_file(&file).unwrap();
    let wrong = world.run(&["check"]);
    assert_eq!(wrong.code, Some(1), "{wrong:?}");
    assert!(wrong.stdout.contains("is not in the store"), "{wrong:?}");
    let mended = world.run(&["check", "--repair"]).ok();
    assert!(mended.ends_with("1 mended, nothing else wrong"), "{mended}");
    assert!(world.run(&["check"]).ok().ends_with("nothing wrong"));
}
