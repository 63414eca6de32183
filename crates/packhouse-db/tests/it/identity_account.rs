//! Accounts, organisations, teams, repositories and grants.

use packhouse_core::account::{
    Account, AccountKind, AccountName, OrganisationPolicy, OrganisationRole, TeamName,
};
use packhouse_core::id::AccountId;
use packhouse_core::link::SourceAddress;
use packhouse_core::package::PackageName;
use packhouse_core::permission::Role;
use packhouse_core::repository::RepositoryName;
use packhouse_core::visibility::Visibility;
use packhouse_db::account::NewAccount;
use packhouse_db::grant::{Object, Subject};
use packhouse_db::{AnyConn, DbError, account, grant, organisation, package, repository, team};
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::package_rows::{GEM, NPM, at, insert_package, new_package, with};

on_both_engines!(
    an_account_comes_back_as_it_went,
    names_are_unique_without_case,
    members_come_page_by_page,
    leaving_takes_teams_and_grants_along,
    teams_have_members_and_packages,
    repositories_have_sources,
    grants_replace_and_add_up,
);

pub(crate) fn new_account(kind: AccountKind, name: &str) -> NewAccount {
    NewAccount {
        kind,
        name: AccountName::parse(name).unwrap(),
        email: None,
        password_hash: None,
        site_admin: false,
        policy: OrganisationPolicy::default(),
    }
}

pub(crate) fn user(conn: &mut AnyConn, name: &str) -> AccountId {
    let new = new_account(AccountKind::User, name);
    account::insert_account(conn, &new, at(0)).unwrap().id
}

fn organisation(conn: &mut AnyConn, name: &str) -> AccountId {
    let new = new_account(AccountKind::Organisation, name);
    account::insert_account(conn, &new, at(0)).unwrap().id
}

fn names(accounts: &[Account]) -> Vec<&str> {
    accounts
        .iter()
        .map(|account| account.name.as_str())
        .collect()
}

async fn an_account_comes_back_as_it_went(test: TestDatabase) {
    with(&test.db, |conn| {
        let first = organisation(conn, "Acme");
        assert!(!account::any_user(conn)?, "an organisation is no user");
        let mut new = new_account(AccountKind::User, "Ada");
        new.email = Some("ada@mail.example".to_owned());
        new.password_hash = Some("$argon2id$one".to_owned());
        new.site_admin = true;
        let made = account::insert_account(conn, &new, at(5))?;
        assert!(account::any_user(conn)?);
        let found = account::find_account(conn, "ada")?.unwrap();
        assert_eq!((found.id, found.kind), (made.id, AccountKind::User));
        assert_eq!(found.name.as_str(), "Ada");
        assert_eq!(found.email.as_deref(), Some("ada@mail.example"));
        assert!(found.site_admin && !found.disabled);
        assert_eq!(found.created_at, at(5));
        assert_eq!(found.policy, OrganisationPolicy::default());
        assert!(
            account::find_account(conn, "Ada")?.is_none(),
            "keys are lower-case"
        );

        let hash = account::password_hash(conn, made.id)?;
        assert_eq!(hash.as_deref(), Some("$argon2id$one"));
        account::set_password_hash(conn, made.id, "$argon2id$two")?;
        let hash = account::password_hash(conn, made.id)?;
        assert_eq!(hash.as_deref(), Some("$argon2id$two"));
        assert_eq!(account::password_hash(conn, first)?, None);

        account::set_disabled(conn, made.id, true)?;
        let found = account::find_account_by_id(conn, made.id)?.unwrap();
        assert!(found.disabled);

        let policy = OrganisationPolicy {
            base_role: None,
            packages_inherit: false,
            member_visibilities: Vec::new(),
        };
        account::set_policy(conn, first, &policy)?;
        let found = account::find_account_by_id(conn, first)?.unwrap();
        assert_eq!(found.policy, policy);
        assert!(account::find_account_by_id(conn, AccountId(4_000))?.is_none());
        Ok(())
    })
    .await;
}

