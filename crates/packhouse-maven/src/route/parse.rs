//! From a method and percent-decoded segments to a route (Maven notes §1).

use packhouse_http::protocol::RouteError;

use super::{Place, Repository, Route};
use crate::path::{self, Located, What};

/// The methods of addresses that can be written to.
const METHODS: [&str; 4] = ["GET", "HEAD", "PUT", "OPTIONS"];
/// The methods across repositories.
const READING: [&str; 3] = ["GET", "HEAD", "OPTIONS"];

/// Tells what is asked.
pub(super) fn parse(method: &str, segments: &[String]) -> Result<Route, RouteError> {
    if method == "OPTIONS" {
        return Ok(Route::Options);
    }
    // Some clients write two slashes for one; a slash at the end asks for a folder.
    let folder = segments.last().is_some_and(String::is_empty);
    let mut named = segments.iter().filter(|segment| !segment.is_empty());
    let Some(owner) = named.next() else {
        return Err(RouteError::NotFound);
    };
    // Without a repository there is nothing, and who may not read does not learn even that.
    let nowhere = String::new();
    let repository = named.next().unwrap_or(&nowhere);
    let rest: Vec<String> = named.cloned().collect();
    let place = Place {
        owner: owner.clone(),
        repository: match repository.as_str() {
            "*" => Repository::Any,
            name => Repository::Named(name.to_owned()),
        },
    };
    match method {
        "GET" | "HEAD" => Ok(read(place, rest, folder)),
        "PUT" if place.repository == Repository::Any => {
            Err(RouteError::MethodNotAllowed(READING.to_vec()))
        }
        "PUT" => Ok(write(place, &rest, folder)),
        _ => Err(RouteError::MethodNotAllowed(match place.repository {
            Repository::Any => READING.to_vec(),
            Repository::Named(_) => METHODS.to_vec(),
        })),
    }
}

fn read(place: Place, path: Vec<String>, folder: bool) -> Route {
    if folder {
        return match path::directory(&path) {
            Ok(()) if place.repository != Repository::Any => Route::Folder { place, path },
            _ => Route::Nothing { place },
        };
    }
    match path::parse(&path) {
        Ok(Located { what, checksum }) => match what {
            What::Metadata(path) => Route::Metadata {
                place,
                path,
                checksum,
            },
            What::File(file) => Route::File {
                place,
                file,
                checksum,
            },
            What::ArchetypeCatalog => Route::Catalog { place, checksum },
        },
        Err(_) => Route::Nothing { place },
    }
}

fn write(place: Place, path: &[String], folder: bool) -> Route {
    let refused = |place, why: &str| Route::Refused {
        place,
        why: why.to_owned(),
    };
    if folder {
        return refused(place, "this is a folder: put files, folders come with them");
    }
    match path::parse(path) {
        Ok(Located { what, checksum }) => match (what, checksum) {
            (What::Metadata(path), checksum) => Route::PutMetadata {
                place,
                path,
                checksum,
            },
            (What::File(file), Some(algorithm)) => Route::PutChecksum {
                place,
                file,
                algorithm,
            },
            (What::File(file), None) => Route::PutFile { place, file },
            (What::ArchetypeCatalog, _) => refused(
                place,
                "the archetype catalogue is made by the server: deploy the archetypes",
            ),
        },
        Err(error) => Route::Refused {
            place,
            why: error.to_string(),
        },
    }
}
