//! Rows that packages stand on, written plainly so that these suites test one side only.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use packhouse_core::digest::{Digests, Md5, Sha1, Sha256, Sha512};
use packhouse_core::format::FormatId;
use packhouse_core::id::{AccountId, PackageId, RepositoryId, TeamId, VersionId};
use packhouse_core::package::{PackageName, Provenance, Traits, VersionName, VersionState};
use packhouse_core::visibility::Visibility;
use packhouse_db::package::NewPackage;
use packhouse_db::version::NewVersion;
use packhouse_db::{AnyConn, Db, DbError, package, version};

pub(crate) const NPM: FormatId = FormatId::new("npm");
pub(crate) const GEM: FormatId = FormatId::new("rubygems");

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// The clock of these suites: seconds after a fixed time.
pub(crate) fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(1_750_000_000 + seconds)
}

/// Runs work in a transaction that must succeed.
pub(crate) async fn with<R: Send + 'static>(
    db: &Db,
    work: impl FnOnce(&mut AnyConn) -> Result<R, DbError> + Send + 'static,
) -> R {
    db.write(work).await.unwrap()
}

/// Runs an INSERT and gives the new id.
pub(crate) fn insert(conn: &mut AnyConn, sql: &str) -> i64 {
    let rows: Vec<Id> = diesel::sql_query(format!("{sql} RETURNING id"))
        .load(conn)
        .unwrap();
    rows[0].id
}

/// Runs a statement.
pub(crate) fn run(conn: &mut AnyConn, sql: &str) {
    diesel::sql_query(sql).execute(conn).unwrap();
}

pub(crate) fn account(
    conn: &mut AnyConn,
    kind: &str,
    name: &str,
    base_role: Option<&str>,
) -> AccountId {
    let key = name.to_lowercase();
    let base_role = base_role.map_or("NULL".to_owned(), |role| format!("'{role}'"));
    AccountId(insert(
        conn,
        &format!(
            "INSERT INTO account (kind, name, name_key, site_admin, disabled, base_role, \
             packages_inherit, member_visibilities, created_at) VALUES ('{kind}', '{name}', \
             '{key}', FALSE, FALSE, {base_role}, TRUE, 'private,internal', '2026-01-02 03:04:05')"
        ),
    ))
}

pub(crate) fn find_account(conn: &mut AnyConn, key: &str) -> AccountId {
    let sql = format!("SELECT id FROM account WHERE name_key = '{key}'");
    let rows: Vec<Id> = diesel::sql_query(sql).load(conn).unwrap();
    AccountId(rows[0].id)
}

pub(crate) fn user(conn: &mut AnyConn, name: &str) -> AccountId {
    account(conn, "user", name, None)
}

pub(crate) fn team(conn: &mut AnyConn, organisation: AccountId, name: &str) -> TeamId {
    TeamId(insert(
        conn,
        &format!(
            "INSERT INTO team (organisation_id, name, name_key, created_at) \
             VALUES ({organisation}, '{name}', '{name}', '2026-01-02 03:04:05')"
        ),
    ))
}

pub(crate) fn repository(
    conn: &mut AnyConn,
    owner: AccountId,
    name: &str,
    visibility: Visibility,
) -> RepositoryId {
    let key = name.to_lowercase();
    RepositoryId(insert(
        conn,
        &format!(
            "INSERT INTO repository (owner_id, name, name_key, visibility, created_at) \
             VALUES ({owner}, '{name}', '{key}', '{visibility}', '2026-01-02 03:04:05')"
        ),
    ))
}

pub(crate) fn new_package(owner: AccountId, name: &str) -> NewPackage {
    NewPackage {
        owner,
        format: NPM,
        name: PackageName::new(name, name.to_lowercase()),
        repository: None,
        inherits: false,
        visibility: Visibility::Private,
        description: None,
    }
}

/// Inserts a private npm package.
pub(crate) fn insert_package(conn: &mut AnyConn, owner: AccountId, name: &str) -> PackageId {
    let package = package::insert_package(conn, &new_package(owner, name), at(0)).unwrap();
    package.id
}

pub(crate) fn new_version(package: PackageId, name: &str) -> NewVersion {
    NewVersion {
        package,
        name: VersionName::new(name, name.to_lowercase()),
        state: VersionState::Live,
        prerelease: name.contains('-'),
        metadata: format!("{{\"version\":\"{name}\"}}"),
        readme: None,
        provenance: Provenance::default(),
        listed: true,
        traits: Traits::default(),
    }
}

/// Inserts a live version.
pub(crate) fn insert_version(conn: &mut AnyConn, package: PackageId, name: &str) -> VersionId {
    version::insert_version(conn, &new_version(package, name), at(0)).unwrap()
}

/// Digests that only `seed` tells apart.
pub(crate) fn digests(seed: u8) -> Digests {
    Digests {
        sha256: Sha256([seed; 32]),
        sha512: Some(Sha512([seed; 64])),
        sha1: Some(Sha1([seed; 20])),
        md5: Some(Md5([seed; 16])),
        size: u64::from(seed) + 5_000_000_000,
    }
}
