//! Search over packages. What the viewer may not read is left out before counting and paging, by
//! the same predicate as lists ([`crate::readable`]).

mod shown;
pub(crate) mod terms;

use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, HasSqlType, Text};
use packhouse_core::format::FormatId;
use packhouse_core::id::PackageId;

use crate::AnyConn;
use crate::conn::on_backend;
use crate::dialect::{StoreDocument, TextSearch};
use crate::error::Result;
use crate::package::{PackageRecord, records_of};
use crate::readable::{Readable, Viewer};
use shown::ShownVersion;
use terms::{Document, Terms};

/// Something that is so or not of a package, by the version that stands for it (its latest).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Property {
    /// Users are told to leave it.
    Deprecated,
    /// It promises nothing yet: its first number is 0, or its format calls it a prerelease.
    Unstable,
}

impl Property {
    /// Gives the condition on `l`, the row of the latest version.
    fn condition(self) -> &'static str {
        match self {
            Self::Deprecated => "l.deprecation IS NOT NULL",
            Self::Unstable => "l.prerelease OR l.name = '0' OR l.name LIKE '0.%'",
        }
    }
}

/// What is looked for; everything said must hold. Asking for nothing but a format, or for what
/// packages are not, finds nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchQuery {
    /// Only packages of this format.
    pub format: Option<FormatId>,
    /// Words of name, description or keywords, in any order; the last may be the start of one.
    pub words: Vec<String>,
    /// Whole keywords.
    pub keywords: Vec<String>,
    /// Only the package of this name inside its owner, as names are compared.
    pub name_key: Option<String>,
    /// Only packages whose names begin so, as names are compared.
    pub name_prefix: Option<String>,
    /// Only packages with a version that lists show, of this kind.
    pub shown: Option<Shown>,
    /// By name, instead of the best first.
    pub by_name: bool,
    /// Only packages of this owner, by its lower-case name.
    pub owner_key: Option<String>,
    /// Only packages with a live version by each of these publishers, by lower-case name.
    pub publishers: Vec<String>,
    /// Only packages that are all of this.
    pub is: Vec<Property>,
    /// Only packages that are nothing of this.
    pub not: Vec<Property>,
}

/// Which of the versions that lists show count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    /// Prereleases too.
    pub prereleases: bool,
    /// Only those with one of these traits; any when it is empty.
    pub with: Vec<String>,
    /// Only those without this trait.
    pub without: Option<String>,
}

impl SearchQuery {
    /// Gives the names and traits that were asked for.
    fn names(&self) -> impl Iterator<Item = &String> {
        let traits = self.shown.iter();
        let traits = traits.flat_map(|shown| shown.with.iter().chain(&shown.without));
        let packages = self.name_key.iter().chain(&self.name_prefix);
        let accounts = self.owner_key.iter().chain(&self.publishers);
        accounts.chain(packages).chain(traits)
    }
}

