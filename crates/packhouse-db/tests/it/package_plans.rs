//! What every download asks must be found by index, however large the tables grow.

use std::sync::{Arc, Mutex};

use diesel::connection::InstrumentationEvent;
use diesel::prelude::*;
use diesel::sql_types::Text;
use packhouse_core::id::{PackageId, VersionId};
use packhouse_db::{AnyConn, DbError, file, package, tag, token, version};
use packhouse_testkit::database::{Engine, TestDatabase};

use crate::package_rows::{NPM, with};

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

type Query = fn(&mut AnyConn) -> Result<(), DbError>;

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

/// Gives the statements that a query sends.
fn statements(conn: &mut AnyConn, query: Query) -> Vec<String> {
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

#[tokio::test]
async fn hot_queries_use_indexes() {
    let database = TestDatabase::new(Engine::Sqlite).await;
    with(&database.db, |conn| {
        for (name, query) in HOT {
            let statements = statements(conn, *query);
            assert!(!statements.is_empty(), "{name}");
            for sql in statements {
                let plan: Vec<Step> =
                    diesel::sql_query(format!("EXPLAIN QUERY PLAN {sql}")).load(conn)?;
                let steps: Vec<_> = plan.into_iter().map(|step| step.detail).collect();
                assert!(!steps.is_empty(), "{name}: {sql}");
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
