//! One of every route, for tests that walk them all.

use super::{Route, Specs, What, Written};

impl Route {
    /// Gives one of every route of a source about a version. A test compares the number of kinds
    /// with the enum, so that none is forgotten.
    pub fn samples(owner: &str, name: &str, version: &str) -> Vec<Self> {
        let (full, name) = (|| format!("{name}-{version}"), || name.to_owned());
        let mut all = vec![
            What::Root,
            What::Versions,
            What::Names,
            What::Info(name()),
            What::Quick(full()),
            What::Gem(full()),
            What::Attestations(full()),
            What::Dependencies(Written::Marshal),
            What::Dependencies(Written::Json),
            What::About(name()),
            What::AboutVersions(name()),
            What::LatestVersion(name()),
            What::AboutVersion(name(), version.to_owned()),
            What::Search,
            What::Owners(name(), Written::Yaml),
            What::Owners(name(), Written::Json),
            What::ChangeOwners(name(), "POST"),
            What::ChangeOwners(name(), "DELETE"),
            What::Push,
            What::Yank,
            What::SignIn("GET"),
            What::SignIn("POST"),
            What::ChangeKey,
        ];
        all.extend(Specs::ALL.map(What::Specs));
        all.into_iter()
            .map(|what| Self {
                owner: owner.to_owned(),
                what,
            })
            .collect()
    }
}
