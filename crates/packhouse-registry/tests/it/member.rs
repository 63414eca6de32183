//! Organisations, their members and teams.

use packhouse_core::account::{OrganisationRole, TeamName};
use packhouse_core::actor::Actor;
use packhouse_core::error::ErrorKind;
use packhouse_core::permission::{Action, Role};
use packhouse_core::visibility::Visibility;
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::world::{World, account, package, refused};

on_both_engines!(
    the_last_owner_stays,
    of_owners_who_remove_each_other_at_once_one_stays,
    leaving_ends_teams_and_grants,
    only_owners_change_members_and_teams,
    teams_take_members_only,
);

async fn set(
    world: &World,
    actor: &Actor,
    user: &str,
    role: Option<OrganisationRole>,
) -> packhouse_registry::Result<()> {
    let (acme, user) = (account("acme"), account(user));
    world
        .registry
        .set_member(actor, &world.client, &acme, &user, role)
        .await
}

async fn the_last_owner_stays(database: TestDatabase) {
    let world = World::new(database);
    let (ada, bob) = (world.user("ada").await, world.user("bob").await);
    world.organisation("acme", &ada, &[&bob]).await;
    for role in [None, Some(OrganisationRole::Member)] {
        assert_eq!(
            refused(set(&world, &ada, "ada", role).await),
            ErrorKind::Conflict
        );
    }
    set(&world, &ada, "ada", Some(OrganisationRole::Owner))
        .await
        .unwrap();
    set(&world, &ada, "bob", Some(OrganisationRole::Owner))
        .await
        .unwrap();
    set(&world, &ada, "ada", None).await.unwrap();
    assert_eq!(
        refused(set(&world, &bob, "bob", None).await),
        ErrorKind::Conflict
    );
    let id = world.account_id("acme").await;
    let members = world.registry.members(id).await.unwrap();
    assert_eq!(members.len(), 1);
    assert_eq!(members[0].1, OrganisationRole::Owner);
}

async fn of_owners_who_remove_each_other_at_once_one_stays(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    world.user("bob").await;
    world.organisation("acme", &ada, &[]).await;
    for _ in 0..5 {
        for name in ["ada", "bob"] {
            set(&world, &Actor::System, name, Some(OrganisationRole::Owner))
                .await
                .unwrap();
        }
        let tasks: Vec<_> = ["ada", "bob"]
            .into_iter()
            .map(|name| {
                let (registry, client) = (world.replica(), world.client.clone());
                tokio::spawn(async move {
                    let (acme, name) = (account("acme"), account(name));
                    registry
                        .set_member(&Actor::System, &client, &acme, &name, None)
                        .await
                })
            })
            .collect();
        let mut gone = 0;
        for task in tasks {
            gone += u32::from(task.await.unwrap().is_ok());
        }
        assert_eq!(gone, 1);
    }
}

async fn leaving_ends_teams_and_grants(database: TestDatabase) {
    let world = World::new(database);
    let (ada, bob) = (world.user("ada").await, world.user("bob").await);
    world.organisation("acme", &ada, &[&bob]).await;
    world.team("acme", "core", &[&bob]).await;
    world.repository("acme/tools", Visibility::Private).await;
    world.publish_all(&ada, "acme/x", &["1.0.0"]).await;
    world.publish_all(&ada, "acme/y", &["1.0.0"]).await;
    world
        .grant_package("acme/x", "bob", Some(Role::Write))
        .await;
    world
        .grant_package("acme/y", "acme/core", Some(Role::Write))
        .await;
    world
        .grant_repository("acme/tools", "bob", Some(Role::Admin))
        .await;
    let reads = async |name: &str| {
        let at = package(name);
        world
            .registry
            .authorize(&bob, &at, Action::Publish)
            .await
            .is_ok()
    };
    assert!(reads("acme/x").await && reads("acme/y").await);
    set(&world, &ada, "bob", None).await.unwrap();
    assert!(!reads("acme/x").await && !reads("acme/y").await);
    // Coming back brings nothing back.
    set(&world, &ada, "bob", Some(OrganisationRole::Member))
        .await
        .unwrap();
    assert!(!reads("acme/x").await && !reads("acme/y").await);
    let acme = world
        .registry
        .authorize_owner(&ada, "acme", packhouse_core::permission::Standing::Owner)
        .await
        .unwrap();
    assert!(
        world
            .registry
            .team_members(&acme, "core")
            .await
            .unwrap()
            .is_empty()
    );
    let events = world.events().await;
    assert!(events.contains(&"organisation.member_removed"));
}

async fn only_owners_change_members_and_teams(database: TestDatabase) {
    let world = World::new(database);
    let (ada, bob) = (world.user("ada").await, world.user("bob").await);
    world.organisation("acme", &ada, &[&bob]).await;
    let made = world
        .registry
        .create_organisation(&ada, &world.client, account("other"), &account("ada"))
        .await;
    assert_eq!(refused(made), ErrorKind::Forbidden);
    let refusal = set(&world, &bob, "bob", Some(OrganisationRole::Owner)).await;
    assert_eq!(refused(refusal), ErrorKind::Forbidden);
    let refusal = set(&world, &Actor::Anonymous, "bob", None).await;
    assert_eq!(refused(refusal), ErrorKind::Unauthenticated);
    let team = TeamName::parse("core").unwrap();
    let made = world
        .registry
        .create_team(&bob, &world.client, &account("acme"), team, Vec::new())
        .await;
    assert_eq!(refused(made), ErrorKind::Forbidden);
}

async fn teams_take_members_only(database: TestDatabase) {
    let world = World::new(database);
    let (ada, bob) = (world.user("ada").await, world.user("bob").await);
    world.user("eve").await;
    world.organisation("acme", &ada, &[&bob]).await;
    world.team("acme", "core", &[&bob]).await;
    let (acme, core) = (account("acme"), TeamName::parse("core").unwrap());
    let again = world
        .registry
        .create_team(&ada, &world.client, &acme, core.clone(), Vec::new())
        .await;
    assert_eq!(refused(again), ErrorKind::Conflict);
    let put = async |user: &str, member: bool| {
        let user = account(user);
        world
            .registry
            .set_team_member(&ada, &world.client, &acme, &core, &user, member)
            .await
    };
    assert_eq!(refused(put("eve", true).await), ErrorKind::Invalid);
    put("bob", false).await.unwrap();
    put("bob", false).await.unwrap();
    put("ada", true).await.unwrap();
    let events = world.events().await;
    assert_eq!(
        events[events.len() - 2..],
        ["team.member_removed", "team.member_added"]
    );
}
