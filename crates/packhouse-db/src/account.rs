//! Accounts: users and organisations.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use packhouse_core::account::{Account, AccountKind, AccountName, OrganisationPolicy};
use packhouse_core::id::AccountId;
use packhouse_core::permission::Role;
use packhouse_core::visibility::Visibility;

use crate::conn::on_backend;
use crate::error::Result;
use crate::feed::views::{Changed, redraw};
use crate::row::AccountRow;
use crate::schema::account;
use crate::{AnyConn, time};

/// What an account starts with.
#[derive(Clone)]
pub struct NewAccount {
    /// User or organisation.
    pub kind: AccountKind,
    /// Its name.
    pub name: AccountName,
    /// Address for people.
    pub email: Option<String>,
    /// The PHC string of its password; `None` when it cannot sign in with one.
    pub password_hash: Option<String>,
    /// May do everything everywhere.
    pub site_admin: bool,
    /// Rules of an organisation; kept but ignored for users.
    pub policy: OrganisationPolicy,
}

/// Inserts an account and gives it back.
///
/// # Errors
/// [`crate::DbError::Duplicate`] when an account has the name.
pub fn insert_account(conn: &mut AnyConn, new: &NewAccount, now: DateTime<Utc>) -> Result<Account> {
    let policy = &new.policy;
    let row: AccountRow = on_backend!(conn, |conn| diesel::insert_into(account::table)
        .values((
            account::kind.eq(new.kind.as_str()),
            account::name.eq(new.name.as_str()),
            account::name_key.eq(new.name.key()),
            account::email.eq(new.email.as_deref()),
            account::password_hash.eq(new.password_hash.as_deref()),
            account::site_admin.eq(new.site_admin),
            account::disabled.eq(false),
            account::base_role.eq(policy.base_role.map(Role::as_str)),
            account::packages_inherit.eq(policy.packages_inherit),
            account::member_visibilities.eq(list_text(&policy.member_visibilities)),
            account::created_at.eq(time::to_row(now)),
        ))
        .returning(AccountRow::as_returning())
        .get_result(conn))?;
    row.into_account()
}

/// Finds an account by the lower-case form of its name.
pub fn find_account(conn: &mut AnyConn, key: &str) -> Result<Option<Account>> {
    let row: Option<AccountRow> = account::table
        .filter(account::name_key.eq(key))
        .select(AccountRow::as_select())
        .first(conn)
        .optional()?;
    row.map(AccountRow::into_account).transpose()
}

/// Finds an account by its row.
pub fn find_account_by_id(conn: &mut AnyConn, id: AccountId) -> Result<Option<Account>> {
    let row: Option<AccountRow> = account::table
        .find(id.0)
        .select(AccountRow::as_select())
        .first(conn)
        .optional()?;
    row.map(AccountRow::into_account).transpose()
}

/// Keeps the row of an account locked until the transaction ends, so that changes that hang
/// together on it come one after the other.
pub fn hold_account(conn: &mut AnyConn, id: AccountId) -> Result<()> {
    diesel::update(account::table.find(id.0))
        .set(account::disabled.eq(account::disabled))
        .execute(conn)?;
    Ok(())
}

/// Gives the PHC string of an account's password; `None` when it has none or is not there.
pub fn password_hash(conn: &mut AnyConn, id: AccountId) -> Result<Option<String>> {
    let hash: Option<Option<String>> = account::table
        .find(id.0)
        .select(account::password_hash)
        .first(conn)
        .optional()?;
    Ok(hash.flatten())
}

/// Replaces the PHC string of an account's password.
pub fn set_password_hash(conn: &mut AnyConn, id: AccountId, hash: &str) -> Result<()> {
    diesel::update(account::table.find(id.0))
        .set(account::password_hash.eq(Some(hash)))
        .execute(conn)?;
    Ok(())
}

/// Sets whether an account may not sign in.
pub fn set_disabled(conn: &mut AnyConn, id: AccountId, disabled: bool) -> Result<()> {
    diesel::update(account::table.find(id.0))
        .set(account::disabled.eq(disabled))
        .execute(conn)?;
    Ok(())
}

/// Replaces the rules of an organisation.
pub fn set_policy(conn: &mut AnyConn, id: AccountId, policy: &OrganisationPolicy) -> Result<()> {
    diesel::update(account::table.find(id.0))
        .set((
            account::base_role.eq(policy.base_role.map(Role::as_str)),
            account::packages_inherit.eq(policy.packages_inherit),
            account::member_visibilities.eq(list_text(&policy.member_visibilities)),
        ))
        .execute(conn)?;
    redraw(conn, Changed::Owner(id))
}

/// Tells whether any user was ever made.
pub fn any_user(conn: &mut AnyConn) -> Result<bool> {
    let users = account::table.filter(account::kind.eq(AccountKind::User.as_str()));
    Ok(diesel::select(diesel::dsl::exists(users)).get_result(conn)?)
}

fn list_text(visibilities: &[Visibility]) -> String {
    let names: Vec<_> = visibilities.iter().map(|item| item.as_str()).collect();
    names.join(",")
}
