//! Signatures by keys that owners trust, and rules of packages.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{DerSignature, SigningKey};
use p256::pkcs8::EncodePublicKey;
use packhouse_core::actor::Actor;
use packhouse_core::error::ErrorKind;
use packhouse_core::id::OwnerKeyId;
use packhouse_core::package::VersionName;
use packhouse_core::permission::Role;
use packhouse_registry::Error;
use packhouse_registry::find::VersionReference;
use packhouse_registry::grant::Grantee;
use packhouse_registry::publish::ReferenceKind::VersionOrBlob;
use packhouse_registry::signature::SignatureClaim;
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::world::{Push, World, content, refused};

on_both_engines!(
    a_registered_key_tells_who_signed,
    a_signature_of_a_tag_counts_while_the_tag_is_there,
    foreign_and_tampered_signatures_count_for_nothing,
    keys_are_their_owners_alone,
    only_signed_versions_are_handed_out,
    tags_that_never_move_do_not,
    rules_are_an_admins,
    a_version_carries_so_many_signatures_and_each_once,
    a_live_version_becomes_a_signature_by_its_tag,
    a_key_added_again_finds_what_was_left,
    large_signatures_are_found_in_several_goes,
    keys_that_come_and_go_lose_no_signature,
);

fn key(seed: u8) -> SigningKey {
    SigningKey::from_slice(&[seed; 32]).unwrap()
}

fn public(key: &SigningKey) -> Vec<u8> {
    key.verifying_key()
        .to_public_key_der()
        .unwrap()
        .as_bytes()
        .to_vec()
}

fn claim(key: &SigningKey, subject: &str, tag: Option<&str>) -> SignatureClaim {
    let message = format!("I made {subject}").into_bytes();
    let signature: DerSignature = key.sign(&message);
    SignatureClaim {
        subject: subject.to_owned(),
        tag: tag.map(str::to_owned),
        message,
        value: signature.as_bytes().to_vec(),
        annotations: BTreeMap::from([("stage".to_owned(), "prod".to_owned())]),
    }
}

fn signature(bytes: &str, claim: SignatureClaim) -> Push {
    let tags: Vec<_> = claim.tag.as_deref().into_iter().collect();
    let mut push = Push::new(bytes, &tags);
    if claim.tag.is_none() {
        push = push.about(&claim.subject);
    }
    push.signatures = vec![claim];
    push
}

async fn signers(world: &World, reader: &Actor, name: &str, digest: &str) -> usize {
    let package = world.handle(reader, name).await.unwrap();
    let version = VersionName::new(digest, digest);
    let found = world
        .registry
        .signatures_of(package.package.id, &version)
        .await
        .unwrap();
    assert!(found.iter().all(|one| one.annotations["stage"] == "prod"));
    found.len()
}

async fn trust(world: &World, owner: &str, key: &SigningKey) -> OwnerKeyId {
    let added = world
        .registry
        .add_owner_key(&Actor::System, &world.client, owner, &public(key))
        .await;
    added.unwrap().id
}

async fn a_registered_key_tells_who_signed(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let (image, _) = world
        .push(&ada, "ada/x", Push::new("image", &["1"]))
        .await
        .unwrap();
    let push = signature("sig", claim(&key(1), &image, None));
    let (carrier, _) = world.push(&ada, "ada/x", push).await.unwrap();
    assert_eq!(signers(&world, &ada, "ada/x", &image).await, 0);
    // A key that comes later finds what it has signed.
    let id = trust(&world, "ada", &key(1)).await;
    assert_eq!(signers(&world, &ada, "ada/x", &image).await, 1);
    let push = signature("sig 2", claim(&key(1), &image, None));
    world.push(&ada, "ada/x", push).await.unwrap();
    assert_eq!(signers(&world, &ada, "ada/x", &image).await, 2);
    world
        .registry
        .remove_owner_key(&Actor::System, &world.client, "ada", id)
        .await
        .unwrap();
    assert_eq!(signers(&world, &ada, "ada/x", &image).await, 0);
    trust(&world, "ada", &key(1)).await;
    let names = vec![VersionName::new(carrier.clone(), carrier)];
    world
        .registry
        .delete_versions(&ada, &world.client, &content("ada/x"), names, None)
        .await
        .unwrap();
    assert_eq!(signers(&world, &ada, "ada/x", &image).await, 1);
}

