//! Repositories and the source addresses that name them.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use packhouse_core::id::{AccountId, RepositoryId};
use packhouse_core::link::SourceAddress;
use packhouse_core::repository::{Repository, RepositoryName};
use packhouse_core::visibility::Visibility;

use crate::conn::on_backend;
use crate::error::Result;
use crate::feed::views::{Changed, redraw};
use crate::row::RepositoryRow;
use crate::schema::{repository, repository_source};
use crate::{AnyConn, time};

/// Inserts a repository and gives it back.
///
/// # Errors
/// [`crate::DbError::Duplicate`] when the owner has a repository of the name.
pub fn insert_repository(
    conn: &mut AnyConn,
    owner: AccountId,
    name: &RepositoryName,
    visibility: Visibility,
    now: DateTime<Utc>,
) -> Result<Repository> {
    let row: RepositoryRow = on_backend!(conn, |conn| diesel::insert_into(repository::table)
        .values((
            repository::owner_id.eq(owner.0),
            repository::name.eq(name.as_str()),
            repository::name_key.eq(name.key()),
            repository::visibility.eq(visibility.as_str()),
            repository::created_at.eq(time::to_row(now)),
        ))
        .returning(RepositoryRow::as_returning())
        .get_result(conn))?;
    row.into_repository()
}

/// Finds a repository by the lower-case form of its name.
pub fn find_repository(
    conn: &mut AnyConn,
    owner: AccountId,
    key: &str,
) -> Result<Option<Repository>> {
    let row: Option<RepositoryRow> = repository::table
        .filter(repository::owner_id.eq(owner.0))
        .filter(repository::name_key.eq(key))
        .select(RepositoryRow::as_select())
        .first(conn)
        .optional()?;
    row.map(RepositoryRow::into_repository).transpose()
}

/// Tells whether one of these repositories belongs to an owner, and has that key when one is given.
pub fn any_of_owner(
    conn: &mut AnyConn,
    ids: &[RepositoryId],
    owner: AccountId,
    key: Option<&str>,
) -> Result<bool> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let mut query = repository::table
        .filter(repository::id.eq_any(ids))
        .filter(repository::owner_id.eq(owner.0))
        .into_boxed();
    if let Some(key) = key {
        query = query.filter(repository::name_key.eq(key));
    }
    Ok(query.count().get_result::<i64>(conn)? > 0)
}

/// Sets who may read a repository without a grant.
pub fn set_visibility(conn: &mut AnyConn, id: RepositoryId, visibility: Visibility) -> Result<()> {
    diesel::update(repository::table.find(id.0))
        .set(repository::visibility.eq(visibility.as_str()))
        .execute(conn)?;
    redraw(conn, Changed::Repository(id))
}

/// Registers a source address; gives whether it is new.
pub fn add_source(conn: &mut AnyConn, id: RepositoryId, address: &SourceAddress) -> Result<bool> {
    let text = address.to_string();
    let added = on_backend!(conn, |conn| diesel::insert_into(repository_source::table)
        .values((
            repository_source::repository_id.eq(id.0),
            repository_source::address.eq(&text),
        ))
        .on_conflict_do_nothing()
        .execute(conn))?;
    Ok(added > 0)
}

/// Forgets a source address; gives whether it was registered.
pub fn remove_source(
    conn: &mut AnyConn,
    id: RepositoryId,
    address: &SourceAddress,
) -> Result<bool> {
    let row = repository_source::table.find((id.0, address.to_string()));
    Ok(diesel::delete(row).execute(conn)? > 0)
}

/// Lists the repositories that registered a source address, oldest first. Several may: whether a
/// publisher may write to one of them decides.
pub fn find_by_source(conn: &mut AnyConn, address: &SourceAddress) -> Result<Vec<Repository>> {
    let rows: Vec<RepositoryRow> = repository_source::table
        .inner_join(repository::table.on(repository::id.eq(repository_source::repository_id)))
        .filter(repository_source::address.eq(address.to_string()))
        .order(repository::id)
        .select(RepositoryRow::as_select())
        .load(conn)?;
    rows.into_iter()
        .map(RepositoryRow::into_repository)
        .collect()
}
