//! The two dialects of the schema are one schema.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use packhouse_db::{AnyConn, Db, DbError, setting};
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::package_rows::with;

on_both_engines!(
    columns_are_those_of_the_schema,
    down_then_up_gives_the_same,
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
