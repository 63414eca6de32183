//! The very first account: a one-time address, made anew at each start while no account exists.

use packhouse_core::account::Account;
use packhouse_core::actor::{Actor, Client};
use packhouse_db::{account, setting};
use subtle::ConstantTimeEq;

use crate::account::{NewUser, insert};
use crate::error::{Error, Result};
use crate::registry::Registry;
use crate::secret;

const SETTING: &str = "setup_secret_hash";

impl Registry {
    /// Makes the set-up secret anew when no user exists yet; only its hash is kept.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn renew_setup_secret(&self) -> Result<Option<String>> {
        self.inner
            .db
            .write(|conn| {
                if account::any_user(conn)? {
                    setting::delete(conn, SETTING)?;
                    return Ok(None);
                }
                let secret = secret::new_secret();
                setting::set(conn, SETTING, &secret::hash(&secret))?;
                Ok(Some(secret))
            })
            .await
    }

    /// Tells whether a set-up secret is the one that still works.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn setup_is_open(&self, given: &str) -> Result<bool> {
        let given = secret::hash(given);
        self.inner
            .db
            .read_point(move |conn| is_open(conn, &given))
            .await
    }

    /// Makes the first site admin; the secret never works again.
    ///
    /// # Errors
    /// `NotFound` when the secret does not work (any more).
    pub async fn set_up(&self, client: &Client, given: &str, mut user: NewUser) -> Result<Account> {
        if !self.setup_is_open(given).await? {
            return Err(Error::not_found("this set-up address"));
        }
        user.site_admin = true;
        let new = user.with_hash().await?;
        let given = secret::hash(given);
        let by = self.by(&Actor::System, client);
        self.inner
            .db
            .write(move |conn| {
                if !is_open(conn, &given)? {
                    return Err(Error::not_found("this set-up address"));
                }
                let made = insert(conn, &by, &new)?;
                setting::delete(conn, SETTING)?;
                Ok(made)
            })
            .await
    }
}

fn is_open(conn: &mut packhouse_db::AnyConn, given: &str) -> Result<bool> {
    let Some(kept) = setting::get(conn, SETTING)? else {
        return Ok(false);
    };
    Ok(bool::from(kept.as_bytes().ct_eq(given.as_bytes())) && !account::any_user(conn)?)
}
