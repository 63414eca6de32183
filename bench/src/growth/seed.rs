//! Rows made from rows: one published package becomes many, straight in the SQLite file.
//!
//! A million publishes over HTTP would take an hour. What was published once is copied instead:
//! every table that a publish writes, with names and ids changed, so that the server answers as if
//! each copy had been published. Copies share the bytes of their tarballs, and their signatures are
//! those of the original; nothing here looks at either.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

/// The tables that a publish writes a row per version or more into.
const COPIED: [&str; 4] = ["package", "version", "file", "event"];

/// Faster than a server may be: a file that is only half written is thrown away with its folder.
const QUICK: &str = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; \
     PRAGMA cache_size = -262144; PRAGMA temp_store = MEMORY;";

/// The name of a package of a seeded store; `package(0)` is the one that was published.
pub fn package(number: u32) -> String {
    format!("p{number:06}")
}

/// The version of that number, from 0.
pub fn version(number: u32) -> String {
    format!("1.0.{number}")
}

/// The database of a server that does not run, through the sqlite3(1) command.
#[derive(Debug)]
pub struct Database(pub PathBuf);

impl Database {
    /// Copies package 0 into packages 1 to `count`.
    ///
    /// Fails when sqlite3 is missing, or the tables are not what this knows.
    pub fn copy_package(&self, count: u32) -> Result<()> {
        self.run(&package_copies(&self.plan(count)?))
    }

    /// Gives a package that has `from` versions `count` in all, each new one a copy of the last.
    ///
    /// Fails as [`Self::copy_package`] does.
    pub fn add_versions(&self, package: &str, from: u32, count: u32) -> Result<()> {
        self.run(&version_copies(&self.plan(count - from)?, package, from))
    }

    /// How many bytes its file has.
    ///
    /// Fails when there is no such file.
    pub fn bytes(&self) -> Result<u64> {
        Ok(std::fs::metadata(&self.0)?.len())
    }

    /// Looks up ids and columns: a column that a later migration adds comes along.
    fn plan(&self, count: u32) -> Result<Plan> {
        let mut ids = [0; 4];
        let mut columns = [const { Vec::new() }; 4];
        for (place, table) in COPIED.into_iter().enumerate() {
            let text = self.run_for(&format!("SELECT max(id) FROM {table};"))?;
            let text = text.trim();
            ids[place] = text
                .parse()
                .with_context(|| format!("the largest id of {table} is {text:?}"))?;
            let names = format!("SELECT name FROM pragma_table_info('{table}');");
            columns[place].extend(self.run_for(&names)?.lines().map(str::to_owned));
        }
        Ok(Plan {
            ids,
            columns,
            count,
        })
    }

    /// Runs statements as one transaction.
    ///
    /// Fails when sqlite3 is missing, or one of them fails.
    pub fn run(&self, sql: &str) -> Result<()> {
        let script = format!("{QUICK}\nBEGIN;\n{sql}COMMIT;\nPRAGMA journal_mode = WAL;\n");
        self.run_for(&script).map(|_| ())
    }

    fn run_for(&self, script: &str) -> Result<String> {
        let mut child = Command::new("sqlite3")
            .args(["-batch", "-bail"])
            .arg(&self.0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("starting sqlite3")?;
        let mut stdin = child.stdin.take().context("sqlite3 without an input")?;
        stdin.write_all(script.as_bytes())?;
        drop(stdin);
        let output = child.wait_with_output()?;
        let errors = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "sqlite3: {errors}");
        Ok(String::from_utf8(output.stdout)?)
    }
}

/// What a script of copies is made from.
#[derive(Debug)]
struct Plan {
    /// The largest id of each of [`COPIED`].
    ids: [u64; 4],
    /// The columns of each of [`COPIED`].
    columns: [Vec<String>; 4],
    /// How many copies of each row are made.
    count: u32,
}

