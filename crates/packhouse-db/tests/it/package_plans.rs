//! What every download asks must be found by index, however large the tables grow.

use std::sync::{Arc, Mutex};

use diesel::connection::InstrumentationEvent;
use diesel::prelude::*;
use diesel::sql_types::Text;
use packhouse_core::id::{AccountId, PackageId, RepositoryId, VersionId};
use packhouse_db::grant::Object;
use packhouse_db::readable::Viewer;
use packhouse_db::{AnyConn, DbError, file, grant, package, tag, token, version};
use packhouse_testkit::database::{Engine, TestDatabase};

use crate::package_rows::{NPM, with};

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

pub(crate) type Query = fn(&mut AnyConn) -> Result<(), DbError>;

const HOT: &[(&str, Query)] = &[
    ("find_record", |conn| {
        package::find_record(conn, "acme", NPM, "tool").map(drop)
    }),
    ("find_version", |conn| {
        version::find_version(conn, PackageId(1), "1.0.0").map(drop)
    }),
    ("find_package_file", |conn| {
        file::find_package_file(conn, PackageId(1), "tool.tgz").map(drop)
    }),
    ("find_token_by_hash", |conn| {
        token::find_token_by_hash(conn, &"0".repeat(64)).map(drop)
    }),
    ("list_files", |conn| {
        file::list_files(conn, VersionId(1)).map(drop)
    }),
    ("list_versions", |conn| {
        version::list_versions(conn, PackageId(1), None, 10).map(drop)
    }),
    ("list_tags", |conn| {
        tag::list_tags(conn, PackageId(1)).map(drop)
    }),
    ("list_tag_names", |conn| {
        tag::list_tag_names(conn, PackageId(1)).map(drop)
    }),
];

/// Pages of an owner's packages: one statement each, which goes on where the page before ended.
const PAGES: &[(&str, Query)] = &[
    ("packages of a format to a member", |conn| {
        let viewer = Viewer {
            account: Some(AccountId(2)),
            ..Viewer::ANONYMOUS
        };
        let (owner, after) = (Some(AccountId(1)), Some(PackageId(7)));
        package::list_readable(conn, &viewer, owner, Some(NPM), after, 10).map(drop)
    }),
    ("packages of all formats", |conn| {
        package::list_packages(conn, AccountId(1), None, Some(PackageId(7)), 10).map(drop)
    }),
    ("roles on a page", |conn| {
        let objects = [
            Object::Package(PackageId(1)),
            Object::Package(PackageId(2)),
            Object::Repository(RepositoryId(3)),
        ];
        grant::roles_of(conn, AccountId(1), &objects).map(drop)
    }),
];

/// Gives the statements that a query sends.
pub(crate) fn statements(conn: &mut AnyConn, query: Query) -> Vec<String> {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            log.lock().unwrap().push(query.to_string());
        }
    });
    query(conn).unwrap();
    conn.set_instrumentation(|_: InstrumentationEvent<'_>| {});
    let seen = seen.lock().unwrap();
    let text = |shown: &String| shown.split(" -- binds:").next().unwrap().to_owned();
    seen.iter().map(text).collect()
}

/// Gives the steps in which SQLite runs a statement.
pub(crate) fn plan(conn: &mut AnyConn, sql: &str) -> Result<Vec<String>, DbError> {
    let plan: Vec<Step> = diesel::sql_query(format!("EXPLAIN QUERY PLAN {sql}")).load(conn)?;
    let steps: Vec<_> = plan.into_iter().map(|step| step.detail).collect();
    assert!(!steps.is_empty(), "{sql}");
    Ok(steps)
}

#[tokio::test]
async fn hot_queries_use_indexes() {
    let database = TestDatabase::new(Engine::Sqlite).await;
    with(&database.db, |conn| {
        for (name, query) in HOT {
            let statements = statements(conn, *query);
            assert!(!statements.is_empty(), "{name}");
            for sql in statements {
                let steps = plan(conn, &sql)?;
                for step in &steps {
                    let sorts = !name.starts_with("find_") && step.contains("FOR ORDER BY");
                    let searches = step.starts_with("SEARCH ");
                    assert!(searches || sorts, "{name}: {steps:?}\n{sql}");
                }
            }
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_page_costs_what_is_on_it() {
    let database = TestDatabase::new(Engine::Sqlite).await;
    with(&database.db, |conn| {
        for (name, query) in PAGES {
            let statements = statements(conn, *query);
            let [sql] = &statements[..] else {
                panic!("{name}: {statements:?}")
            };
            let steps = plan(conn, sql)?;
            for step in &steps {
                let searches = !step.starts_with("SCAN ") && !step.contains("TEMP B-TREE");
                assert!(searches, "{name}: {steps:?}\n{sql}");
            }
            let through = |index: &str| steps.iter().any(|step| step.contains(index));
            let pages = through("USING INDEX package_owner (owner_id=? AND id>?)");
            let grants = through("access_grant_user_package (package_id=? AND user_id=?)")
                && through("access_grant_team_repository (repository_id=? AND team_id=?)");
            assert!(pages || grants, "{name}: {steps:?}\n{sql}");
        }
        Ok(())
    })
    .await;
}
