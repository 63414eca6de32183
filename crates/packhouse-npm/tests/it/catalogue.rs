//! Search, audits, signatures, teams and collaborators.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{DerSignature, VerifyingKey};
use p256::pkcs8::DecodePublicKey;
use packhouse_core::permission::Role;
use packhouse_testkit::app::send;
use reqwest::Method;
use serde_json::json;

use crate::body::Body;
use crate::tarball::gzip;
use crate::world::{World, address};

#[tokio::test(flavor = "multi_thread")]
async fn case_25_search_finds_what_one_may_read_page_by_page() {
    let world = World::new().await;
    for n in 0..5 {
        let access = if n == 4 { "restricted" } else { "public" };
        let fields = json!({ "description": "a widget", "keywords": ["shiny"] });
        let body = Body::with(&format!("@acme/widget-{n}"), "1.0.0", fields);
        body.access(access).publish(&world.owner).await.expect(201);
    }
    let anonymous = world.app.anonymous();
    let names = |answer: serde_json::Value| -> Vec<String> {
        let objects = answer["objects"].as_array().unwrap().clone();
        let name = |o: &serde_json::Value| o["package"]["name"].as_str().unwrap().to_owned();
        objects.iter().map(name).collect()
    };
    let page = |from: usize| {
        let path = format!("/-/v1/search?text=widget&size=3&from={from}");
        let anonymous = anonymous.clone();
        async move { anonymous.get(&path).await }
    };
    let first = page(0).await.expect(200).json();
    assert_eq!(first["total"], 4);
    let mut all = names(first.clone());
    assert_eq!(all.len(), 3);
    all.extend(names(page(3).await.expect(200).json()));
    all.sort();
    let public: Vec<_> = (0..4).map(|n| format!("@acme/widget-{n}")).collect();
    assert_eq!(all, public);
    let object = &first["objects"][0]["package"];
    assert!(object["maintainers"].is_array() && object["date"].is_string());
    assert_eq!(object["version"], "1.0.0");
    assert_eq!(object["scope"], "acme");
    let own = world.owner.get("/-/v1/search?text=keywords:shiny").await;
    assert_eq!(own.expect(200).json()["total"], 5);
    let nothing = anonymous.get("/-/v1/search?text=").await.expect(200).json();
    assert_eq!(nothing["total"], 0);
    assert_eq!(nothing["objects"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn search_qualifiers_narrow_what_is_found() {
    let world = World::new().await;
    let member = world.member("wes").await;
    let fields = json!({ "description": "a gadget", "author": "Grace" });
    for (name, versions) in [
        ("young", &["0.9.0"][..]),
        ("coming", &["1.0.0-rc.1"]),
        ("grown", &["0.1.0", "1.2.0", "2.0.0-beta.1"]),
        ("left", &["1.0.0"]),
    ] {
        for version in versions {
            let body = Body::with(&format!("@acme/{name}"), version, fields.clone());
            body.publish(&world.owner).await.expect(201);
        }
    }
    world
        .app
        .grant(&address("young"), "wes", Some(Role::Write))
        .await;
    let more = Body::with("@acme/young", "0.9.1", fields);
    more.publish(&member).await.expect(201);
    let left = world.owner.get("/@acme%2fleft").await.expect(200);
    let mut left = left.json();
    left["versions"]["1.0.0"]["deprecated"] = "gone to grown".into();
    let deprecated = world.owner.put("/@acme%2fleft", &left).await;
    assert!(deprecated.status.is_success(), "{}", deprecated.text());
    for (text, expected) in [
        ("gadget is:unstable", &["coming", "young"][..]),
        ("gadget not:unstable", &["grown", "left"]),
        ("gadget not:unstable,deprecated", &["grown"]),
        ("gadget is:deprecated", &["left"]),
        ("is:deprecated", &["left"]),
        (
            "scope:acme is:unstable not:deprecated",
            &["coming", "young"],
        ),
        ("gadget is:insecure", &[]),
        ("gadget not:insecure", &["coming", "grown", "left", "young"]),
        ("gadget is:whatever", &["coming", "grown", "left", "young"]),
        (
            "gadget boost-exact:false",
            &["coming", "grown", "left", "young"],
        ),
        ("not:unstable", &[]),
        ("maintainer:wes", &["young"]),
        ("author:wes", &["young"]),
        ("author:ada maintainer:wes", &["young"]),
        ("author:ada", &["coming", "grown", "left", "young"]),
        ("author:grace", &[]),
    ] {
        let asked: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
        let found = world.owner.get(&format!("/-/v1/search?text={asked}")).await;
        let found = found.expect(200).json();
        let objects = found["objects"].as_array().unwrap();
        let mut names: Vec<_> = objects
            .iter()
            .map(|object| object["package"]["name"].as_str().unwrap())
            .collect();
        names.sort_unstable();
        let expected: Vec<_> = expected
            .iter()
            .map(|name| format!("@acme/{name}"))
            .collect();
        assert_eq!(names, expected, "{text}");
        assert_eq!(found["total"], expected.len(), "{text}");
        let page = format!("/-/v1/search?text={asked}&size=1&from=1");
        let page = world.owner.get(&page).await.expect(200).json();
        assert_eq!(page["total"], expected.len(), "{text}");
        let rest = usize::from(expected.len() > 1);
        assert_eq!(page["objects"].as_array().unwrap().len(), rest, "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn case_26_audits_read_gzip_and_know_of_nothing() {
    let world = World::new().await;
    let anonymous = world.app.anonymous();
    let asked = json!({ "@acme/tools": ["1.0.0"] }).to_string();
    for (path, expected) in [
        ("/-/npm/v1/security/advisories/bulk", None),
        ("/-/npm/v1/security/audits/quick", Some("metadata")),
        ("/-/npm/v1/security/audits", Some("metadata")),
    ] {
        let packed = anonymous
            .request(Method::POST, path)
            .header("content-encoding", "gzip")
            .body(gzip(asked.as_bytes()));
        let plain = anonymous.request(Method::POST, path).body(asked.clone());
        for request in [packed, plain] {
            let answer = send(request).await.expect(200).json();
            assert_eq!(expected.is_some(), answer.get("metadata").is_some());
        }
        let damaged = anonymous
            .request(Method::POST, path)
            .header("content-encoding", "gzip")
            .body(asked.clone());
        send(damaged).await.expect(400);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn case_27_signatures_verify_with_the_published_key() {
    let world = World::new().await;
    let body = Body::new("@acme/tools", "1.0.0");
    body.publish(&world.owner).await.expect(201);
    let keys = world.app.anonymous().get("/-/npm/v1/keys").await;
    let keys = keys.expect(200).json();
    let key = &keys["keys"][0];
    assert_eq!(key["keytype"], "ecdsa-sha2-nistp256");
    assert_eq!(key["scheme"], "ecdsa-sha2-nistp256");
    assert_eq!(key["expires"], json!(null));
    let packument = world.owner.get(&body.path()).await.expect(200).json();
    let dist = &packument["versions"]["1.0.0"]["dist"];
    let signature = &dist["signatures"][0];
    assert_eq!(signature["keyid"], key["keyid"]);
    let der = STANDARD.decode(key["key"].as_str().unwrap()).unwrap();
    let public = VerifyingKey::from_public_key_der(&der).unwrap();
    let bytes = STANDARD.decode(signature["sig"].as_str().unwrap()).unwrap();
    let given = DerSignature::from_bytes(&bytes).unwrap();
    let signed = format!("@acme/tools@1.0.0:{}", body.integrity());
    public.verify(signed.as_bytes(), &given).unwrap();
    assert!(public.verify(b"@acme/tools@1.0.1", &given).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn case_34_access_and_teams_are_readable() {
    let world = World::new().await;
    world.member("wes").await;
    world.app.team("acme", "core", &["wes"]).await;
    let body = Body::new("@acme/tools", "1.0.0");
    body.publish(&world.owner).await.expect(201);
    let package = address("tools");
    world
        .app
        .grant(&package, "acme/core", Some(Role::Write))
        .await;
    world.app.grant(&package, "wes", Some(Role::Read)).await;
    let get = |path: &'static str| world.owner.get(path);
    let visibility = get("/-/package/@acme%2ftools/visibility").await;
    assert_eq!(visibility.expect(200).json(), json!({ "public": false }));
    let people = get("/-/package/@acme%2ftools/collaborators").await;
    let people = people.expect(200).json();
    assert_eq!(people["wes"], "read", "{people}");
    let set = json!({ "access": "public" });
    let set = world
        .owner
        .post("/-/package/@acme%2ftools/access", &set)
        .await;
    set.expect(200);
    let visibility = get("/-/package/@acme%2ftools/visibility").await;
    assert_eq!(visibility.json(), json!({ "public": true }));
    world.app.anonymous().get(&body.path()).await.expect(200);
    let owned = get("/-/org/acme/package").await.expect(200).json();
    assert_eq!(owned, json!({ "@acme/tools": "write" }));
    let members = get("/-/org/acme/user").await.expect(200).json();
    assert_eq!(members, json!({ "ada": "owner", "wes": "developer" }));
    let teams = get("/-/org/acme/team").await.expect(200).json();
    assert_eq!(teams, json!(["acme:core"]));
    let team = get("/-/team/acme/core/user").await.expect(200).json();
    assert_eq!(team, json!(["wes"]));
    let packages = get("/-/team/acme/core/package").await.expect(200).json();
    assert_eq!(packages, json!({ "@acme/tools": "write" }));
    let user = get("/-/user/org.couchdb.user:wes").await.expect(200).json();
    assert_eq!(user["name"], "wes");
    let owners = json!({ "maintainers": [{ "name": "wes" }] });
    let refused = world
        .owner
        .put("/@acme%2ftools/-rev/undefined", &owners)
        .await;
    let text = refused.expect(403).error();
    assert!(text.contains("packhouse admin package grant"), "{text}");
    let write = json!({ "user": "wes" });
    let refused = world.owner.put("/-/team/acme/core/user", &write).await;
    assert!(refused.expect(403).error().contains("cannot be changed"));
}
