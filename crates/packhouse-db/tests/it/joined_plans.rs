//! What is asked about versions that grow file by file must be found by index, on both engines: it
//! is asked at every request for metadata, at every file and every few seconds.

use diesel::prelude::*;
use diesel::sql_types::Text;
use packhouse_core::format::FormatId;
use packhouse_core::id::{AccountId, PackageId, RepositoryId, VersionId};
use packhouse_db::entry::Within;
use packhouse_db::file::joined;
use packhouse_db::readable::Viewer;
use packhouse_db::{AnyConn, DbError, announced_digest, build, entry, folder, package};
use packhouse_testkit::database::{Engine, TestDatabase};

use crate::package_plans::{Query, plan, statements};
use crate::package_rows::{at, run, with};

const MAVEN: FormatId = FormatId::new("maven");

/// Each with an index that SQLite must go through.
const QUERIES: &[(&str, &str, Query)] = &[
    ("find_joined", "file", |conn| {
        joined::find_joined(conn, VersionId(1), "1.0/a.jar").map(drop)
    }),
    (
        "list_open_of_package",
        "build_package (package_id=? AND state=?)",
        |conn| build::list_open_of_package(conn, PackageId(1)).map(drop),
    ),
    ("any_due", "build_due_package", |conn| {
        build::any_due(conn, PackageId(1), at(0)).map(drop)
    }),
    ("list_due of a package", "build_due_package", |conn| {
        build::list_due(conn, Some(PackageId(1)), at(0), 10).map(drop)
    }),
    ("list_due of all", "build_due", |conn| {
        build::list_due(conn, None, at(0), 10).map(drop)
    }),
    ("list_crowded", "build_live", |conn| {
        build::list_crowded(conn, 10, VersionId(0), 10).map(drop)
    }),
    ("list_abandoned", "build_open", |conn| {
        build::list_abandoned(conn, at(0), 10).map(drop)
    }),
    ("list_part", "version_name", |conn| {
        joined::list_part(conn, PackageId(1), "1.0-SNAPSHOT", "jar", 10).map(drop)
    }),
    ("list_built", "file", |conn| {
        joined::list_built(conn, VersionId(1)).map(drop)
    }),
    ("is_taken_elsewhere", "package_path_any", |conn| {
        let place = ("com/acme/lib", RepositoryId(1));
        package::is_taken_elsewhere(conn, AccountId(1), MAVEN, place, at(0)).map(drop)
    }),
    ("find_record_at", "package_path", |conn| {
        package::find_record_at(conn, "acme", MAVEN, "com/acme/lib").map(drop)
    }),
    ("folders", "package_folder", |conn| {
        let of = (RepositoryId(1), MAVEN);
        folder::list(conn, &Viewer::ANONYMOUS, of, "com/acme", 10).map(drop)
    }),
    ("folders of a root", "package_folder", |conn| {
        let of = (RepositoryId(1), MAVEN);
        folder::list(conn, &Viewer::SYSTEM, of, "", 10).map(drop)
    }),
    ("entries of a repository", "package_entry", |conn| {
        let within = Within::Repository("acme", "libs");
        entry::list(conn, &Viewer::SYSTEM, MAVEN, within, "plugins:a", 10).map(drop)
    }),
    ("entries of an owner", "package_entry", |conn| {
        let within = Within::Owner("acme");
        entry::list(conn, &Viewer::SYSTEM, MAVEN, within, "plugins:a", 10).map(drop)
    }),
    ("announced digests", "announced_digest", |conn| {
        let path = "com/acme/lib/1.0/a.jar";
        announced_digest::list(conn, RepositoryId(1), path, Some(AccountId(1)), at(0)).map(drop)
    }),
    ("old announced digests", "announced_digest_at", |conn| {
        announced_digest::purge(conn, at(0)).map(drop)
    }),
];

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    line: String,
}

/// Gives the lines in which PostgreSQL says how it would run a statement, whatever its values.
fn generic_plan(conn: &mut AnyConn, sql: &str) -> Result<Vec<String>, DbError> {
    let values = (1..)
        .take_while(|n| sql.contains(&format!("${n}")))
        .map(|_| "NULL");
    let values: Vec<_> = values.collect();
    run(conn, &format!("PREPARE asked AS {sql}"));
    let explain = match values.is_empty() {
        true => "EXPLAIN EXECUTE asked".to_owned(),
        false => format!("EXPLAIN EXECUTE asked({})", values.join(", ")),
    };
    let lines: Vec<Line> = diesel::sql_query(explain).load(conn)?;
    run(conn, "DEALLOCATE asked");
    Ok(lines.into_iter().map(|line| line.line).collect())
}

#[tokio::test]
async fn sqlite_asks_indexes() {
    let database = TestDatabase::new(Engine::Sqlite).await;
    with(&database.db, |conn| {
        for (name, index, query) in QUERIES {
            for sql in statements(conn, *query) {
                let steps = plan(conn, &sql)?;
                for step in &steps {
                    let scans = step.starts_with("SCAN ");
                    assert!(!scans, "{name}: {steps:?}\n{sql}");
                }
                let through = steps.iter().any(|step| step.contains(index));
                assert!(through, "{name}: {steps:?}\n{sql}");
            }
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn postgres_asks_indexes() {
    let database = TestDatabase::new(Engine::Postgres).await;
    with(&database.db, |conn| {
        // The tables are empty: reading them whole would be cheapest. What is read whole all the
        // same cannot be found otherwise.
        run(conn, "SET LOCAL enable_seqscan = off");
        run(conn, "SET LOCAL plan_cache_mode = force_generic_plan");
        for (name, _, query) in QUERIES {
            for sql in statements(conn, *query) {
                let lines = generic_plan(conn, &sql)?;
                let text = lines.join("\n");
                assert!(!text.contains("Seq Scan"), "{name}:\n{text}\n{sql}");
            }
        }
        Ok(())
    })
    .await;
}
