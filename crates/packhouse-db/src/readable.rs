//! The one "may read" in SQL, for lists, counts and searches: [`Readable`] holds for exactly those
//! live packages for which `packhouse_core::permission::decide` allows [`Action::Read`]. A property
//! test keeps the two equal on random worlds.
//!
//! [`Action::Read`]: packhouse_core::permission::Action::Read

use diesel::backend::Backend;
use diesel::expression::{
    AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate,
};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, Bool, HasSqlType};
use packhouse_core::actor::Actor;
use packhouse_core::id::AccountId;
use packhouse_core::token::{Scope, Scopes, TokenLimits};

/// Who looks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Viewer {
    /// The signed-in account; `None` for anonymous.
    pub account: Option<AccountId>,
    /// Whether it may read everything as an account.
    pub site_admin: bool,
    /// Reads everything, whatever else is said here: the server's own commands.
    pub everything: bool,
    /// The token it came with, which narrows what is not public.
    pub token: Option<(Scopes, TokenLimits)>,
}

impl Viewer {
    /// Nobody in particular.
    pub const ANONYMOUS: Self = Self {
        account: None,
        site_admin: false,
        everything: false,
        token: None,
    };

    /// The server's own commands.
    pub const SYSTEM: Self = Self {
        account: None,
        site_admin: false,
        everything: true,
        token: None,
    };

    /// Gives what counts of an actor in lists: one whose access token was not made for them sees
    /// what anyone may.
    pub fn of(actor: &Actor) -> Self {
        let stated = actor.signed_in().and_then(|who| who.stated.as_ref());
        match stated {
            Some(stated) if !stated.lists => Self::ANONYMOUS,
            _ => Self::of_account(actor),
        }
    }

    /// Gives what counts of an actor, whatever its access token states.
    pub fn of_account(actor: &Actor) -> Self {
        match actor {
            Actor::Anonymous => Self::ANONYMOUS,
            Actor::System => Self::SYSTEM,
            Actor::Account(signed_in) => Self {
                account: Some(signed_in.account),
                site_admin: signed_in.site_admin,
                everything: false,
                token: signed_in
                    .token
                    .as_ref()
                    .map(|token| (token.scopes, token.limits.clone())),
            },
        }
    }
}

/// Holds for a row of `package` that the viewer may read. Says nothing about deleted packages and
/// packages without versions: lists leave those out themselves.
#[derive(Debug, Clone)]
pub(crate) struct Readable {
    everything: bool,
    /// `None` when only what is public counts.
    inside: Option<Inside>,
}

/// A signed-in viewer whose token, if any, may read at all.
#[derive(Debug, Clone)]
struct Inside {
    account: i64,
    site_admin: bool,
    owners: Vec<i64>,
    repositories: Vec<i64>,
    packages: Vec<i64>,
}

impl Readable {
    pub(crate) fn by(viewer: &Viewer) -> Self {
        let may_read = viewer
            .token
            .as_ref()
            .is_none_or(|(scopes, _)| scopes.allows(Scope::ReadPackages));
        let limits = viewer.token.as_ref().map(|(_, limits)| limits);
        let inside = viewer.account.filter(|_| may_read).map(|account| Inside {
            account: account.0,
            site_admin: viewer.site_admin,
            owners: limits.map_or_else(Vec::new, |l| l.owners.iter().map(|id| id.0).collect()),
            repositories: limits
                .map_or_else(Vec::new, |l| l.repositories.iter().map(|id| id.0).collect()),
            packages: limits.map_or_else(Vec::new, |l| l.packages.iter().map(|id| id.0).collect()),
        });
        Self {
            everything: viewer.everything,
            inside,
        }
    }
}

impl Expression for Readable {
    type SqlType = Bool;
}

impl<GB> ValidGrouping<GB> for Readable {
    type IsAggregate = is_aggregate::No;
}

