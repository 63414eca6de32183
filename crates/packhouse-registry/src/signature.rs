//! Signatures that versions carry, and the public keys that owners trust.
//!
//! A format reads the claims out of what was pushed; whose key made them is found out here, when
//! they are pushed and when an owner's keys change. Readers then look at rows alone.

mod claim;
mod settle;

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use packhouse_core::account::Account;
use packhouse_core::actor::{Actor, Client};
use packhouse_core::event::EventKind;
use packhouse_core::id::{OwnerKeyId, PackageId};
use packhouse_core::permission::Standing;
use packhouse_db::owner_key::OwnerKey;
use packhouse_db::{AnyConn, account, owner_key, signature};
use serde_json::json;

use crate::authorize::standing;
use crate::error::{Error, Result};
use crate::event::{About, By};
use crate::public_key::PublicKey;
use crate::registry::Registry;
pub(crate) use claim::{Made, distinct, keep};

/// How many keys an owner may have.
const MAX_KEYS: usize = 100;
/// How many signatures of one version are told.
const MAX_SHOWN: i64 = 100;

/// A signature as a version carries it, not yet checked against any key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureClaim {
    /// The key of the version that it is about.
    pub subject: String,
    /// The tag that must point to the carrier for it to count, where clients find it by that tag.
    pub tag: Option<String>,
    /// The signed bytes.
    pub message: Vec<u8>,
    /// The signature.
    pub value: Vec<u8>,
    /// What the signer said besides.
    pub annotations: BTreeMap<String, String>,
}

/// A signature that a key of the owner made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedBy {
    /// The key's fingerprint: `SHA256:` and base64.
    pub fingerprint: String,
    /// What the signer said besides.
    pub annotations: BTreeMap<String, String>,
}

/// Gives the signatures about a version by its owner's keys.
pub(crate) fn of_version(
    conn: &mut AnyConn,
    package: PackageId,
    subject: &str,
) -> Result<Vec<SignedBy>> {
    let found = signature::list_of(conn, package, subject, MAX_SHOWN)?;
    found
        .into_iter()
        .map(|signed| {
            let annotations = serde_json::from_str(&signed.annotations).map_err(|error| {
                Error::Internal(format!("a signature's annotations cannot be read: {error}"))
            })?;
            Ok(SignedBy {
                fingerprint: signed.fingerprint,
                annotations,
            })
        })
        .collect()
}

impl Registry {
    /// Lets an owner trust a public key, and finds the signatures that it has made already.
    ///
    /// # Errors
    /// Only for whoever owns the account; `Invalid` for a key that cannot be used, with the kinds
    /// that can; `Exists` when the owner trusts it already, after it looked for signatures again.
    pub async fn add_owner_key(
        &self,
        actor: &Actor,
        client: &Client,
        owner: &str,
        key: &[u8],
    ) -> Result<OwnerKey> {
        let key = PublicKey::parse(key).map_err(|error| Error::Invalid(error.to_string()))?;
        let (by, name, new) = (self.by(actor, client), owner.to_lowercase(), key.clone());
        let (owner, added) = self
            .inner
            .db
            .write(move |conn| {
                let owner = owned(conn, &by.actor, &name)?;
                owner_key::lock(conn, owner.id)?;
                let known = owner_key::list(conn, owner.id)?;
                let fingerprint = new.fingerprint();
                if known.iter().any(|key| key.fingerprint == fingerprint) {
                    let what = format!("the key {fingerprint} of {}", owner.name);
                    return Ok((owner.id, Err(Error::Exists { what })));
                }
                if known.len() >= MAX_KEYS {
                    let message = format!("{} has {MAX_KEYS} keys: remove one first", owner.name);
                    return Err(Error::Refused(message));
                }
                let der = STANDARD.encode(new.der());
                let kind = new.algorithm().to_string();
                let id = owner_key::insert(conn, owner.id, &fingerprint, &kind, &der, by.now)?;
                record(conn, &by, EventKind::OwnerKeyAdded, &owner, &fingerprint)?;
                let added = OwnerKey {
                    id,
                    owner: owner.id,
                    fingerprint,
                    algorithm: kind,
                    public_key: der,
                    created_at: by.now,
                };
                Ok((owner.id, Ok(added)))
            })
            .await?;
        // Also for a key that is known: whoever added it may not have come this far.
        self.settle_signatures(owner).await?;
        added
    }

    /// Gives the public keys that an owner trusts, oldest first.
    ///
    /// # Errors
    /// Only for whoever owns the account.
    pub async fn owner_keys(&self, actor: &Actor, owner: &str) -> Result<Vec<OwnerKey>> {
        let (actor, name) = (actor.clone(), owner.to_lowercase());
        self.inner
            .db
            .read_point(move |conn| {
                let owner = owned(conn, &actor, &name)?;
                Ok(owner_key::list(conn, owner.id)?)
            })
            .await
    }

    /// Ends an owner's trust in a public key; what it alone signed is unsigned from then on.
    ///
    /// # Errors
    /// Only for whoever owns the account; `NotFound` when the owner has no such key.
    pub async fn remove_owner_key(
        &self,
        actor: &Actor,
        client: &Client,
        owner: &str,
        id: OwnerKeyId,
    ) -> Result<()> {
        let (by, name) = (self.by(actor, client), owner.to_lowercase());
        let owner = self
            .inner
            .db
            .write(move |conn| {
                let owner = owned(conn, &by.actor, &name)?;
                owner_key::lock(conn, owner.id)?;
                let missing = || Error::not_found(format!("key {id} of {}", owner.name));
                let known = owner_key::list(conn, owner.id)?;
                let key = known.iter().find(|key| key.id == id).ok_or_else(missing)?;
                owner_key::delete(conn, owner.id, id)?;
                let kind = EventKind::OwnerKeyRemoved;
                record(conn, &by, kind, &owner, &key.fingerprint)?;
                Ok::<_, Error>(owner.id)
            })
            .await?;
        // Another key of the owner may be the same person's under another form.
        self.settle_signatures(owner).await
    }
}

/// Gives an account for whoever owns it.
fn owned(conn: &mut AnyConn, actor: &Actor, name: &str) -> Result<Account> {
    let found = account::find_account(conn, name)?;
    let standing = standing(conn, actor.signed_in(), found.as_ref())?;
    let everywhere = matches!(actor, Actor::System)
        || actor
            .signed_in()
            .is_some_and(|signed_in| signed_in.site_admin);
    found
        .filter(|_| everywhere || standing == Standing::Owner)
        .filter(|_| crate::authorize::speaks_for_account(actor))
        .ok_or_else(|| Error::not_found(format!("account {name}")))
}

fn record(
    conn: &mut AnyConn,
    by: &By,
    kind: EventKind,
    owner: &Account,
    fingerprint: &str,
) -> Result<()> {
    let about = About {
        owner: Some(owner.id),
        ..About::default()
    };
    Ok(by.record(conn, kind, about, json!({ "key": fingerprint }))?)
}
