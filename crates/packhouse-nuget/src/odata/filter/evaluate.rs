//! Whether a package meets a condition.

use std::borrow::Cow;

use super::{Filter, Property, Record, Text};
use crate::version::Version;

pub(super) fn matches(filter: &Filter, record: &impl Record) -> bool {
    match filter {
        Filter::All(filters) => filters.iter().all(|filter| matches(filter, record)),
        Filter::Any(filters) => filters.iter().any(|filter| matches(filter, record)),
        Filter::Not(filter) => !matches(filter, record),
        Filter::Same(a, b) => matches(a, record) == matches(b, record),
        Filter::Constant(holds) => *holds,
        Filter::Flag(flag) => record.flag(*flag),
        Filter::Equal(a, b) => equal(a, b, record),
        Filter::Contains(part, whole) => {
            both(part, whole, record, |part, whole| whole.contains(part))
        }
        Filter::StartsWith(whole, part) => {
            both(whole, part, record, |whole, part| whole.starts_with(part))
        }
        Filter::EndsWith(whole, part) => {
            both(whole, part, record, |whole, part| whole.ends_with(part))
        }
    }
}

fn equal(a: &Text, b: &Text, record: &impl Record) -> bool {
    let is_version = |text: &Text| matches!(text, Text::Property(p) if p.is_version());
    match (value(a, record), value(b, record)) {
        (None, None) => true,
        (Some(a_text), Some(b_text)) => {
            // `1.0` finds the version that is called `1.0.0`.
            if (is_version(a) || is_version(b))
                && let (Ok(a), Ok(b)) = (Version::parse(&a_text), Version::parse(&b_text))
            {
                return a == b;
            }
            a_text == b_text
        }
        _ => false,
    }
}

fn both(a: &Text, b: &Text, record: &impl Record, test: impl Fn(&str, &str) -> bool) -> bool {
    match (padded(a, record), padded(b, record)) {
        (Some(a), Some(b)) => test(&a, &b),
        _ => false,
    }
}

/// Gives a text with spaces around it when it is the tags: clients look for ` tag `.
fn padded<'a>(text: &'a Text, record: &'a impl Record) -> Option<Cow<'a, str>> {
    let value = value(text, record)?;
    Some(match text {
        Text::Property(Property::Tags) => Cow::Owned(format!(" {} ", value.trim())),
        _ => value,
    })
}

/// Gives a text in lower case.
fn value<'a>(text: &'a Text, record: &'a impl Record) -> Option<Cow<'a, str>> {
    match text {
        Text::Property(property) => {
            let text = record.text(*property)?;
            Some(Cow::Owned(text.to_lowercase()))
        }
        Text::Literal(text) => Some(Cow::Borrowed(text)),
        Text::Null => None,
    }
}
