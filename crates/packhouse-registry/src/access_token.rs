//! Access tokens: short-lived, signed, made from a password or a personal token.
//!
//! One states who its bearer is, by which credential, and what was asked for: an upper bound. It
//! gives no right by itself. At each request the credential is looked up (revoked? expired? another
//! password? account disabled?) and the permission decision is asked about today's rights. They are
//! opaque to clients: `pka_`, the facts as base64url of JSON, a dot, and their HMAC-SHA256 under a
//! key that is kept in the database, so that all replicas take them.

use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use packhouse_core::account::Account;
use packhouse_core::actor::{Actor, Client, PresentedToken, SignedIn, Stated};
use packhouse_core::format::FormatId;
use packhouse_core::id::{AccountId, TokenId};
use packhouse_core::permission::{Action, Actions};
use packhouse_core::token::Token;
use packhouse_db::{AnyConn, account, setting, token};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::authenticate::allows_address;
use crate::authorize::{PackageAddress, may};
use crate::cache::StampedCache;
use crate::error::{Error, Result};
use crate::registry::Registry;
use crate::secret;

/// How an access token begins.
pub const PREFIX: &str = "pka_";
/// How long one is good, in seconds.
pub const LIFETIME: i64 = 45 * 60;
/// How long after that its bearer may go on with an upload, in seconds: some clients send all
/// requests of an upload with the token that they began it with.
pub const GRACE: i64 = 15 * 60;
/// How much of a token says what it may do, in bytes of JSON. With the rest and in base64 a token
/// stays below 8 KiB: it goes along with every request, and servers in between refuse long headers.
const STATED_BYTES: usize = 5_700;
/// The setting that holds the key.
const KEY: &str = "access_token_key";

/// What one client asks to do with one package; each set is granted whole or not at all.
#[derive(Debug, Clone)]
pub struct Wish {
    /// The package, which need not exist.
    pub address: PackageAddress,
    /// What it wants, each with the actions of which one must be allowed.
    pub wanted: Vec<Wanted>,
}

/// Something that is granted whole or not at all.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// What the token will state.
    pub states: Actions,
    /// It is granted when one of these is allowed now.
    pub when: &'static [Action],
}

/// An access token that was made.
#[derive(Debug, Clone)]
pub struct AccessToken {
    /// Its text.
    pub text: String,
    /// How long it is good, in seconds.
    pub expires_in: i64,
    /// For each wish, which of what was wanted was granted.
    pub granted: Vec<Vec<bool>>,
}

/// What a token carries. Short keys, for it goes along with every request.
#[derive(Debug, Serialize, Deserialize)]
struct Facts {
    /// The account; none for anonymous.
    a: Option<AccountId>,
    /// The personal token it was made from.
    t: Option<TokenId>,
    /// The start of the hash of the password it was made from.
    p: Option<String>,
    /// When it ends, in seconds since 1970.
    e: i64,
    /// The format that it is about.
    f: String,
    /// Whether it is good for lists over packages.
    l: bool,
    /// Packages and what it states about them.
    s: Vec<(String, Actions)>,
}

/// What is kept of the credentials behind access tokens, and the key that signs them.
pub(crate) struct AccessTokens {
    key: Mutex<Option<Arc<[u8]>>>,
    credentials: StampedCache<(AccountId, Option<TokenId>), Arc<Credential>>,
    /// By the hash of the text: reading one and its signature costs more than the request.
    bearers: StampedCache<String, Arc<Bearer>>,
}

/// What an access token was found to stand for.
struct Bearer {
    actor: Actor,
    /// When it ends, or the token it was made from, in seconds since 1970.
    end: i64,
}

impl Bearer {
    fn is_good(&self, now: DateTime<Utc>) -> bool {
        now.timestamp() < self.end
    }
}

impl Default for AccessTokens {
    fn default() -> Self {
        Self {
            key: Mutex::new(None),
            credentials: StampedCache::new(10_000),
            bearers: StampedCache::new(10_000),
        }
    }
}

/// The account and the credential behind an access token, as they are now.
struct Credential {
    account: Account,
    /// See [`stamp`].
    password: Option<String>,
    /// The personal token, and whether it was revoked.
    token: Option<(Token, bool)>,
}

