//! Beginning running lists anew, when what was added has grown long beside what they began with: all
//! readers fetch such a list once more, and then grow shorter ones.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::Duration;
use packhouse_core::feed::{Change, Feed};
use packhouse_core::format::Format;
use packhouse_core::id::PackageId;
use packhouse_core::package::{PackageName, VersionName};
use packhouse_db::AnyConn;
use packhouse_db::feed::anew::{self, Listed};
use packhouse_db::feed::running::{self, Of, Position};

use crate::error::{Error, Result};
use crate::registry::Registry;

/// How old a list is before it is begun anew, in hours.
const AGE_HOURS: i64 = 24;
/// How long it is, in bytes.
const LENGTH: i64 = 1024 * 1024;
/// How many times what was added goes into all of it, at most.
const PART: i64 = 4;
/// How many packages are read at once.
const PAGE: i64 = 1000;

/// A list as it would begin anew at a position.
struct Drawn {
    at: Position,
    /// Of each package its name, its row and its line, by name.
    lines: Vec<(String, PackageId, String)>,
}

impl Registry {
    /// Begins those lists anew for which it is time; gives how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn begin_lists_anew(&self) -> Result<usize> {
        let before = self.now() - Duration::hours(AGE_HOURS);
        let old = move |conn: &mut AnyConn| Ok::<_, Error>(anew::list_begun_before(conn, before)?);
        let mut done = 0;
        for (owner, format) in self.inner.db.read(old).await? {
            // Rows of formats that this release does not have are left alone.
            let Ok(format) = self.format(&format).map(Arc::clone) else {
                continue;
            };
            let of = (owner, format.id());
            match self.begin_anew(&format, of).await {
                Ok(begun) => done += usize::from(begun),
                // The others are begun anew all the same; this one is tried again the next time.
                Err(error) => {
                    let format = of.1.as_str();
                    tracing::error!(%error, account.id = owner.0, format, "a list was not begun anew");
                }
            }
        }
        Ok(done)
    }

    async fn begin_anew(&self, format: &Arc<dyn Format>, of: Of) -> Result<bool> {
        let look = move |conn: &mut AnyConn| {
            let Some(at) = running::position(conn, of)? else {
                return Ok::<_, Error>(None);
            };
            let whole = anew::length_after(conn, of, 0)?;
            let long = whole > LENGTH && anew::length_after(conn, of, at.begun_as)? * PART > whole;
            Ok(long.then_some(at))
        };
        let Some(at) = self.inner.db.read(look).await? else {
            return Ok(false);
        };
        // Pages are read one after the other: what changes meanwhile is drawn again in the end.
        let (mut lines, mut after) = (Vec::new(), Some(PackageId(0)));
        while let Some(last) = after {
            let reader = Arc::clone(format);
            let page = self.inner.db.read(move |conn| {
                let page = anew::list_packages(conn, of, last, PAGE)?;
                let next = page.last().map(|package| package.id);
                let drawn = page.into_iter();
                let drawn: Vec<_> = drawn
                    .filter_map(|one| line_of(reader.feed()?, one))
                    .collect();
                Ok::<_, Error>((drawn, next))
            });
            let (drawn, next) = page.await?;
            lines.extend(drawn);
            after = next;
        }
        let drawn = Drawn { at, lines };
        let (writer, now) = (Arc::clone(format), self.now());
        self.inner
            .db
            .write(move |conn| {
                let Some(feed) = writer.feed() else {
                    return Ok(false);
                };
                replace(conn, feed, of, drawn, now)
            })
            .await
    }
}

/// Puts the drawn lines in place; those of packages that changed since are drawn again.
fn replace(
    conn: &mut AnyConn,
    feed: &dyn Feed,
    of: Of,
    drawn: Drawn,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<bool> {
    let Drawn { at, mut lines } = drawn;
    let Some(current) = anew::hold(conn, of)? else {
        return Ok(false);
    };
    // Another replica was quicker.
    if current.begun_as != at.begun_as {
        return Ok(false);
    }
    let changed = anew::list_changed(conn, of, at.revision)?;
    let again: HashSet<PackageId> = changed.iter().map(|package| package.id).collect();
    lines.retain(|(_, id, _)| !again.contains(id));
    lines.extend(changed.into_iter().filter_map(|one| line_of(feed, one)));
    // Some may have been collected since.
    let there = anew::hold_packages(conn, of)?;
    lines.retain(|(_, id, _)| there.contains(id));
    lines.sort_unstable();
    let lines: Vec<_> = lines.into_iter().map(|(_, id, line)| (id, line)).collect();
    anew::replace(conn, of, current.revision, &lines, now)?;
    Ok(true)
}

/// Draws a package's line; none when it has no version to tell of.
fn line_of(feed: &dyn Feed, package: Listed) -> Option<(String, PackageId, String)> {
    if package.lines.is_empty() {
        return None;
    }
    let (names, lines): (Vec<_>, Vec<_>) = package
        .lines
        .into_iter()
        .map(|(name, line)| (VersionName::new(name.clone(), name), line))
        .unzip();
    let name = PackageName::new(package.name.clone(), package.name.to_lowercase());
    let line = feed.line(&name, Change::All(&names), &lines);
    Some((package.name, package.id, line))
}