async fn names_are_unique_without_case(test: TestDatabase) {
    let (acme, ada) = with(&test.db, |conn| {
        Ok((organisation(conn, "Acme"), user(conn, "ada")))
    })
    .await;
    let write = |work: fn(&mut AnyConn, AccountId) -> Result<(), DbError>| {
        test.db.write(move |conn| work(conn, acme))
    };
    let account = write(|conn, _| {
        let new = new_account(AccountKind::User, "ACME");
        account::insert_account(conn, &new, at(1)).map(|_| ())
    });
    assert!(matches!(account.await, Err(DbError::Duplicate(_))));
    for wanted in [true, false] {
        let team = write(|conn, acme| {
            let name = TeamName::parse("Core").unwrap();
            team::insert_team(conn, acme, &name, at(1)).map(|_| ())
        });
        assert_eq!(team.await.is_ok(), wanted);
        let repository = write(|conn, acme| {
            let name = RepositoryName::parse("Tools").unwrap();
            repository::insert_repository(conn, acme, &name, Visibility::Private, at(1)).map(|_| ())
        });
        assert_eq!(repository.await.is_ok(), wanted);
    }
    with(&test.db, move |conn| {
        let name = RepositoryName::parse("tools").unwrap();
        let other = repository::insert_repository(conn, ada, &name, Visibility::Public, at(1))?;
        assert_eq!(other.owner, ada);
        Ok(())
    })
    .await;
}

async fn members_come_page_by_page(test: TestDatabase) {
    with(&test.db, |conn| {
        let (acme, beta) = (organisation(conn, "acme"), organisation(conn, "Beta"));
        let users = ["ada", "bob", "cyd"].map(|name| user(conn, name));
        for user in users {
            organisation::set_member(conn, acme, user, OrganisationRole::Member)?;
        }
        organisation::set_member(conn, acme, users[1], OrganisationRole::Owner)?;
        organisation::set_member(conn, beta, users[1], OrganisationRole::Member)?;
        assert_eq!(organisation::count_owners(conn, acme)?, 1);
        assert_eq!(organisation::count_owners(conn, beta)?, 0);
        let role = organisation::find_role(conn, acme, users[1])?;
        assert_eq!(role, Some(OrganisationRole::Owner));
        assert_eq!(organisation::find_role(conn, beta, users[0])?, None);

        let first = organisation::list_members(conn, acme, None, 2)?;
        let shown: Vec<_> = first
            .iter()
            .map(|(who, role)| (who.name.as_str(), *role))
            .collect();
        let expected = [
            ("ada", OrganisationRole::Member),
            ("bob", OrganisationRole::Owner),
        ];
        assert_eq!(shown, expected);
        let rest = organisation::list_members(conn, acme, Some(first[1].0.id), 2)?;
        assert_eq!(rest.len(), 1);
        assert_eq!(rest[0].0.name.as_str(), "cyd");
        Ok(())
    })
    .await;
}