async fn a_signature_of_a_tag_counts_while_the_tag_is_there(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    trust(&world, "ada", &key(1)).await;
    let (image, _) = world
        .push(&ada, "ada/x", Push::new("image", &["1"]))
        .await
        .unwrap();
    let push = signature("sig", claim(&key(1), &image, Some("sig-1")));
    world.push(&ada, "ada/x", push).await.unwrap();
    assert_eq!(signers(&world, &ada, "ada/x", &image).await, 1);
    // Another one takes the tag: the first is found no more.
    let push = signature("sig 2", claim(&key(2), &image, Some("sig-1")));
    world.push(&ada, "ada/x", push).await.unwrap();
    assert_eq!(signers(&world, &ada, "ada/x", &image).await, 0);
    trust(&world, "ada", &key(2)).await;
    assert_eq!(signers(&world, &ada, "ada/x", &image).await, 1);
    world
        .registry
        .remove_tag(&ada, &world.client, &content("ada/x"), "sig-1")
        .await
        .unwrap();
    assert_eq!(signers(&world, &ada, "ada/x", &image).await, 0);
}

async fn foreign_and_tampered_signatures_count_for_nothing(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    world.user("eve").await;
    trust(&world, "ada", &key(1)).await;
    trust(&world, "eve", &key(2)).await;
    let (image, _) = world
        .push(&ada, "ada/x", Push::new("image", &["1"]))
        .await
        .unwrap();
    let foreign = claim(&key(2), &image, None);
    let mut tampered = claim(&key(1), &image, None);
    tampered.message.push(b'!');
    let mut cut = claim(&key(1), &image, None);
    cut.value.pop();
    for (number, claim) in [foreign, tampered, cut].into_iter().enumerate() {
        let push = signature(&format!("sig {number}"), claim);
        world.push(&ada, "ada/x", push).await.unwrap();
    }
    assert_eq!(signers(&world, &ada, "ada/x", &image).await, 0);
}

async fn keys_are_their_owners_alone(database: TestDatabase) {
    let world = World::new(database);
    let (ada, bob) = (world.user("ada").await, world.user("bob").await);
    world.organisation("acme", &ada, &[&bob]).await;
    let (registry, client) = (&world.registry, &world.client);
    let der = public(&key(1));
    for owner in ["acme", "ada", "nobody"] {
        let refusal = registry.add_owner_key(&bob, client, owner, &der).await;
        assert_eq!(refused(refusal), ErrorKind::NotFound, "{owner}");
        let refusal = registry.owner_keys(&bob, owner).await;
        assert_eq!(refused(refusal), ErrorKind::NotFound, "{owner}");
    }
    let added = registry.add_owner_key(&ada, client, "acme", &der).await;
    let id = added.unwrap().id;
    let again = registry.add_owner_key(&ada, client, "acme", &der).await;
    assert_eq!(refused(again), ErrorKind::Conflict);
    let refusal = registry.remove_owner_key(&ada, client, "ada", id).await;
    assert_eq!(refused(refusal), ErrorKind::NotFound);
    let unread = registry
        .add_owner_key(&ada, client, "acme", b"no key")
        .await;
    assert_eq!(refused(unread), ErrorKind::Invalid);
    registry
        .remove_owner_key(&ada, client, "acme", id)
        .await
        .unwrap();
    assert_eq!(registry.owner_keys(&ada, "acme").await.unwrap(), []);
    let events = world.events().await;
    assert_eq!(
        events[events.len() - 2..],
        ["owner.key_added", "owner.key_removed"]
    );
}

