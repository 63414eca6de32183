//! Roles of users and teams on repositories and packages.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use packhouse_core::id::{AccountId, PackageId, RepositoryId, TeamId};
use packhouse_core::permission::Role;

use crate::conn::on_backend;
use crate::error::Result;
use crate::feed::views::{Changed, redraw};
use crate::schema::{access_grant, account, team, team_member};
use crate::{AnyConn, row, time};

/// Who has a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A user.
    User(AccountId),
    /// Every member of a team.
    Team(TeamId),
}

/// On what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Object {
    /// A repository, and the packages that inherit from it.
    Repository(RepositoryId),
    /// A package of its own.
    Package(PackageId),
}

impl Subject {
    fn user(self) -> Option<i64> {
        match self {
            Self::User(id) => Some(id.0),
            Self::Team(_) => None,
        }
    }

    fn team(self) -> Option<i64> {
        match self {
            Self::Team(id) => Some(id.0),
            Self::User(_) => None,
        }
    }
}

impl Object {
    fn changed(self) -> Changed {
        match self {
            Self::Repository(id) => Changed::Repository(id),
            Self::Package(id) => Changed::Package(id),
        }
    }

    fn repository(self) -> Option<i64> {
        match self {
            Self::Repository(id) => Some(id.0),
            Self::Package(_) => None,
        }
    }

    fn package(self) -> Option<i64> {
        match self {
            Self::Package(id) => Some(id.0),
            Self::Repository(_) => None,
        }
    }
}

/// Selects the grants on an object: `= NULL` never holds, so of each pair one side counts.
macro_rules! on_object {
    ($object:expr) => {
        access_grant::repository_id
            .eq($object.repository())
            .or(access_grant::package_id.eq($object.package()))
    };
}

/// Selects the grants of a subject.
macro_rules! of_subject {
    ($subject:expr) => {
        access_grant::user_id
            .eq($subject.user())
            .or(access_grant::team_id.eq($subject.team()))
    };
}

/// Gives a subject a role on an object, in place of the one it had, which is given back.
pub fn set_grant(
    conn: &mut AnyConn,
    subject: Subject,
    object: Object,
    role: Role,
    now: DateTime<Utc>,
) -> Result<Option<Role>> {
    let inserted = on_backend!(conn, |conn| diesel::insert_into(access_grant::table)
        .values((
            access_grant::user_id.eq(subject.user()),
            access_grant::team_id.eq(subject.team()),
            access_grant::repository_id.eq(object.repository()),
            access_grant::package_id.eq(object.package()),
            access_grant::role.eq(role.as_str()),
            access_grant::created_at.eq(time::to_row(now)),
        ))
        .on_conflict_do_nothing()
        .execute(conn))?;
    if inserted > 0 {
        redraw(conn, object.changed())?;
        return Ok(None);
    }
    let old: String = access_grant::table
        .filter(of_subject!(subject))
        .filter(on_object!(object))
        .select(access_grant::role)
        .first(conn)?;
    diesel::update(
        access_grant::table
            .filter(of_subject!(subject))
            .filter(on_object!(object)),
    )
    .set(access_grant::role.eq(role.as_str()))
    .execute(conn)?;
    // Every role reads, so nothing else is to be read now.
    parse_role(&old).map(Some)
}

/// Takes a subject's role on an object away and gives it.
pub fn remove_grant(conn: &mut AnyConn, subject: Subject, object: Object) -> Result<Option<Role>> {
    let old: Option<String> = diesel::delete(
        access_grant::table
            .filter(of_subject!(subject))
            .filter(on_object!(object)),
    )
    .returning(access_grant::role)
    .get_result(conn)
    .optional()?;
    if old.is_some() {
        redraw(conn, object.changed())?;
    }
    old.map(|text| parse_role(&text)).transpose()
}