impl QueryId for Readable {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

// It names `package` in its text, so it belongs only where that table is; all its users are in
// this crate.
impl<QS> AppearsOnTable<QS> for Readable {}
impl<QS> SelectableExpression<QS> for Readable {}

/// Whether the repository's access counts instead of the package's own.
const INHERITS: &str = "(package.inherits AND package.repository_id IS NOT NULL)";

/// The visibility that counts.
const VISIBILITY: &str = "COALESCE((SELECT r.visibility FROM repository r \
     WHERE r.id = package.repository_id AND package.inherits), package.visibility)";

impl<DB> QueryFragment<DB> for Readable
where
    DB: Backend + HasSqlType<BigInt>,
    i64: ToSql<BigInt, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        // The text depends on the viewer; a cache of statements would only grow.
        out.unsafe_to_cache_prepared();
        if self.everything {
            out.push_sql("(1 = 1)");
            return Ok(());
        }
        out.push_sql("(");
        out.push_sql(VISIBILITY);
        out.push_sql(" = 'public'");
        if let Some(inside) = &self.inside {
            out.push_sql(" OR (");
            inside.walk_limits(out.reborrow())?;
            inside.walk_access(out.reborrow())?;
            out.push_sql(")");
        }
        out.push_sql(")");
        Ok(())
    }
}

impl Inside {
    fn walk_limits<'b, DB>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()>
    where
        DB: Backend + HasSqlType<BigInt>,
        i64: ToSql<BigInt, DB>,
    {
        for (column, ids) in [
            ("package.owner_id", &self.owners),
            ("package.repository_id", &self.repositories),
            ("package.id", &self.packages),
        ] {
            for (index, id) in ids.iter().enumerate() {
                out.push_sql(if index == 0 { column } else { ", " });
                if index == 0 {
                    out.push_sql(" IN (");
                }
                out.push_bind_param::<BigInt, _>(id)?;
            }
            if !ids.is_empty() {
                out.push_sql(") AND ");
            }
        }
        Ok(())
    }

    fn walk_access<'b, DB>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()>
    where
        DB: Backend + HasSqlType<BigInt>,
        i64: ToSql<BigInt, DB>,
    {
        if self.site_admin {
            out.push_sql("1 = 1");
            return Ok(());
        }
        out.push_sql("(");
        out.push_sql(VISIBILITY);
        out.push_sql(" = 'internal' OR package.owner_id = ");
        out.push_bind_param::<BigInt, _>(&self.account)?;
        out.push_sql(
            " OR EXISTS (SELECT 1 FROM membership m JOIN account o ON o.id = m.organisation_id \
             WHERE m.organisation_id = package.owner_id AND m.user_id = ",
        );
        out.push_bind_param::<BigInt, _>(&self.account)?;
        out.push_sql(" AND (m.role = 'owner' OR (o.base_role IS NOT NULL AND ");
        out.push_sql(INHERITS);
        out.push_sql("))) OR (");
        out.push_sql(INHERITS);
        out.push_sql(" AND ");
        self.walk_grants("repository_id = package.repository_id", out.reborrow())?;
        out.push_sql(") OR (NOT ");
        out.push_sql(INHERITS);
        out.push_sql(" AND ");
        self.walk_grants("package_id = package.id", out.reborrow())?;
        out.push_sql("))");
        Ok(())
    }

    /// A grant on the object that counts, to the account or to a team it is in.
    fn walk_grants<'b, DB>(&'b self, object: &str, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()>
    where
        DB: Backend + HasSqlType<BigInt>,
        i64: ToSql<BigInt, DB>,
    {
        out.push_sql("EXISTS (SELECT 1 FROM access_grant g WHERE g.");
        out.push_sql(object);
        out.push_sql(" AND (g.user_id = ");
        out.push_bind_param::<BigInt, _>(&self.account)?;
        out.push_sql(" OR g.team_id IN (SELECT t.team_id FROM team_member t WHERE t.user_id = ");
        out.push_bind_param::<BigInt, _>(&self.account)?;
        out.push_sql(")))");
        Ok(())
    }
}
