//! Two servers on one PostgreSQL and one bucket: what one has said, the other one knows at once.

use std::thread;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use packhouse_e2e::archive::noise;
use packhouse_e2e::containers::{Registry, sha256};
use packhouse_e2e::http::Request;
use packhouse_e2e::postgres::Postgres;
use packhouse_e2e::s3::S3;
use packhouse_e2e::{Scene, Server};

use super::rows::Rows;
use super::upload::{holds, manifest, patch, patch_at, position, put, put_manifest, wait_until};

/// More than a part of the store's own, and less than two.
const LAYER: usize = 24_000_000;

/// Two replicas, and what they share.
struct Pair {
    scene: Scene,
    other: Server,
    // Dropped after the servers that use them.
    s3: S3,
    postgres: Postgres,
}

impl Pair {
    fn start() -> Self {
        let (postgres, s3) = (Postgres::start(), S3::start());
        let replica = || {
            let builder = Server::builder()
                .flag("--database-url", &postgres.url())
                .flag("--storage-url", &s3.url());
            let variables = s3.environment().into_iter();
            variables.fold(builder, |builder, (key, value)| builder.env(key, &value))
        };
        Self {
            scene: Scene::on(replica()),
            other: replica().start(),
            s3,
            postgres,
        }
    }

    fn hosts(&self) -> [String; 2] {
        [self.scene.server.origin(), self.other.origin()].map(|url| url.replace("http://", ""))
    }

    /// Asks both with a token.
    fn ask_with(&self, token: &str) -> [Registry; 2] {
        self.hosts().map(|host| Registry::at(&host, Some(token)))
    }

    /// Asks both with Alice's token.
    fn ask(&self) -> [Registry; 2] {
        self.ask_with(&self.scene.token)
    }

    fn rows(&self) -> Rows {
        Rows::Postgres(self.postgres.url())
    }
}

#[test]
fn a_push_changes_between_replicas_at_every_request() {
    let pair = Pair::start();
    let [first, second] = pair.ask();
    let layer = noise(1, LAYER);
    let location = first.begin_upload("acme/x");
    assert_eq!(position(&second, &location), 0);
    let (mut sent, ends) = (0, [1_000_001, 18_000_000, LAYER - 1]);
    for (replica, end) in [&second, &second, &first].into_iter().zip(ends) {
        let piece = &layer[sent..end];
        patch_at(replica, &location, sent, piece).send().expect(202);
        sent = end;
        // Neither remembers how far it was itself.
        for replica in [&first, &second] {
            assert_eq!(position(replica, &location), sent);
        }
    }
    let late = patch_at(&second, &location, 0, &layer[..10])
        .send()
        .expect(416);
    assert_eq!(late.header("Range"), format!("0-{}", sent - 1));
    put(&first, &location, &sha256(&layer), &layer[sent..])
        .send()
        .expect(201);
    second.put_blob("acme/x", b"{}");

    let image = manifest(&layer);
    put_manifest(&first, "acme/x/manifests/1", &image)
        .send()
        .expect(201);
    second.whole("acme/x", "1");
    assert_eq!(second.tags("acme/x"), ["1"]);
    // A tag that moves at one moves at the other, which has answered with the old one before.
    let small = noise(2, 1000);
    second.put_blob("acme/x", &small);
    put_manifest(&second, "acme/x/manifests/1", &manifest(&small))
        .send()
        .expect(201);
    let moved = sha256(manifest(&small).to_string().as_bytes());
    for replica in [&first, &second] {
        assert_eq!(replica.digest("acme/x", "1"), moved);
    }
    first
        .request("DELETE", "acme/x/manifests/1")
        .send()
        .expect(202);
    second.manifest("acme/x", "1").expect(404);
    assert_eq!(pair.rows().uploads(), [0; 0]);
}

