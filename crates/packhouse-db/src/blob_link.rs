//! Which package holds which bytes, and what an account brought for a package that is yet to be.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use packhouse_core::digest::{ContentDigest, Digests, Sha256};
use packhouse_core::format::FormatId;
use packhouse_core::id::{AccountId, PackageId};

use crate::blob::BlobRow;
use crate::conn::on_backend;
use crate::error::Result;
use crate::readable::{Readable, Viewer};
use crate::schema::{blob, blob_link, draft_blob};
use crate::{AnyConn, time};

/// How many digests one statement names.
const CHUNK: usize = 500;

/// The bytes that an account brought for a package that does not exist yet.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Draft {
    /// Who will own the package.
    pub owner: AccountId,
    /// Its format.
    pub format: FormatId,
    /// Its name as names are compared.
    pub package_key: String,
    /// Who brought them; others do not see them.
    pub account: AccountId,
}

/// Who holds bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Holder {
    /// A package.
    Package(PackageId),
    /// A package that is yet to be.
    Draft(Draft),
}

/// Bytes that a holder has.
#[derive(Debug, Clone)]
pub struct HeldBlob {
    /// Their digests and length.
    pub digests: Digests,
    /// The store's own key.
    pub location: String,
    /// When they were linked, or a client was last told that they are there.
    pub touched_at: DateTime<Utc>,
}

fn held((blob, touched_at): (BlobRow, NaiveDateTime)) -> Result<HeldBlob> {
    let (digests, location) = blob.into_digests()?;
    Ok(HeldBlob {
        digests,
        location,
        touched_at: time::from_row(touched_at),
    })
}

/// Puts the filter for a digest of either kind, or of several.
macro_rules! by_digest {
    ($query:expr, $digest:expr) => {
        match $digest {
            ContentDigest::Sha256(digest) => $query
                .filter(blob::sha256.eq(digest.to_string()))
                .into_boxed(),
            ContentDigest::Sha512(digest) => $query
                .filter(blob::sha512.eq(digest.to_string()))
                .into_boxed(),
        }
    };
}

/// Gives the bytes of that digest that a holder has and has not deleted.
pub fn find(
    conn: &mut AnyConn,
    holder: &Holder,
    digest: &ContentDigest,
) -> Result<Option<HeldBlob>> {
    match holder {
        Holder::Package(package) => {
            let query = blob_link::table
                .inner_join(blob::table.on(blob::sha256.eq(blob_link::sha256)))
                .filter(blob_link::package_id.eq(package.0))
                .filter(blob_link::deleted_at.is_null())
                .select((BlobRow::as_select(), blob_link::touched_at));
            by_digest!(query, digest).first(conn).optional()?
        }
        Holder::Draft(draft) => {
            let query = draft_blob::table
                .inner_join(blob::table.on(blob::sha256.eq(draft_blob::sha256)))
                .filter(draft_blob::owner_id.eq(draft.owner.0))
                .filter(draft_blob::format.eq(draft.format.as_str()))
                .filter(draft_blob::package_key.eq(&draft.package_key))
                .filter(draft_blob::account_id.eq(draft.account.0))
                .select((BlobRow::as_select(), draft_blob::touched_at));
            by_digest!(query, digest).first(conn).optional()?
        }
    }
    .map(held)
    .transpose()
}

/// Links recorded bytes to a holder, or renews the link; a deleted one is there again.
pub fn link(
    conn: &mut AnyConn,
    holder: &Holder,
    sha256: &Sha256,
    now: DateTime<Utc>,
) -> Result<()> {
    let (sha256, at) = (sha256.to_string(), time::to_row(now));
    match holder {
        Holder::Package(package) => {
            on_backend!(conn, |conn| diesel::insert_into(blob_link::table)
                .values((
                    blob_link::package_id.eq(package.0),
                    blob_link::sha256.eq(&sha256),
                    blob_link::touched_at.eq(at),
                ))
                .on_conflict((blob_link::package_id, blob_link::sha256))
                .do_update()
                .set((
                    blob_link::touched_at.eq(at),
                    blob_link::deleted_at.eq(None::<NaiveDateTime>),
                ))
                .execute(conn))?;
        }
        Holder::Draft(draft) => {
            on_backend!(conn, |conn| diesel::insert_into(draft_blob::table)
                .values((
                    draft_blob::owner_id.eq(draft.owner.0),
                    draft_blob::format.eq(draft.format.as_str()),
                    draft_blob::package_key.eq(&draft.package_key),
                    draft_blob::account_id.eq(draft.account.0),
                    draft_blob::sha256.eq(&sha256),
                    draft_blob::touched_at.eq(at),
                ))
                .on_conflict((
                    draft_blob::owner_id,
                    draft_blob::format,
                    draft_blob::package_key,
                    draft_blob::account_id,
                    draft_blob::sha256,
                ))
                .do_update()
                .set(draft_blob::touched_at.eq(at))
                .execute(conn))?;
        }
    }
    Ok(())
}

