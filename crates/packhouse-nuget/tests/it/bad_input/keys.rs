//! Keys that are unknown, over, or not for this.

use chrono::Duration;
use packhouse_core::permission::Role;
use packhouse_core::token::{Scope, TokenLimits};
use packhouse_registry::token::TokenSpec;
use packhouse_testkit::app::token_spec;

use super::PACKAGE;
use crate::pack::{Nupkg, form};
use crate::raw::{Connection, refused_change};
use crate::world::{World, address, basic};

const UNKNOWN: &str = "Unauthorized: this key or token is unknown, expired or revoked";
const FORBIDDEN: &str = "Forbidden: this token or account may not do this";
const HIDDEN: &str = "Forbidden: no write access here, or there is no such account";

#[tokio::test(flavor = "multi_thread")]
async fn unknown_expired_and_revoked_keys_get_a_challenge() {
    let mut world = World::new().await;
    let expiring = TokenSpec {
        expires_at: Some(world.app.registry.now() + Duration::days(1)),
        ..token_spec()
    };
    let expired = world.app.token("ada", expiring).await.secret;
    let revoked = world.app.token("ada", token_spec()).await;
    let (actor, client) = (
        packhouse_core::actor::Actor::System,
        crate::world::HERE.clone(),
    );
    let gone = world
        .app
        .registry
        .revoke_token(&actor, &client, revoked.token.id);
    gone.await.unwrap();
    world.app.clock.advance(Duration::days(2));
    world.mark().await;
    let (kind, body) = form(&Nupkg::new("Acme.Lib", "1.0.0").bytes());
    let mut connection = Connection::open(&world.app).await;
    for key in [
        "x",
        "pkp_unknown",
        "ada:x",
        "correct horse battery",
        "\u{e4}\u{f6}",
        &expired,
        &revoked.secret,
    ] {
        let sign_in = basic("ada", key);
        for header in [("X-NuGet-ApiKey", key), ("Authorization", &sign_in)] {
            let headers = [header, ("Content-Type", &kind)];
            let answer = connection.put(PACKAGE, &headers, &body).await;
            refused_change(&answer, 401, UNKNOWN, &["not valid"]);
            let challenges = answer.headers("www-authenticate");
            assert_eq!(challenges, ["Basic realm=\"acme\""], "{key}");
        }
    }
    world.expect_untouched("nothing was kept").await;
    // Read with such a key: the same.
    let wrong = world.app.client(Some(&expired));
    let answer = world.source().seen_by(&wrong).get("index.json").await;
    assert_eq!(answer.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_for_something_else_are_refused_in_words() {
    let mut world = World::new().await;
    world.source().publish("Acme.Lib", "1.0.0").await;
    world.app.organisation("other", "ada").await;
    let elsewhere = packhouse_core::account::AccountName::parse("other").unwrap();
    let registry = &world.app.registry;
    let elsewhere = registry.token_limits(vec![elsewhere], vec![], vec![]);
    let this = registry.token_limits(vec![], vec![], vec![address("Acme.Lib")]);
    let (elsewhere, this) = (elsewhere.await.unwrap(), this.await.unwrap());
    let limited = async |limits: TokenLimits| {
        let spec = TokenSpec {
            limits,
            ..token_spec()
        };
        world.app.token("ada", spec).await.secret
    };
    let (elsewhere, this) = (limited(elsewhere).await, limited(this).await);
    let reading = world.narrow(&[Scope::ReadPackages]).await;
    let deleting = world
        .narrow(&[Scope::ReadPackages, Scope::DeletePackages])
        .await;
    world.colleague("rita", "Acme.Lib", Role::Read).await;
    world.app.user("sam").await;
    let reader = world.app.token("rita", token_spec()).await.secret;
    let stranger = world.app.token("sam", token_spec()).await.secret;
    world.mark().await;
    let mut connection = Connection::open(&world.app).await;
    let lib = "Acme.Lib";
    for (key, id, reason, words) in [
        (&reading, lib, FORBIDDEN, "write:packages"),
        (&deleting, lib, FORBIDDEN, "write:packages"),
        (&elsewhere, lib, HIDDEN, "acme/Acme.Lib"),
        (&elsewhere, "Acme.New", HIDDEN, "acme/Acme.New"),
        (&this, "Acme.New", HIDDEN, "acme/Acme.New"),
        (&reader, lib, FORBIDDEN, "write access"),
        (&reader, "Acme.New", HIDDEN, "write access"),
        (&stranger, lib, HIDDEN, "write access"),
        (&stranger, "Acme.New", HIDDEN, "write access"),
    ] {
        let headers = [("X-NuGet-ApiKey", key.as_str())];
        let package = Nupkg::new(id, "2.0.0").bytes();
        let answer = connection.put(PACKAGE, &headers, &package).await;
        refused_change(&answer, 403, reason, &[words]);
        assert!(answer.headers("www-authenticate").is_empty());
        world.expect_untouched(id).await;
    }
    // The one for this package pushes it.
    let package = Nupkg::new("Acme.Lib", "2.0.0").bytes();
    let key = [("X-NuGet-ApiKey", &*this)];
    connection.put(PACKAGE, &key, &package).await.expect(201);
    // To a source that is not there, whoever comes.
    let key = [("X-NuGet-ApiKey", &*world.key)];
    let answer = connection
        .put("/nuget/ghost/package/", &key, &package)
        .await;
    refused_change(&answer, 403, HIDDEN, &["no such account"]);
}
