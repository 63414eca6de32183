//! Digests that clients send in requests of their own, before or after the file that they are of.
//!
//! One that fits confirms the file. One that does not fit is refused, and the file, if the same
//! account has just put it, is doubted: it is not handed out, its build is not listed, and it may be
//! put again. One that comes before its file is kept for an hour and compared then (Maven notes §6).

use chrono::Duration;
use packhouse_core::account::Account;
use packhouse_core::actor::{Actor, Client};
use packhouse_core::digest::Digests;
use packhouse_core::id::RepositoryId;
use packhouse_core::package::{VersionName, VersionState};
use packhouse_core::permission::Action;
use packhouse_db::file::joined::{self, JoinedFile};
use packhouse_db::{AnyConn, announced_digest, build, package, repository, version};

use crate::authorize::{Found, PackageAddress, authorize_in};
use crate::error::{Error, Result};
use crate::event::By;
use crate::registry::Registry;

/// For how many hours an announced digest is kept, and a file can be doubted.
pub const ANNOUNCED_HOURS: i64 = 1;

/// A digest of a file, as its client sent it.
#[derive(Debug, Clone)]
pub struct Announced {
    /// The version that the file belongs to.
    pub version: VersionName,
    /// The file's name inside the package.
    pub name: String,
    /// `md5`, `sha1`, `sha256` or `sha512`.
    pub algorithm: &'static str,
    /// The digest in lower-case hex.
    pub value: String,
}

/// What an announced digest came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// It is that of the stored file.
    Fits,
    /// There is no such file yet: it is kept and compared when the file comes.
    Kept,
}

/// What is to be done about an announced digest.
enum Finding {
    Fits,
    Unknown,
    /// The digest that the file has.
    Differs(Box<JoinedFile>, String),
}

impl Registry {
    /// Compares a digest with the stored file, or keeps it until the file comes.
    ///
    /// # Errors
    /// The refusals of the permission decision; `Invalid` naming both digests when it is another
    /// one.
    pub async fn announce_digest(
        &self,
        actor: &Actor,
        client: &Client,
        address: &PackageAddress,
        announced: Announced,
    ) -> Result<Check> {
        let by = self.by(actor, client);
        // A checksum that comes while its file is being stored is compared with that.
        let key = (
            address.format,
            address.owner.clone(),
            address.name.key().to_owned(),
            announced.name.clone(),
        );
        let _turn = self.inner.publishing.lock(key).await;
        let (asker, at, what) = (by.clone(), address.clone(), announced.clone());
        let mut finding = self
            .inner
            .db
            .read_point(move |conn| look(conn, &asker, &at, &what))
            .await?;
        if let Finding::Unknown = finding {
            let (by, at, what) = (by.clone(), address.clone(), announced.clone());
            let db = &self.inner.db;
            finding = db.write(move |conn| keep(conn, &by, &at, &what)).await?;
        }
        match finding {
            Finding::Unknown => Ok(Check::Kept),
            Finding::Fits => Ok(Check::Fits),
            Finding::Differs(file, actual) => {
                if file.publisher == by.actor.account() && !file.suspect {
                    self.doubt(by, address, *file).await?;
                }
                Err(Error::Invalid(format!(
                    "the {} of {} is {actual}, but {} was sent: send the file and its checksums \
                     again",
                    announced.algorithm, announced.name, announced.value
                )))
            }
        }
    }

    /// Notes that a file's bytes are doubted, as long as its build is not listed: what is published
    /// stays as it is, whatever checksums come for it.
    async fn doubt(&self, by: By, address: &PackageAddress, file: JoinedFile) -> Result<()> {
        let address = address.clone();
        self.inner
            .db
            .write(move |conn| {
                let found = authorize_in(conn, &by.actor, &address, Action::Publish)?;
                let Found::Package(record) = found else {
                    return Ok(());
                };
                package::bump(conn, record.package.id, by.now)?;
                let stored = &file.stored.file;
                let name = stored.build.as_deref().unwrap_or_default();
                let build = build::find(conn, stored.version, name)?;
                if build.is_some_and(|build| build.state == VersionState::Open) {
                    joined::set_suspect(conn, stored.id, &stored.digests.sha256, true)?;
                }
                Ok(())
            })
            .await
    }