/// Renews the link of a holder to bytes; tells whether it is still there.
pub fn renew(
    conn: &mut AnyConn,
    holder: &Holder,
    sha256: &Sha256,
    now: DateTime<Utc>,
) -> Result<bool> {
    let (sha256, at) = (sha256.to_string(), time::to_row(now));
    let renewed = match holder {
        Holder::Package(package) => {
            let mine = blob_link::table.find((package.0, sha256));
            diesel::update(mine.filter(blob_link::deleted_at.is_null()))
                .set(blob_link::touched_at.eq(at))
                .execute(conn)?
        }
        Holder::Draft(draft) => {
            let mine = draft_blob::table.find((
                draft.owner.0,
                draft.format.as_str(),
                &draft.package_key,
                draft.account.0,
                sha256,
            ));
            diesel::update(mine)
                .set(draft_blob::touched_at.eq(at))
                .execute(conn)?
        }
    };
    Ok(renewed == 1)
}

/// Gives a package what an account brought for it before it was there.
pub fn adopt(
    conn: &mut AnyConn,
    draft: &Draft,
    package: PackageId,
    now: DateTime<Utc>,
) -> Result<()> {
    let mine: Vec<String> = diesel::delete(
        draft_blob::table
            .filter(draft_blob::owner_id.eq(draft.owner.0))
            .filter(draft_blob::format.eq(draft.format.as_str()))
            .filter(draft_blob::package_key.eq(&draft.package_key))
            .filter(draft_blob::account_id.eq(draft.account.0)),
    )
    .returning(draft_blob::sha256)
    .get_results(conn)?;
    let holder = Holder::Package(package);
    for sha256 in mine {
        let sha256: Sha256 = crate::row::read("draft_blob.sha256", &sha256, |t| t.parse().ok())?;
        link(conn, &holder, &sha256, now)?;
    }
    Ok(())
}

/// What a package holds. A macro, because the type of a join has no short name.
macro_rules! links {
    ($package:expr) => {
        blob_link::table
            .inner_join(blob::table.on(blob::sha256.eq(blob_link::sha256)))
            .filter(blob_link::package_id.eq($package.0))
            .filter(blob_link::deleted_at.is_null())
            .select(BlobRow::as_select())
    };
}

/// What an account brought for a package that is yet to be.
macro_rules! drafts {
    ($draft:expr) => {
        draft_blob::table
            .inner_join(blob::table.on(blob::sha256.eq(draft_blob::sha256)))
            .filter(draft_blob::owner_id.eq($draft.owner.0))
            .filter(draft_blob::format.eq($draft.format.as_str()))
            .filter(draft_blob::package_key.eq(&$draft.package_key))
            .filter(draft_blob::account_id.eq($draft.account.0))
            .select(BlobRow::as_select())
    };
}

/// Gives what a holder has of these bytes and has not deleted, in no order.
pub fn list(
    conn: &mut AnyConn,
    holder: &Holder,
    digests: &[ContentDigest],
) -> Result<Vec<Digests>> {
    let mut rows: Vec<BlobRow> = Vec::with_capacity(digests.len());
    for chunk in digests.chunks(CHUNK) {
        let (mut sha256, mut sha512) = (Vec::new(), Vec::new());
        for digest in chunk {
            match digest {
                ContentDigest::Sha256(digest) => sha256.push(digest.to_string()),
                ContentDigest::Sha512(digest) => sha512.push(digest.to_string()),
            }
        }
        if !sha256.is_empty() {
            let mine = blob::sha256.eq_any(sha256);
            rows.extend(match holder {
                Holder::Package(package) => links!(package).filter(mine).load::<BlobRow>(conn)?,
                Holder::Draft(draft) => drafts!(draft).filter(mine).load::<BlobRow>(conn)?,
            });
        }
        if !sha512.is_empty() {
            let mine = blob::sha512.eq_any(sha512);
            rows.extend(match holder {
                Holder::Package(package) => links!(package).filter(mine).load::<BlobRow>(conn)?,
                Holder::Draft(draft) => drafts!(draft).filter(mine).load::<BlobRow>(conn)?,
            });
        }
    }
    let digests = rows.into_iter().map(|row| Ok(row.into_digests()?.0));
    digests.collect()
}

/// Renews the links of a package to these bytes and gives those that it still has. The rows stay
/// locked until the transaction ends, so that nobody collects them before a version refers to
/// them.
pub fn touch(
    conn: &mut AnyConn,
    package: PackageId,
    mut blobs: Vec<Digests>,
    now: DateTime<Utc>,
) -> Result<Vec<Digests>> {
    let mut keys: Vec<String> = blobs.iter().map(|one| one.sha256.to_string()).collect();
    // One order for all, so that two publishes do not wait for each other.
    keys.sort_unstable();
    keys.dedup();
    let mut kept = BTreeSet::new();
    for chunk in keys.chunks(CHUNK) {
        let rows = blob_link::table
            .filter(blob_link::package_id.eq(package.0))
            .filter(blob_link::sha256.eq_any(chunk))
            .filter(blob_link::deleted_at.is_null());
        let touched: Vec<String> = diesel::update(rows)
            .set(blob_link::touched_at.eq(time::to_row(now)))
            .returning(blob_link::sha256)
            .get_results(conn)?;
        kept.extend(touched);
    }
    blobs.retain(|one| kept.contains(&one.sha256.to_string()));
    Ok(blobs)
}

