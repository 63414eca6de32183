//! Provenance: case 14.

use packhouse_e2e::http::Request;
use packhouse_e2e::{Client, Project, Scene};
use serde_json::{Value, json};

use crate::expect::{absent, packument, whole};

/// npm checks the Sigstore chain before it sends, for which nothing here is signed and whose
/// keys a closed network does not have. This stands in for that one check; the rest of npm's way
/// stays as it is.
const NO_SIGSTORE: &str = "
const Module = require('module');
const load = Module._load;
Module._load = function (request, ...rest) {
  const loaded = load.call(this, request, ...rest);
  return request === 'sigstore' ? { ...loaded, verify: async () => {} } : loaded;
};
";

fn bundle(subject_name: &str, sha512: &str) -> Value {
    use base64::Engine as _;
    let statement = json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{ "name": subject_name, "digest": { "sha512": sha512 } }],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": { "buildDefinition": {}, "runDetails": {} },
    });
    json!({
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {
            "certificate": { "rawBytes": "AA==" },
            "tlogEntries": [],
        },
        "dsseEnvelope": {
            "payload": base64::engine::general_purpose::STANDARD.encode(statement.to_string()),
            "payloadType": "application/vnd.in-toto+json",
            "signatures": [{ "sig": "AA==", "keyid": "" }],
        },
    })
}

/// Packs the project as npm will when it publishes; gives the tarball's sha512 in hexadecimal.
fn packed_sha512(scene: &Scene, project: &Project) -> String {
    use sha2::Digest as _;
    let seat = scene.seat(Client::Npm11);
    let folder = seat.home().join("packed");
    std::fs::create_dir(&folder).expect("a folder can be made");
    let destination = folder.to_string_lossy().into_owned();
    seat.run(project, &["pack", "--pack-destination", &destination])
        .ok();
    let mut files = std::fs::read_dir(&folder).expect("a folder can be listed");
    let packed = files.next().expect("npm packs one file");
    let packed = packed.expect("a folder can be listed").path();
    let tarball = std::fs::read(packed).expect("a tarball can be read");
    hex::encode(sha2::Sha512::digest(tarball))
}

#[test]
fn case_14_npm_11_publishes_with_a_provenance_file() {
    let scene = Scene::new();
    let outside = tempfile::tempdir().unwrap();
    let hook = outside.path().join("no-sigstore.cjs");
    std::fs::write(&hook, NO_SIGSTORE).unwrap();
    let project = Project::package("@acme/x", "1.0.0");
    let sha512 = packed_sha512(&scene, &project);
    let file = outside.path().join("bundle.json");
    let sent = bundle("pkg:npm/%40acme/x@1.0.0", &sha512);
    std::fs::write(&file, sent.to_string()).unwrap();

    let seat = scene
        .seat(Client::Npm11)
        .with_env("NODE_OPTIONS", &format!("--require {}", hook.display()));
    let file = file.to_string_lossy();
    seat.publish(
        &project,
        &["--access", "public", "--provenance-file", &file],
    )
    .ok();
    whole(&scene, "@acme/x", "1.0.0");
    let document = packument(&scene, "@acme/x");
    let attestations = &document["versions"]["1.0.0"]["dist"]["attestations"];
    assert_eq!(
        attestations["provenance"]["predicateType"],
        "https://slsa.dev/provenance/v1"
    );
    let url = attestations["url"]
        .as_str()
        .expect("attestations have an address");
    assert!(url.starts_with(&scene.server.npm()), "{url}");
    let served = Request::get(url)
        .token(&scene.token)
        .send()
        .expect(200)
        .json();
    let served = &served["attestations"][0];
    assert_eq!(served["predicateType"], "https://slsa.dev/provenance/v1");
    assert_eq!(served["bundle"], sent);
}

#[test]
fn case_14_a_bundle_for_something_else_is_refused() {
    let scene = Scene::new();
    let manifest = json!({ "name": "@acme/x", "version": "1.0.0" });
    let tarball = packhouse_e2e::archive::tarball(&manifest, &[]);
    let sha512 = {
        use sha2::Digest as _;
        hex::encode(sha2::Sha512::digest(&tarball))
    };
    let foreign = [
        ("pkg:npm/%40acme/y@1.0.0", sha512.as_str()),
        ("pkg:npm/%40acme/x@1.0.1", sha512.as_str()),
        ("pkg:npm/%40acme/x@1.0.0", &"0".repeat(128)),
    ];
    for (subject, digest) in foreign {
        let mut document =
            packhouse_e2e::archive::publish_document(&scene.server.npm(), &manifest, &tarball);
        let text = bundle(subject, digest).to_string();
        document["_attachments"]["@acme/x-1.0.0.sigstore"] = json!({
            "content_type": "application/vnd.dev.sigstore.bundle.v0.3+json",
            "length": text.len(),
            "data": text,
        });
        let request = Request::put(&scene.package_url("@acme/x")).token(&scene.token);
        let answer = request.json(&document).send().expect(400);
        assert!(answer.json()["error"].is_string(), "{}", answer.text());
        absent(&scene, "@acme/x");
    }
    assert_eq!(scene.server.stored_files().len(), 0);
}
