//! What changes who may read what of an owner: running lists are drawn anew after it.

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use packhouse_core::id::{AccountId, PackageId, RepositoryId, TeamId};

use crate::AnyConn;
use crate::error::Result;
use crate::schema::feed;

/// Where a right changed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Changed {
    /// For all that an account owns.
    Owner(AccountId),
    /// For what an organisation granted to one of its teams.
    Team(TeamId),
    /// For what a repository holds.
    Repository(RepositoryId),
    /// For one package.
    Package(PackageId),
}

/// Lets the running lists of an owner be drawn anew for everybody. A package without versions,
/// as one that is being published first, is in none.
pub(crate) fn redraw(conn: &mut AnyConn, changed: Changed) -> Result<()> {
    let owned = match changed {
        Changed::Owner(owner) => {
            diesel::update(feed::table.filter(feed::owner_id.eq(owner.0)))
                .set(feed::epoch.eq(feed::epoch + 1))
                .execute(conn)?;
            return Ok(());
        }
        Changed::Team(team) => (
            "(SELECT t.organisation_id FROM team t WHERE t.id = $1)",
            team.0,
        ),
        Changed::Repository(repository) => (
            "(SELECT r.owner_id FROM repository r WHERE r.id = $1)",
            repository.0,
        ),
        Changed::Package(package) => (
            "(SELECT p.owner_id FROM package p WHERE p.id = $1 AND feed.format = p.format \
             AND EXISTS (SELECT 1 FROM version v WHERE v.package_id = p.id))",
            package.0,
        ),
    };
    let (owner, id) = owned;
    diesel::sql_query(format!(
        "UPDATE feed SET epoch = epoch + 1 WHERE owner_id = {owner}"
    ))
    .bind::<BigInt, _>(id)
    .execute(conn)?;
    Ok(())
}