async fn leaving_takes_teams_and_grants_along(test: TestDatabase) {
    with(&test.db, |conn| {
        let (acme, beta) = (organisation(conn, "acme"), organisation(conn, "beta"));
        let (ada, bob) = (user(conn, "ada"), user(conn, "bob"));
        let mut objects = Vec::new();
        let mut teams = Vec::new();
        for owner in [acme, beta] {
            let name = RepositoryName::parse("tools").unwrap();
            let made =
                repository::insert_repository(conn, owner, &name, Visibility::Private, at(0))?;
            objects.push(Object::Repository(made.id));
            objects.push(Object::Package(insert_package(conn, owner, "x")));
            let made = team::insert_team(conn, owner, &TeamName::parse("core").unwrap(), at(0))?;
            teams.push(made.id);
            for who in [ada, bob] {
                team::add_member(conn, made.id, who)?;
            }
        }
        for object in &objects {
            for who in [ada, bob] {
                grant::set_grant(conn, Subject::User(who), *object, Role::Write, at(0))?;
            }
        }
        assert!(!organisation::remove_member(conn, acme, ada)?);
        let role = grant::role_of(conn, ada, objects[0])?;
        assert_eq!(role, Some(Role::Write), "who is no member loses nothing");

        organisation::set_member(conn, acme, ada, OrganisationRole::Member)?;
        assert!(organisation::remove_member(conn, acme, ada)?);
        assert_eq!(organisation::find_role(conn, acme, ada)?, None);
        let kept = |conn: &mut AnyConn, who| -> Vec<bool> {
            let has = |object: &Object| grant::role_of(conn, who, *object).unwrap().is_some();
            objects.iter().map(has).collect()
        };
        assert_eq!(kept(conn, ada), [false, false, true, true]);
        assert_eq!(kept(conn, bob), [true; 4]);
        assert_eq!(names(&team::list_members(conn, teams[0])?), ["bob"]);
        assert_eq!(names(&team::list_members(conn, teams[1])?), ["ada", "bob"]);
        Ok(())
    })
    .await;
}

async fn teams_have_members_and_packages(test: TestDatabase) {
    with(&test.db, |conn| {
        let (acme, ada) = (organisation(conn, "acme"), user(conn, "ada"));
        let name = TeamName::parse("Core").unwrap();
        let core = team::insert_team(conn, acme, &name, at(0))?;
        let other = team::insert_team(conn, acme, &TeamName::parse("art").unwrap(), at(0))?;
        let found = team::find_team(conn, acme, "core")?.unwrap();
        assert_eq!((found.id, found.name.as_str()), (core.id, "Core"));
        assert!(team::find_team(conn, ada, "core")?.is_none());
        let listed: Vec<_> = team::list_teams(conn, acme)?
            .iter()
            .map(|team| team.id)
            .collect();
        assert_eq!(listed, [other.id, core.id]);

        assert!(team::add_member(conn, core.id, ada)?);
        assert!(!team::add_member(conn, core.id, ada)?);
        assert!(team::remove_member(conn, core.id, ada)?);
        assert!(!team::remove_member(conn, core.id, ada)?);

        let repository = RepositoryName::parse("r").unwrap();
        let repository =
            repository::insert_repository(conn, acme, &repository, Visibility::Private, at(0))?;
        let mut inheriting = new_package(acme, "inherits");
        inheriting.repository = Some(repository.id);
        inheriting.inherits = true;
        let mut gem = new_package(acme, "gem");
        gem.format = GEM;
        for new in [
            new_package(acme, "Zoo"),
            new_package(acme, "bar"),
            inheriting,
            gem,
        ] {
            let made = package::insert_package(conn, &new, at(0))?;
            let object = Object::Package(made.id);
            grant::set_grant(conn, Subject::Team(core.id), object, Role::Write, at(0))?;
        }
        let gone = insert_package(conn, acme, "gone");
        let object = Object::Package(gone);
        grant::set_grant(conn, Subject::Team(core.id), object, Role::Read, at(0))?;
        package::mark_deleted(conn, gone, at(1))?;
        let packages = team::list_packages_of_team(conn, core.id, NPM)?;
        let shown: Vec<_> = packages
            .iter()
            .map(|(owner, name, role)| (owner.id, name.as_str(), *role))
            .collect();
        assert_eq!(
            shown,
            [(acme, "bar", Role::Write), (acme, "Zoo", Role::Write)]
        );
        assert_eq!(packages[1].1, PackageName::new("Zoo", "zoo"));
        assert!(team::list_packages_of_team(conn, other.id, NPM)?.is_empty());
        Ok(())
    })
    .await;
}