async fn only_signed_versions_are_handed_out(database: TestDatabase) {
    let world = World::new(database);
    let (ada, bob) = (world.user("ada").await, world.user("bob").await);
    let (registry, client, at) = (&world.registry, &world.client, content("ada/x"));
    trust(&world, "ada", &key(1)).await;
    let (child, _) = world
        .push(&ada, "ada/x", Push::new("child", &[]))
        .await
        .unwrap();
    let push = Push::new("index", &["1"]).naming(&child, 5, VersionOrBlob);
    let (index, _) = world.push(&ada, "ada/x", push).await.unwrap();
    let to = Grantee::parse("bob").unwrap();
    registry
        .grant_on_package(&ada, client, &at, to, Some(Role::Read))
        .await
        .unwrap();
    registry
        .set_signature_needed(&ada, client, &at, true)
        .await
        .unwrap();
    let gets = async |actor: &Actor, digest: &str| {
        let package = world.handle(actor, "ada/x").await.unwrap();
        let wanted = VersionReference::Digest(digest.parse().unwrap());
        let found = registry.find_version(&package, &wanted).await.unwrap();
        let found = found.unwrap();
        match registry.refuse_unsigned(actor, &at, &found).await {
            Ok(()) => true,
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::Forbidden);
                assert!(error.to_string().contains("not signed"), "{error}");
                false
            }
        }
    };
    for digest in [&index, &child] {
        assert!(!gets(&bob, digest).await);
        assert!(gets(&ada, digest).await, "signers read what they sign");
    }
    let push = signature("sig", claim(&key(1), &index, Some("sig-1")));
    let (carrier, _) = world.push(&ada, "ada/x", push).await.unwrap();
    for digest in [&index, &child, &carrier] {
        assert!(gets(&bob, digest).await);
    }
    let (other, _) = world
        .push(&ada, "ada/x", Push::new("other", &["2"]))
        .await
        .unwrap();
    assert!(!gets(&bob, &other).await);
    registry
        .set_signature_needed(&ada, client, &at, false)
        .await
        .unwrap();
    assert!(gets(&bob, &other).await);
}

async fn tags_that_never_move_do_not(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let (registry, client, at) = (&world.registry, &world.client, content("ada/x"));
    let (one, _) = world
        .push(&ada, "ada/x", Push::new("one", &["v1.0", "dev"]))
        .await
        .unwrap();
    let patterns = vec!["v*".to_owned(), "sig-*".to_owned()];
    registry
        .set_immutable_tags(&ada, client, &at, patterns)
        .await
        .unwrap();
    let push = |bytes: &str, tags: &[&str]| world.push(&ada, "ada/x", Push::new(bytes, tags));
    push("one", &["v1.0"]).await.unwrap();
    let refusal = push("two", &["dev", "v1.0"]).await;
    let text = refusal.as_ref().unwrap_err().to_string();
    assert!(text.contains("v1.0") && text.contains("\"v*\""), "{text}");
    assert_eq!(refused(refusal), ErrorKind::Forbidden);
    let package = world.handle(&ada, "ada/x").await.unwrap();
    let dev = VersionReference::Tag("dev".to_owned());
    let found = registry.find_version(&package, &dev).await.unwrap();
    assert_eq!(found.unwrap().name.as_str(), one, "nothing of it was done");
    push("two", &["dev", "v1.1"]).await.unwrap();
    // Signatures move theirs.
    push("sig a", &["sig-1"]).await.unwrap();
    push("sig b", &["sig-1"]).await.unwrap();
    let refusal = registry.remove_tag(&ada, client, &at, "v1.0").await;
    assert_eq!(refused(refusal), ErrorKind::Forbidden);
    let names = vec![VersionName::new(one.clone(), one)];
    let refusal = registry
        .delete_versions(&ada, client, &at, names, None)
        .await;
    assert_eq!(refused(refusal), ErrorKind::Forbidden);
    registry.remove_tag(&ada, client, &at, "dev").await.unwrap();
    registry
        .set_immutable_tags(&ada, client, &at, Vec::new())
        .await
        .unwrap();
    registry
        .remove_tag(&ada, client, &at, "v1.0")
        .await
        .unwrap();
}

