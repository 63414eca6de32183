//! Signing in: passwords, browser sessions, and command-line clients that a person confirms in a
//! browser. Failures are counted per account and address, in the database, for all replicas.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration as StdDuration;

use chrono::Duration;
use packhouse_core::account::{Account, AccountKind, AccountName};
use packhouse_core::actor::{Actor, Client, SignedIn};
use packhouse_core::token::Scopes;
use packhouse_db::{account, cli_login, session, sign_in_failure};

use crate::error::{Error, Result};
use crate::password;
use crate::registry::Registry;
use crate::secret;
use crate::text;
use crate::token::{MadeToken, TokenSpec};

/// How long a login's token works, in days.
pub const LOGIN_TOKEN_DAYS: i64 = 90;
/// How long a browser session works, in days.
pub const SESSION_DAYS: i64 = 14;
/// How long a command-line client may wait for its confirmation, in minutes.
pub const CLI_LOGIN_MINUTES: i64 = 10;
const WINDOW_MINUTES: i64 = 15;
/// Failures in a window after which further tries are refused: of one account from one address,
/// from one address, and of one account.
const LIMITS: [i64; 3] = [10, 50, 100];
/// Command-line logins that one address may begin in a window.
const CLI_LOGINS: i64 = 60;

/// An account that has just proved its password.
#[derive(Debug, Clone)]
pub struct Proved {
    /// The account.
    pub account: Account,
}

impl Proved {
    /// Gives the account as an actor without a token.
    pub fn actor(&self) -> Actor {
        session_actor(&self.account)
    }
}

/// A new browser session.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// The cookie's secret.
    pub secret: String,
    /// How long it works.
    pub max_age: StdDuration,
}

/// A browser session that was found.
#[derive(Debug, Clone)]
pub struct Session {
    /// Who it is.
    pub actor: Actor,
    /// The account.
    pub account: Account,
    /// What every form of this session must send back.
    pub csrf: String,
}

/// A command-line login that was begun.
#[derive(Debug, Clone)]
pub struct CliLogin {
    /// The secret of the page that a person opens.
    pub page: String,
    /// The secret that the client asks with.
    pub poll: String,
}

/// Who asks for a command-line login; shown to the person who confirms it.
#[derive(Debug, Clone, Default)]
pub struct Asking {
    /// What the client calls itself.
    pub agent: Option<String>,
    /// From where it asked.
    pub address: Option<String>,
    /// What it calls its machine.
    pub hostname: Option<String>,
}

/// How far a command-line login is.
#[derive(Debug)]
pub enum CliLoginState {
    /// Nobody confirmed it yet.
    Pending,
    /// Confirmed: this token is given out once.
    Done(Box<MadeToken>),
    /// Unknown, used or too old.
    Gone,
}

impl Registry {
    /// Checks a user's name and password.
    ///
    /// # Errors
    /// `WrongPassword`, also for unknown and disabled accounts and in the same time;
    /// `RateLimited` after too many failures.
    pub async fn prove(&self, name: &str, password: String, client: &Client) -> Result<Proved> {
        // What can be no account's name is counted for its address alone.
        let key = AccountName::parse(name).map_or_else(|_| "?".to_owned(), |n| n.key().to_owned());
        let subjects = subjects(&key, client);
        let (now, window) = (self.now(), Duration::minutes(WINDOW_MINUTES));
        let charged = subjects.clone();
        // Charged before the password is looked at, so that many tries at once count too.
        let over = self
            .inner
            .db
            .write(move |conn| {
                sign_in_failure::purge(conn, now, window)?;
                let mut over = false;
                for (subject, limit) in charged.iter().zip(LIMITS) {
                    over |= sign_in_failure::record(conn, subject, now, window)? > limit;
                }
                Ok::<_, Error>(over)
            })
            .await?;
        if over {
            let retry_after = StdDuration::from_secs(WINDOW_MINUTES as u64 * 60);
            return Err(Error::RateLimited { retry_after });
        }
        let (account, hash) = self
            .inner
            .db
            .read_point(move |conn| {
                let found = account::find_account(conn, &key)?
                    .filter(|account| account.kind == AccountKind::User && !account.disabled);
                let hash = match &found {
                    Some(account) => account::password_hash(conn, account.id)?,
                    None => None,
                };
                Ok::<_, Error>((found, hash))
            })
            .await?;
        let fits = password::verify(password, hash).await?;
        let account = account.filter(|_| fits).ok_or(Error::WrongPassword)?;
        self.inner
            .db
            .write(move |conn| {
                let [own, others @ ..] = &subjects;
                sign_in_failure::clear(conn, own)?;
                others
                    .iter()
                    .try_for_each(|subject| sign_in_failure::forgive(conn, subject))
            })
            .await?;
        Ok(Proved { account })
    }

