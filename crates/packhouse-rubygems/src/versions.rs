//! The documents `/versions` and `/names` of the compact index (RubyGems notes §3): which versions of
//! which gems there are. `/versions` begins with a line for each gem and grows by a line for each
//! event, so that clients need to fetch its end alone.
//!
//! Texts go in as they are stored: names of gems, `NUMBER[-PLATFORM]` as [`Build`] writes it, the
//! MD5 of the gem's document ([`info::md5_hex`]) after the event.
//!
//! [`Build`]: crate::full_name::Build
//! [`info::md5_hex`]: crate::info::md5_hex

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use crate::info::date;

/// The live versions of every gem, as a text of `/versions` tells them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Live<'a> {
    gems: Vec<LiveGem<'a>>,
}

/// A gem and its live versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveGem<'a> {
    /// Its name, as written.
    pub name: &'a str,
    /// Its live versions, `NUMBER[-PLATFORM]` as written, in the order in which they were published;
    /// at least one.
    pub versions: Vec<&'a str>,
    /// The MD5 of its document.
    pub md5: &'a str,
}

/// A line of `/versions`.
struct Line<'a> {
    name: &'a str,
    items: &'a str,
    md5: &'a str,
}

/// Gives what `/versions` begins with: when its first lines were drawn, in whole seconds.
pub fn header(created_at: DateTime<Utc>) -> String {
    format!("created_at: {}\n---\n", date(created_at))
}

/// Gives the line of a version that appeared: it was pushed, or its yank was undone.
pub fn line_of_push(name: &str, version: &str, md5: &str) -> String {
    line(name, version, md5)
}

/// Gives the line of a version that went.
pub fn line_of_yank(name: &str, version: &str, md5: &str) -> String {
    line(name, &format!("-{version}"), md5)
}

/// Gives the line of a gem with all its live versions, in the order in which they were published;
/// nothing when there are none: such a gem is left out.
pub fn line_of_summary<'v>(
    name: &str,
    versions: impl IntoIterator<Item = &'v str>,
    md5: &str,
) -> Option<String> {
    let versions: Vec<_> = versions.into_iter().collect();
    (!versions.is_empty()).then(|| line(name, &versions.join(","), md5))
}

/// Clients fail on blank lines and on lines that do not have three fields.
fn line(name: &str, versions: &str, md5: &str) -> String {
    for field in [name, versions, md5] {
        debug_assert!(
            !field.is_empty() && !field.contains([' ', '\n']),
            "{field:?}"
        );
    }
    format!("{name} {versions} {md5}\n")
}

impl<'a> Live<'a> {
    /// Reads a text of `/versions`, or some of its lines, as clients do: versions of later lines
    /// come after those of earlier ones, a `-` takes a version away, the last MD5 of a gem counts.
    /// Lines that do not have three fields say nothing about a gem. No text is copied.
    pub fn read(text: &'a str) -> Self {
        let mut lines: Vec<_> = body(text).lines().filter_map(Line::read).collect();
        // Most of them are sorted already, which this sort takes less time for than any map would.
        lines.sort_by_key(|line| line.name);
        let gems = lines.chunk_by(|a, b| a.name == b.name);
        let gems = gems.filter_map(LiveGem::fold).collect();
        Self { gems }
    }

    /// Gives the gems with live versions, sorted by the bytes of their names.
    pub fn gems(&self) -> &[LiveGem<'a>] {
        &self.gems
    }

    /// Gives the document `/names`.
    pub fn names(&self) -> String {
        names(self.gems.iter().map(|gem| gem.name))
    }

    /// Gives a text of `/versions` with one line for each gem.
    pub fn document(&self, created_at: DateTime<Utc>) -> String {
        let mut document = header(created_at);
        for gem in &self.gems {
            let line = line_of_summary(gem.name, gem.versions.iter().copied(), gem.md5);
            document.extend(line);
        }
        document
    }
}

/// Gives the document `/names` for gems with live versions, which come sorted. Without any it ends
/// in a blank line, as the one of the public host does.
pub fn names<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let mut document = "---\n".to_owned();
    let head = document.len();
    for name in names {
        document.push_str(name);
        document.push('\n');
    }
    if document.len() == head {
        document.push('\n');
    }
    document
}

/// Everything behind the first line `---`; all of it when there is none.
fn body(text: &str) -> &str {
    match text.strip_prefix("---\n") {
        Some(body) => body,
        None => text.split_once("\n---\n").map_or(text, |(_, body)| body),
    }
}

impl<'a> Line<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let (name, rest) = line.split_once(' ')?;
        let (items, md5) = rest.split_once(' ')?;
        let is_good = [name, items, md5].iter().all(|field| !field.is_empty());
        (is_good && !md5.contains(' ')).then_some(Self { name, items, md5 })
    }
}

impl<'a> LiveGem<'a> {
    /// Folds the lines of one gem; gives nothing when no version of it is live.
    fn fold(lines: &[Line<'a>]) -> Option<Self> {
        let items = || lines.iter().flat_map(|line| line.items.split(','));
        let mut versions = Vec::with_capacity(items().count());
        let mut gone = HashMap::new();
        for (at, item) in items().enumerate() {
            match item.strip_prefix('-') {
                Some(item) => drop(gone.insert(item, at)),
                None => versions.push(item),
            }
        }
        if !gone.is_empty() {
            // A version is live when it was not yanked after it appeared.
            let is_live = |(at, item): &(usize, &str)| gone.get(item).is_none_or(|gone| gone < at);
            let appeared = items()
                .enumerate()
                .filter(|(_, item)| !item.starts_with('-'));
            versions = appeared.filter(is_live).map(|(_, item)| item).collect();
        }
        let last = lines.last().filter(|_| !versions.is_empty())?;
        Some(Self {
            name: last.name,
            versions,
            md5: last.md5,
        })
    }
}

#[cfg(test)]
mod tests;
