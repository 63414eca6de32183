//! What those get who may not read, so that their clients do the right thing next.

use packhouse_core::permission::Role;
use packhouse_core::visibility::Visibility;

use crate::world::{Source, World, basic};

const ONE_ID: [&str; 8] = [
    "download/acme.lib/index.json",
    "download/acme.lib/1.0.0/acme.lib.1.0.0.nupkg",
    "download/acme.lib/1.0.0/acme.lib.nuspec",
    "registration/acme.lib/index.json",
    "registration/acme.lib/1.0.0.json",
    "v2/Packages(Id='Acme.Lib',Version='1.0.0')",
    "v2/package/Acme.Lib/1.0.0",
    "v2/package/Acme.Lib",
];

/// Clients show their credentials after a 401 with Basic, and never before.
#[tokio::test(flavor = "multi_thread")]
async fn case_18_a_private_source_asks_strangers_to_sign_in() {
    let world = World::new().await;
    world.source().publish("Acme.Lib", "1.0.0").await;
    let (stranger, nowhere) = (
        world.stranger(),
        Source::of(&world.app.anonymous(), "ghost"),
    );
    let lists = [
        "index.json",
        "query?q=",
        "autocomplete?q=a",
        "autocomplete?id=Acme.Lib",
        "vulnerabilities/index.json",
        "v2/",
        "v2/$metadata",
        "v2/FindPackagesById()?id='Acme.Lib'",
    ];
    for below in ONE_ID.into_iter().chain(lists) {
        let answer = stranger.get(below).await;
        assert_eq!(answer.status, 401, "{below}");
        let challenge = answer.header("www-authenticate");
        assert_eq!(challenge, Some("Basic realm=\"acme\""), "{below}");
        // As where there is no such account.
        let other = nowhere.get(below).await.expect(401);
        assert_eq!(answer.error().replace("acme", "ghost"), {
            let told = other.error();
            // Only the name that was asked differs.
            told.replace("acme", "ghost")
        });
        // With the sign-in that the client has, all is well.
        let signed_in = world.app.anonymous();
        let signed_in = signed_in.authorization(basic("anyone", &world.key));
        stranger.seen_by(&signed_in).get(below).await.expect(200);
        let wrong = world.app.anonymous().authorization(basic("ada", "wrong"));
        stranger.seen_by(&wrong).get(below).await.expect(401);
    }
}

/// A 403 or another 401 would have the client ask for credentials again and again.
#[tokio::test(flavor = "multi_thread")]
async fn case_19_a_user_without_access_finds_nothing_and_is_not_asked_again() {
    let world = World::new().await;
    world.source().publish("Acme.Lib", "1.0.0").await;
    let stranger = world.source().seen_by(&world.app.user("sam").await);
    stranger.get("index.json").await.expect(200);
    for below in ONE_ID {
        let answer = stranger.get(below).await;
        assert_eq!(answer.status, 404, "{below}");
        assert!(answer.header("www-authenticate").is_none(), "{below}");
        let none = below
            .replace("acme.lib", "acme.no")
            .replace("Acme.Lib", "Acme.No");
        let none = stranger.get(&none).await.expect(404);
        let told = answer.error().replace(".lib", ".no").replace(".Lib", ".No");
        assert_eq!(told, none.error(), "{below}");
    }
    assert!(stranger.found("q=").await.is_empty());
    let reader = world.colleague("rita", "Acme.Lib", Role::Read).await;
    for below in ONE_ID {
        reader.get(below).await.expect(200);
    }
    assert_eq!(reader.found("q=").await, ["Acme.Lib"]);
}

/// The table of §8: an owner with public and private packages.
#[tokio::test(flavor = "multi_thread")]
async fn a_source_is_open_as_long_as_nothing_in_it_is_hidden() {
    let world = World::new().await;
    world.public("Acme.Lib", "1.0.0").await;
    let stranger = world.stranger();
    let lists = [
        "query",
        "v2/",
        "v2/$metadata",
        "v2/Packages()",
        "v2/Search()/$count",
    ];
    for below in ONE_ID.into_iter().chain(lists).chain(["index.json"]) {
        stranger.get(below).await.expect(200);
    }
    assert_eq!(stranger.found("").await, ["Acme.Lib"]);
    world.source().publish("Acme.Secret", "1.0.0").await;
    for below in ONE_ID.into_iter().chain(["index.json"]) {
        stranger.get(below).await.expect(200);
        let other = below.replace("acme.lib", "acme.secret");
        let other = other.replace("Acme.Lib", "Acme.Secret");
        if other != below {
            stranger.get(&other).await.expect(401);
            let none = other.replace("secret", "none").replace("Secret", "None");
            stranger.get(&none).await.expect(401);
        }
    }
    for below in lists {
        stranger.get(below).await.expect(401);
    }
    // Who has signed in sees what he may.
    let sam = world.source().seen_by(&world.app.user("sam").await);
    assert_eq!(sam.found("").await, ["Acme.Lib"]);
    world.show("Acme.Secret", Visibility::Internal).await;
    assert_eq!(sam.found("").await.len(), 2);
    stranger.get("query").await.expect(401);
    world.show("Acme.Secret", Visibility::Public).await;
    assert_eq!(stranger.found("").await.len(), 2);
    // With the last live version a package is no part of the source any more.
    world.show("Acme.Secret", Visibility::Private).await;
    world.delete("Acme.Secret", &["1.0.0"]).await;
    assert_eq!(stranger.found("").await, ["Acme.Lib"]);
    world.delete_package("Acme.Lib").await;
    stranger.get("index.json").await.expect(401);
}