/// Gives a pattern for `LIKE … ESCAPE '\\'` that stands for the text itself.
fn escaped(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

/// Stores what search looks at of a package, in place of what was there.
pub fn upsert_document(
    conn: &mut AnyConn,
    package: PackageId,
    name: &str,
    description: Option<&str>,
    keywords: &[String],
) -> Result<()> {
    let document = Document::new(name, description, keywords);
    Ok(on_backend!(conn, |conn| conn.put_document(package.0, &document))?)
}

/// Takes a package out of search; nothing happens when it is not there.
pub fn delete_document(conn: &mut AnyConn, package: PackageId) -> Result<()> {
    Ok(on_backend!(conn, |conn| conn.remove_document(package.0))?)
}

/// Gives a page of the live packages that match and that the viewer may read, and how many there
/// are on all pages. First the one whose name is what was asked, then the better matches; without
/// words the newest changes.
pub fn search(
    conn: &mut AnyConn,
    viewer: &Viewer,
    query: &SearchQuery,
    offset: i64,
    limit: i64,
) -> Result<(Vec<PackageRecord>, i64)> {
    let Some(terms) = Terms::new(&query.words, &query.keywords) else {
        return Ok((Vec::new(), 0));
    };
    let named =
        query.owner_key.is_some() || query.name_key.is_some() || query.name_prefix.is_some();
    let named = named || !query.publishers.is_empty();
    if terms.is_empty() && !named && query.is.is_empty() {
        return Ok((Vec::new(), 0));
    }
    // No name holds a NUL, and PostgreSQL refuses a text with one.
    if query.names().any(|name| name.contains('\0')) {
        return Ok((Vec::new(), 0));
    }
    let (ids, total) = on_backend!(conn, |conn| matches(
        conn, viewer, query, &terms, offset, limit
    ))?;
    Ok((records_of(conn, &ids)?, total))
}

fn matches<C>(
    conn: &mut C,
    viewer: &Viewer,
    query: &SearchQuery,
    terms: &Terms,
    offset: i64,
    limit: i64,
) -> QueryResult<(Vec<i64>, i64)>
where
    C: diesel::connection::LoadConnection,
    C::Backend: TextSearch + 'static,
    Found: QueryFragment<C::Backend>,
    i64: diesel::deserialize::FromSqlRow<BigInt, C::Backend>,
{
    let mut found = Found {
        text: (!terms.is_empty()).then(|| C::Backend::render(terms)),
        format: query.format.map(FormatId::as_str),
        owner: query.owner_key.clone(),
        name: query.name_key.clone(),
        prefix: (query.name_prefix.as_ref()).map(|prefix| format!("{}%", escaped(prefix))),
        shown: query.shown.as_ref().map(ShownVersion::of),
        by_name: query.by_name,
        publishers: query.publishers.clone(),
        is: query.is.clone(),
        not: query.not.clone(),
        whole: query.words.join(" ").to_lowercase().replace('\0', ""),
        readable: Readable::by(viewer),
        page: None,
    };
    let total = found.clone().get_result::<i64>(conn)?;
    found.page = Some((limit, offset));
    let ids = found.load::<i64>(conn)?;
    Ok((ids, total))
}

/// The statement behind [`search`]: a page of ids, or without a page their number.
#[derive(Debug, Clone)]
struct Found {
    text: Option<String>,
    format: Option<&'static str>,
    owner: Option<String>,
    name: Option<String>,
    /// A pattern.
    prefix: Option<String>,
    shown: Option<ShownVersion>,
    by_name: bool,
    publishers: Vec<String>,
    is: Vec<Property>,
    not: Vec<Property>,
    whole: String,
    readable: Readable,
    page: Option<(i64, i64)>,
}

impl Query for Found {
    type SqlType = BigInt;
}

impl QueryId for Found {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C> RunQueryDsl<C> for Found {}

impl<DB> QueryFragment<DB> for Found
where
    DB: Backend + TextSearch + HasSqlType<BigInt> + HasSqlType<Text>,
    i64: ToSql<BigInt, DB>,
    str: ToSql<Text, DB>,
    String: ToSql<Text, DB>,
    Readable: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.unsafe_to_cache_prepared();
        out.push_sql(match self.page {
            Some(_) => "SELECT package.id FROM ",
            None => "SELECT COUNT(*) FROM ",
        });
        out.push_sql(if self.text.is_some() {
            DB::FROM
        } else {
            "package"
        });
        out.push_sql(" WHERE package.deleted_at IS NULL AND package.live_versions > 0 AND ");
        self.readable.walk_ast(out.reborrow())?;
        self.walk_filters(out.reborrow())?;
        let Some((limit, offset)) = &self.page else {
            return Ok(());
        };
        out.push_sql(" ORDER BY ");
        if self.by_name {
            out.push_sql("package.name_key");
        } else if let Some(text) = &self.text {
            out.push_sql("CASE WHEN package.name_key = ");
            out.push_bind_param::<Text, _>(&self.whole)?;
            out.push_sql(" THEN 0 ELSE 1 END, ");
            DB::push_rank(text, out.reborrow())?;
        } else {
            out.push_sql("package.updated_at DESC");
        }
        out.push_sql(", package.id LIMIT ");
        out.push_bind_param::<BigInt, _>(limit)?;
        out.push_sql(" OFFSET ");
        out.push_bind_param::<BigInt, _>(offset)
    }
}

impl Found {
    fn walk_filters<'b, DB>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()>
    where
        DB: Backend + TextSearch + HasSqlType<Text>,
        str: ToSql<Text, DB>,
        String: ToSql<Text, DB>,
    {
        if let Some(text) = &self.text {
            out.push_sql(" AND ");
            DB::push_match(text, out.reborrow())?;
        }
        if let Some(format) = &self.format {
            out.push_sql(" AND package.format = ");
            out.push_bind_param::<Text, str>(format)?;
        }
        if let Some(owner) = &self.owner {
            out.push_sql(" AND package.owner_id = (SELECT a.id FROM account a WHERE a.name_key = ");
            out.push_bind_param::<Text, _>(owner)?;
            out.push_sql(")");
        }
        if let Some(name) = &self.name {
            out.push_sql(" AND package.name_key = ");
            out.push_bind_param::<Text, _>(name)?;
        }
        if let Some(prefix) = &self.prefix {
            out.push_sql(" AND package.name_key LIKE ");
            out.push_bind_param::<Text, _>(prefix)?;
            out.push_sql(" ESCAPE '\\'");
        }
        if let Some(shown) = &self.shown {
            shown.walk(out.reborrow())?;
        }
        for publisher in &self.publishers {
            out.push_sql(
                " AND EXISTS (SELECT 1 FROM version v WHERE v.package_id = package.id \
                 AND v.state = 'live' AND LOWER(v.publisher_name) = ",
            );
            out.push_bind_param::<Text, _>(publisher)?;
            out.push_sql(")");
        }
        let wanted = self.is.iter().map(|property| (" AND EXISTS", property));
        let unwanted = self
            .not
            .iter()
            .map(|property| (" AND NOT EXISTS", property));
        for (exists, property) in wanted.chain(unwanted) {
            out.push_sql(exists);
            out.push_sql(" (SELECT 1 FROM version l WHERE l.id = package.latest_id AND (");
            out.push_sql(property.condition());
            out.push_sql("))");
        }
        Ok(())
    }
}