/// Hides bytes from a package; they come back with a link, or with a version that needs them.
/// Tells whether they were there.
pub fn hide(
    conn: &mut AnyConn,
    package: PackageId,
    sha256: &Sha256,
    now: DateTime<Utc>,
) -> Result<bool> {
    let row = blob_link::table
        .find((package.0, sha256.to_string()))
        .filter(blob_link::deleted_at.is_null());
    let changed = diesel::update(row)
        .set(blob_link::deleted_at.eq(time::to_row(now)))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Shows these bytes of a package again where they were hidden.
pub fn show(conn: &mut AnyConn, package: PackageId, sha256: &[String]) -> Result<()> {
    for chunk in sha256.chunks(CHUNK) {
        let rows = blob_link::table
            .filter(blob_link::package_id.eq(package.0))
            .filter(blob_link::sha256.eq_any(chunk))
            .filter(blob_link::deleted_at.is_not_null());
        diesel::update(rows)
            .set(blob_link::deleted_at.eq(None::<NaiveDateTime>))
            .execute(conn)?;
    }
    Ok(())
}

/// Takes bytes back that an account brought for a package that is yet to be. Tells whether they
/// were there.
pub fn take_back(conn: &mut AnyConn, draft: &Draft, sha256: &Sha256) -> Result<bool> {
    let mine = draft_blob::table.find((
        draft.owner.0,
        draft.format.as_str(),
        &draft.package_key,
        draft.account.0,
        sha256.to_string(),
    ));
    Ok(diesel::delete(mine).execute(conn)? == 1)
}

/// Tells whether an account brought anything for a package that is yet to be.
pub fn has_draft(conn: &mut AnyConn, draft: &Draft) -> Result<bool> {
    let first: Option<String> = draft_blob::table
        .filter(draft_blob::owner_id.eq(draft.owner.0))
        .filter(draft_blob::format.eq(draft.format.as_str()))
        .filter(draft_blob::package_key.eq(&draft.package_key))
        .filter(draft_blob::account_id.eq(draft.account.0))
        .select(draft_blob::sha256)
        .first(conn)
        .optional()?;
    Ok(first.is_some())
}

/// Gives for which packages of an owner and format, yet to be, an account brought these bytes, at
/// most `limit`.
pub fn drafts_with(
    conn: &mut AnyConn,
    (owner, account): (AccountId, AccountId),
    format: FormatId,
    digest: &ContentDigest,
    limit: i64,
) -> Result<Vec<Draft>> {
    let query = draft_blob::table
        .inner_join(blob::table.on(blob::sha256.eq(draft_blob::sha256)))
        .filter(draft_blob::owner_id.eq(owner.0))
        .filter(draft_blob::format.eq(format.as_str()))
        .filter(draft_blob::account_id.eq(account.0))
        .order(draft_blob::package_key.asc())
        .limit(limit)
        .select(draft_blob::package_key);
    let keys: Vec<String> = by_digest!(query, digest).load(conn)?;
    let draft = |package_key| Draft {
        owner,
        format,
        package_key,
        account,
    };
    Ok(keys.into_iter().map(draft).collect())
}

/// Removes what was brought for packages that did not come to be, last touched before a moment;
/// gives how many.
pub fn purge_drafts(conn: &mut AnyConn, before: DateTime<Utc>) -> Result<usize> {
    let stale = draft_blob::table.filter(draft_blob::touched_at.lt(time::to_row(before)));
    Ok(diesel::delete(stale).execute(conn)?)
}

/// Gives the youngest live package of an owner and format that holds these bytes and that the
/// viewer may read; with `stated`, only one of these keys or one that anyone may read.
pub fn readable_with(
    conn: &mut AnyConn,
    viewer: &Viewer,
    (owner, format): (AccountId, FormatId),
    digest: &ContentDigest,
    stated: Option<&[String]>,
) -> Result<Option<PackageId>> {
    use crate::schema::package;
    let query = blob_link::table
        .inner_join(blob::table.on(blob::sha256.eq(blob_link::sha256)))
        .inner_join(package::table.on(package::id.eq(blob_link::package_id)))
        .filter(blob_link::deleted_at.is_null())
        .filter(package::owner_id.eq(owner.0))
        .filter(package::format.eq(format.as_str()))
        .filter(package::deleted_at.is_null())
        .filter(Readable::by(viewer))
        .order(blob_link::package_id.desc())
        .select(blob_link::package_id);
    let mut query = by_digest!(query, digest);
    if let Some(keys) = stated {
        let anyone = Readable::by(&Viewer::ANONYMOUS);
        query = query.filter(package::name_key.eq_any(keys).or(anyone));
    }
    let found: Option<i64> = query.first(conn).optional()?;
    Ok(found.map(PackageId))
}

impl Holder {
    /// Gives the package, if it is one.
    pub fn package(&self) -> Option<PackageId> {
        match self {
            Self::Package(id) => Some(*id),
            Self::Draft(_) => None,
        }
    }
}
