//! Running lists: what changes write into them, and what each asker gets to read.

use chrono::TimeDelta;
use packhouse_core::account::OrganisationPolicy;
use packhouse_core::actor::Actor;
use packhouse_core::permission::Role;
use packhouse_core::token::TokenLimits;
use packhouse_core::visibility::Visibility;
use packhouse_registry::Registry;
use packhouse_registry::visibility::AccessSource;
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::world::{Draft, FORMAT, World, package, version, versions};

on_both_engines!(
    every_change_adds_a_line,
    everyone_reads_what_he_may,
    lists_follow_every_change_of_rights,
    many_at_once_leave_no_gap,
    rights_may_change_while_a_request_is_under_way,
    whoever_reads_what_is_public_shares_the_text,
    what_was_added_gives_way_to_one_line_a_package,
    changes_while_a_list_begins_anew_are_in_it,
    a_check_finds_versions_that_no_list_tells_of,
);

/// Gives the lines of an owner's list as somebody reads them, without how it begins.
async fn lines(registry: &Registry, actor: &Actor, owner: &str) -> Vec<String> {
    let account = registry
        .authorize_listing(
            &Actor::System,
            FORMAT,
            owner,
            packhouse_registry::Listing::Contents,
        )
        .await
        .unwrap();
    let list = registry
        .running_list(actor, &account, FORMAT)
        .await
        .unwrap();
    let text = std::str::from_utf8(&list.text).unwrap();
    assert_eq!(
        list.md5,
        packhouse_registry::bytes::digests_of(text.as_bytes())
            .md5
            .unwrap()
            .0
    );
    let sha256 = packhouse_registry::bytes::digests_of(text.as_bytes()).sha256;
    assert_eq!(list.sha256, sha256.0);
    let (begun, rest) = text.split_once('\n').unwrap();
    assert!(begun.starts_with("begun at "), "{text}");
    rest.lines().map(str::to_owned).collect()
}

async fn every_change_adds_a_line(database: TestDatabase) {
    let world = World::new(database);
    let (ada, client) = (world.user("ada").await, &world.client);
    let (registry, a) = (&world.registry, package("ada/a"));
    assert!(lines(registry, &ada, "ada").await.is_empty());
    world.publish_all(&ada, "ada/a", &["1.0.0", "2.0.0"]).await;
    // A repeat adds none.
    world
        .publish(&ada, Draft::new("ada/a", "1.0.0"))
        .await
        .unwrap();
    world.clock.advance(TimeDelta::seconds(5));
    world.publish_all(&ada, "ada/b", &["1.0.0"]).await;
    let gone = versions(&["1.0.0", "3.0.0"]);
    registry
        .delete_versions(&ada, client, &a, gone, None)
        .await
        .unwrap();
    let first = version("1.0.0");
    registry
        .restore_version(&ada, client, &a, &first)
        .await
        .unwrap();
    let expected = [
        "a +1.0.0 [1.0.0@0]",
        "a +2.0.0 [1.0.0@0,2.0.0@0]",
        "b +1.0.0 [1.0.0@5]",
        "a -1.0.0 [2.0.0@0]",
        // Back at the end, as it was published.
        "a +1.0.0 [2.0.0@0,1.0.0@0]",
    ];
    assert_eq!(lines(registry, &ada, "ada").await, expected);
    // A deleted package is in no list; what was yanked before it stays so when it comes back.
    let gone = versions(&["2.0.0"]);
    registry
        .delete_versions(&ada, client, &a, gone, None)
        .await
        .unwrap();
    registry
        .delete_package(&ada, client, &a, None)
        .await
        .unwrap();
    assert_eq!(lines(registry, &ada, "ada").await, [expected[2]]);
    registry.restore_package(&ada, client, &a).await.unwrap();
    let restored = lines(registry, &ada, "ada").await;
    assert_eq!(restored.last().unwrap(), "a -2.0.0 [1.0.0@0]");
    assert_eq!(restored[..5], expected);
}

