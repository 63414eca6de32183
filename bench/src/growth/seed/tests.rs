use super::{Database, package};

/// As much of the tables as copying looks at, and a column that it does not know.
const TABLES: &str = "
CREATE TABLE package (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, name_key TEXT UNIQUE,
    revision INT, latest_id INT, live_versions INT, updated_at TEXT, odd TEXT);
CREATE TABLE version (id INTEGER PRIMARY KEY AUTOINCREMENT, package_id INT, name TEXT,
    name_key TEXT, metadata TEXT, source_repository TEXT, UNIQUE (package_id, name_key));
CREATE TABLE file (id INTEGER PRIMARY KEY, version_id INT, package_id INT, name TEXT, sha256 TEXT);
CREATE TABLE event (id INTEGER PRIMARY KEY, package_id INT, version_id INT, detail TEXT);
CREATE TABLE tag (package_id INT, name TEXT, version_id INT, updated_at TEXT);
CREATE VIRTUAL TABLE package_search USING fts5(name, description, keywords);
INSERT INTO package VALUES (3, 'p000000', 'p000000', 2, 8, 2, '2026-01-01 00:00:09.000000', 'o');
INSERT INTO version VALUES (7, 3, '1.0.0', '1.0.0', '@acme/p000000 1.0.0', 'git/p000000'),
    (8, 3, '1.0.1', '1.0.1', '@acme/p000000 1.0.1', NULL);
INSERT INTO file VALUES (1, 7, 3, 'p000000-1.0.0.tgz', 'aa'), (2, 8, 3, 'p000000-1.0.1.tgz', 'bb');
INSERT INTO event VALUES (1, 3, NULL, 'made p000000'), (2, 3, 7, '1.0.0'), (3, 3, 8, '1.0.1');
INSERT INTO tag VALUES (3, 'latest', 8, '');
INSERT INTO package_search (rowid, name, description, keywords) VALUES (3, 'acme p000000', 'd', 'k');
";

fn database(folder: &tempfile::TempDir) -> Database {
    let database = Database(folder.path().join("test.db"));
    database.run(TABLES).unwrap();
    database
}

#[test]
fn a_package_is_copied_with_all_that_hangs_on_it() {
    let folder = tempfile::tempdir().unwrap();
    let database = database(&folder);
    database.copy_package(3).unwrap();
    let ask = |sql: &str| database.run_for(sql).unwrap();
    assert_eq!(ask("SELECT count(*) FROM version;"), "8\n");
    // The versions that the latest version, a tag, a file and an event of a copy name.
    let hangs = "SELECT p.name, p.odd, p.updated_at, v.name, v.metadata, t.name, f.name, f.sha256, \
         e.detail FROM package p JOIN version v ON v.id = p.latest_id AND v.package_id = p.id \
         JOIN tag t ON t.version_id = v.id AND t.package_id = p.id \
         JOIN file f ON f.version_id = v.id AND f.package_id = p.id \
         JOIN event e ON e.version_id = v.id AND e.package_id = p.id WHERE p.id = 5;";
    assert_eq!(
        ask(hangs),
        "p000002|o|2026-01-01 00:00:07.000000|1.0.1|@acme/p000002 1.0.1|latest|\
         p000002-1.0.1.tgz|bb|1.0.1\n"
    );
    assert_eq!(
        ask("SELECT detail FROM event WHERE version_id IS NULL ORDER BY id;"),
        "made p000000\nmade p000001\nmade p000002\nmade p000003\n"
    );
    assert_eq!(
        ask("SELECT rowid FROM package_search WHERE package_search MATCH 'p000003';"),
        "6\n"
    );
    let order = "SELECT package_id || ' ' || name FROM version ORDER BY id;";
    let (first, second) = ("4 1.0.0\n5 1.0.0\n6 1.0.0\n", "4 1.0.1\n5 1.0.1\n6 1.0.1\n");
    assert_eq!(ask(order), format!("3 1.0.0\n3 1.0.1\n{first}{second}"));
}

#[test]
fn a_package_gets_more_versions() {
    let folder = tempfile::tempdir().unwrap();
    let database = database(&folder);
    database.copy_package(2).unwrap();
    database.add_versions(&package(1), 2, 5).unwrap();
    let ask = |sql: &str| database.run_for(sql).unwrap();
    let versions = "SELECT v.name, v.metadata, f.name, f.sha256, e.detail FROM version v \
         JOIN file f ON f.version_id = v.id JOIN event e ON e.version_id = v.id \
         WHERE v.package_id = 4 ORDER BY v.id;";
    let row = |patch: u32, bytes: &str| {
        let version = format!("1.0.{patch}");
        format!("{version}|@acme/p000001 {version}|p000001-{version}.tgz|{bytes}|{version}\n")
    };
    let rows = [(0, "aa"), (1, "bb"), (2, "bb"), (3, "bb"), (4, "bb")];
    let rows = rows.map(|(patch, bytes)| row(patch, bytes));
    assert_eq!(ask(versions), rows.concat());
    let packages = "SELECT p.revision, p.live_versions, v.name, t.version_id = v.id \
         FROM package p JOIN version v ON v.id = p.latest_id JOIN tag t ON t.package_id = p.id \
         ORDER BY p.id;";
    assert_eq!(ask(packages), "2|2|1.0.1|1\n5|5|1.0.4|1\n2|2|1.0.1|1\n");
}

#[test]
fn a_script_that_fails_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database(folder.path().join("test.db"));
    let error = database.copy_package(1).unwrap_err().to_string();
    assert!(error.contains("no such table"), "{error}");
}
