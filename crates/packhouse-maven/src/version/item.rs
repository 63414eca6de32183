//! The numbers and words that a version consists of.

use std::cmp::Ordering;

/// One number or word, ordered as Maven does: qualifiers, other words, numbers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Item {
    /// `min` at the end: before all others at its place.
    Min,
    /// A word that Maven knows.
    Qualifier(Qualifier),
    /// Any other word, in lower case.
    Word(String),
    /// Digits.
    Number(Number),
    /// `max` at the end: after all others at its place.
    Max,
}

/// The words that Maven knows, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Qualifier {
    Alpha,
    Beta,
    Milestone,
    Candidate,
    Snapshot,
    Release,
    ServicePack,
}

/// A number of any length: its digits without leading zeros, none for 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Number(String);

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_length = self.0.len().cmp(&other.0.len());
        by_length.then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Item {
    /// Tells to which kind of run it belongs.
    pub(super) fn is_number(&self) -> bool {
        matches!(self, Self::Number(_) | Self::Min | Self::Max)
    }

    /// Gives what stands in a run of this kind where nothing is written.
    pub(super) fn neutral(&self) -> Self {
        match self.is_number() {
            true => Self::Number(Number(String::new())),
            false => Self::Qualifier(Qualifier::Release),
        }
    }

    fn number(digits: &str) -> Self {
        Self::Number(Number(digits.trim_start_matches('0').to_owned()))
    }

    /// Reads a word. `before_digit`: a digit follows at once, so that `a`, `b`, `m` are short for
    /// alpha, beta and milestone.
    fn word(text: &str, before_digit: bool, is_last: bool) -> Self {
        let word = text.to_lowercase();
        let qualifier = match (&*word, before_digit) {
            ("min", _) if is_last => return Self::Min,
            ("max", _) if is_last => return Self::Max,
            ("alpha", _) | ("a", true) => Qualifier::Alpha,
            ("beta", _) | ("b", true) => Qualifier::Beta,
            ("milestone", _) | ("m", true) => Qualifier::Milestone,
            ("rc" | "cr", _) => Qualifier::Candidate,
            ("snapshot", _) => Qualifier::Snapshot,
            ("ga" | "final" | "release", _) => Qualifier::Release,
            ("sp", _) => Qualifier::ServicePack,
            _ => return Self::Word(word),
        };
        Self::Qualifier(qualifier)
    }
}

/// Splits a version at `.`, `-`, `_` and between digits and letters. Nothing between two separators
/// is the number 0, so is the empty version; nothing after the last separator is nothing. Only
/// ASCII digits are digits.
pub(super) fn items(version: &str) -> Vec<Item> {
    let mut items = Vec::new();
    let mut rest = version;
    while let Some(first) = rest.chars().next() {
        let is_digit = first.is_ascii_digit();
        let end = rest
            .find(|c: char| is_separator(c) || c.is_ascii_digit() != is_digit)
            .unwrap_or(rest.len());
        let (token, after) = rest.split_at(end);
        rest = after.strip_prefix(is_separator).unwrap_or(after);
        items.push(if token.is_empty() || is_digit {
            Item::number(token)
        } else {
            let before_digit = after.starts_with(|c: char| c.is_ascii_digit());
            Item::word(token, before_digit, rest.is_empty())
        });
    }
    if items.is_empty() {
        items.push(Item::number(""));
    }
    items
}

fn is_separator(c: char) -> bool {
    matches!(c, '.' | '-' | '_')
}
