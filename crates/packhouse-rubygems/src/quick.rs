//! Quick specs, `/quick/Marshal.4.8/FULLNAME.gemspec.rz` (RubyGems notes §5): a gemspec without its
//! files, which clients read before they install a gem. Clients keep it for ever.

use chrono::{Datelike, NaiveDate};

use crate::dependency::{Dependency, Kind};
use crate::gemspec::Gemspec;
use crate::marshal::{Writer, zlib};

/// How many values a gemspec has, in an order that is fixed.
const VALUES: usize = 19;

/// The version of that order.
const SPECIFICATION_VERSION: i32 = 4;

/// The date of a gemspec that has none, or none that a calendar knows: the day that newer clients
/// write into gems so that building them twice gives the same bytes. Never a date that moves, since
/// the document of a gem must not.
const NO_DATE: (i32, u32, u32) = (1980, 1, 2);

/// Gives the quick spec of a gemspec, packed.
pub fn document(spec: &Gemspec) -> Vec<u8> {
    zlib(&unpacked(spec))
}

/// Gives the quick spec of a gemspec before it is packed.
pub fn unpacked(spec: &Gemspec) -> Vec<u8> {
    let mut stream = Writer::new();
    stream.made_from_bytes("Gem::Specification", &values(spec));
    stream.finish()
}

/// A stream of its own inside the other one.
fn values(spec: &Gemspec) -> Vec<u8> {
    let mut values = Writer::new();
    values.list(VALUES);
    values.text(&spec.rubygems_version);
    values.number(SPECIFICATION_VERSION);
    values.text(spec.name.as_str());
    values.version(spec.version.as_str());
    values.made_from_bytes("Time", &midnight(spec.date.as_deref()));
    values.optional_text(spec.summary.as_deref());
    values.requirement(&spec.required_ruby_version);
    values.requirement(&spec.required_rubygems_version);
    values.text(spec.platform.original());
    values.list(spec.dependencies.len());
    for dependency in &spec.dependencies {
        write_dependency(&mut values, dependency);
    }
    // Which project on a host that is long gone.
    values.text("");
    match &spec.email[..] {
        [] => values.nil(),
        [email] => values.text(email),
        emails => values.texts(emails),
    }
    values.texts(&spec.authors);
    values.optional_text(spec.description.as_deref());
    values.optional_text(spec.homepage.as_deref());
    // Whether it has documentation; every gem is taken to have some.
    values.bool(true);
    values.text(spec.platform.normalized());
    values.texts(&spec.licenses);
    values.hash(spec.metadata.len());
    for (key, value) in &spec.metadata {
        values.text(key);
        values.text(value);
    }
    values.finish()
}

fn write_dependency(values: &mut Writer, dependency: &Dependency) {
    values.object("Gem::Dependency", 5);
    values.symbol("@name");
    values.text(dependency.name.as_str());
    values.symbol("@requirement");
    values.requirement(&dependency.requirement);
    values.symbol("@type");
    values.symbol(match dependency.kind {
        Kind::Runtime => "runtime",
        Kind::Development => "development",
    });
    values.symbol("@prerelease");
    values.bool(false);
    // The name that it had in old clients, which still look there.
    values.symbol("@version_requirements");
    values.requirement(&dependency.requirement);
}

/// The first moment of a day in UTC, as Ruby packs it: bit 31 says that the form is this one, bit 30
/// that it is UTC; the second half, minutes and below, is zero.
fn midnight(date: Option<&str>) -> [u8; 8] {
    let date = date.and_then(|text| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok());
    let parts = date.map(|date| (date.year(), date.month(), date.day()));
    // There are 16 bits for the years since 1900.
    let in_range = |(year, ..): &(i32, u32, u32)| (1900..=9999).contains(year);
    let (year, month, day) = parts.filter(in_range).unwrap_or(NO_DATE);
    let years = (year - 1900).unsigned_abs();
    let high = 1 << 31 | 1 << 30 | years << 14 | (month - 1) << 10 | day << 5;
    let mut packed = [0; 8];
    packed[..4].copy_from_slice(&high.to_le_bytes());
    packed
}

#[cfg(test)]
mod tests;
