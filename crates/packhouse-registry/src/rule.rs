//! Rules of single packages: tags that never move, and handing out only what is signed.

use packhouse_core::actor::{Actor, Client};
use packhouse_core::event::EventKind;
use packhouse_core::format::Format;
use packhouse_core::package::VersionName;
use packhouse_core::permission::Action;
use packhouse_db::package::PackageRecord;
use packhouse_db::{AnyConn, package, rule, tag, version};
use serde_json::json;
use wildmatch::WildMatch;

use crate::authorize::{PackageAddress, package_in};
use crate::error::{Error, Result};
use crate::event::About;
use crate::registry::Registry;

/// Patterns of tags that never move, as a JSON list.
const IMMUTABLE_TAGS: &str = "immutable_tags";
/// There while only signed versions are handed out.
pub(crate) const SIGNATURE_NEEDED: &str = "signature_needed";
/// How many patterns a package may have, and how long each may be.
const MAX_PATTERNS: usize = 100;

impl Registry {
    /// Sets which tags of a package never move or go once they are set: patterns with `*` for any
    /// text and `?` for one character. None lets all move.
    ///
    /// # Errors
    /// Needs Administer; `Invalid` for too many or too long patterns.
    pub async fn set_immutable_tags(
        &self,
        actor: &Actor,
        client: &Client,
        address: &PackageAddress,
        patterns: Vec<String>,
    ) -> Result<()> {
        let odd = |pattern: &String| {
            pattern.is_empty()
                || pattern.len() > 128
                || !pattern.bytes().all(|b| b.is_ascii_graphic())
        };
        if patterns.len() > MAX_PATTERNS || patterns.iter().any(odd) {
            return Err(Error::Invalid(format!(
                "give at most {MAX_PATTERNS} patterns of 1 to 128 printable characters each"
            )));
        }
        let value = (!patterns.is_empty()).then(|| json!(patterns).to_string());
        self.set_rule(actor, client, address, IMMUTABLE_TAGS, value)
            .await
    }

    /// Gives the patterns of tags of a package that never move.
    ///
    /// # Errors
    /// Needs Administer.
    pub async fn immutable_tags(
        &self,
        actor: &Actor,
        address: &PackageAddress,
    ) -> Result<Vec<String>> {
        let (actor, address) = (actor.clone(), address.clone());
        self.inner
            .db
            .read_point(move |conn| {
                let record = package_in(conn, &actor, &address, Action::Administer)?;
                patterns(conn, &record)
            })
            .await
    }

    /// Sets whether readers get only versions that a key of the owner signed.
    ///
    /// # Errors
    /// Needs Administer.
    pub async fn set_signature_needed(
        &self,
        actor: &Actor,
        client: &Client,
        address: &PackageAddress,
        needed: bool,
    ) -> Result<()> {
        let value = needed.then(|| "on".to_owned());
        self.set_rule(actor, client, address, SIGNATURE_NEEDED, value)
            .await
    }

    async fn set_rule(
        &self,
        actor: &Actor,
        client: &Client,
        address: &PackageAddress,
        name: &'static str,
        value: Option<String>,
    ) -> Result<()> {
        let by = self.by(actor, client);
        let address = address.clone();
        self.inner
            .db
            .write(move |conn| {
                let record = package_in(conn, &by.actor, &address, Action::Administer)?;
                let package = record.package.id;
                package::bump(conn, package, by.now)?;
                let old = rule::set(conn, package, name, value.as_deref())?;
                let about = About::of(&record, None);
                let detail = json!({
                    "package": address.shown, "rule": name, "old": old, "new": value,
                });
                by.record(conn, EventKind::PackageRuleSet, about, detail)?;
                Ok(())
            })
            .await
    }
}

fn patterns(conn: &mut AnyConn, record: &PackageRecord) -> Result<Vec<String>> {
    let Some(text) = rule::get(conn, record.package.id, IMMUTABLE_TAGS)? else {
        return Ok(Vec::new());
    };
    serde_json::from_str(&text).map_err(|error| {
        let package = record.package.id;
        Error::Internal(format!(
            "the rule {IMMUTABLE_TAGS} of package {package} cannot be read: {error}"
        ))
    })
}

/// Gives the pattern, if any, that keeps a tag where it is.
fn keeping<'p>(format: &dyn Format, patterns: &'p [String], tag: &str) -> Option<&'p String> {
    if format.is_derived_tag(tag) {
        // Signatures move their tag with each signature.
        return None;
    }
    patterns
        .iter()
        .find(|pattern| WildMatch::new(pattern).matches(tag))
}

/// Refuses to point tags that never move at another version.
pub(crate) fn refuse_moves(
    conn: &mut AnyConn,
    format: &dyn Format,
    record: &PackageRecord,
    shown: &str,
    tags: &[String],
    target: &VersionName,
) -> Result<()> {
    if tags.is_empty() {
        return Ok(());
    }
    let patterns = patterns(conn, record)?;
    for name in tags {
        let Some(pattern) = keeping(format, &patterns, name) else {
            continue;
        };
        let Some(current) = tag::find_target(conn, record.package.id, name)? else {
            continue;
        };
        let current = version::find_summary(conn, current)?;
        if current.is_none_or(|current| current.name != *target) {
            return Err(refused(shown, name, pattern));
        }
    }
    Ok(())
}

/// Refuses to take away tags that never move.
pub(crate) fn refuse_removals(
    conn: &mut AnyConn,
    format: &dyn Format,
    record: &PackageRecord,
    shown: &str,
    tags: &[String],
) -> Result<()> {
    if tags.is_empty() {
        return Ok(());
    }
    let patterns = patterns(conn, record)?;
    for name in tags {
        if let Some(pattern) = keeping(format, &patterns, name) {
            return Err(refused(shown, name, pattern));
        }
    }
    Ok(())
}

fn refused(shown: &str, tag: &str, pattern: &str) -> Error {
    Error::Refused(format!(
        "the tag {tag} of {shown} never moves: its rule for immutable tags says {pattern:?}; use \
         another tag, or ask an admin of the package to change the rule"
    ))
}