    /// Forgets what was announced for a file: it was another one.
    pub(crate) async fn forget_announced(
        &self,
        actor: &Actor,
        address: &PackageAddress,
        name: &str,
    ) -> Result<()> {
        let (actor, address, name) = (actor.clone(), address.clone(), name.to_owned());
        self.inner
            .db
            .write(move |conn| {
                let home = repository_of(conn, &actor, &address)?;
                announced_digest::forget(conn, home, &path(&address, &name))?;
                Ok(())
            })
            .await
    }

    /// Forgets digests whose files never came; gives how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn purge_announced(&self) -> Result<usize> {
        let until = self.now() - Duration::hours(ANNOUNCED_HOURS);
        let db = &self.inner.db;
        db.write(move |conn| Ok(announced_digest::purge(conn, until)?))
            .await
    }
}

fn look(
    conn: &mut AnyConn,
    by: &By,
    address: &PackageAddress,
    announced: &Announced,
) -> Result<Finding> {
    let Found::Package(record) = authorize_in(conn, &by.actor, address, Action::Publish)? else {
        return Ok(Finding::Unknown);
    };
    let key = announced.version.key();
    let Some(version) = version::find_version(conn, record.package.id, key)? else {
        return Ok(Finding::Unknown);
    };
    let Some(file) = joined::find_joined(conn, version.id, &announced.name)? else {
        return Ok(Finding::Unknown);
    };
    let actual = digest_text(&file.stored.file.digests, announced.algorithm);
    Ok(match actual {
        Some(actual) if actual != announced.value => Finding::Differs(Box::new(file), actual),
        _ => Finding::Fits,
    })
}

/// Keeps a digest of a file that is not there; looks once more, because the file may have come
/// through another replica.
fn keep(
    conn: &mut AnyConn,
    by: &By,
    address: &PackageAddress,
    announced: &Announced,
) -> Result<Finding> {
    let home = match authorize_in(conn, &by.actor, address, Action::Publish)? {
        Found::Package(record) => {
            package::hold(conn, record.package.id)?;
            record.package.repository
        }
        Found::Absent(owner) => home_of(conn, &owner, address)?,
        Found::Nowhere => None,
    };
    let Some(home) = home else {
        return Err(Error::not_found(&address.shown));
    };
    let found = look(conn, by, address, announced)?;
    if let Finding::Unknown = found {
        let digest = (announced.algorithm, announced.value.as_str());
        let path = path(address, &announced.name);
        announced_digest::announce(conn, home, &path, digest, by.actor.account(), by.now)?;
    }
    Ok(found)
}

/// Gives the repository of a package that the asker may publish to, existing or not.
fn repository_of(
    conn: &mut AnyConn,
    actor: &Actor,
    address: &PackageAddress,
) -> Result<Option<RepositoryId>> {
    match authorize_in(conn, actor, address, Action::Publish)? {
        Found::Package(record) => Ok(record.package.repository),
        Found::Absent(owner) => home_of(conn, &owner, address),
        Found::Nowhere => Ok(None),
    }
}

/// Gives the repository that a package of that name would belong to.
pub(crate) fn home_of(
    conn: &mut AnyConn,
    owner: &Account,
    address: &PackageAddress,
) -> Result<Option<RepositoryId>> {
    let home = address.name.home();
    let Some(key) = home.and_then(|home| home.repository.as_deref()) else {
        return Ok(None);
    };
    let found = repository::find_repository(conn, owner.id, key)?;
    Ok(found.map(|repository| repository.id))
}

/// Gives the path inside the repository by which announced digests are found.
pub(crate) fn path(address: &PackageAddress, name: &str) -> String {
    match address.name.home() {
        Some(home) => format!("{}/{name}", home.path),
        None => format!("{}/{name}", address.name.key()),
    }
}

/// Gives one of the digests of stored bytes in lower-case hex, as far as it is known.
pub(crate) fn digest_text(digests: &Digests, algorithm: &str) -> Option<String> {
    match algorithm {
        "md5" => digests.md5.map(|digest| digest.to_string()),
        "sha1" => digests.sha1.map(|digest| digest.to_string()),
        "sha256" => Some(digests.sha256.to_string()),
        "sha512" => digests.sha512.map(|digest| digest.to_string()),
        _ => None,
    }
}
