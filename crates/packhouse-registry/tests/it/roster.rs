//! Lists of packages, over more than one page.

use std::collections::BTreeMap;

use packhouse_core::account::OrganisationPolicy;
use packhouse_core::actor::Actor;
use packhouse_core::package::PackageName;
use packhouse_core::permission::{Action, Role};
use packhouse_core::token::TokenLimits;
use packhouse_core::visibility::Visibility;
use packhouse_db::package::{self, NewPackage};
use packhouse_db::repository;
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::world::{FORMAT, World, account, package as address};

on_both_engines!(an_owners_list_holds_each_package_once_with_the_askers_role);

/// More than two pages.
const PACKAGES: usize = 450;

/// Gives `acme` many packages: public, internal and private ones, and every fifth with the access
/// of a private repository.
async fn fill(world: &World) -> Vec<String> {
    let names: Vec<_> = (0..PACKAGES).map(|index| format!("p{index}")).collect();
    let owner = world.account_id("acme").await;
    let (made, at) = (names.clone(), chrono::DateTime::UNIX_EPOCH);
    world
        .db(move |conn| {
            let source = repository::find_repository(conn, owner, "source")?.map(|found| found.id);
            for (index, name) in made.iter().enumerate() {
                let inherits = index % 5 == 4;
                let visibility = match index % 5 {
                    0 => Visibility::Public,
                    1 => Visibility::Internal,
                    _ => Visibility::Private,
                };
                let new = NewPackage {
                    owner,
                    format: FORMAT,
                    name: PackageName::new(name, name.clone()),
                    repository: source.filter(|_| inherits),
                    inherits,
                    visibility,
                    description: None,
                };
                let made = package::insert_package(conn, &new, at)?;
                package::set_latest(conn, made.id, None, 1, None)?;
            }
            Ok(())
        })
        .await;
    names
}

async fn an_owners_list_holds_each_package_once_with_the_askers_role(database: TestDatabase) {
    let world = World::new(database);
    let (ada, bob, eve) = (
        world.user("ada").await,
        world.user("bob").await,
        world.user("eve").await,
    );
    world.organisation("acme", &ada, &[&bob]).await;
    let policy = OrganisationPolicy {
        base_role: Some(Role::Read),
        ..OrganisationPolicy::default()
    };
    world.policy("acme", policy).await;
    world.repository("acme/source", Visibility::Private).await;
    world.team("acme", "core", &[&bob]).await;
    let names = fill(&world).await;
    // On both sides of the ends of pages.
    for index in [0, 2, 198, 200, 201, 202, 203, 400, 401, 448] {
        let name = format!("acme/p{index}");
        world.grant_package(&name, "eve", Some(Role::Write)).await;
    }
    for (name, role) in [("acme/p2", Role::Admin), ("acme/p448", Role::Write)] {
        world.grant_package(name, "acme/core", Some(role)).await;
        world.grant_package(name, "bob", Some(Role::Read)).await;
    }
    world
        .grant_repository("acme/source", "acme/core", Some(Role::Write))
        .await;
    let reads = world
        .token("bob", "read:packages", TokenLimits::default())
        .await;
    let admin = world.site_admin("root").await;

    let owner = world
        .db(|conn| packhouse_db::account::find_account(conn, "acme"))
        .await
        .unwrap();
    for actor in [&Actor::Anonymous, &eve, &bob, &reads, &ada, &admin] {
        let row = |name: &PackageName, role| (name.to_string(), role);
        let listed = world.registry.packages_of(actor, &owner, FORMAT, row).await;
        let listed = listed.unwrap();
        let count = listed.len();
        let listed: BTreeMap<_, _> = listed.into_iter().collect();
        assert_eq!(listed.len(), count, "{}", actor.shown());
        let mut expected = BTreeMap::new();
        for name in &names {
            if let Some(role) = role(&world, actor, name).await {
                expected.insert(name.clone(), role);
            }
        }
        assert_eq!(listed, expected, "{}", actor.shown());
    }

    let all = world
        .registry
        .list_packages(&account("acme"), |record| record.package.name.to_string())
        .await;
    assert_eq!(all.unwrap(), names);
}

/// Asks about one package what the list says of many.
async fn role(world: &World, actor: &Actor, name: &str) -> Option<Role> {
    let at = address(&format!("acme/{name}"));
    let may = async |action| world.registry.authorize(actor, &at, action).await.is_ok();
    if !may(Action::Read).await {
        None
    } else if may(Action::Administer).await {
        Some(Role::Admin)
    } else if may(Action::Publish).await {
        Some(Role::Write)
    } else {
        Some(Role::Read)
    }
}
