//! The condition that a package has a version which lists show to the asker.

use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::AstPass;
use diesel::serialize::ToSql;
use diesel::sql_types::{HasSqlType, Text};

use super::{Shown, escaped};

/// [`Shown`], with traits as patterns.
#[derive(Debug, Clone)]
pub(super) struct ShownVersion {
    prereleases: bool,
    with: Vec<String>,
    without: Option<String>,
}

impl ShownVersion {
    pub fn of(shown: &Shown) -> Self {
        let pattern = |name: &String| format!("% {} %", escaped(name));
        Self {
            prereleases: shown.prereleases,
            with: shown.with.iter().map(pattern).collect(),
            without: shown.without.as_ref().map(pattern),
        }
    }

    pub fn walk<'b, DB>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()>
    where
        DB: Backend + HasSqlType<Text>,
        String: ToSql<Text, DB>,
    {
        out.push_sql(
            " AND EXISTS (SELECT 1 FROM version s WHERE s.package_id = package.id \
             AND s.state = 'live' AND s.listed",
        );
        if !self.prereleases {
            out.push_sql(" AND s.prerelease = FALSE");
        }
        for (index, pattern) in self.with.iter().enumerate() {
            out.push_sql(if index == 0 { " AND (" } else { " OR " });
            out.push_sql("s.traits LIKE ");
            out.push_bind_param::<Text, _>(pattern)?;
            out.push_sql(" ESCAPE '\\'");
        }
        if !self.with.is_empty() {
            out.push_sql(")");
        }
        if let Some(pattern) = &self.without {
            out.push_sql(" AND s.traits NOT LIKE ");
            out.push_bind_param::<Text, _>(pattern)?;
            out.push_sql(" ESCAPE '\\'");
        }
        out.push_sql(")");
        Ok(())
    }
}
