//! The key that signs versions.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{DerSignature, VerifyingKey};
use p256::pkcs8::DecodePublicKey;
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::world::World;

on_both_engines!(
    a_signature_fits_the_key_that_all_servers_share,
    servers_that_start_at_once_make_one_key
);

async fn a_signature_fits_the_key_that_all_servers_share(database: TestDatabase) {
    let world = World::new(database);
    assert!(world.registry.sign("text").await.is_err());
    world.registry.ensure_signing_key().await.unwrap();
    let other = world.replica();
    other.ensure_signing_key().await.unwrap();
    let keys = other.public_keys().await.unwrap();
    assert_eq!(keys.len(), 1);
    let signature = world
        .registry
        .sign("@ada/x@1.0.0:sha512-abc")
        .await
        .unwrap();
    assert_eq!(signature.key_id, keys[0].key_id);
    assert!(keys[0].key_id.starts_with("SHA256:"));
    let key = STANDARD.decode(&keys[0].key).unwrap();
    let key = VerifyingKey::from_public_key_der(&key).unwrap();
    let bytes = STANDARD.decode(&signature.signature).unwrap();
    let bytes = DerSignature::from_bytes(&bytes).unwrap();
    key.verify(b"@ada/x@1.0.0:sha512-abc", &bytes).unwrap();
    assert!(key.verify(b"@ada/x@1.0.1:sha512-abc", &bytes).is_err());
}

async fn servers_that_start_at_once_make_one_key(database: TestDatabase) {
    let world = World::new(database);
    let starts: Vec<_> = (0..6)
        .map(|_| {
            let server = world.replica();
            tokio::spawn(async move { server.ensure_signing_key().await })
        })
        .collect();
    for start in starts {
        start.await.unwrap().unwrap();
    }
    assert_eq!(world.registry.public_keys().await.unwrap().len(), 1);
}
