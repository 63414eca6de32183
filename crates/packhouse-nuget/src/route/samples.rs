//! One of every route, for tests that walk them all.

use super::{Feed, Hive, Route, VersionRef, What};

impl Route {
    /// Gives one of every route of a source about a version. A test compares the number of kinds
    /// with the enum, so that none is forgotten.
    pub fn samples(owner: &str, id: &str, version: &str) -> Vec<Self> {
        let at = || VersionRef {
            id: id.to_owned(),
            version: version.to_owned(),
        };
        let id = || id.to_owned();
        let mut all = vec![
            What::Index,
            What::Versions(id()),
            What::Nupkg(at()),
            What::Nuspec(at()),
            What::Readme(at()),
            What::Icon(at()),
            What::License(at()),
            What::Query,
            What::Autocomplete,
            What::Vulnerabilities,
            What::VulnerabilityPage("all".to_owned()),
            What::Symbols {
                file: "lib.pdb".to_owned(),
                key: "0".repeat(32) + "ffffffff",
            },
            What::Push,
            What::PushSymbols,
            What::Unlist(at()),
            What::Relist(at()),
            What::V2Root,
            What::V2Metadata,
            What::V2Entry(at()),
            What::V2Download {
                id: id(),
                version: None,
            },
            What::V2Download {
                id: id(),
                version: Some(version.to_owned()),
            },
            What::V2Batch,
        ];
        for hive in Hive::ALL {
            all.push(What::Registration(hive, id()));
            let bounds = (version.to_owned(), version.to_owned());
            all.push(What::RegistrationPage(hive, id(), bounds.0, bounds.1));
            all.push(What::RegistrationLeaf(hive, at()));
        }
        for feed in Feed::ALL {
            all.push(What::V2Feed { feed, count: false });
            all.push(What::V2Feed { feed, count: true });
        }
        all.into_iter()
            .map(|what| Self {
                owner: owner.to_owned(),
                what,
            })
            .collect()
    }
}
