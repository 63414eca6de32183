//! The first publish: who may create, with which access.

use packhouse_core::account::OrganisationPolicy;
use packhouse_core::actor::Actor;
use packhouse_core::error::ErrorKind;
use packhouse_core::permission::{Action, Role};
use packhouse_core::visibility::Visibility;
use packhouse_db::grant;
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::world::{Draft, World, package, refused};

on_both_engines!(
    a_package_starts_private_unless_asked_otherwise,
    a_linked_package_inherits,
    an_organisation_may_turn_inheritance_off,
    a_link_to_another_owner_gives_no_access,
    what_the_publisher_asks_for_wins_over_the_repository,
    a_later_publish_changes_no_access,
    members_create_as_the_policy_says,
    the_creating_member_administers_the_package,
    internal_is_not_for_users,
    nobody_creates_under_a_name_without_an_account,
);

const TOOLS: &str = "https://packages.registry.example/base/acme/tools";

async fn acme(database: TestDatabase) -> (World, Actor, Actor) {
    let world = World::new(database);
    let (ada, bob) = (world.user("ada").await, world.user("bob").await);
    world.organisation("acme", &ada, &[&bob]).await;
    (world, ada, bob)
}

async fn access(world: &World, name: &str) -> (bool, Visibility) {
    let package = world.record(name).await.package;
    (package.inherits, package.visibility)
}

async fn a_package_starts_private_unless_asked_otherwise(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    world.publish_all(&ada, "ada/x", &["1.0.0"]).await;
    assert_eq!(access(&world, "ada/x").await, (false, Visibility::Private));
    let open = Draft::new("ada/y", "1.0.0").visibility(Visibility::Public);
    world.publish(&ada, open).await.unwrap();
    assert_eq!(access(&world, "ada/y").await, (false, Visibility::Public));
}

async fn a_linked_package_inherits(database: TestDatabase) {
    let (world, ada, bob) = acme(database).await;
    let eve = world.user("eve").await;
    for (visibility, eve_reads) in [(Visibility::Public, true), (Visibility::Private, false)] {
        let name = visibility.as_str();
        world.repository(&format!("acme/{name}"), visibility).await;
        let source = format!("https://packages.registry.example/base/acme/{name}");
        let draft = Draft::new(&format!("acme/{name}"), "1.0.0").source(&source);
        let done = world.publish(&ada, draft).await.unwrap();
        assert_eq!(done.warning, None);
        let at = package(&format!("acme/{name}"));
        assert!(world.record(&at.shown).await.inherited_from().is_some());
        let read = |actor: Actor| {
            let (registry, at) = (world.registry.clone(), at.clone());
            async move { registry.authorize(&actor, &at, Action::Read).await.is_ok() }
        };
        assert_eq!(read(eve.clone()).await, eve_reads, "{name}");
        assert_eq!(read(Actor::Anonymous).await, eve_reads, "{name}");
        // The organisation's base role reaches packages through inheritance.
        assert!(read(bob.clone()).await, "{name}");
    }
}

async fn an_organisation_may_turn_inheritance_off(database: TestDatabase) {
    let (world, ada, _) = acme(database).await;
    let policy = OrganisationPolicy {
        packages_inherit: false,
        ..OrganisationPolicy::default()
    };
    world.policy("acme", policy).await;
    world.repository("acme/tools", Visibility::Public).await;
    let draft = Draft::new("acme/x", "1.0.0").source(TOOLS);
    world.publish(&ada, draft).await.unwrap();
    assert_eq!(access(&world, "acme/x").await, (false, Visibility::Private));
    assert!(world.record("acme/x").await.repository.is_some());
}

async fn a_link_to_another_owner_gives_no_access(database: TestDatabase) {
    let (world, _, bob) = acme(database).await;
    world.repository("bob/open", Visibility::Public).await;
    let draft = Draft::new("acme/x", "1.0.0").source("https://git.example/bob/open");
    world.publish(&bob, draft).await.unwrap();
    let record = world.record("acme/x").await;
    assert_eq!(access(&world, "acme/x").await, (false, Visibility::Private));
    assert_eq!(record.repository.unwrap().owner, bob.account().unwrap());
}

