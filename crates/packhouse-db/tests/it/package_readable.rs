//! The SQL predicate against the one decision, on random small worlds.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use packhouse_core::account::OrganisationRole;
use packhouse_core::id::{AccountId, PackageId, RepositoryId};
use packhouse_core::permission::{
    AccessFacts, Action, ActorFacts, Decision, Facts, ObjectFacts, Role, Standing, TokenFacts,
    decide,
};
use packhouse_core::token::{Scope, Scopes, TokenLimits};
use packhouse_core::visibility::Visibility;
use packhouse_db::readable::Viewer;
use packhouse_db::search::{self, SearchQuery};
use packhouse_db::{AnyConn, Db, DbError, package};
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::{Config, TestRunner};

use crate::package_rows::{account, at, new_package, repository, run, team, user};

on_both_engines!(lists_show_what_the_decision_allows);

const CASES: u32 = 64;
const USERS: usize = 4;
const ORGANISATIONS: usize = 2;
const REPOSITORIES: usize = 3;
const PACKAGES: usize = 5;
const ACCOUNTS: usize = USERS + ORGANISATIONS;

/// Accounts are counted users first, then organisations; each organisation has one team.
#[derive(Debug, Clone)]
struct World {
    base_roles: Vec<Option<Role>>,
    members: BTreeMap<(usize, usize), OrganisationRole>,
    team_members: Vec<Vec<usize>>,
    /// Owner and visibility.
    repositories: Vec<(usize, Visibility)>,
    packages: Vec<PlainPackage>,
    grants: BTreeMap<(Subject, Object), Role>,
    viewers: Vec<PlainViewer>,
}

