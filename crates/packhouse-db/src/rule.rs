//! Rules of single packages.

use diesel::prelude::*;
use packhouse_core::id::PackageId;

use crate::AnyConn;
use crate::conn::on_backend;
use crate::error::Result;
use crate::schema::package_rule;

/// Gives what a rule of a package says.
pub fn get(conn: &mut AnyConn, package: PackageId, name: &str) -> Result<Option<String>> {
    Ok(package_rule::table
        .find((package.0, name))
        .select(package_rule::value)
        .first(conn)
        .optional()?)
}

/// Sets a rule of a package, or removes it; gives what it said before.
pub fn set(
    conn: &mut AnyConn,
    package: PackageId,
    name: &str,
    value: Option<&str>,
) -> Result<Option<String>> {
    let old = get(conn, package, name)?;
    match value {
        Some(value) => {
            on_backend!(conn, |conn| diesel::insert_into(package_rule::table)
                .values((
                    package_rule::package_id.eq(package.0),
                    package_rule::name.eq(name),
                    package_rule::value.eq(value),
                ))
                .on_conflict((package_rule::package_id, package_rule::name))
                .do_update()
                .set(package_rule::value.eq(value))
                .execute(conn))?;
        }
        None => {
            diesel::delete(package_rule::table.find((package.0, name))).execute(conn)?;
        }
    }
    Ok(old)
}
