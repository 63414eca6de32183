//! Names across all that an owner has of a format which belong to one package or version for ever,
//! whatever becomes of it.

use diesel::prelude::*;
use packhouse_core::format::FormatId;
use packhouse_core::id::AccountId;

use crate::AnyConn;
use crate::conn::on_backend;
use crate::error::{DbError, Result};
use crate::schema::reserved_name;

/// Whose a reserved name is. Names are as they were published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The package.
    pub package: String,
    /// The version, when it is one's.
    pub version: Option<String>,
}

/// Reserves a name and gives who has it now: the first one that asked.
pub fn reserve(
    conn: &mut AnyConn,
    (owner, format): (AccountId, FormatId),
    name: &str,
    holder: &Holder,
) -> Result<Holder> {
    let inserted = on_backend!(conn, |conn| diesel::insert_into(reserved_name::table)
        .values((
            reserved_name::owner_id.eq(owner.0),
            reserved_name::format.eq(format.as_str()),
            reserved_name::name.eq(name),
            reserved_name::package.eq(&holder.package),
            reserved_name::version.eq(&holder.version),
        ))
        .on_conflict_do_nothing()
        .execute(conn))?;
    if inserted == 1 {
        return Ok(holder.clone());
    }
    // Rows are never removed: who stands in the way is there.
    let found = find(conn, (owner, format), name)?;
    found.ok_or_else(|| DbError::from(diesel::result::Error::NotFound))
}

/// Gives whose a name is.
pub fn find(
    conn: &mut AnyConn,
    (owner, format): (AccountId, FormatId),
    name: &str,
) -> Result<Option<Holder>> {
    let found: Option<(String, Option<String>)> = reserved_name::table
        .find((owner.0, format.as_str(), name))
        .select((reserved_name::package, reserved_name::version))
        .first(conn)
        .optional()?;
    Ok(found.map(|(package, version)| Holder { package, version }))
}
