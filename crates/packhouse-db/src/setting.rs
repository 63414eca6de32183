//! Single values that the server keeps for itself.

use diesel::prelude::*;

use crate::AnyConn;
use crate::conn::on_backend;
use crate::error::Result;
use crate::schema::setting;

/// Gives a value.
pub fn get(conn: &mut AnyConn, name: &str) -> Result<Option<String>> {
    Ok(setting::table
        .find(name)
        .select(setting::value)
        .first(conn)
        .optional()?)
}

/// Sets a value, whatever it was.
pub fn set(conn: &mut AnyConn, name: &str, value: &str) -> Result<()> {
    on_backend!(conn, |conn| diesel::insert_into(setting::table)
        .values((setting::name.eq(name), setting::value.eq(value)))
        .on_conflict(setting::name)
        .do_update()
        .set(setting::value.eq(value))
        .execute(conn))?;
    Ok(())
}

/// Sets a value unless there is one; gives whether it did. Of several callers one wins.
pub fn insert_if_absent(conn: &mut AnyConn, name: &str, value: &str) -> Result<bool> {
    let inserted = on_backend!(conn, |conn| diesel::insert_into(setting::table)
        .values((setting::name.eq(name), setting::value.eq(value)))
        .on_conflict_do_nothing()
        .execute(conn))?;
    Ok(inserted > 0)
}

/// Sets a value that still is what it was; gives whether it was. Of several callers one wins.
pub fn replace(conn: &mut AnyConn, name: &str, old: &str, new: &str) -> Result<bool> {
    let same = setting::table.find(name).filter(setting::value.eq(old));
    let changed = diesel::update(same)
        .set(setting::value.eq(new))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Removes a value; gives whether there was one. Of several callers one wins.
pub fn delete(conn: &mut AnyConn, name: &str) -> Result<bool> {
    Ok(diesel::delete(setting::table.find(name)).execute(conn)? > 0)
}
