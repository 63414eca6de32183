//! Writing an event in the transaction of its change.

use chrono::{DateTime, Utc};
use packhouse_core::actor::{Actor, Client};
use packhouse_core::event::EventKind;
use packhouse_core::id::{AccountId, PackageId, RepositoryId, VersionId};
use packhouse_db::event::NewEvent;
use packhouse_db::package::PackageRecord;
use packhouse_db::{AnyConn, Result};
use serde_json::Value;

/// Who changes something, from where and when; the same for all events of one use case.
#[derive(Debug, Clone)]
pub(crate) struct By {
    pub actor: Actor,
    pub client: Client,
    pub now: DateTime<Utc>,
}

/// What a change concerned.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct About {
    pub owner: Option<AccountId>,
    pub repository: Option<RepositoryId>,
    pub package: Option<PackageId>,
    pub version: Option<VersionId>,
}

impl About {
    /// Gives what a change to a package concerns, and to a version of it.
    pub fn of(record: &PackageRecord, version: Option<VersionId>) -> Self {
        Self {
            owner: Some(record.owner.id),
            repository: record.package.repository,
            package: Some(record.package.id),
            version,
        }
    }
}

impl By {
    /// Writes one event.
    pub fn record(
        &self,
        conn: &mut AnyConn,
        kind: EventKind,
        about: About,
        detail: Value,
    ) -> Result<()> {
        let event = NewEvent {
            at: self.now,
            kind,
            actor: self.actor.account(),
            actor_name: self.actor.shown().to_owned(),
            token: self.actor.token(),
            address: self.client.address.map(|address| address.to_string()),
            owner: about.owner,
            repository: about.repository,
            package: about.package,
            version: about.version,
            detail: detail.to_string(),
        };
        packhouse_db::event::insert(conn, &event)?;
        Ok(())
    }
}
