//! Beginning running lists anew, when what was added has grown long beside what they began with: all
//! readers fetch such a list once more, and then grow shorter ones.

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
            if self.begin_anew(&format, of).await? {
                done += 1;
            }
        }
        Ok(done)
    }

    async fn begin_anew(&self, format: &Arc<dyn Format>, of: Of) -> Result<bool> {
        let reader = Arc::clone(format);
        let drawn = self.inner.db.read(move |conn| {
            let (Some(feed), Some(at)) = (reader.feed(), running::position(conn, of)?) else {
                return Ok::<_, Error>(None);
            };
            let whole = anew::length_after(conn, of, 0)?;
            if whole <= LENGTH || anew::length_after(conn, of, at.begun_as)? * PART <= whole {
                return Ok(None);
            }
            let mut lines = Vec::new();
            let mut after = PackageId(0);
            loop {
                let page = anew::list_packages(conn, of, after, PAGE)?;
                let Some(last) = page.last() else {
                    break;
                };
                after = last.id;
                for package in page {
                    lines.extend(line_of(conn, feed, package)?);
                }
            }
            Ok(Some(Drawn { at, lines }))
        });
        let Some(drawn) = drawn.await? else {
            return Ok(false);
        };
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
    lines.retain(|(_, id, _)| !changed.iter().any(|package| package.id == *id));
    for package in changed {
        lines.extend(line_of(conn, feed, package)?);
    }
    lines.sort_unstable();
    let lines: Vec<_> = lines.into_iter().map(|(_, id, line)| (id, line)).collect();
    anew::replace(conn, of, current.revision, &lines, now)?;
    Ok(true)
}

/// Draws a package's line; none when it has no version to tell of.
fn line_of(
    conn: &mut AnyConn,
    feed: &dyn Feed,
    package: Listed,
) -> Result<Option<(String, PackageId, String)>> {
    let shown = running::list_version_lines(conn, package.id)?;
    if shown.is_empty() {
        return Ok(None);
    }
    let (names, lines): (Vec<_>, Vec<_>) = shown
        .into_iter()
        .map(|(name, line)| (VersionName::new(name.clone(), name), line))
        .unzip();
    let name = PackageName::new(package.name.clone(), package.name.to_lowercase());
    let line = feed.line(&name, Change::All(&names), &lines);
    Ok(Some((package.name, package.id, line)))
}
