//! What stands behind the question mark: the options of OData, which begin with `$`, and the
//! arguments of what is called.

use super::scan::{Scanner, Token, bad_value, unknown};
use super::{Filter, MAX_OPTION, ODataError};
use crate::version;

/// How many keys a list may be ordered by.
const MAX_KEYS: usize = 8;

/// A query of the old feed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// Which packages are asked for.
    pub filter: Option<Filter>,
    /// In which order; the feed's own when empty.
    pub order: Vec<Order>,
    /// How many at most.
    pub top: Option<u64>,
    /// How many of the first are left out.
    pub skip: u64,
    /// Which properties are asked for; all when empty.
    pub select: Vec<String>,
    /// Whether the number of all that were found is asked for too.
    pub inline_count: bool,
    arguments: Vec<(String, String)>,
}

/// One key to order by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// The key.
    pub key: OrderKey,
    /// Whether the last comes first.
    pub descending: bool,
}

/// What a list can be ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderKey {
    /// The id.
    Id,
    /// The version.
    Version,
    /// What people call it.
    Title,
    /// When it was published.
    Published,
    /// When it came.
    Created,
    /// When it was changed last.
    LastUpdated,
    /// How often the package was downloaded.
    DownloadCount,
    /// How often the version was downloaded.
    VersionDownloadCount,
}

impl Query {
    /// Reads a query from its names and values, percent signs resolved. Options that begin with
    /// `$` must be known; everything else is an argument, see [`Query::text`].
    ///
    /// # Errors
    /// When an option is not known, comes twice, or has a value it cannot have.
    pub fn parse<'a>(
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, ODataError> {
        let mut query = Self::default();
        let mut seen = Vec::new();
        for (name, value) in pairs {
            if value.len() > MAX_OPTION {
                return Err(ODataError::TooLong(value.len()));
            }
            if !name.starts_with('$') {
                query.arguments.push((name.to_owned(), value.to_owned()));
                continue;
            }
            if seen.contains(&name) {
                return Err(ODataError::Twice(packhouse_core::text::cut(name, 80)));
            }
            query.option(name, value)?;
            seen.push(name);
        }
        Ok(query)
    }

    fn option(&mut self, name: &str, value: &str) -> Result<(), ODataError> {
        let wrong = || bad_value(name, value);
        let number = || value.trim().parse().map_err(|_| wrong());
        match name {
            // Some clients send it with nothing in it.
            "$filter" if value.trim().is_empty() => {}
            "$filter" => self.filter = Some(Filter::parse(value)?),
            "$orderby" => self.order = order(value)?,
            "$top" => self.top = Some(number()?),
            "$skip" => self.skip = number()?,
            "$select" => {
                let names = value.split(',').map(str::trim);
                self.select = names
                    .filter(|name| !name.is_empty())
                    .map(str::to_owned)
                    .collect();
            }
            "$inlinecount" => {
                self.inline_count = match value.trim() {
                    "allpages" => true,
                    "none" => false,
                    _ => return Err(wrong()),
                };
            }
            "$format" if value.trim() == "atom" => {}
            "$format" => return Err(wrong()),
            name => return Err(unknown("option", name)),
        }
        Ok(())
    }

    /// Gives an argument as text: without its quotes, if it has them. Names are compared without
    /// case. `None` when it is not given.
    ///
    /// # Errors
    /// When it begins with a quote and is no text.
    pub fn text(&self, name: &str) -> Result<Option<String>, ODataError> {
        let mut arguments = self.arguments.iter();
        let Some((name, value)) = arguments.find(|(known, _)| known.eq_ignore_ascii_case(name))
        else {
            return Ok(None);
        };
        if !value.trim_start().starts_with('\'') {
            return Ok(Some(value.clone()));
        }
        let mut scanner = Scanner::new(value)?;
        match (scanner.take()?, scanner.take()?) {
            (Token::Literal(text), Token::End) => Ok(Some(text)),
            _ => Err(bad_value(name, value)),
        }
    }

    /// Gives an argument as yes or no. `None` when it is not given, or empty.
    ///
    /// # Errors
    /// When it is neither `true` nor `false`.
    pub fn flag(&self, name: &str) -> Result<Option<bool>, ODataError> {
        match self.text(name)? {
            None => Ok(None),
            Some(text) => match &*text.trim().to_ascii_lowercase() {
                "" => Ok(None),
                "true" => Ok(Some(true)),
                "false" => Ok(Some(false)),
                _ => Err(bad_value(name, &text)),
            },
        }
    }

    /// Gives an argument as a list, the members of which have `|` between them; empty members stay,
    /// since lists are read side by side. Empty when it is not given.
    ///
    /// # Errors
    /// As [`Query::text`].
    pub fn list(&self, name: &str) -> Result<Vec<String>, ODataError> {
        let text = self.text(name)?.filter(|text| !text.is_empty());
        let members = text.iter().flat_map(|text| text.split('|'));
        Ok(members.map(str::to_owned).collect())
    }

    /// Tells whether the client can read SemVer 2: it says `semVerLevel=2.0.0`.
    ///
    /// # Errors
    /// As [`Query::text`].
    pub fn is_semver2(&self) -> Result<bool, ODataError> {
        let level = self.text("semVerLevel")?;
        Ok(level.is_some_and(|level| version::knows_semver2(&level)))
    }
}

/// Reads `DownloadCount desc,Id`. Old clients order by `concat(Title,Id)`, which is both in turn.
fn order(text: &str) -> Result<Vec<Order>, ODataError> {
    let mut scanner = Scanner::new(text)?;
    let mut order = Vec::new();
    loop {
        let keys = match scanner.take()? {
            Token::Word(word) if word == "concat" => joined(&mut scanner)?,
            Token::Word(word) => vec![key(&word)?],
            Token::End if order.is_empty() => return Ok(order),
            other => return Err(other.unexpected("a property to order by")),
        };
        let descending = scanner.peek().is("desc");
        if descending || scanner.peek().is("asc") {
            scanner.take()?;
        }
        order.extend(keys.into_iter().map(|key| Order { key, descending }));
        if order.len() > MAX_KEYS {
            return Err(bad_value("$orderby", text));
        }
        if !scanner.take_sign(',')? {
            scanner.end()?;
            return Ok(order);
        }
    }
}

fn joined(scanner: &mut Scanner<'_>) -> Result<Vec<OrderKey>, ODataError> {
    scanner.expect('(', "an opening parenthesis")?;
    let first = plain_key(scanner)?;
    scanner.expect(',', "a second argument")?;
    let second = plain_key(scanner)?;
    scanner.expect(')', "a closing parenthesis")?;
    Ok(vec![first, second])
}

fn plain_key(scanner: &mut Scanner<'_>) -> Result<OrderKey, ODataError> {
    match scanner.take()? {
        Token::Word(word) => key(&word),
        other => Err(other.unexpected("a property to order by")),
    }
}

fn key(word: &str) -> Result<OrderKey, ODataError> {
    Ok(match word {
        "Id" => OrderKey::Id,
        "Version" | "NormalizedVersion" => OrderKey::Version,
        "Title" => OrderKey::Title,
        "Published" => OrderKey::Published,
        "Created" => OrderKey::Created,
        "LastUpdated" | "LastEdited" => OrderKey::LastUpdated,
        "DownloadCount" => OrderKey::DownloadCount,
        "VersionDownloadCount" => OrderKey::VersionDownloadCount,
        other => return Err(unknown("property", other)),
    })
}

#[cfg(test)]
mod tests;
