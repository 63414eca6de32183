//! Signatures that versions carry about others of their package, and whose key made them.

use diesel::dsl::exists;
use diesel::prelude::*;
use packhouse_core::id::{AccountId, OwnerKeyId, PackageId, VersionId};
use packhouse_core::package::VersionState;

use crate::AnyConn;
use crate::error::Result;
use crate::schema::{owner_key, package, signature, tag, version};

/// A signature as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSignature {
    /// The key of the version it is about.
    pub subject: String,
    /// The tag that must point to the carrier for it to count.
    pub tag: Option<String>,
    /// The signed bytes, in base64.
    pub message: String,
    /// The signature, in base64.
    pub value: String,
    /// What the signer said besides, as JSON.
    pub annotations: String,
    /// The owner's key that made it.
    pub key: Option<OwnerKeyId>,
}

/// Stores the signatures that a version carries.
pub fn insert(
    conn: &mut AnyConn,
    carrier: VersionId,
    package: PackageId,
    new: &[NewSignature],
) -> Result<()> {
    for one in new {
        diesel::insert_into(signature::table)
            .values((
                signature::version_id.eq(carrier.0),
                signature::package_id.eq(package.0),
                signature::subject.eq(&one.subject),
                signature::tag.eq(one.tag.as_deref()),
                signature::message.eq(&one.message),
                signature::value.eq(&one.value),
                signature::annotations.eq(&one.annotations),
                signature::key_id.eq(one.key.map(|id| id.0)),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// A signature whose key is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsettled {
    /// Its row.
    pub id: i64,
    /// The signed bytes, in base64.
    pub message: String,
    /// The signature, in base64.
    pub value: String,
}

/// Gives a page of the signatures in an owner's packages that no key is known for, by row.
pub fn list_unsettled(
    conn: &mut AnyConn,
    owner: AccountId,
    after: i64,
    limit: i64,
) -> Result<Vec<Unsettled>> {
    let rows: Vec<(i64, String, String)> = signature::table
        .inner_join(package::table.on(package::id.eq(signature::package_id)))
        .filter(package::owner_id.eq(owner.0))
        .filter(signature::key_id.is_null())
        .filter(signature::id.gt(after))
        .order(signature::id)
        .limit(limit)
        .select((signature::id, signature::message, signature::value))
        .load(conn)?;
    let unsettled = |(id, message, value)| Unsettled { id, message, value };
    Ok(rows.into_iter().map(unsettled).collect())
}

/// Notes whose key made a signature.
pub fn settle(conn: &mut AnyConn, id: i64, key: OwnerKeyId) -> Result<()> {
    diesel::update(signature::table.find(id))
        .set(signature::key_id.eq(key.0))
        .execute(conn)?;
    Ok(())
}

/// A signature by a known key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The key's fingerprint.
    pub fingerprint: String,
    /// What the signer said besides, as JSON.
    pub annotations: String,
}

/// The conditions under which a signature counts: its carrier is live, its tag, if it needs one,
/// points to the carrier, and the key is known. A macro, because the type has no short name.
macro_rules! counting {
    ($package:expr) => {
        signature::table
            .inner_join(version::table.on(version::id.eq(signature::version_id)))
            .inner_join(owner_key::table.on(signature::key_id.eq(owner_key::id.nullable())))
            .filter(signature::package_id.eq($package.0))
            .filter(version::state.eq(VersionState::Live.as_str()))
            .filter(
                signature::tag.is_null().or(exists(
                    tag::table
                        .filter(tag::package_id.eq(signature::package_id))
                        .filter(tag::version_id.eq(signature::version_id))
                        .filter(signature::tag.eq(tag::name.nullable())),
                )),
            )
    };
}

/// Gives the signatures about a version by its owner's keys, oldest first, at most `limit`.
pub fn list_of(
    conn: &mut AnyConn,
    package: PackageId,
    subject: &str,
    limit: i64,
) -> Result<Vec<Signed>> {
    let rows: Vec<(String, String)> = counting!(package)
        .filter(signature::subject.eq(subject))
        .order(signature::id)
        .limit(limit)
        .select((owner_key::fingerprint, signature::annotations))
        .load(conn)?;
    let signed = |(fingerprint, annotations)| Signed {
        fingerprint,
        annotations,
    };
    Ok(rows.into_iter().map(signed).collect())
}

/// Tells whether a key of the owner signed one of these versions.
pub fn any_signed(conn: &mut AnyConn, package: PackageId, subjects: &[String]) -> Result<bool> {
    let signed: Option<i64> = counting!(package)
        .filter(signature::subject.eq_any(subjects))
        .select(signature::id)
        .first(conn)
        .optional()?;
    Ok(signed.is_some())
}

/// Tells whether a key of the owner signed a live version that names one of these, however many do.
pub fn any_signed_parent(
    conn: &mut AnyConn,
    package: PackageId,
    children: &[String],
) -> Result<bool> {
    use crate::schema::version_reference;
    // Which of all signed versions names one of these: asked from the signatures' side, so that
    // unsigned parents cost nothing.
    let parent = diesel::alias!(version as parent);
    let names = version_reference::table
        .inner_join(parent.on(parent.field(version::id).eq(version_reference::version_id)))
        .filter(version_reference::package_id.eq(package.0))
        .filter(version_reference::kind.eq("version"))
        .filter(version_reference::target.eq_any(children))
        .filter(parent.field(version::state).eq(VersionState::Live.as_str()))
        .select(parent.field(version::name_key));
    let signed: Option<i64> = counting!(package)
        .filter(signature::subject.eq_any(names))
        .select(signature::id)
        .first(conn)
        .optional()?;
    Ok(signed.is_some())
}
