//! One of every route, for tests that walk them all.

use super::{Place, Repository, Route};
use crate::checksum::Algorithm;
use crate::path::{self, FilePath, MetadataPath, What};

impl Route {
    /// Gives one of every route in a repository of an owner, and what can be read across its
    /// repositories.
    pub fn samples(owner: &str, repository: &str) -> Vec<Self> {
        let named = || Place {
            owner: owner.to_owned(),
            repository: Repository::Named(repository.to_owned()),
        };
        let any = || Place {
            owner: owner.to_owned(),
            repository: Repository::Any,
        };
        let (jar, artifact) = (
            file("com/acme/lib/1.0/lib-1.0.jar"),
            metadata("com/acme/lib"),
        );
        let (builds, group) = (metadata("com/acme/lib/2-SNAPSHOT"), metadata("com"));
        let mut routes = Vec::new();
        for place in [named(), any()] {
            for checksum in [None, Some(Algorithm::Sha1)] {
                routes.push(Self::File {
                    place: place.clone(),
                    file: jar.clone(),
                    checksum,
                });
                for path in [&artifact, &builds, &group] {
                    routes.push(Self::Metadata {
                        place: place.clone(),
                        path: path.clone(),
                        checksum,
                    });
                }
                routes.push(Self::Catalog {
                    place: place.clone(),
                    checksum,
                });
            }
            routes.push(Self::Nothing { place });
        }
        for folder in ["", "com", "com/acme/lib", "com/acme/lib/1.0"] {
            let path = folder.split('/').filter(|part| !part.is_empty());
            routes.push(Self::Folder {
                place: named(),
                path: path.map(str::to_owned).collect(),
            });
        }
        routes.push(Self::PutFile {
            place: named(),
            file: jar.clone(),
        });
        routes.push(Self::PutChecksum {
            place: named(),
            file: jar,
            algorithm: Algorithm::Sha1,
        });
        for path in [artifact, builds, group] {
            for checksum in [None, Some(Algorithm::Md5)] {
                routes.push(Self::PutMetadata {
                    place: named(),
                    path: path.clone(),
                    checksum,
                });
            }
        }
        routes.push(Self::Refused {
            place: named(),
            why: String::new(),
        });
        routes.push(Self::Options);
        routes
    }
}

fn segments(path: &str) -> Vec<String> {
    path.split('/').map(str::to_owned).collect()
}

/// Reads the address of a file. The samples are written here, so they are read.
fn file(path: &str) -> FilePath {
    match path::parse(&segments(path)).map(|located| located.what) {
        Ok(What::File(file)) => file,
        other => panic!("{path} is not a file: {other:?}"),
    }
}

fn metadata(directory: &str) -> MetadataPath {
    MetadataPath {
        directory: segments(directory),
    }
}
