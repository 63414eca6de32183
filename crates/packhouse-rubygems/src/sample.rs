//! Gemspecs for tests.

use std::collections::BTreeMap;

use crate::dependency::{Dependency, Kind};
use crate::gemspec::Gemspec;
use crate::name::GemName;
use crate::number::Number;
use crate::platform::Platform;
use crate::requirement::{Constraint, Requirement};

/// Gives a gemspec that says no more than it must.
pub(crate) fn bare(name: &str, number: &str, platform: &str) -> Gemspec {
    Gemspec {
        name: GemName::parse(name).unwrap(),
        version: Number::parse(number).unwrap(),
        platform: Platform::parse(platform).unwrap(),
        date: None,
        summary: None,
        description: None,
        homepage: None,
        authors: vec!["A".to_owned()],
        email: Vec::new(),
        licenses: Vec::new(),
        required_ruby_version: Requirement::any(),
        required_rubygems_version: Requirement::any(),
        dependencies: Vec::new(),
        metadata: BTreeMap::new(),
        rubygems_version: "3.6.9".to_owned(),
        signed: false,
    }
}

/// Gives a requirement of these conditions.
pub(crate) fn requirement(texts: &[&str]) -> Requirement {
    let constraint = |text: &&str| Constraint::parse(text).unwrap();
    Requirement::new(texts.iter().map(constraint).collect())
}

/// Gives a need of another gem.
pub(crate) fn dependency(kind: Kind, name: &str, texts: &[&str]) -> Dependency {
    Dependency {
        name: GemName::parse(name).unwrap(),
        requirement: requirement(texts),
        kind,
    }
}

/// Gives a gemspec that says something about everything.
pub(crate) fn full() -> Gemspec {
    let text = |text: &str| Some(text.to_owned());
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let metadata = [("homepage_uri", "https://a.example/"), ("é", "ü")];
    let pair = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
    Gemspec {
        date: text("2024-07-09"),
        summary: text("Süß"),
        description: text("Longer.\nLines."),
        homepage: text("https://a.example"),
        authors: texts(&["A", "B"]),
        email: texts(&["a@a.example", "b@a.example"]),
        licenses: texts(&["MIT"]),
        required_ruby_version: requirement(&[">= 2.7", "< 4"]),
        required_rubygems_version: requirement(&["> 1.3.1"]),
        dependencies: vec![
            dependency(Kind::Runtime, "zeta", &[]),
            dependency(Kind::Development, "rake", &["~> 13.0"]),
            dependency(Kind::Runtime, "alpha", &["~> 2.0", ">= 2.0.1"]),
        ],
        metadata: metadata.into_iter().map(pair).collect(),
        ..bare("full-gem", "1.2.0.rc1", "i686-linux")
    }
}
