//! Packages that belong to a repository: it decides about them, there or not.

use packhouse_core::actor::Actor;
use packhouse_core::error::ErrorKind;
use packhouse_core::permission::{Action, Role};
use packhouse_core::repository::RepositoryName;
use packhouse_core::token::TokenLimits;
use packhouse_core::visibility::Visibility;
use packhouse_registry::grant::Grantee;
use packhouse_registry::repository::RepositoryAddress;
use packhouse_registry::visibility::AccessSource;
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::world::{Part, World, account, parts, refused};

on_both_engines!(
    what_is_missing_is_answered_like_what_is_there,
    what_is_hidden_is_answered_like_what_is_missing,
    whoever_may_write_creates,
    a_token_of_a_repository_works_in_there,
    a_token_of_a_package_creates_nothing,
    a_name_without_a_repository_is_read,
    access_and_link_are_the_repositorys_alone,
    a_repository_changes_the_access_of_what_is_in_it,
);

/// People as they stand to the repositories of acme.
struct People {
    world: World,
    ada: Actor,
    all: Vec<(&'static str, Actor)>,
}

async fn people(database: TestDatabase) -> People {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let (member, outsider) = (world.user("member").await, world.user("outsider").await);
    world.organisation("acme", &ada, &[&member]).await;
    let mut all = vec![
        ("anonymous", Actor::Anonymous),
        ("outsider", outsider),
        ("member", member),
        ("owner", ada.clone()),
        ("root", world.site_admin("root").await),
    ];
    for (name, role) in [
        ("reader", Role::Read),
        ("writer", Role::Write),
        ("boss", Role::Admin),
    ] {
        all.push((name, world.user(name).await));
        for visibility in Visibility::ALL {
            let repository = format!("acme/{visibility}");
            if name == "reader" {
                world.repository(&repository, visibility).await;
            }
            world.grant_repository(&repository, name, Some(role)).await;
        }
    }
    for visibility in Visibility::ALL {
        let part = Part::new(&format!("acme/{visibility}/{visibility}"), "1.0", "main");
        world.put(&ada, part).await.unwrap();
    }
    People { world, ada, all }
}

async fn answer(
    world: &World,
    actor: &Actor,
    name: &str,
    action: Action,
) -> (Option<ErrorKind>, String) {
    let at = parts(name);
    match world.registry.authorize(actor, &at, action).await {
        Ok(found) => (None, found.is_some().to_string()),
        Err(error) => (Some(error.kind()), error.to_string().replace(name, "NAME")),
    }
}

async fn what_is_missing_is_answered_like_what_is_there(database: TestDatabase) {
    let People { world, all, .. } = people(database).await;
    let mut allowed = Vec::new();
    for visibility in Visibility::ALL {
        let there = format!("acme/{visibility}/{visibility}");
        let missing = format!("acme/{visibility}/missing");
        for (name, actor) in &all {
            for action in Action::ALL {
                let (kind, text) = answer(&world, actor, &there, action).await;
                let (missing_kind, missing_text) = answer(&world, actor, &missing, action).await;
                assert_eq!(missing_kind, kind, "{name} {action:?} {visibility}");
                match kind {
                    None => {
                        assert_eq!((&*text, &*missing_text), ("true", "false"));
                        allowed.push(format!("{visibility} {name} {action:?}"));
                    }
                    Some(_) => assert_eq!(missing_text, text, "{name} {action:?} {visibility}"),
                }
            }
        }
    }
    // Spot checks of the model itself.
    let may = |text: &str| allowed.contains(&text.to_owned());
    assert!(may("public anonymous Read") && !may("internal anonymous Read"));
    assert!(may("internal outsider Read") && !may("private outsider Read"));
    assert!(may("private reader Read") && !may("private reader Publish"));
    assert!(may("private writer Publish") && !may("private writer Delete"));
    assert!(may("private boss Delete") && may("private owner Administer"));
    assert!(!may("public outsider Publish") && may("private root Publish"));
}

async fn what_is_hidden_is_answered_like_what_is_missing(database: TestDatabase) {
    let People { world, all, .. } = people(database).await;
    let outsiders = all
        .iter()
        .filter(|(name, _)| *name == "outsider" || *name == "anonymous");
    for (name, actor) in outsiders {
        for action in Action::ALL {
            let hidden = answer(&world, actor, "acme/private/private", action).await;
            assert!(hidden.0.is_some(), "{name} {action:?}");
            for other in [
                "acme/private/none",
                "acme/none/x",
                "nobody/none/x",
                "acme/*/none",
            ] {
                let (kind, text) = answer(&world, actor, other, action).await;
                assert_eq!((kind, text), hidden, "{name} {action:?} {other}");
            }
        }
    }
    // Nobody can do anything where there is no repository.
    for (name, actor) in all.iter().chain([&("system", Actor::System)]) {
        for other in ["acme/none/x", "nobody/none/x"] {
            for action in Action::ALL {
                let (kind, _) = answer(&world, actor, other, action).await;
                assert!(kind.is_some(), "{name} {action:?} {other}");
            }
        }
    }
}

async fn whoever_may_write_creates(database: TestDatabase) {
    let People { world, all, .. } = people(database).await;
    for visibility in Visibility::ALL {
        for (name, actor) in &all {
            let package = format!("acme/{visibility}/{visibility}-of-{name}");
            let put = world.put(actor, Part::new(&package, "1.0", "main")).await;
            let may = ["writer", "boss", "owner", "root"].contains(name);
            assert_eq!(put.is_ok(), may, "{package}: {put:?}");
            let record = world.parts_record(&package).await;
            assert_eq!(record.is_some(), may, "{package}");
            if let Some(record) = record {
                assert_eq!(record.visibility(), visibility);
            }
        }
    }
    // The repository gives the rights, the package none.
    let events = world.event_rows().await;
    let own = |event: &&packhouse_core::event::Event| {
        event.kind.as_str() == "grant.set" && event.package.is_some()
    };
    assert!(events.iter().find(own).is_none());
}

async fn limits(world: &World, repository: Option<&str>, package: Option<&str>) -> TokenLimits {
    let repository = repository.map(|name| RepositoryAddress::parse(name).unwrap());
    let (repositories, packages) = (
        repository.into_iter().collect(),
        package.map(parts).into_iter().collect(),
    );
    let limits = world
        .registry
        .token_limits(Vec::new(), repositories, packages);
    limits.await.unwrap()
}

async fn a_token_of_a_repository_works_in_there(database: TestDatabase) {
    let People { world, .. } = people(database).await;
    let limits = limits(&world, Some("acme/private"), None).await;
    let token = world.token("ada", "write:packages", limits).await;
    for (name, may) in [
        ("acme/private/private", true),
        ("acme/private/new", true),
        ("acme/internal/internal", false),
        ("acme/internal/new", false),
    ] {
        let put = world.put(&token, Part::new(name, "2.0", "main")).await;
        match may {
            true => assert!(put.is_ok(), "{name}: {put:?}"),
            false => assert_eq!(refused(put), ErrorKind::Forbidden, "{name}"),
        }
        let (kind, _) = answer(&world, &token, name, Action::Read).await;
        assert_eq!(kind.is_none(), may, "{name}");
    }
    // What anyone may read, any token may.
    for name in ["acme/public/public", "acme/public/new"] {
        let (kind, _) = answer(&world, &token, name, Action::Read).await;
        assert_eq!(kind, None, "{name}");
    }
}

async fn a_token_of_a_package_creates_nothing(database: TestDatabase) {
    let People { world, .. } = people(database).await;
    let limits = limits(&world, None, Some("acme/private/private")).await;
    let token = world.token("ada", "write:packages", limits).await;
    let part = |name: &str| Part::new(name, "2.0", "main");
    assert!(
        world
            .put(&token, part("acme/private/private"))
            .await
            .is_ok()
    );
    for name in ["acme/private/new", "acme/internal/internal", "acme/none/x"] {
        let put = world.put(&token, part(name)).await;
        assert_eq!(refused(put), ErrorKind::Forbidden, "{name}");
        let hidden = answer(&world, &token, name, Action::Read).await;
        assert_eq!(hidden.0, Some(ErrorKind::NotFound), "{name}");
    }
    let reader = world.token("ada", "read:packages", TokenLimits::default());
    let put = world.put(&reader.await, part("acme/private/new")).await;
    let text = put.unwrap_err().to_string();
    assert!(text.contains("lacks the scope write:packages"), "{text}");
}

async fn a_name_without_a_repository_is_read(database: TestDatabase) {
    let People { world, all, ada } = people(database).await;
    for visibility in Visibility::ALL {
        let (named, any) = (
            format!("acme/{visibility}/{visibility}"),
            format!("acme/*/{visibility}"),
        );
        for (name, actor) in &all {
            let one = answer(&world, actor, &named, Action::Read).await;
            let other = answer(&world, actor, &any, Action::Read).await;
            assert_eq!(other, one, "{name} {visibility}");
        }
    }
    let at = parts("acme/*/private");
    let found = world.registry.authorize(&ada, &at, Action::Read).await;
    let found = found.unwrap().unwrap();
    assert_eq!(found.repository.as_ref().unwrap().name.as_str(), "private");
    // A change of rights counts at the next request here too.
    let reader = &all.iter().find(|(name, _)| *name == "reader").unwrap().1;
    world.grant_repository("acme/private", "reader", None).await;
    let (kind, _) = answer(&world, reader, "acme/*/private", Action::Read).await;
    assert_eq!(kind, Some(ErrorKind::NotFound));
    // Nothing comes to be under such a name.
    let put = world
        .put(&ada, Part::new("acme/*/new", "1.0", "main"))
        .await;
    assert_eq!(refused(put), ErrorKind::Forbidden);
}

async fn access_and_link_are_the_repositorys_alone(database: TestDatabase) {
    let People { world, ada, .. } = people(database).await;
    let (at, client) = (parts("acme/private/private"), &world.client);
    let before = world.parts_record("acme/private/private").await.unwrap();
    let registry = &world.registry;
    let own = AccessSource::Own(Visibility::Public);
    let tools = Some(("acme".to_owned(), RepositoryName::parse("public").unwrap()));
    let eve = Grantee::User(account("outsider"));
    let results = [
        registry.set_visibility(&ada, client, &at, own).await,
        registry
            .set_visibility(&ada, client, &at, AccessSource::Inherit)
            .await,
        registry.link(&ada, client, &at, tools).await,
        registry.link(&ada, client, &at, None).await,
        registry
            .grant_on_package(&ada, client, &at, eve, Some(Role::Read))
            .await,
    ];
    for result in results {
        let text = result.as_ref().unwrap_err().to_string();
        assert!(
            text.contains("belongs to the repository acme/private"),
            "{text}"
        );
        assert_eq!(refused(result), ErrorKind::Unprocessable);
    }
    let after = world.parts_record("acme/private/private").await.unwrap();
    assert_eq!(after.package.revision, before.package.revision);
}

async fn a_repository_changes_the_access_of_what_is_in_it(database: TestDatabase) {
    let People { world, .. } = people(database).await;
    for visibility in [Visibility::Public, Visibility::Private] {
        let address = RepositoryAddress::parse("acme/private").unwrap();
        let changed = world.registry.set_repository_visibility(
            &Actor::System,
            &world.client,
            address,
            visibility,
        );
        changed.await.unwrap();
        for name in [
            "acme/private/private",
            "acme/private/none",
            "acme/*/private",
        ] {
            let (kind, _) = answer(&world, &Actor::Anonymous, name, Action::Read).await;
            assert_eq!(kind.is_none(), visibility == Visibility::Public, "{name}");
        }
    }
}