async fn rules_are_an_admins(database: TestDatabase) {
    let world = World::new(database);
    let (ada, bob) = (world.user("ada").await, world.user("bob").await);
    let (registry, client, at) = (&world.registry, &world.client, content("ada/x"));
    world
        .push(&ada, "ada/x", Push::new("one", &["1"]))
        .await
        .unwrap();
    let to = Grantee::parse("bob").unwrap();
    registry
        .grant_on_package(&ada, client, &at, to, Some(Role::Write))
        .await
        .unwrap();
    let refusal = registry
        .set_immutable_tags(&bob, client, &at, vec!["*".to_owned()])
        .await;
    assert_eq!(refused(refusal), ErrorKind::Forbidden);
    let refusal = registry.set_signature_needed(&bob, client, &at, true).await;
    assert_eq!(refused(refusal), ErrorKind::Forbidden);
    for odd in [
        vec![String::new()],
        vec!["a b".to_owned()],
        vec!["x".to_owned(); 101],
    ] {
        let refusal = registry.set_immutable_tags(&ada, client, &at, odd).await;
        assert_eq!(refused(refusal), ErrorKind::Invalid);
    }
    let patterns = vec!["v*".to_owned()];
    registry
        .set_immutable_tags(&ada, client, &at, patterns.clone())
        .await
        .unwrap();
    assert_eq!(registry.immutable_tags(&ada, &at).await.unwrap(), patterns);
    let last = world.event_rows().await.pop().unwrap();
    assert_eq!(last.kind.as_str(), "package.rule_set");
    assert!(last.detail.contains("v*"), "{}", last.detail);
}

/// Gives a claim with a message of its own, which is so long.
fn long_claim(key: &SigningKey, subject: &str, number: usize, length: usize) -> SignatureClaim {
    let mut message = format!("{number} ").into_bytes();
    message.resize(length, b'.');
    let signature: DerSignature = key.sign(&message);
    SignatureClaim {
        message,
        value: signature.as_bytes().to_vec(),
        ..claim(key, subject, None)
    }
}

async fn a_version_carries_so_many_signatures_and_each_once(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    trust(&world, "ada", &key(1)).await;
    let push = async |bytes: &str, signatures: Vec<SignatureClaim>| {
        let (image, _) = world
            .push(&ada, "ada/x", Push::new(&format!("image of {bytes}"), &[]))
            .await
            .unwrap();
        let mut push = Push::new(bytes, &["sig-1"]).about(&image);
        push.signatures = signatures;
        for claim in &mut push.signatures {
            claim.subject.clone_from(&image);
        }
        world.push(&ada, "ada/x", push).await.unwrap();
        signers(&world, &ada, "ada/x", &image).await
    };
    let one = claim(&key(1), "x", None);
    let tagged = claim(&key(1), "x", Some("sig-1"));
    let same = vec![one.clone(), one.clone(), tagged, one];
    assert_eq!(push("same", same).await, 1);
    let many = (0..60).map(|number| long_claim(&key(1), "x", number, 9));
    assert_eq!(push("many", many.collect()).await, 50);
    // No more than 512 KiB are kept; what fits after that is.
    let lengths = [300 * 1024, 300 * 1024, 100];
    let large = lengths.iter().enumerate();
    let large = large.map(|(number, &length)| long_claim(&key(1), "x", number, length));
    assert_eq!(push("large", large.collect()).await, 2);
}