async fn everyone_reads_what_he_may(database: TestDatabase) {
    let world = World::new(database);
    let (ada, bob, eve) = (
        world.user("ada").await,
        world.user("bob").await,
        world.user("eve").await,
    );
    let publish = async |name: &str, visibility| {
        let draft = Draft::new(&format!("ada/{name}"), "1.0.0").visibility(visibility);
        world.publish(&ada, draft).await.unwrap();
    };
    publish("open", Visibility::Public).await;
    publish("shared", Visibility::Private).await;
    world
        .grant_package("ada/shared", "bob", Some(Role::Read))
        .await;
    let registry = &world.registry;
    let names = async |actor: &Actor| -> Vec<String> {
        let lines = lines(registry, actor, "ada").await;
        lines
            .iter()
            .map(|line| line.split(' ').next().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names(&ada).await, ["open", "shared"]);
    assert_eq!(
        names(&bob).await,
        ["open", "shared"],
        "he reads all there is"
    );
    assert_eq!(names(&eve).await, ["open"]);
    assert_eq!(names(&Actor::Anonymous).await, ["open"]);
    // What comes later is not for who read all so far.
    publish("secret", Visibility::Private).await;
    assert_eq!(names(&ada).await, ["open", "shared", "secret"]);
    assert_eq!(names(&bob).await, ["open", "shared"]);
    assert_eq!(names(&eve).await, ["open"]);
    publish("late", Visibility::Public).await;
    assert_eq!(names(&bob).await, ["open", "shared", "late"]);
    assert_eq!(names(&eve).await, ["open", "late"]);
    assert_eq!(names(&Actor::Anonymous).await, ["open", "late"]);
    assert_eq!(names(&Actor::System).await.len(), 4);
    // A token narrows.
    let only = TokenLimits {
        packages: vec![world.record("ada/secret").await.package.id],
        ..TokenLimits::default()
    };
    let token = world.token("ada", "read:packages", only).await;
    assert_eq!(names(&token).await, ["open", "secret", "late"]);
    let blind = world
        .token("ada", "write:packages", TokenLimits::default())
        .await;
    assert_eq!(names(&blind).await.len(), 4, "write implies read");
}

/// After each change of rights a server that read before gives what one that never did gives.
async fn lists_follow_every_change_of_rights(database: TestDatabase) {
    let world = World::new(database);
    let (ada, bob, eve) = (
        world.user("ada").await,
        world.user("bob").await,
        world.user("eve").await,
    );
    world.organisation("acme", &ada, &[&bob]).await;
    world.team("acme", "crew", &[]).await;
    world.repository("acme/repo", Visibility::Private).await;
    let source = "https://git.example/acme/repo";
    for (name, source) in [("linked", Some(source)), ("own", None), ("other", None)] {
        let mut draft = Draft::new(&format!("acme/{name}"), "1.0.0");
        draft.source = source.map(str::to_owned);
        world.publish(&ada, draft).await.unwrap();
    }
    let actors = [ada.clone(), bob.clone(), eve.clone(), Actor::Anonymous];
    let mut seen = std::collections::BTreeSet::new();
    let mut check = async |step: &str| {
        let fresh = world.replica();
        let mut all = Vec::new();
        for actor in &actors {
            let warm = lines(&world.registry, actor, "acme").await;
            let cold = lines(&fresh, actor, "acme").await;
            assert_eq!(warm, cold, "{step}: {}", actor.shown());
            all.push(warm);
        }
        seen.insert(all);
    };
    let (registry, client, system) = (&world.registry, &world.client, &Actor::System);
    let acme = crate::world::account("acme");
    check("first").await;
    world
        .grant_package("acme/own", "eve", Some(Role::Read))
        .await;
    check("a grant on a package").await;
    world.grant_package("acme/own", "eve", None).await;
    check("its end").await;
    world
        .grant_package("acme/own", "acme/crew", Some(Role::Read))
        .await;
    check("a grant to a team without members").await;
    let crew = packhouse_core::account::TeamName::parse("crew").unwrap();
    let bob_name = crate::world::account("bob");
    let joined = registry.set_team_member(system, client, &acme, &crew, &bob_name, true);
    joined.await.unwrap();
    check("a member of the team").await;
    let left = registry.set_team_member(system, client, &acme, &crew, &bob_name, false);
    left.await.unwrap();
    check("none again").await;
    world
        .grant_repository("acme/repo", "eve", Some(Role::Read))
        .await;
    check("a grant on a repository").await;
    let repo = || packhouse_registry::repository::RepositoryAddress::parse("acme/repo").unwrap();
    for visibility in [
        Visibility::Internal,
        Visibility::Public,
        Visibility::Private,
    ] {
        registry
            .set_repository_visibility(system, client, repo(), visibility)
            .await
            .unwrap();
        check("a repository's visibility").await;
    }
    let linked = package("acme/linked");
    for access in [
        AccessSource::Own(Visibility::Public),
        AccessSource::Own(Visibility::Private),
    ] {
        registry
            .set_visibility(system, client, &linked, access)
            .await
            .unwrap();
        check("a package's visibility").await;
    }
    let inherit = AccessSource::Inherit;
    registry
        .set_visibility(system, client, &linked, inherit)
        .await
        .unwrap();
    check("inherited").await;
    let policy = OrganisationPolicy {
        base_role: Some(Role::Read),
        ..OrganisationPolicy::default()
    };
    world.policy("acme", policy).await;
    check("a role for all members").await;
    let role = |role| registry.set_member(system, client, &acme, &bob_name, role);
    role(Some(packhouse_core::account::OrganisationRole::Owner))
        .await
        .unwrap();
    check("an owner more").await;
    role(None).await.unwrap();
    check("who left").await;
    registry
        .delete_package(system, client, &package("acme/other"), None)
        .await
        .unwrap();
    check("a package less").await;
    registry
        .restore_package(system, client, &package("acme/other"))
        .await
        .unwrap();
    check("a package more").await;
    assert!(seen.len() > 8, "these changes show: {}", seen.len());
}

/// A request keeps what it found out at its beginning; a list that changed since is read anew.
async fn rights_may_change_while_a_request_is_under_way(database: TestDatabase) {
    let world = World::new(database);
    let (ada, bob) = (world.user("ada").await, world.user("bob").await);
    world.publish_all(&ada, "ada/a", &["1.0.0"]).await;
    let registry = &world.registry;
    for actor in [&bob, &Actor::Anonymous, &Actor::System] {
        let request = registry.at_one_moment(async {
            let entrance = packhouse_registry::Listing::Contents;
            let account = registry.authorize_listing(&Actor::System, FORMAT, "ada", entrance);
            let account = account.await.unwrap();
            for role in [Some(Role::Read), None] {
                world.grant_package("ada/a", "bob", role).await;
            }
            world.grant_package("ada/a", "bob", Some(Role::Read)).await;
            registry.running_list(actor, &account, FORMAT).await
        });
        let text = request.await.unwrap().text.clone();
        let shown = String::from_utf8_lossy(&text).contains("a +1.0.0");
        assert_eq!(
            shown,
            !matches!(actor, Actor::Anonymous),
            "{}",
            actor.shown()
        );
        world.grant_package("ada/a", "bob", None).await;
    }
}

async fn whoever_reads_what_is_public_shares_the_text(database: TestDatabase) {
    let world = World::new(database);
    let (ada, eve) = (world.user("ada").await, world.user("eve").await);
    let publish = async |name: &str, visibility| {
        let draft = Draft::new(&format!("ada/{name}"), "1.0.0").visibility(visibility);
        world.publish(&ada, draft).await.unwrap();
    };
    let text = async |actor: &Actor| {
        let account = world.registry.authorize_listing(
            &Actor::System,
            FORMAT,
            "ada",
            packhouse_registry::Listing::Contents,
        );
        let account = account.await.unwrap();
        world
            .registry
            .running_list(actor, &account, FORMAT)
            .await
            .unwrap()
    };
    let shares = |a: &std::sync::Arc<_>, b: &std::sync::Arc<_>| std::sync::Arc::ptr_eq(a, b);
    publish("open", Visibility::Public).await;
    let stranger = text(&Actor::Anonymous).await;
    assert!(shares(&stranger, &text(&eve).await) && shares(&stranger, &text(&ada).await));
    // The first that is not public does not part those who read what is.
    publish("secret", Visibility::Private).await;
    let stranger = text(&Actor::Anonymous).await;
    assert!(shares(&stranger, &text(&eve).await));
    let all = text(&ada).await;
    assert!(!shares(&stranger, &all) && shares(&all, &text(&Actor::System).await));
}

async fn many_at_once_leave_no_gap(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let other = world.replica();
    let mut tasks = Vec::new();
    for number in 0..12 {
        let registry = if number % 2 == 0 {
            world.registry.clone()
        } else {
            other.clone()
        };
        let draft = Draft::new(&format!("ada/p{}", number % 3), &format!("{number}.0.0"));
        let (ada, client) = (ada.clone(), world.client.clone());
        tasks.push(tokio::spawn(async move {
            let publish = draft.ready(&registry).await;
            registry.publish(&ada, &client, publish).await.unwrap();
            // What was published is in the list that is read next.
            let mine = format!("+{number}.0.0 ");
            assert!(
                lines(&registry, &ada, "ada")
                    .await
                    .iter()
                    .any(|line| line.contains(&mine))
            );
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    let all = lines(&world.registry, &ada, "ada").await;
    assert_eq!(all.len(), 12);
    assert_eq!(all, lines(&other, &ada, "ada").await);
    let of = (world.account_id("ada").await, FORMAT);
    let position = world
        .db(move |conn| packhouse_db::feed::running::position(conn, of))
        .await;
    assert_eq!(position.unwrap().revision, 12);
}

/// Publishes so much that a list is begun anew.
async fn long_list(world: &World, ada: &Actor) {
    for number in 0..40 {
        let mut draft = Draft::new(&format!("ada/P{}", number % 4), &format!("{number}.0.0"));
        draft.line = Some(format!("{number} {}", "x".repeat(8 * 1024)));
        world.publish(ada, draft).await.unwrap();
    }
}

async fn what_was_added_gives_way_to_one_line_a_package(database: TestDatabase) {
    let world = World::new(database);
    let (ada, client) = (world.user("ada").await, &world.client);
    let registry = &world.registry;
    long_list(&world, &ada).await;
    let p3 = package("ada/P3");
    for number in (3..40).step_by(4) {
        let gone = versions(&[&format!("{number}.0.0")]);
        registry
            .delete_versions(&ada, client, &p3, gone, None)
            .await
            .unwrap();
    }
    let before = lines(registry, &ada, "ada").await;
    assert_eq!(before.len(), 50);
    assert_eq!(
        registry.begin_lists_anew().await.unwrap(),
        0,
        "not before a day is over"
    );
    world.clock.advance(TimeDelta::hours(25));
    assert_eq!(registry.begin_lists_anew().await.unwrap(), 1);
    let after = lines(registry, &ada, "ada").await;
    let begins: Vec<&str> = after.iter().map(|line| &line[..6]).collect();
    assert_eq!(begins, ["P0 =10", "P1 =10", "P2 =10"]);
    assert_eq!(after, lines(&world.replica(), &ada, "ada").await);
    // What a package's own list had last is what its line tells of.
    let last = before.iter().rfind(|line| line.starts_with("P2 ")).unwrap();
    let listed = |line: &str| line.split_once('[').unwrap().1.to_owned();
    assert_eq!(listed(&after[2]), listed(last));
    world.clock.advance(TimeDelta::hours(25));
    assert_eq!(
        registry.begin_lists_anew().await.unwrap(),
        0,
        "nothing was added"
    );
    world.publish_all(&ada, "ada/P3", &["99.0.0"]).await;
    let grown = lines(registry, &ada, "ada").await;
    assert_eq!(grown[..3], after[..]);
    assert!(grown[3].starts_with("P3 +99.0.0"));
}

async fn changes_while_a_list_begins_anew_are_in_it(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    long_list(&world, &ada).await;
    world.clock.advance(TimeDelta::hours(25));
    let (registry, other) = (world.registry.clone(), world.replica());
    let publishing = async {
        for number in 50..60 {
            let draft = Draft::new("ada/P1", &format!("{number}.0.0"));
            world.publish(&ada, draft).await.unwrap();
        }
    };
    let (first, second, ()) = tokio::join!(
        registry.begin_lists_anew(),
        other.begin_lists_anew(),
        publishing
    );
    assert_eq!(first.unwrap() + second.unwrap(), 1, "one of them does it");
    let all = lines(&registry, &ada, "ada").await;
    assert_eq!(all, lines(&world.replica(), &ada, "ada").await);
    // Every version that there is is told of, and the last line of each package has all of its own.
    let last = all.iter().rfind(|line| line.starts_with("P1 ")).unwrap();
    for number in 50..60 {
        assert!(last.contains(&format!("{number}.0.0@")), "{number}");
    }
}

async fn a_check_finds_versions_that_no_list_tells_of(database: TestDatabase) {
    let world = World::new(database).at_present();
    let ada = world.user("ada").await;
    world.publish_all(&ada, "ada/a", &["1.0.0", "2.0.0"]).await;
    world.publish_all(&ada, "ada/b", &["1.0.0"]).await;
    let (registry, client) = (&world.registry, &world.client);
    registry
        .delete_package(&ada, client, &package("ada/b"), None)
        .await
        .unwrap();
    let (found, _) = crate::check::check(&world, false).await;
    assert_eq!(found, [""; 0], "a deleted package keeps its list");
    let latest = world.record("ada/a").await.latest.unwrap();
    let hide = move |conn: &mut _| packhouse_db::feed::running::hide_version(conn, latest);
    assert!(world.db(hide).await);
    let (found, done) = crate::check::check(&world, false).await;
    assert_eq!((found.len(), done.wrong), (1, 1), "{found:?}");
    assert!(
        found[0].contains("a 2.0.0 is live and in no list"),
        "{found:?}"
    );
}