async fn repositories_have_sources(test: TestDatabase) {
    with(&test.db, |conn| {
        let (acme, ada) = (organisation(conn, "acme"), user(conn, "ada"));
        let name = RepositoryName::parse("Tools").unwrap();
        let first = repository::insert_repository(conn, acme, &name, Visibility::Private, at(3))?;
        let second = repository::insert_repository(conn, ada, &name, Visibility::Private, at(3))?;
        let found = repository::find_repository(conn, acme, "tools")?.unwrap();
        assert_eq!((found.id, found.name.as_str()), (first.id, "Tools"));
        assert_eq!(
            (found.visibility, found.created_at),
            (Visibility::Private, at(3))
        );
        repository::set_visibility(conn, first.id, Visibility::Internal)?;
        let found = repository::find_repository(conn, acme, "tools")?.unwrap();
        assert_eq!(found.visibility, Visibility::Internal);

        let address = SourceAddress::parse("http://git.example:443/acme/tools").unwrap();
        let other = SourceAddress::parse("https://git.example/acme/tools").unwrap();
        assert!(repository::add_source(conn, first.id, &address)?);
        assert!(!repository::add_source(conn, first.id, &address)?);
        assert!(repository::add_source(conn, first.id, &other)?);
        assert!(repository::add_source(conn, second.id, &other)?);
        let by_source = |conn: &mut AnyConn, address: &SourceAddress| -> Vec<_> {
            let found = repository::find_by_source(conn, address).unwrap();
            found.iter().map(|repository| repository.id).collect()
        };
        assert_eq!(by_source(conn, &other), [first.id, second.id]);
        assert_eq!(by_source(conn, &address), [first.id]);
        assert!(repository::remove_source(conn, first.id, &other)?);
        assert!(!repository::remove_source(conn, first.id, &other)?);
        assert_eq!(by_source(conn, &other), [second.id]);
        assert_eq!(by_source(conn, &address), [first.id]);
        Ok(())
    })
    .await;
}

async fn grants_replace_and_add_up(test: TestDatabase) {
    with(&test.db, |conn| {
        let (acme, ada, bob) = (
            organisation(conn, "acme"),
            user(conn, "ada"),
            user(conn, "bob"),
        );
        let team = team::insert_team(conn, acme, &TeamName::parse("core").unwrap(), at(0))?.id;
        team::add_member(conn, team, ada)?;
        let id = insert_package(conn, acme, "x");
        let object = Object::Package(id);
        let other = Object::Package(insert_package(conn, acme, "y"));
        let (user, team) = (Subject::User(ada), Subject::Team(team));
        assert_eq!(
            grant::set_grant(conn, user, object, Role::Read, at(0))?,
            None
        );
        let old = grant::set_grant(conn, user, object, Role::Write, at(1))?;
        assert_eq!(old, Some(Role::Read));
        grant::set_grant(conn, user, other, Role::Read, at(1))?;
        assert_eq!(grant::role_of(conn, ada, object)?, Some(Role::Write));
        assert_eq!(grant::role_of(conn, ada, other)?, Some(Role::Read));
        grant::set_grant(conn, team, object, Role::Admin, at(2))?;
        assert_eq!(grant::role_of(conn, ada, object)?, Some(Role::Admin));
        assert_eq!(grant::role_of(conn, bob, object)?, None);
        let listed = grant::list_grants(conn, object)?;
        let expected = [
            (user, "ada".to_owned(), Role::Write),
            (team, "core".to_owned(), Role::Admin),
        ];
        assert_eq!(listed, expected);
        assert_eq!(grant::remove_grant(conn, team, object)?, Some(Role::Admin));
        assert_eq!(grant::remove_grant(conn, team, object)?, None);
        assert_eq!(grant::role_of(conn, ada, object)?, Some(Role::Write));
        grant::remove_grants_on_package(conn, id)?;
        assert!(grant::list_grants(conn, object)?.is_empty());
        assert_eq!(grant::list_grants(conn, other)?.len(), 1);
        Ok(())
    })
    .await;
}
