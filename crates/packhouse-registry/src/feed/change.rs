//! What changes write into running lists, in their own transactions. The list's row is held until
//! the end of each, so this comes last in it.

use packhouse_core::feed::Change;
use packhouse_core::format::Format;
use packhouse_core::id::VersionId;
use packhouse_core::package::VersionName;
use packhouse_db::AnyConn;
use packhouse_db::feed::running;
use packhouse_db::package::PackageRecord;

use crate::error::{Error, Result};
use crate::event::By;

/// Adds a version that appeared; `line` is what its publisher's bytes gave.
pub(crate) fn came(
    conn: &mut AnyConn,
    by: &By,
    record: &PackageRecord,
    format: &dyn Format,
    (id, name): (VersionId, &VersionName),
    line: Option<&str>,
) -> Result<()> {
    let Some(feed) = format.feed() else {
        return Ok(());
    };
    let line = line.ok_or_else(|| {
        let format = format.label();
        Error::Internal(format!("a version of {format} came without its line"))
    })?;
    let line = feed.version_line(line, by.now);
    let position = running::advance(conn, of(record), by.now)?;
    running::show_version(conn, record.package.id, id, position, &line)?;
    tell(conn, record, format, position, Change::Came(name))
}

/// Adds that a deleted version is back.
pub(crate) fn came_back(
    conn: &mut AnyConn,
    by: &By,
    record: &PackageRecord,
    format: &dyn Format,
    (id, name): (VersionId, &VersionName),
) -> Result<()> {
    if format.feed().is_none() {
        return Ok(());
    }
    let position = running::advance(conn, of(record), by.now)?;
    if !running::show_version_again(conn, id, position)? {
        let text = format!("{name} is in no list of its package");
        return Err(Error::Internal(text));
    }
    tell(conn, record, format, position, Change::Came(name))
}

/// Adds that a version went.
pub(crate) fn went(
    conn: &mut AnyConn,
    by: &By,
    record: &PackageRecord,
    format: &dyn Format,
    (id, name): (VersionId, &VersionName),
) -> Result<()> {
    if format.feed().is_none() || !running::hide_version(conn, id)? {
        return Ok(());
    }
    let position = running::advance(conn, of(record), by.now)?;
    tell(conn, record, format, position, Change::Went(name))
}

fn tell(
    conn: &mut AnyConn,
    record: &PackageRecord,
    format: &dyn Format,
    position: i64,
    change: Change<'_>,
) -> Result<()> {
    let Some(feed) = format.feed() else {
        return Ok(());
    };
    let package = &record.package;
    let lines = running::list_version_lines(conn, package.id)?;
    let lines: Vec<String> = lines.into_iter().map(|(_, line)| line).collect();
    let line = feed.line(&package.name, change, &lines);
    running::insert_line(conn, of(record), position, package.id, &line)?;
    Ok(())
}

fn of(record: &PackageRecord) -> running::Of {
    (record.package.owner, record.package.format)
}
