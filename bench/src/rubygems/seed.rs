//! A source with very many gems, made of one that was pushed: its rows are copied in the SQLite file,
//! and the lines of the running lists written as a push of each copy would have.
//!
//! Copies share their bytes. The dates in the lists differ, so that no two digests are alike and the
//! list packs no better than a real one.

use std::fmt::Write;

use anyhow::{Context, Result, ensure};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use md5::{Digest, Md5};

use crate::growth::{Database, package};

/// Versions of each gem, pushed one by one: each has its line in the list of all.
pub const VERSIONS: u32 = 3;

/// Rows that one statement writes.
const BATCH: usize = 500;

/// The path of a gem's list of versions below the source.
pub fn info_path(number: u32) -> String {
    format!("info/{}", package(number))
}

/// The version of that number, from 0.
pub fn version(number: u32) -> String {
    format!("1.0.{number}")
}

/// Makes `count` gems of the one that was pushed, whose list of versions is `info`.
///
/// Fails when `sqlite3` does, or the list is not what this knows.
pub fn grow(database: &Database, count: u32, info: &str) -> Result<()> {
    let lines: Vec<&str> = info.lines().skip(1).collect();
    ensure!(
        lines.len() == VERSIONS as usize,
        "{} versions were pushed: {info}",
        lines.len()
    );
    database.copy_package(count - 1)?;
    database.run(&script(&lines, count)?)
}

fn script(lines: &[&str], count: u32) -> Result<String> {
    let mut rows = Vec::new();
    for number in 1..count {
        let mut document = "---\n".to_owned();
        for (place, line) in (0..).zip(lines) {
            let line = earlier(line, number)?;
            document.push_str(&line);
            document.push('\n');
            let (name, version) = (package(number), version(place));
            let md5 = hex::encode(Md5::digest(&document));
            // The first versions of all come before all second ones, as where many push.
            let position = VERSIONS + place * (count - 1) + number;
            rows.push(format!(
                "('{name}','{version}',{position},'{line}','{name} {version} {md5}')"
            ));
        }
    }
    let mut sql = "CREATE TEMP TABLE s (name TEXT NOT NULL, version TEXT NOT NULL, \
         position INTEGER NOT NULL, line TEXT NOT NULL, told TEXT NOT NULL);\n"
        .to_owned();
    for batch in rows.chunks(BATCH) {
        // A String takes any text.
        let _ = writeln!(sql, "INSERT INTO temp.s VALUES {};", batch.join(","));
    }
    let (first, all) = (package(0), VERSIONS * count);
    let _ = writeln!(
        sql,
        "CREATE TEMP TABLE g AS SELECT p.id, p.name_key AS name, p.owner_id FROM package p \
         WHERE p.format = 'rubygems' AND p.name_key <> '{first}';
         CREATE INDEX temp.g_name ON g (name);
         INSERT INTO version_line (version_id, package_id, shown, position, line) \
         SELECT v.id, g.id, 1, s.position, s.line FROM temp.s s CROSS JOIN temp.g g \
         CROSS JOIN version v \
         WHERE g.name = s.name AND v.package_id = g.id AND v.name_key = s.version;
         INSERT INTO feed_line (owner_id, format, position, package_id, line) \
         SELECT g.owner_id, 'rubygems', s.position, g.id, s.told || char(10) \
         FROM temp.s s CROSS JOIN temp.g g WHERE g.name = s.name ORDER BY s.position;
         INSERT INTO reserved_name (owner_id, format, name, package, version) \
         SELECT r.owner_id, r.format, replace(r.name, '{first}', g.name), g.name, r.version \
         FROM reserved_name r CROSS JOIN temp.g g WHERE r.package = '{first}';
         UPDATE feed SET revision = {all} WHERE format = 'rubygems';"
    );
    Ok(sql)
}

/// The line of a version that was pushed so many seconds earlier.
fn earlier(line: &str, seconds: u32) -> Result<String> {
    let found = line.split_once("created_at:");
    let (before, at) = found.with_context(|| format!("no date in {line:?}"))?;
    let at: DateTime<Utc> = at.parse()?;
    let at = at - TimeDelta::seconds(i64::from(seconds));
    let at = at.to_rfc3339_opts(SecondsFormat::Secs, true);
    Ok(format!("{before}created_at:{at}"))
}

#[cfg(test)]
mod tests {
    use super::{earlier, script};

    #[test]
    fn each_copy_has_a_line_of_its_own() {
        let line = "1.0.0 |checksum:aa,created_at:2026-01-01T00:00:05Z";
        let old = "1.0.0 |checksum:aa,created_at:2025-12-31T23:59:59Z";
        assert_eq!(earlier(line, 6).unwrap(), old);
        let sql = script(&[line; 3], 3).unwrap();
        assert!(sql.contains("('p000001','1.0.0',4,'1.0.0 |checksum:aa,"));
        assert!(sql.contains("('p000002','1.0.2',9,'1.0.0 |checksum:aa,"));
        assert!(sql.contains("revision = 9 "));
    }
}
