//! The two dialects of the schema are one schema.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use packhouse_db::file::{self, Joined, NewFile, joined};
use packhouse_db::{AnyConn, Db, DbError, blob, build, entry, setting};
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::package_rows::{at, digests, insert_package, insert_version, user, with};

on_both_engines!(
    columns_are_those_of_the_schema,
    down_then_up_gives_the_same,
    rows_stay_when_builds_go_and_come_back,
    processes_that_start_at_once_migrate_once,
);

type Columns = BTreeMap<(String, String), (String, bool)>;

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Bool)]
    nullable: bool,
}

fn folder(engine: &str) -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    std::fs::read_dir(root.join(engine))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[test]
fn both_engines_have_the_same_steps() {
    assert!(!folder("sqlite").is_empty());
    assert_eq!(folder("sqlite"), folder("postgres"));
}

/// Reads `table! { name (key) { column -> Type, … } }`.
fn declared() -> Columns {
    let mut columns = Columns::new();
    let mut table = String::new();
    for line in include_str!("../../src/schema.rs").lines().map(str::trim) {
        if let Some((name, _)) = line.split_once(" (") {
            table = name.to_owned();
        } else if let Some((column, kind)) = line.split_once(" -> ") {
            let kind = kind.trim_end_matches(',');
            let inner = kind
                .strip_prefix("Nullable<")
                .map(|kind| kind.trim_end_matches('>'));
            let described = (inner.unwrap_or(kind).to_owned(), inner.is_some());
            columns.insert((table.clone(), column.to_owned()), described);
        }
    }
    columns
}

fn found(conn: &mut AnyConn) -> Columns {
    let sql = match conn {
        AnyConn::Sqlite(_) => {
            "SELECT t.name AS table_name, c.name AS column_name, c.type AS kind, \
             c.\"notnull\" = 0 AS nullable FROM sqlite_schema t, pragma_table_info(t.name) c \
             WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%'"
        }
        AnyConn::Postgres(_) => {
            "SELECT table_name::text, column_name::text, data_type::text AS kind, \
             is_nullable = 'YES' AS nullable FROM information_schema.columns \
             WHERE table_schema = 'public'"
        }
    };
    let columns: Vec<Column> = diesel::sql_query(sql).load(conn).unwrap();
    columns
        .into_iter()
        .filter(|column| !column.table_name.starts_with("package_search"))
        .filter(|column| !column.table_name.starts_with("__diesel"))
        .map(|column| {
            let kind = match column.kind.to_lowercase().as_str() {
                "integer" | "bigint" => "BigInt",
                "text" => "Text",
                "boolean" => "Bool",
                "timestamp" | "timestamp without time zone" => "Timestamp",
                "date" => "Date",
                other => panic!("{}.{} is {other}", column.table_name, column.column_name),
            };
            let described = (kind.to_owned(), column.nullable);
            ((column.table_name, column.column_name), described)
        })
        .collect()
}

async fn columns_are_those_of_the_schema(test: TestDatabase) {
    let found = test
        .db
        .read(|conn| Ok::<_, DbError>(found(conn)))
        .await
        .unwrap();
    let declared = declared();
    assert!(
        declared.len() > 100,
        "only {} columns were read",
        declared.len()
    );
    assert_eq!(found, declared);
}

async fn down_then_up_gives_the_same(test: TestDatabase) {
    let db = &test.db;
    let all = folder("sqlite").len();
    assert_eq!(db.revert_migrations().await.unwrap().len(), all);
    let left = db.read(|conn| Ok::<_, DbError>(found(conn))).await.unwrap();
    assert_eq!(left, Columns::new());
    let names = db.migrate().await.unwrap();
    assert_eq!(names.into_iter().collect::<BTreeSet<_>>(), folder("sqlite"));
    let found = db.read(|conn| Ok::<_, DbError>(found(conn))).await.unwrap();
    assert_eq!(found, declared());
    with(db, |conn| setting::set(conn, "a", "1")).await;
    assert_eq!(db.migrate().await.unwrap(), Vec::<String>::new());
}

/// Runs one half of a step as it is written.
fn step(conn: &mut AnyConn, name: &str, half: &str) {
    let engine = match conn {
        AnyConn::Sqlite(_) => "sqlite",
        AnyConn::Postgres(_) => "postgres",
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    let path = root.join(engine).join(name).join(format!("{half}.sql"));
    let sql = std::fs::read_to_string(path).unwrap();
    match conn {
        AnyConn::Sqlite(conn) => conn.batch_execute(&sql).unwrap(),
        AnyConn::Postgres(conn) => conn.batch_execute(&sql).unwrap(),
    }
}

async fn rows_stay_when_builds_go_and_come_back(test: TestDatabase) {
    with(&test.db, |conn| {
        let ada = user(conn, "ada");
        let package = insert_package(conn, ada, "tool");
        let version = insert_version(conn, package, "1.0.0");
        blob::insert_blob(conn, &digests(1), "at/1", at(0))?;
        let new = NewFile {
            version,
            name: "a".to_owned(),
            content_type: "text/plain".to_owned(),
            sha256: digests(1).sha256,
            joined: Joined {
                build: Some("b1".to_owned()),
                part: Some("jar".to_owned()),
                publisher: Some(ada),
            },
        };
        let id = file::insert_file(conn, &new, at(1))?;
        build::touch(conn, (version, package), "b1", Some(ada), at(1), at(2))?;
        entry::set(conn, package, "topic", ("name", "value"))?;
        for _ in 0..2 {
            step(conn, "2026-11-24-000000_builds", "down");
            step(conn, "2026-11-24-000000_builds", "up");
        }
        assert_eq!(found(conn), declared());
        // What came in one piece is not doubted, and of no build.
        let files = file::list_files(conn, version)?;
        assert_eq!(files.len(), 1);
        assert_eq!((files[0].file.id, &files[0].file.build), (id, &None));
        assert_eq!(joined::find_suspect(conn, version, "")?, None);
        assert!(file::find_package_file(conn, package, "a")?.is_some());
        assert!(build::list(conn, version)?.is_empty());
        Ok(())
    })
    .await;
}

async fn processes_that_start_at_once_migrate_once(test: TestDatabase) {
    let empty = TestDatabase::empty(test.db.engine()).await;
    let starts: Vec<_> = (0..6)
        .map(|_| {
            let url = empty.url.clone();
            tokio::spawn(async move { Db::open(&url).unwrap().migrate().await.unwrap() })
        })
        .collect();
    let mut names = Vec::new();
    for start in starts {
        names.extend(start.await.unwrap());
    }
    assert_eq!(names, folder("sqlite").into_iter().collect::<Vec<_>>());
}