/// Gives an access token that a replica made for a personal token.
fn access_token(host: &str, token: &str) -> String {
    let scope = "repository:acme/x:pull,push";
    let url = format!("http://{host}/v2/token?scope={scope}&service={host}");
    let basic = STANDARD.encode(format!("any:{token}"));
    let answer = Request::get(&url).header("Authorization", &format!("Basic {basic}"));
    let answer = answer.send().expect(200).json();
    let text = answer["token"].as_str().map(str::to_owned);
    text.expect("there is a token")
}

/// An upload under way included, and access tokens that either replica made from it.
#[test]
fn a_revoked_token_fails_at_both_at_once() {
    let pair = Pair::start();
    let token = pair
        .scene
        .create_token("alice", "read:packages,write:packages", &[]);
    let [first, second] = pair.ask_with(&token);
    let layer = noise(1, 100_000);
    let location = first.begin_upload("acme/x");
    patch(&second, &location, &layer[..1000]).send().expect(202);
    let hosts = pair.hosts();
    let access: Vec<_> = hosts
        .iter()
        .map(|host| access_token(host, &token))
        .collect();
    let ping = |host: &str, token: &str| {
        let url = format!("http://{host}/v2/");
        Request::get(&url).token(token).send().status
    };
    let all = || {
        let pairs = hosts.iter().flat_map(|host| {
            let tokens = access.iter();
            tokens.map(move |token| (host.as_str(), token.as_str()))
        });
        pairs
            .map(|(host, token)| ping(host, token))
            .collect::<Vec<_>>()
    };
    assert_eq!(all(), [200; 4]);

    let list = pair.scene.server.admin(&["token", "list", "alice"], "");
    let its = list.lines().find(|line| {
        let scopes = line.contains("write:packages") && !line.contains("delete:packages");
        scopes && line.contains("read:packages")
    });
    let id = its.and_then(|line| line.split_whitespace().next());
    let id = id.unwrap_or_else(|| panic!("the token is not in {list}"));
    pair.scene.server.admin(&["token", "revoke", id], "");

    assert_eq!(all(), [401; 4]);
    for replica in [&first, &second] {
        let rest = patch(replica, &location, &layer[1000..]).send().expect(401);
        assert_eq!(rest.error_code(), "UNAUTHORIZED");
        let whole = put(replica, &location, &sha256(&layer), b"").send();
        assert_eq!(whole.expect(401).error_code(), "UNAUTHORIZED");
    }
    // It is Alice's upload, and Alice may go on with another token of hers.
    let [first, _] = pair.ask();
    assert_eq!(position(&first, &location), 1000);
}

/// The same bytes through both at once: both succeed, and they are kept once.
#[test]
fn the_same_blob_is_pushed_through_both_at_once() {
    let pair = Pair::start();
    let replicas = pair.ask();
    let layer = noise(1, LAYER);
    let digest = sha256(&layer);
    let before = pair.s3.stored_bytes();
    thread::scope(|scope| {
        for (number, replica) in (0..6).zip(replicas.iter().cycle()) {
            let (layer, digest) = (&layer, &digest);
            scope.spawn(move || {
                let name = ["acme/x", "acme/y"][number / 2 % 2];
                let location = replica.begin_upload(name);
                if number % 3 == 0 {
                    put(replica, &location, digest, layer).send().expect(201);
                } else {
                    patch(replica, &location, layer).send().expect(202);
                    put(replica, &location, digest, b"").send().expect(201);
                }
            });
        }
    });
    for replica in &replicas {
        for name in ["acme/x", "acme/y"] {
            holds(replica, name, &layer);
        }
    }
    let rows = pair.rows();
    assert_eq!(rows.count("blob"), 1);
    assert_eq!(rows.uploads(), [0; 0]);
    // What the slower ones brought is removed, in the background where nobody waits for it.
    wait_until("the end of the twins", || {
        pair.s3.stored_bytes() - before == LAYER as u64
    });
    for replica in &replicas {
        holds(replica, "acme/x", &layer);
    }
}