/// Lists the grants on an object in the order they were made, each with the user's or team's name
/// as shown.
pub fn list_grants(conn: &mut AnyConn, object: Object) -> Result<Vec<(Subject, String, Role)>> {
    type Row = (Option<(i64, String)>, Option<(i64, String)>, String);
    let rows: Vec<Row> = access_grant::table
        .left_join(account::table.on(access_grant::user_id.eq(account::id.nullable())))
        .left_join(team::table.on(access_grant::team_id.eq(team::id.nullable())))
        .filter(on_object!(object))
        .order(access_grant::id)
        .select((
            (account::id, account::name).nullable(),
            (team::id, team::name).nullable(),
            access_grant::role,
        ))
        .load(conn)?;
    rows.into_iter()
        .filter_map(|(user, team, role)| {
            let user = user.map(|(id, name)| (Subject::User(AccountId(id)), name));
            let team = team.map(|(id, name)| (Subject::Team(TeamId(id)), name));
            let (subject, name) = user.or(team)?;
            Some(parse_role(&role).map(|role| (subject, name, role)))
        })
        .collect()
}

/// Gives the strongest role that a user has on an object, of its own or through teams.
pub fn role_of(conn: &mut AnyConn, user: AccountId, object: Object) -> Result<Option<Role>> {
    let teams = team_member::table
        .filter(team_member::user_id.eq(user.0))
        .select(team_member::team_id.nullable());
    let of_user = access_grant::user_id
        .eq(user.0)
        .or(access_grant::team_id.eq_any(teams));
    let roles: Vec<String> = access_grant::table
        .filter(on_object!(object))
        .filter(of_user)
        .select(access_grant::role)
        .distinct()
        .load(conn)?;
    let roles: Vec<Role> = roles
        .iter()
        .map(|text| parse_role(text))
        .collect::<Result<_>>()?;
    Ok(roles.into_iter().max())
}

/// Gives the strongest role that a user has on each of these objects, of its own or through teams,
/// in one query; objects on which it has none are left out.
pub fn roles_of(
    conn: &mut AnyConn,
    user: AccountId,
    objects: &[Object],
) -> Result<HashMap<Object, Role>> {
    type Row = (Option<i64>, Option<i64>, String);
    let packages = || objects.iter().filter_map(|object| object.package());
    let repositories = || objects.iter().filter_map(|object| object.repository());
    let teams = || {
        team_member::table
            .filter(team_member::user_id.eq(user.0))
            .select(team_member::team_id.nullable())
    };
    let of_user = access_grant::user_id.eq(user.0);
    // Four pairs, each of which has an index; with the `or`s inside, all grants of the user would
    // be read for a few objects.
    let rows: Vec<Row> = access_grant::table
        .filter(
            (access_grant::package_id.eq_any(packages()).and(of_user))
                .or(access_grant::package_id
                    .eq_any(packages())
                    .and(access_grant::team_id.eq_any(teams())))
                .or(access_grant::repository_id
                    .eq_any(repositories())
                    .and(of_user))
                .or(access_grant::repository_id
                    .eq_any(repositories())
                    .and(access_grant::team_id.eq_any(teams()))),
        )
        .select((
            access_grant::package_id,
            access_grant::repository_id,
            access_grant::role,
        ))
        .load(conn)?;
    let mut strongest = HashMap::new();
    for (package, repository, role) in rows {
        let package = package.map(|id| Object::Package(PackageId(id)));
        let repository = repository.map(|id| Object::Repository(RepositoryId(id)));
        // Each row has one of the two: the table's CHECK.
        let Some(object) = package.or(repository) else {
            continue;
        };
        let role = parse_role(&role)?;
        let kept = strongest.entry(object).or_insert(role);
        *kept = role.max(*kept);
    }
    Ok(strongest)
}

/// Ends all grants on a package of its own.
pub fn remove_grants_on_package(conn: &mut AnyConn, package: PackageId) -> Result<()> {
    let grants = access_grant::table.filter(access_grant::package_id.eq(package.0));
    diesel::delete(grants).execute(conn)?;
    redraw(conn, Changed::Package(package))
}

fn parse_role(text: &str) -> Result<Role> {
    row::read("access_grant.role", text, |text| text.parse().ok())
}
