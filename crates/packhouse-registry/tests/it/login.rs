//! Passwords, browser sessions and command-line logins.

use chrono::TimeDelta;
use packhouse_core::actor::{Actor, Client};
use packhouse_core::error::ErrorKind;
use packhouse_registry::Error;
use packhouse_registry::account::NewUser;
use packhouse_registry::login::{Asking, CliLoginState, Proved};
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::world::{World, account, refused};

on_both_engines!(
    a_password_proves_its_account_alone,
    failures_are_limited_per_account_and_address,
    tries_at_once_are_all_charged,
    a_session_lasts_until_it_ends,
    a_new_password_ends_all_sessions,
    a_confirmed_login_gives_its_token_once,
    a_login_that_nobody_confirms_is_over_in_time,
);

const PASSWORD: &str = "a good password";

async fn with_ada(database: TestDatabase) -> World {
    let world = World::new(database);
    let user = NewUser {
        name: account("Ada"),
        email: None,
        password: PASSWORD.to_owned(),
        site_admin: false,
    };
    world
        .registry
        .create_user(&Actor::System, &world.client, user)
        .await
        .unwrap();
    world
}

async fn prove(world: &World, name: &str, password: &str) -> Result<Proved, Error> {
    world
        .registry
        .prove(name, password.to_owned(), &world.client)
        .await
}

async fn a_password_proves_its_account_alone(database: TestDatabase) {
    let world = with_ada(database).await;
    let owner = world.user("bob").await;
    world.organisation("acme", &owner, &[]).await;
    assert_eq!(
        prove(&world, "aDA", PASSWORD)
            .await
            .unwrap()
            .account
            .name
            .as_str(),
        "Ada"
    );
    let mut texts = Vec::new();
    // Wrong, unknown, without a password, and no user at all.
    for name in ["ada", "nobody", "bob", "acme"] {
        let error = prove(&world, name, "wrong password").await.unwrap_err();
        assert!(matches!(error, Error::WrongPassword), "{name}: {error}");
        texts.push(error.to_string());
    }
    texts.dedup();
    assert_eq!(texts.len(), 1);
    let disable = world
        .registry
        .set_disabled(&Actor::System, &world.client, &account("ada"), true)
        .await;
    disable.unwrap();
    assert_eq!(
        refused(prove(&world, "ada", PASSWORD).await),
        ErrorKind::Unauthenticated
    );
}

async fn failures_are_limited_per_account_and_address(database: TestDatabase) {
    let world = with_ada(database).await;
    for name in ["ada", "nobody"] {
        for _ in 0..10 {
            let wrong = prove(&world, name, "wrong").await;
            assert_eq!(refused(wrong), ErrorKind::Unauthenticated);
        }
        // The right password is refused as well, and an unknown name is no different.
        let limited = prove(&world, name, PASSWORD).await.unwrap_err();
        let Error::RateLimited { retry_after } = limited else {
            unreachable!("{limited}");
        };
        assert_eq!(retry_after.as_secs(), 15 * 60);
    }
    let elsewhere = Client {
        address: Some([198, 51, 100, 1].into()),
        agent: None,
    };
    let there = world
        .registry
        .prove("ada", PASSWORD.to_owned(), &elsewhere)
        .await;
    assert!(there.is_ok());
    world.clock.advance(TimeDelta::minutes(15));
    prove(&world, "ada", PASSWORD).await.unwrap();
    // A success forgets the failures of its pair.
    for _ in 0..9 {
        assert!(prove(&world, "ada", "wrong").await.is_err());
    }
    prove(&world, "ada", PASSWORD).await.unwrap();
    assert_eq!(
        refused(prove(&world, "ada", "wrong").await),
        ErrorKind::Unauthenticated
    );
    // Many names from one address are limited too.
    for n in 0..40 {
        assert!(prove(&world, &format!("guess{n}"), "wrong").await.is_err());
    }
    assert_eq!(
        refused(prove(&world, "ada", PASSWORD).await),
        ErrorKind::RateLimited
    );
}

/// Each is charged before its password is looked at, so no more are looked at than may fail.
async fn tries_at_once_are_all_charged(database: TestDatabase) {
    let world = with_ada(database).await;
    let tries: Vec<_> = (0..40)
        .map(|_| {
            let (registry, client) = (world.registry.clone(), world.client.clone());
            tokio::spawn(async move { registry.prove("ada", "wrong".to_owned(), &client).await })
        })
        .collect();
    let mut looked_at = 0;
    for tried in tries {
        match tried.await.unwrap().unwrap_err() {
            Error::WrongPassword => looked_at += 1,
            Error::RateLimited { retry_after } => assert_eq!(retry_after.as_secs(), 15 * 60),
            error => unreachable!("{error}"),
        }
    }
    assert_eq!(looked_at, 10);
    assert_eq!(
        refused(prove(&world, "ada", PASSWORD).await),
        ErrorKind::RateLimited
    );
}

