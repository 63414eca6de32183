//! Comparing database and store: is everything there that was promised, and nothing half-done?
//!
//! All bytes are read. It may run beside a server: what changes while it looks is looked at again
//! before it is called wrong. Mending removes only what promises nothing (records of bytes that are
//! gone and that no version needs, uploads that cannot go on, tags to nothing, what no row knows)
//! and puts links back that a live version needs; it never removes a version.

mod blobs;
mod builds;
mod lists;
mod rows;
mod store;

use std::fmt;

use crate::collect::Terms;
use crate::error::Result;
use crate::registry::Registry;

/// How many rows are looked at in one go.
const PAGE: i64 = 200;

/// Something that a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What is wrong with what, and the way out.
    pub text: String,
    /// Whether it is right now.
    pub mended: bool,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.mended { "mended" } else { "wrong" };
        write!(f, "{word}: {}", self.text)
    }
}

/// What was looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// Recorded blobs.
    pub blobs: u64,
    /// How many of their bytes were read.
    pub bytes: u64,
    /// Live versions.
    pub versions: u64,
    /// Uploads under way.
    pub uploads: u64,
    /// Blobs and sessions in the store that no row knows and that are younger than a day: a publish
    /// may be about to record them, else collection takes them.
    pub young: u64,
    /// What is wrong and still is.
    pub wrong: u64,
    /// What was wrong and is mended.
    pub mended: u64,
}

/// A check under way.
struct Check<'a> {
    registry: &'a Registry,
    terms: Terms,
    repair: bool,
    tell: &'a mut (dyn FnMut(&Finding) + Send),
    done: Checked,
}

impl Registry {
    /// Checks everything, tells of each finding as it comes, and mends what can be mended when
    /// `repair` says so.
    ///
    /// # Errors
    /// When database or store cannot be asked.
    pub async fn check(
        &self,
        repair: bool,
        tell: &mut (dyn FnMut(&Finding) + Send),
    ) -> Result<Checked> {
        let mut check = Check {
            registry: self,
            terms: Terms::at(self.now()),
            repair,
            tell,
            done: Checked::default(),
        };
        check.blobs().await?;
        check.files().await?;
        check.links().await?;
        check.versions().await?;
        check.builds().await?;
        check.lists().await?;
        check.tags().await?;
        check.uploads().await?;
        check.strays().await?;
        check.sessions().await?;
        Ok(check.done)
    }
}

impl Check<'_> {
    fn found(&mut self, text: String, mended: bool) {
        if mended {
            self.done.mended += 1;
        } else {
            self.done.wrong += 1;
        }
        (self.tell)(&Finding { text, mended });
    }
}
