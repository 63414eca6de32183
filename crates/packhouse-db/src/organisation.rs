//! Who belongs to which organisation.

use diesel::prelude::*;
use packhouse_core::account::{Account, OrganisationRole};
use packhouse_core::id::AccountId;

use crate::AnyConn;
use crate::conn::on_backend;
use crate::error::Result;
use crate::feed::views::{Changed, redraw};
use crate::row::{self, AccountRow};
use crate::schema::{access_grant, account, membership, package, repository, team, team_member};

/// Makes a user a member or owner of an organisation, or changes which.
pub fn set_member(
    conn: &mut AnyConn,
    organisation: AccountId,
    user: AccountId,
    role: OrganisationRole,
) -> Result<()> {
    on_backend!(conn, |conn| diesel::insert_into(membership::table)
        .values((
            membership::organisation_id.eq(organisation.0),
            membership::user_id.eq(user.0),
            membership::role.eq(role.as_str()),
        ))
        .on_conflict((membership::organisation_id, membership::user_id))
        .do_update()
        .set(membership::role.eq(role.as_str()))
        .execute(conn))?;
    redraw(conn, Changed::Owner(organisation))
}

/// Ends a membership, and with it the user's places in the organisation's teams and the user's
/// grants on what the organisation owns. Gives whether there was one: who is no member keeps such
/// grants.
pub fn remove_member(conn: &mut AnyConn, organisation: AccountId, user: AccountId) -> Result<bool> {
    let gone = diesel::delete(membership::table.find((organisation.0, user.0))).execute(conn)?;
    if gone == 0 {
        return Ok(false);
    }
    let teams = team::table
        .filter(team::organisation_id.eq(organisation.0))
        .select(team::id);
    diesel::delete(
        team_member::table
            .filter(team_member::user_id.eq(user.0))
            .filter(team_member::team_id.eq_any(teams)),
    )
    .execute(conn)?;
    let repositories = repository::table
        .filter(repository::owner_id.eq(organisation.0))
        .select(repository::id.nullable());
    let packages = package::table
        .filter(package::owner_id.eq(organisation.0))
        .select(package::id.nullable());
    diesel::delete(
        access_grant::table
            .filter(access_grant::user_id.eq(user.0))
            .filter(access_grant::repository_id.eq_any(repositories)),
    )
    .execute(conn)?;
    diesel::delete(
        access_grant::table
            .filter(access_grant::user_id.eq(user.0))
            .filter(access_grant::package_id.eq_any(packages)),
    )
    .execute(conn)?;
    redraw(conn, Changed::Owner(organisation))?;
    Ok(true)
}

/// Gives a user's place in an organisation.
pub fn find_role(
    conn: &mut AnyConn,
    organisation: AccountId,
    user: AccountId,
) -> Result<Option<OrganisationRole>> {
    let role: Option<String> = membership::table
        .find((organisation.0, user.0))
        .select(membership::role)
        .first(conn)
        .optional()?;
    role.map(|text| parse_role(&text)).transpose()
}

/// Counts an organisation's owners.
pub fn count_owners(conn: &mut AnyConn, organisation: AccountId) -> Result<i64> {
    Ok(membership::table
        .filter(membership::organisation_id.eq(organisation.0))
        .filter(membership::role.eq(OrganisationRole::Owner.as_str()))
        .count()
        .get_result(conn)?)
}

/// Lists owners and members by account row, starting behind `after`.
pub fn list_members(
    conn: &mut AnyConn,
    organisation: AccountId,
    after: Option<AccountId>,
    limit: i64,
) -> Result<Vec<(Account, OrganisationRole)>> {
    let rows: Vec<(AccountRow, String)> = membership::table
        .inner_join(account::table.on(account::id.eq(membership::user_id)))
        .filter(membership::organisation_id.eq(organisation.0))
        .filter(membership::user_id.gt(after.map_or(0, |id| id.0)))
        .order(membership::user_id)
        .limit(limit)
        .select((AccountRow::as_select(), membership::role))
        .load(conn)?;
    rows.into_iter()
        .map(|(account, role)| Ok((account.into_account()?, parse_role(&role)?)))
        .collect()
}

/// Lists the owners of an organisation by account row.
pub fn list_owners(conn: &mut AnyConn, organisation: AccountId) -> Result<Vec<Account>> {
    let rows: Vec<AccountRow> = membership::table
        .inner_join(account::table.on(account::id.eq(membership::user_id)))
        .filter(membership::organisation_id.eq(organisation.0))
        .filter(membership::role.eq(OrganisationRole::Owner.as_str()))
        .order(membership::user_id)
        .select(AccountRow::as_select())
        .load(conn)?;
    rows.into_iter().map(AccountRow::into_account).collect()
}

fn parse_role(text: &str) -> Result<OrganisationRole> {
    row::read("membership.role", text, OrganisationRole::parse)
}
