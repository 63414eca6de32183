//! What a source of one owner's packages shows to those who have not signed in, and what lies in it.

pub mod anew;
pub mod running;
pub(crate) mod views;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};
use packhouse_core::format::FormatId;
use packhouse_core::id::{AccountId, VersionId};
use packhouse_core::package::VersionState;

use crate::AnyConn;
use crate::blob::BlobRow;
use crate::error::Result;
use crate::file::{FileRow, Row, StoredFile, read};
use crate::package::{PackageRecord, records_of};
use crate::readable::{Readable, Viewer};
use crate::schema::{blob, file, package, version};

/// Which of an owner's packages of a format there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Openness {
    /// Some that anyone may read.
    pub public: bool,
    /// Some that not everyone may read.
    pub hidden: bool,
}

impl Openness {
    /// Tells whether there is something, and nothing that is hidden from anyone.
    pub fn is_open(self) -> bool {
        self.public && !self.hidden
    }
}

#[derive(QueryableByName)]
struct OpennessRow {
    #[diesel(sql_type = Bool)]
    public: bool,
    #[diesel(sql_type = Bool)]
    hidden: bool,
}

/// The packages of the owner and format that count.
macro_rules! counted {
    ($live:literal, $rest:literal) => {
        concat!(
            "EXISTS (SELECT 1 FROM package p WHERE p.owner_id = ",
            "$1 AND p.format = $2 AND p.deleted_at IS NULL ",
            $live,
            " AND ",
            $rest,
            ")"
        )
    };
}

/// Those of the owner's repositories that everyone may read, or not.
macro_rules! inherited {
    ($live:literal, $visibility:literal) => {
        concat!(
            "EXISTS (SELECT 1 FROM repository r JOIN package p ON p.repository_id = r.id WHERE ",
            "r.owner_id = $1 AND r.visibility ",
            $visibility,
            " AND p.owner_id = $1 AND p.format = $2 AND p.inherits AND p.deleted_at IS NULL ",
            $live,
            ")"
        )
    };
}

/// Every question is answered by an index; the other two visibilities come before `public`.
macro_rules! openness {
    ($live:literal) => {
        concat!(
            "SELECT (",
            counted!($live, "p.inherits = FALSE AND p.visibility = 'public'"),
            " OR ",
            counted!(
                $live,
                "p.inherits = TRUE AND p.visibility = 'public' AND p.repository_id IS NULL"
            ),
            " OR ",
            inherited!($live, "= 'public'"),
            ") AS public, (",
            counted!($live, "p.inherits = FALSE AND p.visibility < 'public'"),
            " OR ",
            counted!(
                $live,
                "p.inherits = TRUE AND p.visibility < 'public' AND p.repository_id IS NULL"
            ),
            " OR ",
            inherited!($live, "< 'public'"),
            ") AS hidden"
        )
    };
}

/// Tells which packages of a format an owner has; those without versions too, where `empty` says that
/// they count.
pub fn openness(
    conn: &mut AnyConn,
    (owner, format): (AccountId, FormatId),
    empty: bool,
) -> Result<Openness> {
    let query = match empty {
        true => openness!(""),
        false => openness!("AND p.live_versions > 0"),
    };
    let row: OpennessRow = diesel::sql_query(query)
        .bind::<BigInt, _>(owner.0)
        .bind::<Text, _>(format.as_str())
        .get_result(conn)?;
    Ok(Openness {
        public: row.public,
        hidden: row.hidden,
    })
}

/// Gives the file of that name in the oldest of the live versions of an owner's packages that have one
/// and that the viewer may read, and that version: who brings the name later takes it from nobody.
pub fn find_file(
    conn: &mut AnyConn,
    viewer: &Viewer,
    (owner, format): (AccountId, FormatId),
    name: &str,
) -> Result<Option<(VersionId, StoredFile)>> {
    let found: Option<Row> = file::table
        .inner_join(version::table.on(version::id.eq(file::version_id)))
        .inner_join(blob::table.on(blob::sha256.eq(file::sha256)))
        .inner_join(package::table.on(package::id.eq(file::package_id)))
        .filter(file::name.eq(name))
        .filter(file::suspect.eq(false))
        .filter(version::state.eq(VersionState::Live.as_str()))
        .filter(package::owner_id.eq(owner.0))
        .filter(package::format.eq(format.as_str()))
        .filter(package::deleted_at.is_null())
        .filter(Readable::by(viewer))
        .order((version::id, file::id))
        .select((FileRow::as_select(), BlobRow::as_select()))
        .first(conn)
        .optional()?;
    let found = found.map(read).transpose()?;
    Ok(found.map(|stored| (stored.file.version, stored)))
}

/// Gives a page of the live packages of an owner that the viewer may read, by name, after a name.
pub fn list(
    conn: &mut AnyConn,
    viewer: &Viewer,
    (owner, format): (AccountId, FormatId),
    after: &str,
    limit: i64,
) -> Result<Vec<PackageRecord>> {
    let ids: Vec<i64> = package::table
        .filter(package::owner_id.eq(owner.0))
        .filter(package::format.eq(format.as_str()))
        .filter(package::deleted_at.is_null())
        .filter(package::live_versions.gt(0))
        .filter(package::name_key.gt(after))
        .filter(Readable::by(viewer))
        .order(package::name_key)
        .limit(limit)
        .select(package::id)
        .load(conn)?;
    records_of(conn, &ids)
}
