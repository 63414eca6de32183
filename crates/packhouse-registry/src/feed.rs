//! Reading across all that one owner has of a format.

pub(crate) mod change;
mod anew;
mod running;

use std::sync::Arc;

use packhouse_core::actor::Actor;
use packhouse_core::format::FormatId;
use packhouse_core::id::{AccountId, VersionId};
use packhouse_db::feed;
use packhouse_db::file::StoredFile;
use packhouse_db::package::PackageRecord;
use packhouse_db::readable::Viewer;

use crate::authorize::{Sight, Source};
use crate::error::{Error, Result};
use crate::registry::Registry;
pub use running::RunningList;
pub(crate) use running::RunningLists;

impl Registry {
    /// Finds a file by a name that it alone has among all that an owner has of a format, in a package
    /// that the asker may read.
    ///
    /// # Errors
    /// `NotFound`; `SignInNeeded` instead for strangers where the source is not open.
    pub async fn find_listed_file(
        &self,
        actor: &Actor,
        format: FormatId,
        owner: &str,
        name: &str,
    ) -> Result<(VersionId, Arc<StoredFile>)> {
        let source = Source {
            owner: owner.to_lowercase(),
            format,
        };
        let Sight {
            account, openness, ..
        } = self.look_into(source).await?;
        // No file is called so, and PostgreSQL refuses a text with a NUL.
        let account = account.filter(|_| !name.contains('\0'));
        if let Some(account) = account {
            let (viewer, wanted) = (Viewer::of(actor), name.to_owned());
            let of = (account.id, format);
            let found = self
                .inner
                .db
                .read_point(move |conn| {
                    Ok::<_, Error>(feed::find_file(conn, &viewer, of, &wanted)?)
                })
                .await?;
            if let Some((version, stored)) = found {
                return Ok((version, Arc::new(stored)));
            }
        }
        let what = name.to_owned();
        match actor {
            Actor::Anonymous if !openness.is_open() => Err(Error::SignInNeeded { what }),
            _ => Err(Error::NotFound { what }),
        }
    }

    /// Gives a page of the packages of a source that the asker may read, by name, after a name as names
    /// are compared.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_source(
        &self,
        actor: &Actor,
        of: (AccountId, FormatId),
        after: String,
        limit: usize,
    ) -> Result<Vec<PackageRecord>> {
        let viewer = Viewer::of(actor);
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.inner
            .db
            .read(move |conn| Ok(feed::list(conn, &viewer, of, &after, limit)?))
            .await
    }
}
