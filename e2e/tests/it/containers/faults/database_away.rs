//! PostgreSQL goes away in the middle of a push, and comes back.

use packhouse_e2e::archive::noise;
use packhouse_e2e::containers::{Layout, sha256};
use packhouse_e2e::postgres::Postgres;
use packhouse_e2e::s3::S3;
use packhouse_e2e::{Scene, Server};

use super::super::expect::copy_in;
use super::rows::Rows;
use super::upload::{
    away, holds, manifest, patch, patch_at, position, put, put_manifest, wait_until,
};
use crate::expect::ready_becomes;

/// The image that every test pushes to.
const NAME: &str = "acme/x";

/// More than one part of the store's own.
const LAYER: usize = 24_000_000;

/// How much of it a 202 has said is there: a part and a rest.
const FIRST: usize = 18_000_000;

fn goes_away_in_mid_push(
    builder: packhouse_e2e::server::ServerBuilder,
    end: fn(&mut Postgres),
    back: fn(&mut Postgres),
) {
    let mut postgres = Postgres::start();
    let scene = Scene::on(builder.flag("--database-url", &postgres.url()));
    let registry = scene.registry();
    registry.put_blob(NAME, b"{}");
    let layer = noise(1, LAYER);
    let digest = sha256(&layer);
    let location = registry.begin_upload(NAME);
    patch(&registry, &location, &layer[..FIRST])
        .send()
        .expect(202);

    end(&mut postgres);
    let rest = patch_at(&registry, &location, FIRST, &layer[FIRST..]);
    away(rest.send());
    away(put(&registry, &location, &digest, &layer[FIRST..]).send());
    away(registry.request("POST", "acme/x/blobs/uploads/").send());
    away(registry.manifest(NAME, "1"));
    let image = put_manifest(&registry, "acme/x/manifests/1", &manifest(&layer));
    away(image.send());
    ready_becomes(&scene, 503);

    back(&mut postgres);
    ready_becomes(&scene, 200);
    assert_eq!(position(&registry, &location), FIRST);
    rest.send().expect(202);
    put(&registry, &location, &digest, b"").send().expect(201);
    holds(&registry, NAME, &layer);
    image.send().expect(201);
    registry.whole(NAME, "1");
    let layout = Layout::with_image(1, 2, 100_000);
    copy_in(&scene.desk(), &layout, "1", &registry.image("acme/x:2")).ok();
    registry.whole(NAME, "2");
    assert_eq!(Rows::Postgres(postgres.url()).uploads(), [0; 0]);
}

#[test]
fn the_database_is_lost_in_mid_push_and_started() {
    goes_away_in_mid_push(Server::builder(), Postgres::kill, Postgres::start_again);
}

#[test]
fn the_database_is_stopped_in_mid_push_and_started() {
    let s3 = S3::start();
    let builder = Server::builder().flag("--storage-url", &s3.url());
    let variables = s3.environment().into_iter();
    let builder = variables.fold(builder, |builder, (key, value)| builder.env(key, &value));
    goes_away_in_mid_push(builder.beside(s3), Postgres::stop, Postgres::start_again);
}

/// It takes connections and says nothing: no request may wait for it without end.
#[test]
fn the_database_hangs_in_mid_push_and_goes_on() {
    goes_away_in_mid_push(Server::builder(), Postgres::freeze, Postgres::thaw);
}

/// It is lost while a chunk is on its way, so that nobody can record that it came: the upload is
/// where the 202 before said, and takes the chunk again once the claim of the lost request ends.
#[test]
fn the_database_is_lost_within_a_chunk() {
    use std::io::{Read, Write};
    let mut postgres = Postgres::start();
    let scene = Scene::on(Server::builder().flag("--database-url", &postgres.url()));
    let registry = scene.registry();
    let layer = noise(1, LAYER);
    let location = registry.begin_upload(NAME);
    patch(&registry, &location, &layer[..1000])
        .send()
        .expect(202);
    let rest = patch_at(&registry, &location, 1000, &layer[1000..]);
    let half = LAYER / 2;
    let mut connection = rest.send_part(half);
    wait_until("the first half", || {
        let waiting = super::rows::waiting(&scene);
        let length = |path: &std::path::PathBuf| std::fs::metadata(path).map_or(0, |f| f.len());
        waiting.iter().map(length).sum::<u64>() > 5_000_000
    });
    postgres.kill();
    let second = rest.body_after(half);
    connection.write_all(second).expect("the rest can be sent");
    let mut answer = String::new();
    connection
        .read_to_string(&mut answer)
        .expect("there is an answer");
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    assert!(
        answer.to_ascii_lowercase().contains("\r\nretry-after: "),
        "{answer}"
    );

    postgres.start_again();
    ready_becomes(&scene, 200);
    assert_eq!(position(&registry, &location), 1000);
    wait_until("the end of the claim", || match rest.send() {
        answer if answer.status == 416 => {
            assert_eq!(answer.header("Range"), "0-999");
            false
        }
        answer => answer.expect(202).status == 202,
    });
    put(&registry, &location, &sha256(&layer), b"")
        .send()
        .expect(201);
    holds(&registry, NAME, &layer);
}
