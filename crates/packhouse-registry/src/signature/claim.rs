//! Signatures of a version that is being published. Whose key made them is found before the
//! transaction: that takes time, and one writer waits for the other.

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use packhouse_core::id::{AccountId, OwnerKeyId, PackageId, VersionId};
use packhouse_db::signature::{Carried, NewSignature};
use packhouse_db::{AnyConn, owner_key, signature};
use serde_json::json;

use super::SignatureClaim;
use super::settle::{Keys, aside};
use crate::error::Result;
use crate::registry::Registry;

/// How many signatures of one version are kept.
const MAX_CLAIMS: usize = 50;
/// How many signed bytes of one version are kept.
const MAX_BYTES: usize = 512 * 1024;

/// Gives each claim once, as many as are kept. One that counts anyway counts under no tag besides.
pub(crate) fn distinct(claims: Vec<SignatureClaim>) -> Vec<SignatureClaim> {
    let mut kept: Vec<SignatureClaim> = Vec::new();
    let mut left = MAX_BYTES;
    for claim in claims {
        let covers = |known: &SignatureClaim| {
            (known.tag.is_none() || known.tag == claim.tag)
                && known.subject == claim.subject
                && known.value == claim.value
                && known.message == claim.message
        };
        if claim.message.len() > left || kept.iter().any(covers) {
            continue;
        }
        left -= claim.message.len();
        kept.push(claim);
        if kept.len() == MAX_CLAIMS {
            break;
        }
    }
    kept
}

/// The signatures of a version with whose key made them, as of the keys an owner had.
pub(crate) struct Made {
    owner: Option<AccountId>,
    keys: Vec<OwnerKeyId>,
    new: Vec<NewSignature>,
}

impl Registry {
    /// Finds whose keys made these, on a thread of its own. Without an owner no key is tried.
    pub(crate) async fn makers(
        &self,
        owner: Option<AccountId>,
        claims: &Arc<Vec<SignatureClaim>>,
    ) -> Result<Made> {
        let mut keys = Keys::default();
        if let Some(owner) = owner.filter(|_| !claims.is_empty()) {
            keys = self
                .inner
                .db
                .read_point(move |conn| Keys::of(conn, owner))
                .await?;
        }
        if claims.is_empty() {
            return Ok(Made {
                owner,
                keys: Vec::new(),
                new: Vec::new(),
            });
        }
        let claims = Arc::clone(claims);
        aside(move || Made {
            owner,
            keys: keys.ids(),
            new: made(&keys, &claims),
        })
        .await
    }
}

fn made(keys: &Keys, claims: &[SignatureClaim]) -> Vec<NewSignature> {
    let mut makers = HashMap::new();
    let mut new = Vec::new();
    for claim in claims {
        let (message, value) = (claim.message.as_slice(), claim.value.as_slice());
        let maker = makers
            .entry((message, value))
            .or_insert_with(|| keys.maker(message, value));
        new.push(NewSignature {
            subject: claim.subject.clone(),
            tag: claim.tag.clone(),
            message: STANDARD.encode(message),
            value: STANDARD.encode(value),
            annotations: json!(claim.annotations).to_string(),
            key: *maker,
        });
    }
    new
}

/// Stores those of the signatures that the version does not carry already. False, and nothing is
/// stored, when they were not tried with the keys that the owner has now.
pub(crate) fn keep(
    conn: &mut AnyConn,
    owner: AccountId,
    (package, carrier): (PackageId, VersionId),
    made: &Made,
) -> Result<bool> {
    if made.new.is_empty() {
        return Ok(true);
    }
    if owner_key::hold(conn, owner)? != made.keys || made.owner != Some(owner) {
        return Ok(false);
    }
    let carried = signature::list_carried(conn, carrier)?;
    let is_missing = |new: &&NewSignature| {
        let covers = |known: &Carried| {
            (known.tag.is_none() || known.tag == new.tag)
                && known.subject == new.subject
                && known.value == new.value
                && known.message == new.message
        };
        !carried.iter().any(covers)
    };
    let missing: Vec<_> = made.new.iter().filter(is_missing).cloned().collect();
    signature::insert(conn, carrier, package, &missing)?;
    Ok(true)
}
