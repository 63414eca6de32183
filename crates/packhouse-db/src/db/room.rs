//! Whether the disk under SQLite has room left.

use std::fs::{self, File};
use std::io::{Error, ErrorKind, Write};

use diesel::result::DatabaseErrorKind;

use crate::{DbError, Result};

/// How many bytes must fit: about what a publish with a long readme adds to the log.
const ROOM: usize = 256 * 1024;

/// Writes a file beside the database that is gone afterwards. A write to the database would prove more, but
/// it would be one more sync each time, and what is kept in memory until somebody commits would be
/// dropped each time.
pub(super) fn check(path: &str) -> Result<()> {
    // Another one may be under way: of another process, or for an asker who went away.
    let probe = format!("{path}-room-{}", uuid::Uuid::new_v4().simple());
    let written = File::create_new(&probe).and_then(|mut file| {
        // It goes with its last user, so that a crash leaves nothing.
        fs::remove_file(&probe)?;
        file.write_all(&[b'.'; ROOM])
    });
    written.map_err(|error| refused(&probe, &error))
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
