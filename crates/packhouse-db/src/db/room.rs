//! Whether the disk under SQLite has room left.

use std::fs;
use std::io::{Error, ErrorKind};

use diesel::result::DatabaseErrorKind;

use crate::{DbError, Result};

/// How many bytes must fit: about what a publish with a long readme adds to the log.
const ROOM: usize = 256 * 1024;

/// Writes a file beside the database and removes it. A write to the database would prove more, but
/// it would be one more sync each time, and what is kept in memory until somebody commits would be
/// dropped each time.
pub(super) fn check(path: &str) -> Result<()> {
    // Always the same name, so that a crash in between leaves one file, which the next one takes.
    let probe = format!("{path}-room");
    let written = fs::write(&probe, vec![b'.'; ROOM]);
    let removed = fs::remove_file(&probe);
    written
        .and(removed)
        .map_err(|error| refused(&probe, &error))
}

fn refused(probe: &str, error: &Error) -> DbError {
    let text = format!("cannot write {probe}: {error}");
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => DbError::Full(
            diesel::result::Error::DatabaseError(DatabaseErrorKind::Unknown, Box::new(text)),
        ),
        _ => DbError::Unreachable(text),
    }
}