async fn what_the_publisher_asks_for_wins_over_the_repository(database: TestDatabase) {
    let (world, ada, _) = acme(database).await;
    world.repository("acme/tools", Visibility::Private).await;
    let draft = Draft::new("acme/x", "1.0.0")
        .source(TOOLS)
        .visibility(Visibility::Public);
    world.publish(&ada, draft).await.unwrap();
    assert_eq!(access(&world, "acme/x").await, (false, Visibility::Public));
    assert!(world.record("acme/x").await.repository.is_some());
}

async fn a_later_publish_changes_no_access(database: TestDatabase) {
    let (world, ada, _) = acme(database).await;
    world.repository("acme/tools", Visibility::Public).await;
    world.publish_all(&ada, "acme/x", &["1.0.0"]).await;
    let draft = Draft::new("acme/x", "2.0.0")
        .source(TOOLS)
        .visibility(Visibility::Public);
    assert!(world.publish(&ada, draft).await.unwrap().new);
    assert_eq!(access(&world, "acme/x").await, (false, Visibility::Private));
    assert!(world.record("acme/x").await.repository.is_none());
}

async fn members_create_as_the_policy_says(database: TestDatabase) {
    let (world, ada, bob) = acme(database).await;
    let drafts = |name: &str| {
        Visibility::ALL.map(|visibility| {
            Draft::new(&format!("acme/{name}-{visibility}"), "1.0.0").visibility(visibility)
        })
    };
    for (draft, may) in drafts("bob").into_iter().zip([true, true, false]) {
        let result = world.publish(&bob, draft).await;
        match may {
            true => assert!(result.unwrap().new),
            false => assert_eq!(refused(result), ErrorKind::Forbidden),
        }
    }
    assert!(world.find("acme/bob-public").await.is_none());
    for draft in drafts("ada") {
        assert!(world.publish(&ada, draft).await.unwrap().new);
    }
    let nothing = OrganisationPolicy {
        member_visibilities: Vec::new(),
        ..OrganisationPolicy::default()
    };
    world.policy("acme", nothing).await;
    let result = world
        .publish(&bob, Draft::new("acme/bob-none", "1.0.0"))
        .await;
    assert_eq!(refused(result), ErrorKind::Forbidden);
    assert!(
        world
            .publish(&ada, Draft::new("acme/ada-none", "1.0.0"))
            .await
            .is_ok()
    );
}

async fn the_creating_member_administers_the_package(database: TestDatabase) {
    let (world, ada, bob) = acme(database).await;
    world.publish_all(&bob, "acme/x", &["1.0.0"]).await;
    world.publish_all(&ada, "acme/y", &["1.0.0"]).await;
    let mut roles = Vec::new();
    for name in ["acme/x", "acme/y"] {
        let object = grant::Object::Package(world.record(name).await.package.id);
        let user = bob.account().unwrap();
        roles.push(
            world
                .db(move |conn| grant::role_of(conn, user, object))
                .await,
        );
    }
    assert_eq!(roles, [Some(Role::Admin), None]);
    let at = package("acme/x");
    let found = world
        .registry
        .authorize(&bob, &at, Action::Administer)
        .await;
    assert!(found.unwrap().is_some());
    assert!(world.events().await.contains(&"grant.set"));
}

async fn internal_is_not_for_users(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let draft = Draft::new("ada/x", "1.0.0").visibility(Visibility::Internal);
    assert_eq!(
        refused(world.publish(&ada, draft).await),
        ErrorKind::Unprocessable
    );
    assert!(world.find("ada/x").await.is_none());
}

async fn nobody_creates_under_a_name_without_an_account(database: TestDatabase) {
    let world = World::new(database);
    let (ada, root) = (world.user("ada").await, world.site_admin("root").await);
    for actor in [ada, root, Actor::System] {
        let result = world.publish(&actor, Draft::new("nobody/x", "1.0.0")).await;
        assert!(result.is_err(), "{actor:?}");
    }
    assert!(world.events().await.is_empty());
}