    /// Makes the token that a login hands out: read, write and delete, for 90 days.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn login_token(
        &self,
        proved: &Proved,
        client: &Client,
        name: &str,
    ) -> Result<MadeToken> {
        let spec = login_spec(name, self.now());
        self.issue_token(proved, client, spec).await
    }

    /// Begins a browser session.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn begin_session(&self, proved: &Proved) -> Result<NewSession> {
        let secret = secret::new_secret();
        let (hash, csrf) = (secret::hash(&secret), secret::new_secret());
        let (account, now) = (proved.account.id, self.now());
        let expires = now + Duration::days(SESSION_DAYS);
        self.inner
            .db
            .write(move |conn| {
                session::purge(conn, now)?;
                session::insert(conn, &hash, account, &csrf, now, expires)
            })
            .await?;
        let max_age = StdDuration::from_secs(SESSION_DAYS as u64 * 24 * 3600);
        Ok(NewSession { secret, max_age })
    }

    /// Finds the session of a cookie.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_session(&self, cookie: &str) -> Result<Option<Session>> {
        let (hash, now) = (secret::hash(cookie), self.now());
        let found = self
            .inner
            .db
            .read_point(move |conn| session::find(conn, &hash, now))
            .await?;
        Ok(found
            .filter(|(account, _)| !account.disabled)
            .map(|(account, csrf)| Session {
                actor: session_actor(&account),
                account,
                csrf,
            }))
    }

    /// Ends the session of a cookie.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_session(&self, cookie: &str) -> Result<()> {
        let hash = secret::hash(cookie);
        self.inner
            .db
            .write(move |conn| session::delete(conn, &hash))
            .await?;
        Ok(())
    }

    /// Begins a command-line login.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn begin_cli_login(&self, client: &Client, asking: Asking) -> Result<CliLogin> {
        let login = CliLogin {
            page: secret::new_secret(),
            poll: secret::new_secret(),
        };
        let (page, poll) = (secret::hash(&login.page), secret::hash(&login.poll));
        let now = self.now();
        let subject = format!("cli:{}", network(client));
        let new = cli_login::NewCliLogin {
            poll_hash: poll,
            page_hash: page,
            agent: text::storable_option(asking.agent),
            address: text::storable_option(asking.address),
            hostname: text::storable_option(asking.hostname),
            expires_at: now + Duration::minutes(CLI_LOGIN_MINUTES),
        };
        self.inner
            .db
            .write(move |conn| {
                cli_login::purge(conn, now)?;
                let window = Duration::minutes(WINDOW_MINUTES);
                if sign_in_failure::record(conn, &subject, now, window)? > CLI_LOGINS {
                    let retry_after = StdDuration::from_secs(WINDOW_MINUTES as u64 * 60);
                    return Err(Error::RateLimited { retry_after });
                }
                Ok(cli_login::insert(conn, &new, now)?)
            })
            .await?;
        Ok(login)
    }

    /// Tells who waits behind a command-line login's page.
    ///
    /// # Errors
    /// `NotFound` when it is unknown, used or too old.
    pub async fn find_cli_login(&self, page: &str) -> Result<Asking> {
        let (page, now) = (secret::hash(page), self.now());
        self.inner
            .db
            .read_point(move |conn| cli_login::find_by_page(conn, &page, now))
            .await?
            .filter(|found| found.account.is_none())
            .map(|found| Asking {
                agent: found.agent,
                address: found.address,
                hostname: found.hostname,
            })
            .ok_or_else(no_such_login)
    }

    /// Confirms a command-line login for the person in this session.
    ///
    /// # Errors
    /// `NotFound` when it is unknown, used or too old.
    pub async fn confirm_cli_login(&self, session: &Session, page: &str) -> Result<()> {
        let (page, now, account) = (secret::hash(page), self.now(), session.account.id);
        let confirmed = self
            .inner
            .db
            .write(move |conn| cli_login::confirm(conn, &page, account, now))
            .await?;
        if confirmed {
            Ok(())
        } else {
            Err(no_such_login())
        }
    }

    /// Refuses a command-line login: its client is told that there is no such login.
    ///
    /// # Errors
    /// `NotFound` when it is unknown, used or too old.
    pub async fn deny_cli_login(&self, page: &str) -> Result<()> {
        let (page, now) = (secret::hash(page), self.now());
        let denied = self
            .inner
            .db
            .write(move |conn| cli_login::deny(conn, &page, now))
            .await?;
        if denied { Ok(()) } else { Err(no_such_login()) }
    }

    /// Asks how far a command-line login is; a confirmed one gives its token once.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn poll_cli_login(&self, poll: &str, client: &Client) -> Result<CliLoginState> {
        let (poll, now) = (secret::hash(poll), self.now());
        // Clients ask again and again: only the one answer that changes something is a write.
        let asked = poll.clone();
        let waiting = self
            .inner
            .db
            .read_point(move |conn| cli_login::is_confirmed(conn, &asked, now))
            .await?;
        match waiting {
            None => return Ok(CliLoginState::Gone),
            Some(false) => return Ok(CliLoginState::Pending),
            Some(true) => {}
        }
        let client = client.clone();
        self.inner
            .db
            .write(move |conn| {
                Ok(match cli_login::poll(conn, &poll, now)? {
                    cli_login::Poll::Pending => CliLoginState::Pending,
                    cli_login::Poll::Gone => CliLoginState::Gone,
                    cli_login::Poll::Confirmed(account, asking) => {
                        let found = account::find_account_by_id(conn, account)?;
                        let Some(account) = found.filter(|account| !account.disabled) else {
                            return Ok(CliLoginState::Gone);
                        };
                        let name = match &asking.hostname {
                            Some(host) => format!("login from {host}"),
                            None => "login from a browser".to_owned(),
                        };
                        let by = crate::event::By {
                            actor: session_actor(&account),
                            client,
                            now,
                        };
                        let spec = login_spec(&name, now);
                        let made = crate::token::issue(conn, &by, account.id, spec)?;
                        CliLoginState::Done(Box::new(made))
                    }
                })
            })
            .await
    }
}

fn no_such_login() -> Error {
    Error::not_found("this login (it may be used or too old: start it again)")
}

fn login_spec(name: &str, now: chrono::DateTime<chrono::Utc>) -> TokenSpec {
    TokenSpec {
        name: name.chars().take(crate::token::MAX_NAME).collect(),
        scopes: Scopes::all(),
        limits: Default::default(),
        expires_at: Some(now + Duration::days(LOGIN_TOKEN_DAYS)),
    }
}

fn session_actor(account: &Account) -> Actor {
    Actor::Account(Arc::new(SignedIn {
        account: account.id,
        name: account.name.clone(),
        site_admin: account.site_admin,
        token: None,
        stated: None,
    }))
}

/// Gives what counts as one address: of IPv6 the first 64 bits, for anyone has the rest.
fn network(client: &Client) -> String {
    match client.address.map(|address| address.to_canonical()) {
        None => "-".to_owned(),
        Some(IpAddr::V4(address)) => address.to_string(),
        Some(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

fn subjects(name: &str, client: &Client) -> [String; 3] {
    let name: String = name.chars().take(64).collect();
    let address = network(client);
    [
        format!("both:{name}@{address}"),
        format!("address:{address}"),
        format!("account:{name}"),
    ]
}
