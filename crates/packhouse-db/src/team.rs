//! Teams of organisations.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use packhouse_core::account::{Account, Team, TeamName};
use packhouse_core::format::FormatId;
use packhouse_core::id::{AccountId, TeamId};
use packhouse_core::package::PackageName;
use packhouse_core::permission::Role;

use crate::conn::on_backend;
use crate::error::Result;
use crate::feed::views::{Changed, redraw};
use crate::row::{self, AccountRow};
use crate::schema::{access_grant, account, package, team, team_member};
use crate::{AnyConn, time};

#[derive(Queryable, Selectable)]
#[diesel(table_name = team)]
struct TeamRow {
    id: i64,
    organisation_id: i64,
    name: String,
}

impl TeamRow {
    fn into_team(self) -> Result<Team> {
        Ok(Team {
            id: TeamId(self.id),
            organisation: AccountId(self.organisation_id),
            name: row::read("team.name", &self.name, |text| TeamName::parse(text).ok())?,
        })
    }
}

/// Inserts a team without members and gives it back.
///
/// # Errors
/// [`crate::DbError::Duplicate`] when the organisation has a team of the name.
pub fn insert_team(
    conn: &mut AnyConn,
    organisation: AccountId,
    name: &TeamName,
    now: DateTime<Utc>,
) -> Result<Team> {
    let id: i64 = diesel::insert_into(team::table)
        .values((
            team::organisation_id.eq(organisation.0),
            team::name.eq(name.as_str()),
            team::name_key.eq(name.key()),
            team::created_at.eq(time::to_row(now)),
        ))
        .returning(team::id)
        .get_result(conn)?;
    Ok(Team {
        id: TeamId(id),
        organisation,
        name: name.clone(),
    })
}

/// Finds a team by the lower-case form of its name.
pub fn find_team(conn: &mut AnyConn, organisation: AccountId, key: &str) -> Result<Option<Team>> {
    let row: Option<TeamRow> = team::table
        .filter(team::organisation_id.eq(organisation.0))
        .filter(team::name_key.eq(key))
        .select(TeamRow::as_select())
        .first(conn)
        .optional()?;
    row.map(TeamRow::into_team).transpose()
}

/// Lists an organisation's teams by name.
pub fn list_teams(conn: &mut AnyConn, organisation: AccountId) -> Result<Vec<Team>> {
    let rows: Vec<TeamRow> = team::table
        .filter(team::organisation_id.eq(organisation.0))
        .order(team::name_key)
        .select(TeamRow::as_select())
        .load(conn)?;
    rows.into_iter().map(TeamRow::into_team).collect()
}

/// Takes a user into a team; gives whether that changed anything.
pub fn add_member(conn: &mut AnyConn, team: TeamId, user: AccountId) -> Result<bool> {
    let added = on_backend!(conn, |conn| diesel::insert_into(team_member::table)
        .values((
            team_member::team_id.eq(team.0),
            team_member::user_id.eq(user.0),
        ))
        .on_conflict_do_nothing()
        .execute(conn))?;
    if added > 0 {
        redraw(conn, Changed::Team(team))?;
    }
    Ok(added > 0)
}

/// Takes a user out of a team; gives whether that changed anything.
pub fn remove_member(conn: &mut AnyConn, team: TeamId, user: AccountId) -> Result<bool> {
    let removed = diesel::delete(team_member::table.find((team.0, user.0))).execute(conn)?;
    if removed > 0 {
        redraw(conn, Changed::Team(team))?;
    }
    Ok(removed > 0)
}

/// Lists a team's members by name.
pub fn list_members(conn: &mut AnyConn, team: TeamId) -> Result<Vec<Account>> {
    let rows: Vec<AccountRow> = team_member::table
        .inner_join(account::table.on(account::id.eq(team_member::user_id)))
        .filter(team_member::team_id.eq(team.0))
        .order(account::name_key)
        .select(AccountRow::as_select())
        .load(conn)?;
    rows.into_iter().map(AccountRow::into_account).collect()
}

/// Lists the live packages of a format on which the team has a grant that counts, with owner and
/// role, by owner and name. A package that inherits has none.
pub fn list_packages_of_team(
    conn: &mut AnyConn,
    team: TeamId,
    format: FormatId,
) -> Result<Vec<(Account, PackageName, Role)>> {
    let rows: Vec<(AccountRow, String, String, String)> = access_grant::table
        .inner_join(package::table.on(access_grant::package_id.eq(package::id.nullable())))
        .inner_join(account::table.on(account::id.eq(package::owner_id)))
        .filter(access_grant::team_id.eq(team.0))
        .filter(package::format.eq(format.as_str()))
        .filter(package::inherits.eq(false))
        .filter(package::deleted_at.is_null())
        .order((account::name_key, package::name_key))
        .select((
            AccountRow::as_select(),
            package::name,
            package::name_key,
            access_grant::role,
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|(owner, name, key, role)| {
            let role = row::read("access_grant.role", &role, |text| text.parse().ok())?;
            Ok((owner.into_account()?, PackageName::new(name, key), role))
        })
        .collect()
}