/// Two clients that believe to own one upload: one chunk goes in, not both, not half of each.
#[test]
fn two_writers_of_one_upload_at_two_replicas() {
    let pair = Pair::start();
    let replicas = pair.ask();
    let location = replicas[0].begin_upload("acme/x");
    let layers = [noise(1, LAYER), noise(2, LAYER)];
    let statuses: Vec<_> = thread::scope(|scope| {
        let pairs = replicas.iter().zip(&layers);
        let running: Vec<_> = pairs
            .map(|(replica, layer)| {
                let request = patch_at(replica, &location, 0, layer);
                scope.spawn(move || request.send().status)
            })
            .collect();
        let ended = running.into_iter().map(|thread| thread.join());
        ended.map(|status| status.expect("it is sent")).collect()
    });
    let winner = statuses.iter().position(|status| *status == 202);
    let winner = winner.unwrap_or_else(|| panic!("nobody won: {statuses:?}"));
    assert_eq!(statuses[1 - winner], 416);
    assert_eq!(position(&replicas[1 - winner], &location), LAYER);
    let layer = &layers[winner];
    put(&replicas[1 - winner], &location, &sha256(layer), b"")
        .send()
        .expect(201);
    holds(&replicas[winner], "acme/x", layer);
}

#[test]
fn a_blob_that_one_took_is_mounted_at_the_other() {
    let pair = Pair::start();
    let [first, second] = pair.ask();
    let layer = noise(1, 2_000_000);
    let digest = first.put_blob("acme/x", &layer);
    first.put_blob("acme/x", b"{}");
    put_manifest(&first, "acme/x/manifests/1", &manifest(&layer))
        .send()
        .expect(201);
    let mount = |replica: &Registry, name: &str, from: &str| {
        let path = format!("{name}/blobs/uploads/?mount={digest}&from={from}");
        replica.request("POST", &path).send()
    };
    let mounted = mount(&second, "acme/y", "acme/x").expect(201);
    assert_eq!(mounted.header("Docker-Content-Digest"), digest);
    holds(&first, "acme/y", &layer);
    // Carol has never read it, at neither of them; once she may, at both.
    let carol = pair
        .scene
        .user_with_token("carol", "read:packages,write:packages");
    let hers = pair.ask_with(&carol);
    for replica in &hers {
        mount(replica, "carol/z", "acme/x").expect(202);
        replica.blob("carol/z", &digest).expect(404);
    }
    pair.scene.set_image_visibility("acme/x", "public");
    for (replica, name) in hers.iter().zip(["carol/z", "carol/zz"]) {
        mount(replica, name, "acme/x").expect(201);
    }
    holds(&hers[0], "carol/zz", &layer);
    // The layer, the config and the manifest.
    assert_eq!(pair.rows().count("blob"), 3);
}

/// One dies when it has made an object of an upload that nobody knows of yet. In a bucket such an
/// upload is lost: the other one says so, and takes the layer from the start.
#[test]
fn a_replica_dies_at_the_end_of_an_upload() {
    let mut pair = Pair::start();
    let [first, second] = pair.ask();
    let layer = noise(1, LAYER);
    let digest = sha256(&layer);
    let location = first.begin_upload("acme/x");
    patch(&first, &location, &layer).send().expect(202);
    assert!(pair.scene.server.stop().success());
    let step = [("PACKHOUSE_ABORT_AT", "db-before-commit:2")];
    pair.scene.server.start_again(&step);
    let end = put(&first, &location, &digest, b"");
    let answer = end.try_send();
    assert!(answer.is_err(), "it does not die: {answer:?}");
    assert!(!pair.scene.server.wait_for_end().success());

    assert_eq!(position(&second, &location), LAYER);
    let end = put(&second, &location, &digest, b"");
    // The claim of the dead one holds for a while.
    wait_until("the end of the claim", || match end.send() {
        answer if answer.status == 416 => false,
        answer => answer.expect(404).error_code() == "BLOB_UPLOAD_UNKNOWN",
    });
    second.put_blob("acme/x", &layer);
    holds(&second, "acme/x", &layer);
    assert_eq!(pair.rows().uploads(), [0; 0]);
    pair.scene.server.start_again(&[]);
    holds(&first, "acme/x", &layer);
}