async fn a_session_lasts_until_it_ends(database: TestDatabase) {
    let world = with_ada(database).await;
    let proved = prove(&world, "ada", PASSWORD).await.unwrap();
    let registry = &world.registry;
    let one = registry.begin_session(&proved).await.unwrap();
    let two = registry.begin_session(&proved).await.unwrap();
    let found = registry.find_session(&one.secret).await.unwrap().unwrap();
    assert_eq!(found.account.id, proved.account.id);
    assert!(found.actor.token().is_none());
    let other = registry.find_session(&two.secret).await.unwrap().unwrap();
    assert_ne!(found.csrf, other.csrf);
    assert!(registry.find_session("unknown").await.unwrap().is_none());
    registry.end_session(&one.secret).await.unwrap();
    assert!(registry.find_session(&one.secret).await.unwrap().is_none());
    world
        .clock
        .advance(TimeDelta::days(14) - TimeDelta::seconds(1));
    assert!(registry.find_session(&two.secret).await.unwrap().is_some());
    world.clock.advance(TimeDelta::seconds(1));
    assert!(registry.find_session(&two.secret).await.unwrap().is_none());
}

async fn a_new_password_ends_all_sessions(database: TestDatabase) {
    let world = with_ada(database).await;
    let (registry, client, name) = (&world.registry, &world.client, account("ada"));
    let eve = world.user("eve").await;
    let proved = prove(&world, "ada", PASSWORD).await.unwrap();
    let session = registry.begin_session(&proved).await.unwrap();
    let new = "another password";
    let refusal = registry
        .set_password(&eve, client, &name, new.to_owned())
        .await;
    assert_eq!(refused(refusal), ErrorKind::Forbidden);
    let refusal = registry
        .set_password(&proved.actor(), client, &name, "short".to_owned())
        .await;
    assert_eq!(refused(refusal), ErrorKind::Invalid);
    assert!(
        registry
            .find_session(&session.secret)
            .await
            .unwrap()
            .is_some()
    );
    registry
        .set_password(&proved.actor(), client, &name, new.to_owned())
        .await
        .unwrap();
    assert!(
        registry
            .find_session(&session.secret)
            .await
            .unwrap()
            .is_none()
    );
    assert!(prove(&world, "ada", PASSWORD).await.is_err());
    let proved = prove(&world, "ada", new).await.unwrap();
    let session = registry.begin_session(&proved).await.unwrap();
    registry
        .set_disabled(&Actor::System, client, &name, true)
        .await
        .unwrap();
    assert!(
        registry
            .find_session(&session.secret)
            .await
            .unwrap()
            .is_none()
    );
}

async fn a_confirmed_login_gives_its_token_once(database: TestDatabase) {
    let world = with_ada(database).await;
    let (registry, client) = (&world.registry, &world.client);
    let proved = prove(&world, "ada", PASSWORD).await.unwrap();
    let cookie = registry.begin_session(&proved).await.unwrap().secret;
    let session = registry.find_session(&cookie).await.unwrap().unwrap();
    let asking = Asking {
        hostname: Some("desk".to_owned()),
        ..Asking::default()
    };
    let login = registry
        .begin_cli_login(&Client::default(), asking)
        .await
        .unwrap();
    assert_ne!(login.page, login.poll);
    let state = registry.poll_cli_login(&login.poll, client).await.unwrap();
    assert!(matches!(state, CliLoginState::Pending), "{state:?}");
    // The one secret does not do for the other.
    let state = registry.poll_cli_login(&login.page, client).await.unwrap();
    assert!(matches!(state, CliLoginState::Gone), "{state:?}");
    assert!(
        registry
            .confirm_cli_login(&session, &login.poll)
            .await
            .is_err()
    );
    registry
        .confirm_cli_login(&session, &login.page)
        .await
        .unwrap();
    let again = registry.confirm_cli_login(&session, &login.page).await;
    assert_eq!(refused(again), ErrorKind::NotFound);
    let CliLoginState::Done(made) = registry.poll_cli_login(&login.poll, client).await.unwrap()
    else {
        unreachable!("it is confirmed");
    };
    assert_eq!(made.token.name, "login from desk");
    assert_eq!(
        made.token.expires_at,
        Some(registry.now() + TimeDelta::days(90))
    );
    let actor = registry.authenticate(&made.secret, client).await.unwrap();
    assert_eq!(actor.account(), Some(proved.account.id));
    let state = registry.poll_cli_login(&login.poll, client).await.unwrap();
    assert!(matches!(state, CliLoginState::Gone), "{state:?}");
}

async fn a_login_that_nobody_confirms_is_over_in_time(database: TestDatabase) {
    let world = with_ada(database).await;
    let registry = &world.registry;
    let proved = prove(&world, "ada", PASSWORD).await.unwrap();
    let cookie = registry.begin_session(&proved).await.unwrap().secret;
    let session = registry.find_session(&cookie).await.unwrap().unwrap();
    let late = registry
        .begin_cli_login(&Client::default(), Asking::default())
        .await
        .unwrap();
    let confirmed = registry
        .begin_cli_login(&Client::default(), Asking::default())
        .await
        .unwrap();
    registry
        .confirm_cli_login(&session, &confirmed.page)
        .await
        .unwrap();
    world.clock.advance(TimeDelta::minutes(10));
    assert_eq!(
        refused(registry.find_cli_login(&late.page).await),
        ErrorKind::NotFound
    );
    let result = registry.confirm_cli_login(&session, &late.page).await;
    assert_eq!(refused(result), ErrorKind::NotFound);
    for login in [late, confirmed] {
        let state = registry
            .poll_cli_login(&login.poll, &world.client)
            .await
            .unwrap();
        assert!(matches!(state, CliLoginState::Gone), "{state:?}");
    }
}
