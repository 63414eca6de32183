//! What happened. Rows are inserted in the transaction of the change and never rewritten.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use packhouse_core::event::{Event, EventKind};
use packhouse_core::id::{AccountId, EventId, PackageId, RepositoryId, TokenId, VersionId};

use crate::error::Result;
use crate::schema::event;
use crate::{AnyConn, row, time};

/// An event before it has a row; the fields are those of [`Event`].
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub kind: EventKind,
    /// Who did it; `None` for the server's own commands.
    pub actor: Option<AccountId>,
    /// The name of who did it at that time.
    pub actor_name: String,
    /// The token used.
    pub token: Option<TokenId>,
    /// The caller's address.
    pub address: Option<String>,
    /// The account whose thing changed.
    pub owner: Option<AccountId>,
    /// The repository concerned.
    pub repository: Option<RepositoryId>,
    /// The package concerned.
    pub package: Option<PackageId>,
    /// The version concerned.
    pub version: Option<VersionId>,
    /// More, as a JSON object.
    pub detail: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = event)]
struct EventRow {
    id: i64,
    at: NaiveDateTime,
    kind: String,
    actor_id: Option<i64>,
    actor_name: String,
    token_id: Option<i64>,
    address: Option<String>,
    owner_id: Option<i64>,
    repository_id: Option<i64>,
    package_id: Option<i64>,
    version_id: Option<i64>,
    detail: String,
}

impl EventRow {
    fn into_event(self) -> Result<Event> {
        Ok(Event {
            id: EventId(self.id),
            at: time::from_row(self.at),
            kind: row::read("event.kind", &self.kind, EventKind::parse)?,
            actor: self.actor_id.map(AccountId),
            actor_name: self.actor_name,
            token: self.token_id.map(TokenId),
            address: self.address,
            owner: self.owner_id.map(AccountId),
            repository: self.repository_id.map(RepositoryId),
            package: self.package_id.map(PackageId),
            version: self.version_id.map(VersionId),
            detail: self.detail,
        })
    }
}

/// Writes an event and gives its row.
pub fn insert(conn: &mut AnyConn, new: &NewEvent) -> Result<EventId> {
    let id: i64 = diesel::insert_into(event::table)
        .values((
            event::at.eq(time::to_row(new.at)),
            event::kind.eq(new.kind.as_str()),
            event::actor_id.eq(new.actor.map(|id| id.0)),
            event::actor_name.eq(&new.actor_name),
            event::token_id.eq(new.token.map(|id| id.0)),
            event::address.eq(&new.address),
            event::owner_id.eq(new.owner.map(|id| id.0)),
            event::repository_id.eq(new.repository.map(|id| id.0)),
            event::package_id.eq(new.package.map(|id| id.0)),
            event::version_id.eq(new.version.map(|id| id.0)),
            event::detail.eq(&new.detail),
        ))
        .returning(event::id)
        .get_result(conn)?;
    Ok(EventId(id))
}

/// Lists events by row, starting behind `after`. On PostgreSQL an event may appear behind one with
/// a higher row that was committed earlier: who follows the log must not rely on this alone.
pub fn list(conn: &mut AnyConn, after: EventId, limit: i64) -> Result<Vec<Event>> {
    let rows: Vec<EventRow> = event::table
        .filter(event::id.gt(after.0))
        .order(event::id)
        .limit(limit)
        .select(EventRow::as_select())
        .load(conn)?;
    rows.into_iter().map(EventRow::into_event).collect()
}

/// Gives the last event of a kind about a version.
pub fn find_last(
    conn: &mut AnyConn,
    package: PackageId,
    version: VersionId,
    kind: EventKind,
) -> Result<Option<Event>> {
    event::table
        .filter(event::package_id.eq(package.0))
        .filter(event::version_id.eq(version.0))
        .filter(event::kind.eq(kind.as_str()))
        .order(event::id.desc())
        .select(EventRow::as_select())
        .first(conn)
        .optional()?
        .map(EventRow::into_event)
        .transpose()
}

/// Tells whether anything of these kinds happened to a package.
pub fn any_about(conn: &mut AnyConn, package: PackageId, kinds: &[EventKind]) -> Result<bool> {
    let kinds: Vec<_> = kinds.iter().map(|kind| kind.as_str()).collect();
    let found: Option<i64> = event::table
        .filter(event::package_id.eq(package.0))
        .filter(event::kind.eq_any(kinds))
        .select(event::id)
        .first(conn)
        .optional()?;
    Ok(found.is_some())
}
