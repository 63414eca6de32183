//! Row shapes that several modules read, and how stored text becomes domain values.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use packhouse_core::account::{Account, AccountKind, AccountName, OrganisationPolicy};
use packhouse_core::id::{AccountId, RepositoryId};
use packhouse_core::permission::Role;
use packhouse_core::repository::{Repository, RepositoryName};
use packhouse_core::visibility::Visibility;

use crate::error::{DbError, Result};
use crate::{schema, time};

/// Reads a stored text with `parse`, or reports which column cannot be read.
pub(crate) fn read<T>(
    column: &'static str,
    text: &str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<T> {
    parse(text).ok_or_else(|| DbError::Corrupt {
        column,
        value: text.to_owned(),
    })
}

/// Reads a stored text that may be absent, or reports which column cannot be read.
pub(crate) fn read_option<T: std::str::FromStr>(
    column: &'static str,
    text: Option<&str>,
) -> Result<Option<T>> {
    text.map(|text| read(column, text, |text| text.parse().ok()))
        .transpose()
}

/// An account without its password.
#[derive(Queryable, Selectable)]
#[diesel(table_name = schema::account)]
pub(crate) struct AccountRow {
    id: i64,
    kind: String,
    name: String,
    email: Option<String>,
    site_admin: bool,
    disabled: bool,
    base_role: Option<String>,
    packages_inherit: bool,
    member_visibilities: String,
    created_at: NaiveDateTime,
}

impl AccountRow {
    pub(crate) fn into_account(self) -> Result<Account> {
        let base_role = self
            .base_role
            .map(|text| read("account.base_role", &text, |text| text.parse::<Role>().ok()))
            .transpose()?;
        let member_visibilities = self
            .member_visibilities
            .split(',')
            .filter(|text| !text.is_empty())
            .map(|text| {
                read("account.member_visibilities", text, |text| {
                    text.parse::<Visibility>().ok()
                })
            })
            .collect::<Result<_>>()?;
        Ok(Account {
            id: AccountId(self.id),
            kind: read("account.kind", &self.kind, AccountKind::parse)?,
            name: read("account.name", &self.name, AccountName::from_row)?,
            email: self.email,
            site_admin: self.site_admin,
            disabled: self.disabled,
            created_at: time::from_row(self.created_at),
            policy: OrganisationPolicy {
                base_role,
                packages_inherit: self.packages_inherit,
                member_visibilities,
            },
        })
    }
}

/// A repository.
#[derive(Queryable, Selectable)]
#[diesel(table_name = schema::repository)]
pub(crate) struct RepositoryRow {
    id: i64,
    owner_id: i64,
    name: String,
    visibility: String,
    created_at: NaiveDateTime,
}

impl RepositoryRow {
    pub(crate) fn into_repository(self) -> Result<Repository> {
        Ok(Repository {
            id: RepositoryId(self.id),
            owner: AccountId(self.owner_id),
            name: read("repository.name", &self.name, |text| {
                RepositoryName::parse(text).ok()
            })?,
            visibility: read("repository.visibility", &self.visibility, |text| {
                text.parse().ok()
            })?,
            created_at: time::from_row(self.created_at),
        })
    }
}