impl Registry {
    /// Makes an access token for an account, or for nobody in particular. What the account may not
    /// do is left out, and so is what comes after as many packages as fit a token.
    ///
    /// # Errors
    /// `BadCredential` when the account is gone; when the database fails.
    pub async fn issue_access_token(
        &self,
        actor: &Actor,
        format: FormatId,
        lists: bool,
        wishes: Vec<Wish>,
    ) -> Result<AccessToken> {
        let key = self.access_key().await?;
        let (asker, asked) = (actor.clone(), wishes.clone());
        let (mut granted, password) = self
            .inner
            .db
            .read(move |conn| {
                let granted = grant(conn, &asker, &asked)?;
                let by_password = asker.account().filter(|_| asker.token().is_none());
                let password = match by_password {
                    Some(account) => account::password_hash(conn, account)?,
                    None => None,
                };
                Ok::<_, Error>((granted, password.as_deref().map(stamp)))
            })
            .await?;
        let stated = stated(&wishes, &mut granted)?;
        let facts = Facts {
            a: actor.account(),
            t: actor.token(),
            p: password,
            e: self.now().timestamp() + LIFETIME,
            f: format.as_str().to_owned(),
            l: lists && actor.account().is_some(),
            s: stated,
        };
        let body = serde_json::to_vec(&facts).map_err(unwritten)?;
        let body = URL_SAFE_NO_PAD.encode(body);
        let sum = URL_SAFE_NO_PAD.encode(mac(&key, &body)?.finalize().into_bytes());
        Ok(AccessToken {
            text: format!("{PREFIX}{body}.{sum}"),
            expires_in: LIFETIME,
            granted,
        })
    }

    /// Gives the actor behind an access token.
    pub(crate) async fn bearer(&self, text: &str, client: &Client, grace: bool) -> Result<Actor> {
        let stamp = self.moment()?;
        let bearers = &self.inner.access.bearers;
        let hash = secret::hash(text);
        if let Some(known) = bearers
            .get(&hash, stamp)
            .filter(|known| known.is_good(self.now()))
        {
            if let Some(token) = known.actor.token() {
                self.inner.counters.token_used(token, self.now());
            }
            return Ok(known.actor.clone());
        }
        let (body, sum) = text
            .strip_prefix(PREFIX)
            .and_then(|rest| rest.split_once('.'))
            .ok_or(Error::BadCredential)?;
        let key = self.access_key().await?;
        let sum = URL_SAFE_NO_PAD
            .decode(sum)
            .map_err(|_| Error::BadCredential)?;
        mac(&key, body)?
            .verify_slice(&sum)
            .map_err(|_| Error::BadCredential)?;
        let facts: Facts = URL_SAFE_NO_PAD
            .decode(body)
            .ok()
            .and_then(|body| serde_json::from_slice(&body).ok())
            .ok_or(Error::BadCredential)?;
        let end = facts.e + if grace { GRACE } else { 0 };
        if end <= self.now().timestamp() {
            return Err(Error::BadCredential);
        }
        let Some(account) = facts.a else {
            return Ok(Actor::Anonymous);
        };
        let found = self.credential(account, facts.t).await?;
        let found = found.ok_or(Error::BadCredential)?;
        let end = facts.e;
        let actor = self.actor_of(&found, facts, client)?;
        let token = found.token.as_ref().map(|(token, _)| token);
        if token.is_none_or(|token| token.limits.addresses.is_empty()) {
            let known = Bearer {
                actor: actor.clone(),
                end: token
                    .and_then(|token| token.expires_at)
                    .map_or(end, |expires| end.min(expires.timestamp())),
            };
            bearers.keep(hash, stamp, Arc::new(known));
        }
        Ok(actor)
    }

    fn actor_of(&self, found: &Credential, facts: Facts, client: &Client) -> Result<Actor> {
        let now = self.now();
        let token = match (&found.token, facts.t) {
            (Some((token, revoked)), Some(_)) => {
                let expired = token.expires_at.is_some_and(|end| end <= now);
                if *revoked || expired || !allows_address(&token.limits, client.address) {
                    return Err(Error::BadCredential);
                }
                self.inner.counters.token_used(token.id, now);
                Some(PresentedToken {
                    id: token.id,
                    scopes: token.scopes,
                    limits: token.limits.clone(),
                })
            }
            (None, None) if facts.p.is_some() && facts.p == found.password => None,
            _ => return Err(Error::BadCredential),
        };
        if found.account.disabled {
            return Err(Error::BadCredential);
        }
        Ok(Actor::Account(Arc::new(SignedIn {
            account: found.account.id,
            name: found.account.name.clone(),
            site_admin: found.account.site_admin,
            token,
            stated: Some(Stated {
                format: FormatId::from_row(&facts.f),
                lists: facts.l,
                packages: facts.s,
            }),
        })))
    }

