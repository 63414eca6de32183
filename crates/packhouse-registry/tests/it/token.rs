//! Tokens: made, used, expired, revoked.

use chrono::TimeDelta;
use packhouse_core::actor::{Actor, Client};
use packhouse_core::error::ErrorKind;
use packhouse_core::token::{Scopes, TokenLimits};
use packhouse_registry::token::TokenSpec;
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::world::{World, account, refused};

on_both_engines!(
    a_token_signs_its_account_in,
    a_token_expires_by_the_clock,
    a_revoked_token_fails_at_the_next_request,
    a_token_counts_from_its_addresses_only,
    the_tokens_of_a_disabled_user_fail,
    only_a_session_makes_tokens_and_only_for_itself,
    what_a_token_may_not_be,
);

async fn a_token_signs_its_account_in(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let secret = world
        .secret("ada", "read:packages", TokenLimits::default())
        .await;
    let alias = secret.replacen("pkp_", "ghp_", 1);
    for text in [&secret, &alias] {
        let actor = world
            .registry
            .authenticate(text, &world.client)
            .await
            .unwrap();
        assert_eq!(actor.account(), ada.account());
        assert!(actor.token().is_some());
    }
    let mut other = secret.clone();
    other.truncate(other.len() - 1);
    for text in ["", "nothing", &other, &secret[4..]] {
        let result = world.registry.authenticate(text, &world.client).await;
        assert_eq!(refused(result), ErrorKind::Unauthenticated, "{text}");
    }
    let (listed, total) = world
        .registry
        .list_tokens(ada.account().unwrap(), 0, 10)
        .await
        .unwrap();
    assert_eq!((listed.len(), total), (1, 1));
    assert!(secret.ends_with(&listed[0].last4));
}

async fn a_token_expires_by_the_clock(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let spec = TokenSpec {
        name: "short".to_owned(),
        scopes: Scopes::all(),
        expires_at: Some(world.registry.now() + TimeDelta::hours(1)),
        ..TokenSpec::default()
    };
    let made = world
        .registry
        .create_token(&ada, &world.client, &account("ada"), spec)
        .await;
    let secret = made.unwrap().secret;
    world.clock.advance(TimeDelta::minutes(59));
    assert!(
        world
            .registry
            .authenticate(&secret, &world.client)
            .await
            .is_ok()
    );
    world.clock.advance(TimeDelta::minutes(1));
    let result = world.registry.authenticate(&secret, &world.client).await;
    assert_eq!(refused(result), ErrorKind::Unauthenticated);
}

async fn a_revoked_token_fails_at_the_next_request(database: TestDatabase) {
    let world = World::new(database);
    let (ada, eve) = (world.user("ada").await, world.user("eve").await);
    let secret = world
        .secret("ada", "read:packages", TokenLimits::default())
        .await;
    let token = world
        .registry
        .authenticate(&secret, &world.client)
        .await
        .unwrap();
    let id = token.token().unwrap();
    for other in [&eve, &Actor::Anonymous] {
        let result = world.registry.revoke_token(other, &world.client, id).await;
        assert_eq!(refused(result), ErrorKind::NotFound);
    }
    // Another server, or the admin command beside it, revokes it.
    world
        .replica()
        .revoke_token(&ada, &world.client, id)
        .await
        .unwrap();
    let result = world.registry.authenticate(&secret, &world.client).await;
    assert_eq!(refused(result), ErrorKind::Unauthenticated);
    let again = world.registry.revoke_token(&ada, &world.client, id).await;
    assert_eq!(refused(again), ErrorKind::NotFound);
    assert!(
        world
            .registry
            .list_tokens_of(&account("ada"))
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(world.events().await, ["token.created", "token.revoked"]);
}

async fn a_token_counts_from_its_addresses_only(database: TestDatabase) {
    let world = World::new(database);
    world.user("ada").await;
    let limits = TokenLimits {
        addresses: vec![
            "192.0.2.0/24".parse().unwrap(),
            "2001:db8::/32".parse().unwrap(),
        ],
        ..TokenLimits::default()
    };
    let secret = world.secret("ada", "read:packages", limits).await;
    for (address, may) in [
        (Some("192.0.2.9"), true),
        (Some("::ffff:192.0.2.9"), true),
        (Some("2001:db8::1"), true),
        (Some("198.51.100.1"), false),
        (None, false),
    ] {
        let client = Client {
            address: address.map(|text| text.parse().unwrap()),
            agent: None,
        };
        let result = world.registry.authenticate(&secret, &client).await;
        assert_eq!(result.is_ok(), may, "{address:?}");
    }
}

async fn the_tokens_of_a_disabled_user_fail(database: TestDatabase) {
    let world = World::new(database);
    world.user("ada").await;
    let secret = world
        .secret("ada", "read:packages", TokenLimits::default())
        .await;
    for disabled in [false, true, false] {
        let name = account("ada");
        let set = world
            .registry
            .set_disabled(&Actor::System, &world.client, &name, disabled);
        set.await.unwrap();
        let result = world.registry.authenticate(&secret, &world.client).await;
        assert_eq!(result.is_err(), disabled);
    }
}

async fn only_a_session_makes_tokens_and_only_for_itself(database: TestDatabase) {
    let world = World::new(database);
    let (ada, eve) = (world.user("ada").await, world.user("eve").await);
    let root = world.site_admin("root").await;
    let token = world
        .token("ada", "write:packages", TokenLimits::default())
        .await;
    for (actor, may) in [(&ada, true), (&root, true), (&eve, false), (&token, false)] {
        let spec = TokenSpec {
            name: "x".to_owned(),
            scopes: Scopes::all(),
            ..TokenSpec::default()
        };
        let made = world
            .registry
            .create_token(actor, &world.client, &account("ada"), spec)
            .await;
        match may {
            true => assert_eq!(Some(made.unwrap().token.account), ada.account()),
            false => assert_eq!(refused(made), ErrorKind::Forbidden),
        }
    }
}

async fn what_a_token_may_not_be(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let good = TokenSpec {
        name: "x".to_owned(),
        scopes: Scopes::all(),
        ..TokenSpec::default()
    };
    let bad = [
        TokenSpec {
            name: " ".to_owned(),
            ..good.clone()
        },
        TokenSpec {
            name: "x".repeat(101),
            ..good.clone()
        },
        TokenSpec {
            scopes: Scopes::default(),
            ..good.clone()
        },
        TokenSpec {
            expires_at: Some(world.registry.now()),
            ..good
        },
    ];
    for spec in bad {
        let made = world
            .registry
            .create_token(&ada, &world.client, &account("ada"), spec)
            .await;
        assert_eq!(refused(made), ErrorKind::Invalid);
    }
}