/// A column and the expression of its value in a copy. In it `t` is the row that is copied, and `n`
/// has the number of the copy, from 1, and its name.
type Change = (&'static str, String);

impl Plan {
    /// The name and the number of each copy, in a table `n`; then of the rows of the package that
    /// `which` holds for, the place of each in its table, from 0.
    fn begin(&self, name: &str, package: &str, which: [&str; 3]) -> String {
        let count = self.count;
        let mut sql = format!(
            "CREATE TEMP TABLE n (n INTEGER PRIMARY KEY, name TEXT NOT NULL);\n\
             WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {count}) \
             INSERT INTO temp.n SELECT n, {name} FROM c;\n\
             CREATE TEMP TABLE source AS SELECT id FROM package WHERE name_key = '{package}';\n"
        );
        for (table, which) in COPIED[1..].iter().zip(which) {
            sql.push_str(&format!(
                "CREATE TEMP TABLE of_{table} AS SELECT id, row_number() OVER (ORDER BY id) - 1 \
                 AS place FROM {table} WHERE package_id = (SELECT id FROM temp.source) AND {which};\n"
            ));
        }
        sql
    }

    /// The id of a copy: the row at a place becomes the ids from `place * count + 1` on.
    fn id(&self, table: usize, of: &str) -> String {
        let (base, count, name) = (self.ids[table], self.count, COPIED[table]);
        format!("{base} + (SELECT place FROM temp.of_{name} o WHERE o.id = {of}) * {count} + n.n")
    }

    /// Copies the rows of a table that have a place; columns that nothing changes are as they were.
    fn copy(&self, table: usize, changes: &[Change]) -> String {
        let which = format!("t.id IN (SELECT id FROM temp.of_{})", COPIED[table]);
        self.copy_where(table, changes, &which)
    }

    fn copy_where(&self, table: usize, changes: &[Change], which: &str) -> String {
        let columns = &self.columns[table];
        let value = |column: &String| {
            let change = changes.iter().find(|(name, _)| name == column);
            change.map_or_else(|| format!("t.{column}"), |(_, value)| value.clone())
        };
        let (values, name): (Vec<_>, _) = (columns.iter().map(value).collect(), COPIED[table]);
        format!(
            "INSERT INTO {name} ({}) SELECT {} FROM {name} t CROSS JOIN temp.n WHERE {which} \
             ORDER BY t.id, n.n;\n",
            columns.join(", "),
            values.join(", "),
        )
    }
}

fn renamed(column: &str, old: &str) -> String {
    format!("replace(t.{column}, '{old}', n.name)")
}

/// Copies of package 0. The first versions of all packages come before all second ones, as they
/// would in a registry that many publish into: rows of one package do not lie side by side.
fn package_copies(plan: &Plan) -> String {
    let name = package(0);
    let id = format!("{} + n.n", plan.ids[0]);
    let earlier = "strftime('%Y-%m-%d %H:%M:%f', t.updated_at, '-' || n.n || ' seconds') || '000'";
    let mut sql = plan.begin("printf('p%06d', n)", &name, ["true"; 3]);
    let changes = [
        ("id", id.clone()),
        ("name", "n.name".to_owned()),
        ("name_key", "n.name".to_owned()),
        ("latest_id", plan.id(1, "t.latest_id")),
        ("updated_at", earlier.to_owned()),
    ];
    sql += &plan.copy_where(0, &changes, "t.id = (SELECT id FROM temp.source)");
    let changes = [
        ("id", plan.id(1, "t.id")),
        ("package_id", id.clone()),
        ("metadata", renamed("metadata", &name)),
        ("source_repository", renamed("source_repository", &name)),
    ];
    sql += &plan.copy(1, &changes);
    let changes = [
        ("id", plan.id(2, "t.id")),
        ("package_id", id.clone()),
        ("version_id", plan.id(1, "t.version_id")),
        ("name", renamed("name", &name)),
    ];
    sql += &plan.copy(2, &changes);
    let changes = [
        ("id", plan.id(3, "t.id")),
        ("package_id", id.clone()),
        ("version_id", plan.id(1, "t.version_id")),
        ("detail", renamed("detail", &name)),
    ];
    sql += &plan.copy(3, &changes);
    sql + &format!(
        "INSERT INTO tag (package_id, name, version_id, updated_at) \
         SELECT {id}, t.name, {}, t.updated_at FROM tag t CROSS JOIN temp.n \
         WHERE t.package_id = (SELECT id FROM temp.source);\n\
         INSERT INTO package_search (rowid, name, description, keywords) \
         SELECT {id}, {}, t.description, t.keywords FROM package_search t \
         CROSS JOIN temp.n WHERE t.rowid = (SELECT id FROM temp.source);\n",
        plan.id(1, "t.version_id"),
        renamed("name", &name),
    )
}

/// Copies of the last of the `from` versions that a package has; the last copy is its latest.
fn version_copies(plan: &Plan, package: &str, from: u32) -> String {
    let last = version(from - 1);
    let source = "(SELECT id FROM temp.of_version)";
    let of_source = format!("version_id = {source}");
    let named = format!("name_key = '{last}'");
    let name = format!("printf('1.0.%d', n + {from} - 1)");
    let mut sql = plan.begin(&name, package, [&named, &of_source, &of_source]);
    let changes = [
        ("id", plan.id(1, "t.id")),
        ("name", "n.name".to_owned()),
        ("name_key", "n.name".to_owned()),
        ("metadata", renamed("metadata", &last)),
    ];
    sql += &plan.copy(1, &changes);
    let changes = [
        ("id", plan.id(2, "t.id")),
        ("version_id", plan.id(1, "t.version_id")),
        ("name", renamed("name", &last)),
    ];
    sql += &plan.copy(2, &changes);
    let changes = [
        ("id", plan.id(3, "t.id")),
        ("version_id", plan.id(1, "t.version_id")),
        ("detail", renamed("detail", &last)),
    ];
    sql += &plan.copy(3, &changes);
    let (count, newest) = (plan.count, plan.ids[1] + u64::from(plan.count));
    sql + &format!(
        "UPDATE tag SET version_id = {newest} WHERE version_id = {source};\n\
         UPDATE package SET latest_id = {newest}, live_versions = live_versions + {count}, \
         revision = revision + {count} WHERE id = (SELECT id FROM temp.source);\n"
    )
}

#[cfg(test)]
mod tests;