async fn a_live_version_becomes_a_signature_by_its_tag(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    trust(&world, "ada", &key(1)).await;
    let (image, _) = world
        .push(&ada, "ada/x", Push::new("image", &["1"]))
        .await
        .unwrap();
    let push = async |push: Push| world.push(&ada, "ada/x", push).await.unwrap();
    // By its digest it is nobody's signature.
    push(Push::new("sig", &[])).await;
    assert_eq!(signers(&world, &ada, "ada/x", &image).await, 0);
    let signed = || signature("sig", claim(&key(1), &image, Some("sig-1")));
    let (_, done) = push(signed()).await;
    assert!(!done.new);
    assert_eq!(signers(&world, &ada, "ada/x", &image).await, 1);
    // The tag goes and comes back: it is the same signature.
    push(Push::new("other", &["sig-1"])).await;
    assert_eq!(signers(&world, &ada, "ada/x", &image).await, 0);
    push(signed()).await;
    assert_eq!(signers(&world, &ada, "ada/x", &image).await, 1);
    push(signed()).await;
    assert_eq!(signers(&world, &ada, "ada/x", &image).await, 1);
}

async fn a_key_added_again_finds_what_was_left(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let (image, _) = world
        .push(&ada, "ada/x", Push::new("image", &["1"]))
        .await
        .unwrap();
    let push = signature("sig", claim(&key(1), &image, None));
    world.push(&ada, "ada/x", push).await.unwrap();
    // The server stopped when the key was there, before it looked for signatures.
    let (owner, now) = (world.account_id("ada").await, world.clock_now());
    let parsed = packhouse_registry::public_key::PublicKey::parse(&public(&key(1))).unwrap();
    let der = STANDARD.encode(parsed.der());
    let (name, kind) = (parsed.fingerprint(), parsed.algorithm().to_string());
    world
        .db(move |conn| packhouse_db::owner_key::insert(conn, owner, &name, &kind, &der, now))
        .await;
    assert_eq!(signers(&world, &ada, "ada/x", &image).await, 0);
    let again = world
        .registry
        .add_owner_key(&Actor::System, &world.client, "ada", &public(&key(1)))
        .await;
    assert_eq!(refused(again), ErrorKind::Conflict);
    assert_eq!(signers(&world, &ada, "ada/x", &image).await, 1);
}

async fn large_signatures_are_found_in_several_goes(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let (image, _) = world
        .push(&ada, "ada/x", Push::new("image", &["1"]))
        .await
        .unwrap();
    // Two large ones are more than is read in one go, and so are all of them by number.
    for number in 0..7 {
        let large = long_claim(&key(1), &image, number, 400_000);
        let small = (0..10).map(|n| long_claim(&key(2), &image, 100 * number + n, 20));
        let small_too = (0..10).map(|n| long_claim(&key(1), &image, 100 * number + n, 30));
        let mut push = Push::new(&format!("sig {number}"), &[]).about(&image);
        push.signatures = std::iter::once(large)
            .chain(small)
            .chain(small_too)
            .collect();
        world.push(&ada, "ada/x", push).await.unwrap();
    }
    assert_eq!(signers(&world, &ada, "ada/x", &image).await, 0);
    trust(&world, "ada", &key(1)).await;
    assert_eq!(signers(&world, &ada, "ada/x", &image).await, 77);
}

async fn keys_that_come_and_go_lose_no_signature(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let (image, _) = world
        .push(&ada, "ada/x", Push::new("image", &["1"]))
        .await
        .unwrap();
    let keys = async {
        for _ in 0..8 {
            let id = trust(&world, "ada", &key(1)).await;
            world
                .registry
                .remove_owner_key(&Actor::System, &world.client, "ada", id)
                .await
                .unwrap();
        }
        trust(&world, "ada", &key(1)).await;
    };
    let pushes = async {
        for number in 0..40 {
            let push = signature(&format!("sig {number}"), claim(&key(1), &image, None));
            while let Err(error) = world.push(&ada, "ada/x", push.clone()).await {
                // The keys changed three times under it.
                assert!(matches!(error, Error::Raced(_)), "{error}");
            }
        }
    };
    tokio::join!(keys, pushes);
    assert_eq!(signers(&world, &ada, "ada/x", &image).await, 40);
}
