//! Files that are no gems, or evil ones.

use super::refuse;
use crate::world::World;
use crate::world::gem::{Gem, archive_of, checksums, gzip, packed};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_whole_gem_is_refused() {
    let world = World::new().await;
    let gem = Gem::new("a", "1.0");
    let (whole, metadata, data) = (gem.bytes(), gzip(gem.yaml().as_bytes()), gem.data());
    let sums = gzip(checksums(&metadata, &data).as_bytes());
    let other = gzip(checksums(&metadata, b"something else").as_bytes());
    let three = [
        ("metadata.gz", &*metadata),
        ("data.tar.gz", &*data),
        ("checksums.yaml.gz", &*sums),
    ];
    let with = |more: (&'static str, &'static [u8])| archive_of(&[&three[..], &[more]].concat());
    for (bytes, words) in [
        (b"not a gem".to_vec(), &["not a gem"][..]),
        (vec![0; 2048], &["no metadata.gz"]),
        (
            b"<html>an answer of some proxy</html>".repeat(100),
            &["not a gem"],
        ),
        (b"MD5SUM = \"0123\"\n".repeat(100), &["before 0.9"]),
        (whole[..whole.len() / 2].to_vec(), &["not a whole one"]),
        (gzip(&whole), &["not a gem"]),
        (archive_of(&three[1..]), &["no metadata.gz", "gem build"]),
        (archive_of(&[three[0], three[2]]), &["no data.tar.gz"]),
        (with(("metadata.gz", b"")), &["metadata.gz twice"]),
        (with(("data.tar.gz", b"")), &["data.tar.gz twice"]),
        (with(("lib/a.rb", b"")), &["lib/a.rb"]),
        (with(("../metadata.gz", b"")), &["../metadata.gz"]),
        (
            archive_of(&[three[0], three[1], ("checksums.yaml.gz", &other)]),
            &["data.tar.gz", "checksum"],
        ),
        (
            archive_of(&[three[0], three[1], ("checksums.yaml.gz", &gzip(b"- 1\n"))]),
            &["checksums.yaml.gz"],
        ),
        (packed(b"no gzip", &data), &["metadata.gz", "not gzip"]),
        (packed(&metadata, b"no gzip"), &["data.tar.gz", "not gzip"]),
        (
            packed(&metadata, &gzip(b"no tar")),
            &["not a whole tar archive"],
        ),
        (packed(&metadata, &data[..data.len() - 4]), &["data.tar.gz"]),
    ] {
        refuse(&world, bytes, 422, words).await;
    }
    assert!(world.package("a").await.is_none());
    world.source().push_bytes(whole).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn case_30_data_that_leads_out_is_refused() {
    let world = World::new().await;
    for (path, words) in [
        ("../evil", &["../evil", "goes up"][..]),
        ("lib/../../evil", &["goes up"]),
        ("..\\evil", &["goes up"]),
        ("/etc/evil", &["/etc/evil", "absolute"]),
        ("C:\\evil", &["absolute"]),
    ] {
        let gem = Gem::new("a", "1.0").file(path, b"evil");
        refuse(&world, gem.bytes(), 422, words).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn case_30_bombs_are_refused() {
    let world = World::new().await;
    let bomb = Gem::new("a", "1.0").file("lib/zeros", &vec![0; 80 << 20]);
    refuse(&world, bomb.bytes(), 422, &["more than 100 times"]).await;
    let gem = Gem::new("a", "1.0");
    let long = format!("{}# {}\n", gem.yaml(), "x".repeat(11 << 20));
    let long = packed(&gzip(long.as_bytes()), &gem.data());
    refuse(&world, long, 422, &["metadata.gz", "10485760"]).await;
    let (metadata, data) = (gzip(gem.yaml().as_bytes()), gem.data());
    let sums = format!(
        "{}# {}\n",
        checksums(&metadata, &data),
        "x".repeat(11 << 20)
    );
    let long = archive_of(&[
        ("metadata.gz", &metadata),
        ("data.tar.gz", &data),
        ("checksums.yaml.gz", &gzip(sums.as_bytes())),
    ]);
    refuse(&world, long, 422, &["checksums.yaml.gz", "10485760"]).await;
}
