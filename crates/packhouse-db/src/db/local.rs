//! A reading connection of its own for each thread, for reads too short to move elsewhere.

use std::cell::RefCell;
use std::sync::{Arc, Weak};

use super::Inner;
use super::address::Purpose;
use super::transaction;
use crate::{AnyConn, DbError, Result};

thread_local! {
    /// Few entries: one for each database that this thread reads, in a server one.
    static READERS: RefCell<Vec<(Weak<Inner>, AnyConn)>> = const { RefCell::new(Vec::new()) };
}

/// Runs work in a reading transaction on the calling thread, with that thread's connection.
pub(super) fn run<R, E: From<DbError>>(
    db: &Arc<Inner>,
    work: impl FnOnce(&mut AnyConn) -> Result<R, E>,
) -> Result<R, E> {
    // Taken out while in use, so that work which reads again finds none and opens another.
    let mut conn = match take(db) {
        Some(conn) => conn,
        None => db.address.connect(Purpose::Read)?,
    };
    if let Err(error) = transaction::begin(&mut conn, Purpose::Read) {
        return Err(DbError::from(error).into());
    }
    let outcome = transaction::attempt(&mut conn, work);
    let (outcome, usable) = transaction::finish(&mut conn, Purpose::Read, outcome);
    if usable {
        READERS.with_borrow_mut(|readers| readers.push((Arc::downgrade(db), conn)));
    }
    outcome
}

fn take(db: &Arc<Inner>) -> Option<AnyConn> {
    READERS.with_borrow_mut(|readers| {
        readers.retain(|(owner, _)| owner.strong_count() > 0);
        let found = readers
            .iter()
            .position(|(owner, _)| std::ptr::eq(owner.as_ptr(), Arc::as_ptr(db)))?;
        Some(readers.swap_remove(found).1)
    })
}
