//! The addresses below `/maven/` as data: what each means and the least right it needs.

use packhouse_core::permission::Action;
use packhouse_http::Result;
use packhouse_http::protocol::{Access, RouteError};

use crate::address;
use crate::checksum::Algorithm;
use crate::path::{FilePath, MetadataPath};

mod parse;
mod path;
mod samples;

/// Where an address looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The account, as written.
    pub owner: String,
    /// In which of its repositories.
    pub repository: Repository,
}

/// Which repositories of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Repository {
    /// The one of that name, as written.
    Named(String),
    /// Whichever has it (`*`): for reading alone.
    Any,
}

/// An address with its method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// GET of a file of a version, or of a checksum of it.
    File {
        /// Where it is looked for.
        place: Place,
        /// The file.
        file: FilePath,
        /// Which checksum of it.
        checksum: Option<Algorithm>,
    },
    /// GET of a `maven-metadata.xml`, or of a checksum of it.
    Metadata {
        /// Where it is looked for.
        place: Place,
        /// Its directory.
        path: MetadataPath,
        /// Which checksum of it.
        checksum: Option<Algorithm>,
    },
    /// GET of `archetype-catalog.xml`, or of a checksum of it.
    Catalog {
        /// Where archetypes are looked for.
        place: Place,
        /// Which checksum of it.
        checksum: Option<Algorithm>,
    },
    /// GET of a folder, with a slash at the end.
    Folder {
        /// Where it is.
        place: Place,
        /// Its path below the repository.
        path: Vec<String>,
    },
    /// GET of what cannot be there.
    Nothing {
        /// Where it is looked for.
        place: Place,
    },
    /// PUT of a file of a version.
    PutFile {
        /// Where it goes.
        place: Place,
        /// The file.
        file: FilePath,
    },
    /// PUT of a checksum of a file of a version.
    PutChecksum {
        /// Where it goes.
        place: Place,
        /// The file that it is of.
        file: FilePath,
        /// Which checksum it is.
        algorithm: Algorithm,
    },
    /// PUT of a `maven-metadata.xml`.
    PutMetadata {
        /// Where it goes.
        place: Place,
        /// Its directory.
        path: MetadataPath,
        /// Which checksum of it, when it is one.
        checksum: Option<Algorithm>,
    },
    /// PUT of what cannot be there.
    Refused {
        /// Where it would go.
        place: Place,
        /// Why it cannot.
        why: String,
    },
    /// OPTIONS of anything: old clients look for WebDAV.
    Options,
}

impl packhouse_http::protocol::Route for Route {
    fn parse(method: &str, segments: &[String]) -> std::result::Result<Self, RouteError> {
        parse::parse(method, segments)
    }

    /// What cannot be decoded is not there for readers (Maven notes §0 rule 6).
    fn unreadable(method: &str, message: String) -> RouteError {
        match method {
            "GET" | "HEAD" => RouteError::NotFound,
            _ => RouteError::Invalid(message),
        }
    }

    fn template(&self) -> &'static str {
        match self {
            Self::File { checksum: None, .. } | Self::PutFile { .. } => {
                "/maven/{owner}/{repo}/{file}"
            }
            Self::File { .. } | Self::PutChecksum { .. } => {
                "/maven/{owner}/{repo}/{file}.{checksum}"
            }
            Self::Metadata { checksum: None, .. } | Self::PutMetadata { checksum: None, .. } => {
                "/maven/{owner}/{repo}/{path}/maven-metadata.xml"
            }
            Self::Metadata { .. } | Self::PutMetadata { .. } => {
                "/maven/{owner}/{repo}/{path}/maven-metadata.xml.{checksum}"
            }
            Self::Catalog { .. } => "/maven/{owner}/{repo}/archetype-catalog.xml",
            Self::Folder { .. } => "/maven/{owner}/{repo}/{path}/",
            Self::Nothing { .. } | Self::Refused { .. } => "/maven/{owner}/{repo}/(none)",
            Self::Options => "/maven/(options)",
        }
    }

    fn access(&self) -> Result<Access> {
        Ok(match self {
            Self::File { place, file, .. } => {
                Access::Package(address::of(place, &file.ga), Action::Read)
            }
            Self::Metadata { place, path, .. } => read_metadata(place, path),
            Self::Catalog { place, .. } | Self::Folder { place, .. } | Self::Nothing { place } => {
                in_repository(place, Action::Read)
            }
            Self::PutFile { place, file } | Self::PutChecksum { place, file, .. } => {
                Access::Package(address::of(place, &file.ga), Action::Publish)
            }
            Self::PutMetadata { place, path, .. } => {
                let versions = path.version_level().map(|(ga, _)| ga);
                match versions.or_else(|| path.artifact_level()) {
                    Some(ga) => Access::Package(address::of(place, &ga), Action::Publish),
                    None => in_repository(place, Action::Publish),
                }
            }
            Self::Refused { place, .. } => in_repository(place, Action::Publish),
            Self::Options => Access::Public,
        })
    }
}

/// Metadata of a package needs that package. In a repository the same address may list plugins of a
/// group, so there a package that is not there is no refusal; across repositories the handler asks
/// for the package itself and shows of the plugins what the asker may read.
fn read_metadata(place: &Place, path: &MetadataPath) -> Access {
    let versions = path.version_level().map(|(ga, _)| ga);
    match (&place.repository, versions, path.artifact_level()) {
        (_, Some(ga), _) | (Repository::Named(_), None, Some(ga)) => {
            Access::Package(address::of(place, &ga), Action::Read)
        }
        (Repository::Named(_), None, None) => in_repository(place, Action::Read),
        (Repository::Any, None, _) => Access::Public,
    }
}

/// Across repositories there is no object: handlers show what the asker may read.
fn in_repository(place: &Place, action: Action) -> Access {
    match &place.repository {
        Repository::Named(name) => Access::Repository {
            owner: place.owner.clone(),
            name: name.clone(),
            action,
        },
        Repository::Any => Access::Public,
    }
}

#[cfg(test)]
mod tests;