#[derive(Debug, Clone)]
struct PlainPackage {
    owner: usize,
    repository: Option<usize>,
    inherits: bool,
    visibility: Visibility,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Subject {
    User(usize),
    Team(usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Object {
    Repository(usize),
    Package(usize),
}

#[derive(Debug, Clone)]
struct PlainViewer {
    user: usize,
    site_admin: bool,
    token: Option<PlainToken>,
}

#[derive(Debug, Clone)]
struct PlainToken {
    scopes: Vec<Scope>,
    owners: Vec<usize>,
    repositories: Vec<usize>,
    packages: Vec<usize>,
}

fn visibility() -> impl Strategy<Value = Visibility> {
    select(Visibility::ALL.to_vec())
}

fn role() -> impl Strategy<Value = Role> {
    select(Role::ALL.to_vec())
}

/// Mostly no limit of a kind, else any part of them.
fn limit(count: usize) -> impl Strategy<Value = Vec<usize>> {
    prop_oneof![
        3 => Just(Vec::new()),
        1 => subsequence((0..count).collect::<Vec<_>>(), 1..=2),
    ]
}

fn viewer() -> impl Strategy<Value = PlainViewer> {
    let token = (
        subsequence(Scope::ALL.to_vec(), 0..=3),
        limit(ACCOUNTS),
        limit(REPOSITORIES),
        limit(PACKAGES),
    )
        .prop_map(|(scopes, owners, repositories, packages)| PlainToken {
            scopes,
            owners,
            repositories,
            packages,
        });
    (0..USERS, prop::bool::weighted(0.1), prop::option::of(token)).prop_map(
        |(user, site_admin, token)| PlainViewer {
            user,
            site_admin,
            token,
        },
    )
}

fn world() -> impl Strategy<Value = World> {
    let member = (
        (0..ORGANISATIONS, 0..USERS),
        select(vec![OrganisationRole::Member, OrganisationRole::Owner]),
    );
    let package = (
        0..ACCOUNTS,
        prop::option::of(0..REPOSITORIES),
        any::<bool>(),
        visibility(),
    )
        .prop_map(|(owner, repository, inherits, visibility)| PlainPackage {
            owner,
            repository,
            inherits,
            visibility,
        });
    let subject = prop_oneof![
        (0..USERS).prop_map(Subject::User),
        (0..ORGANISATIONS).prop_map(Subject::Team),
    ];
    let object = prop_oneof![
        (0..REPOSITORIES).prop_map(Object::Repository),
        (0..PACKAGES).prop_map(Object::Package),
    ];
    let users: Vec<_> = (0..USERS).collect();
    (
        prop::collection::vec(prop::option::of(role()), ORGANISATIONS),
        prop::collection::btree_map(member.0, member.1, 0..5),
        prop::collection::vec(subsequence(users, 0..=2), ORGANISATIONS),
        prop::collection::vec((0..ACCOUNTS, visibility()), REPOSITORIES),
        prop::collection::vec(package, PACKAGES),
        prop::collection::btree_map((subject, object), role(), 0..8),
        prop::collection::vec(viewer(), 8),
    )
        .prop_map(
            |(base_roles, members, team_members, repositories, packages, grants, viewers)| World {
                base_roles,
                members,
                team_members,
                repositories,
                packages,
                grants,
                viewers,
            },
        )
}

impl World {
    fn standing(&self, user: usize, owner: usize) -> Standing {
        if user == owner {
            return Standing::Owner;
        }
        let organisation = owner.checked_sub(USERS);
        match organisation.and_then(|o| self.members.get(&(o, user))) {
            Some(OrganisationRole::Owner) => Standing::Owner,
            Some(OrganisationRole::Member) => Standing::Member,
            None => Standing::Stranger,
        }
    }

    fn granted(&self, user: usize, object: Object) -> Option<Role> {
        let counts = |subject: Subject| match subject {
            Subject::User(other) => other == user,
            Subject::Team(team) => self.team_members[team].contains(&user),
        };
        let roles = self
            .grants
            .iter()
            .filter(|((subject, on), _)| counts(*subject) && *on == object);
        roles.map(|(_, role)| *role).max()
    }

    /// The access of a package to a user, or to nobody in particular.
    fn access(&self, user: Option<usize>, index: usize) -> AccessFacts {
        let package = &self.packages[index];
        let inherited = package.repository.filter(|_| package.inherits);
        let (visibility, object) = match inherited {
            Some(repository) => (
                self.repositories[repository].1,
                Object::Repository(repository),
            ),
            None => (package.visibility, Object::Package(index)),
        };
        let Some(user) = user else {
            return AccessFacts {
                visibility,
                role: None,
            };
        };
        let member = self.standing(user, package.owner) == Standing::Member;
        let base = package
            .owner
            .checked_sub(USERS)
            .filter(|_| member && inherited.is_some())
            .and_then(|organisation| self.base_roles[organisation]);
        AccessFacts {
            visibility,
            role: self.granted(user, object).max(base),
        }
    }

    fn actor(&self, viewer: &PlainViewer, index: usize) -> ActorFacts {
        let package = &self.packages[index];
        let within = |limit: &[usize], id: Option<usize>| {
            limit.is_empty() || id.is_some_and(|id| limit.contains(&id))
        };
        ActorFacts::Account {
            site_admin: viewer.site_admin,
            standing: self.standing(viewer.user, package.owner),
            token: viewer.token.as_ref().map(|token| TokenFacts {
                scopes: Scopes::of(&token.scopes),
                covers: within(&token.owners, Some(package.owner))
                    && within(&token.repositories, package.repository)
                    && within(&token.packages, Some(index)),
            }),
            stated: None,
        }
    }

    /// The packages whose reading is allowed; `None` looks as anonymous.
    fn allowed(&self, viewer: Option<&PlainViewer>) -> Vec<usize> {
        let reads = |index: &usize| {
            let facts = Facts {
                actor: viewer.map_or(ActorFacts::Anonymous, |v| self.actor(v, *index)),
                object: ObjectFacts::Live(self.access(viewer.map(|v| v.user), *index)),
            };
            decide(&facts, Action::Read) == Decision::Allow
        };
        (0..PACKAGES).filter(reads).collect()
    }
}

/// The rows of a world, in its order.
struct Rows {
    accounts: Vec<AccountId>,
    repositories: Vec<RepositoryId>,
    packages: Vec<PackageId>,
}

fn build(conn: &mut AnyConn, world: &World) -> Result<Rows, DbError> {
    let mut accounts: Vec<_> = (0..USERS)
        .map(|n| user(conn, &format!("user-{n}")))
        .collect();
    let mut teams = Vec::new();
    for (n, base_role) in world.base_roles.iter().enumerate() {
        let base_role = base_role.map(Role::as_str);
        let id = account(conn, "organisation", &format!("org-{n}"), base_role);
        accounts.push(id);
        teams.push(team(conn, id, "team"));
    }
    for ((organisation, user), role) in &world.members {
        let (organisation, user) = (accounts[USERS + organisation], accounts[*user]);
        let role = role.as_str();
        run(
            conn,
            &format!("INSERT INTO membership VALUES ({organisation}, {user}, '{role}')"),
        );
    }
    for (team, users) in world.team_members.iter().enumerate() {
        for user in users {
            let (team, user) = (teams[team], accounts[*user]);
            run(
                conn,
                &format!("INSERT INTO team_member VALUES ({team}, {user})"),
            );
        }
    }
    let mut repositories = Vec::new();
    for (n, (owner, visibility)) in world.repositories.iter().enumerate() {
        let name = format!("repo-{n}");
        repositories.push(repository(conn, accounts[*owner], &name, *visibility));
    }
    let mut packages = Vec::new();
    for (n, plain) in world.packages.iter().enumerate() {
        let mut new = new_package(accounts[plain.owner], &format!("package-{n}"));
        new.repository = plain.repository.map(|index| repositories[index]);
        new.inherits = plain.inherits;
        new.visibility = plain.visibility;
        let id = package::insert_package(conn, &new, at(0))?.id;
        package::set_latest(conn, id, None, 1, None)?;
        search::upsert_document(conn, id, new.name.as_str(), None, &[])?;
        packages.push(id);
    }
    for ((subject, object), role) in &world.grants {
        let (subject, id) = match subject {
            Subject::User(user) => ("user_id", accounts[*user].0),
            Subject::Team(team) => ("team_id", teams[*team].0),
        };
        let (object, on) = match object {
            Object::Repository(index) => ("repository_id", repositories[*index].0),
            Object::Package(index) => ("package_id", packages[*index].0),
        };
        run(
            conn,
            &format!(
                "INSERT INTO access_grant ({subject}, {object}, role, created_at) \
                 VALUES ({id}, {on}, '{role}', '2026-01-02 03:04:05')"
            ),
        );
    }
    Ok(Rows {
        accounts,
        repositories,
        packages,
    })
}

impl Rows {
    fn viewer(&self, plain: &PlainViewer) -> Viewer {
        fn rows<T: Copy>(all: &[T], chosen: &[usize]) -> Vec<T> {
            chosen.iter().map(|index| all[*index]).collect()
        }
        Viewer {
            account: Some(self.accounts[plain.user]),
            site_admin: plain.site_admin,
            everything: false,
            token: plain.token.as_ref().map(|token| {
                let limits = TokenLimits {
                    owners: rows(&self.accounts, &token.owners),
                    repositories: rows(&self.repositories, &token.repositories),
                    packages: rows(&self.packages, &token.packages),
                    addresses: Vec::new(),
                };
                (Scopes::of(&token.scopes), limits)
            }),
        }
    }

    /// Compares list and search of one viewer with what is expected.
    fn compare(
        &self,
        conn: &mut AnyConn,
        viewer: &Viewer,
        expected: &[usize],
    ) -> Result<Option<String>, DbError> {
        let expected: Vec<_> = expected.iter().map(|index| self.packages[*index]).collect();
        let list = package::list_readable(conn, viewer, None, None, None, 100)?;
        let list: Vec<_> = list.into_iter().map(|record| record.package.id).collect();
        let query = SearchQuery {
            words: vec!["package".to_owned()],
            ..SearchQuery::default()
        };
        let (page, total) = search::search(conn, viewer, &query, 0, 100)?;
        let mut page: Vec<_> = page.into_iter().map(|record| record.package.id).collect();
        page.sort();
        let count = i64::try_from(expected.len()).unwrap();
        if list == expected && page == expected && total == count {
            return Ok(None);
        }
        Ok(Some(format!(
            "{viewer:?}: expected {expected:?}, list {list:?}, search {page:?} of {total}"
        )))
    }
}

/// Ends the transaction of a world, with the first difference if there is one.
enum End {
    Compared(Option<String>),
    Failed(DbError),
}

impl From<DbError> for End {
    fn from(error: DbError) -> Self {
        Self::Failed(error)
    }
}

fn compare(conn: &mut AnyConn, world: &World) -> Result<Option<String>, DbError> {
    let rows = build(conn, world)?;
    let mut viewers = vec![
        (Viewer::ANONYMOUS, world.allowed(None)),
        (Viewer::SYSTEM, (0..PACKAGES).collect()),
    ];
    for viewer in &world.viewers {
        viewers.push((rows.viewer(viewer), world.allowed(Some(viewer))));
    }
    for (viewer, expected) in viewers {
        if let Some(difference) = rows.compare(conn, &viewer, &expected)? {
            return Ok(Some(difference));
        }
    }
    Ok(None)
}

/// Builds a world, compares, and leaves nothing behind.
async fn check(db: &Db, world: World) -> Option<String> {
    let end = db
        .write(move |conn| match compare(conn, &world) {
            Ok(difference) => Err::<(), _>(End::Compared(difference)),
            Err(error) => Err(End::Failed(error)),
        })
        .await;
    match end {
        Err(End::Compared(difference)) => difference,
        Err(End::Failed(error)) => Some(error.to_string()),
        Ok(()) => Some("the transaction was kept".to_owned()),
    }
}

async fn lists_show_what_the_decision_allows(database: TestDatabase) {
    let (shown, hidden) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let handle = tokio::runtime::Handle::current();
    let config = Config {
        cases: CASES,
        failure_persistence: None,
        ..Config::default()
    };
    tokio::task::block_in_place(|| {
        let outcome = TestRunner::new(config).run(&world(), |world| {
            for viewer in &world.viewers {
                let count = world.allowed(Some(viewer)).len();
                shown.fetch_add(count, Ordering::Relaxed);
                hidden.fetch_add(PACKAGES - count, Ordering::Relaxed);
            }
            let difference = handle.block_on(check(&database.db, world));
            prop_assert_eq!(difference, None);
            Ok(())
        });
        outcome.unwrap();
    });
    // The worlds must say something: neither all open nor all shut.
    let (shown, hidden) = (shown.into_inner(), hidden.into_inner());
    assert!(
        shown > 100 && hidden > 100,
        "{shown} shown, {hidden} hidden"
    );
}