    /// Gives the credential behind an access token. On SQLite it is kept until something is
    /// committed, so a revoked token or a changed password ends access tokens at the next request.
    async fn credential(
        &self,
        id: AccountId,
        token: Option<TokenId>,
    ) -> Result<Option<Arc<Credential>>> {
        let cache = &self.inner.access.credentials;
        let stamp = self.moment()?;
        if let Some(found) = cache.get(&(id, token), stamp) {
            return Ok(Some(found));
        }
        let found = self
            .inner
            .db
            .read_point(move |conn| look_up(conn, id, token))
            .await?
            .map(Arc::new);
        if let Some(found) = &found {
            cache.keep((id, token), stamp, Arc::clone(found));
        }
        Ok(found)
    }

    /// Gives the key, which the first of all replicas makes.
    async fn access_key(&self) -> Result<Arc<[u8]>> {
        let kept = &self.inner.access.key;
        let known = || kept.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(key) = known() {
            return Ok(key);
        }
        let read = self
            .inner
            .db
            .read_point(|conn| setting::get(conn, KEY))
            .await?;
        let text = match read {
            Some(text) => text,
            None => {
                let new: [u8; 32] = rand::RngExt::random(&mut rand::rng());
                let new = STANDARD.encode(new);
                self.inner
                    .db
                    .write(move |conn| {
                        setting::insert_if_absent(conn, KEY, &new)?;
                        let missing = || Error::Internal(format!("the setting {KEY} is gone"));
                        setting::get(conn, KEY)?.ok_or_else(missing)
                    })
                    .await?
            }
        };
        let key: Arc<[u8]> = STANDARD
            .decode(text)
            .map_err(|error| Error::Internal(format!("the setting {KEY} cannot be read: {error}")))?
            .into();
        *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&key));
        Ok(key)
    }
}

fn look_up(
    conn: &mut AnyConn,
    id: AccountId,
    token: Option<TokenId>,
) -> Result<Option<Credential>> {
    let Some(account) = account::find_account_by_id(conn, id)? else {
        return Ok(None);
    };
    let password = account::password_hash(conn, id)?;
    let token = match token {
        Some(token) => token::find_token(conn, token)?.filter(|(token, _)| token.account == id),
        None => None,
    };
    Ok(Some(Credential {
        account,
        password: password.as_deref().map(stamp),
        token,
    }))
}

/// Gives for each wish which of what it wants is allowed now.
fn grant(conn: &mut AnyConn, actor: &Actor, wishes: &[Wish]) -> Result<Vec<Vec<bool>>> {
    let mut granted = Vec::with_capacity(wishes.len());
    for wish in wishes {
        let mut one = Vec::with_capacity(wish.wanted.len());
        for wanted in &wish.wanted {
            let mut any = false;
            for action in wanted.when {
                any = any || may(conn, actor, &wish.address, *action)?;
            }
            one.push(any);
        }
        granted.push(one);
    }
    Ok(granted)
}

/// Gives what a token states. Once no more fits, the rest counts as not granted.
fn stated(wishes: &[Wish], granted: &mut [Vec<bool>]) -> Result<Vec<(String, Actions)>> {
    let (mut stated, mut room) = (Vec::new(), STATED_BYTES);
    for (wish, granted) in wishes.iter().zip(granted) {
        let wanted = wish.wanted.iter().zip(&*granted);
        let wanted = wanted.filter(|(_, granted)| **granted);
        let states = wanted.fold(Actions::default(), |all, (one, _)| all.or(one.states));
        if states == Actions::default() {
            continue;
        }
        let name = format!("{}/{}", wish.address.owner, wish.address.name.key());
        let one = (name, states);
        // A comma each.
        let length = serde_json::to_vec(&one).map_err(unwritten)?.len() + 1;
        match room.checked_sub(length) {
            Some(left) => {
                room = left;
                stated.push(one);
            }
            None => {
                room = 0;
                granted.fill(false);
            }
        }
    }
    Ok(stated)
}

fn unwritten(error: serde_json::Error) -> Error {
    Error::Internal(format!("an access token cannot be written: {error}"))
}

/// Gives what tells one password of an account from the next, and nothing else about it.
fn stamp(password_hash: &str) -> String {
    secret::hash(password_hash).chars().take(16).collect()
}

fn mac(key: &[u8], body: &str) -> Result<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key)
        .map_err(|error| Error::Internal(format!("the key of access tokens is unfit: {error}")))?;
    mac.update(body.as_bytes());
    Ok(mac)
}
