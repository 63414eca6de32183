//! What can be done at each address, written down a second time, from the model's side.

use packhouse_core::permission::Action;
use packhouse_maven::route::{Repository, Route};

/// What an operation needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing.
    Nothing,
    /// This on the package.
    Package(Action),
    /// This on the repository.
    Repository(Action),
    /// To read the package, in whichever repository of its owner it is.
    PackageAnywhere,
    /// To read the plugin of the group, in whichever repository it is.
    PluginAnywhere,
    /// To read any archetype of the owner.
    AnyArchetype,
    /// What is in no repository.
    NothingAnywhere,
}

/// What a body says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sends {
    Nothing,
    File,
    Checksum,
    /// Metadata that lists versions of the package.
    Versions,
    /// Metadata that lists builds of its snapshot.
    Builds,
    /// Metadata that lists no plugins.
    Plugins,
}

/// What is done at an address.
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    pub needs: Needs,
    pub sends: Sends,
    /// The status when it is allowed and the package is there.
    pub live: u16,
    /// The status when it is allowed and there is no package.
    pub empty: u16,
}

fn read(needs: Needs) -> Operation {
    Operation {
        needs,
        sends: Sends::Nothing,
        live: 200,
        empty: 404,
    }
}

fn write(needs: Needs, sends: Sends, success: u16) -> Operation {
    Operation {
        needs,
        sends,
        live: success,
        empty: success,
    }
}

/// Gives what is done at an address. A new address does not compile without an answer here.
pub fn of(route: &Route) -> Operation {
    use Action::{Publish, Read};
    let anywhere = |place: &packhouse_maven::route::Place| place.repository == Repository::Any;
    match route {
        Route::File { place, .. } if anywhere(place) => read(Needs::PackageAnywhere),
        Route::File { .. } => read(Needs::Package(Read)),
        Route::Metadata { place, path, .. } => {
            let of_package = path.version_level().is_some() || path.artifact_level().is_some();
            read(match (anywhere(place), of_package) {
                (true, true) => Needs::PackageAnywhere,
                (true, false) => Needs::PluginAnywhere,
                (false, true) => Needs::Package(Read),
                (false, false) => Needs::Repository(Read),
            })
        }
        Route::Catalog { place, .. } if anywhere(place) => read(Needs::AnyArchetype),
        Route::Catalog { .. } => read(Needs::Repository(Read)),
        Route::Folder { path, .. } => Operation {
            empty: if path.is_empty() { 200 } else { 404 },
            ..read(Needs::Repository(Read))
        },
        Route::Nothing { place } if anywhere(place) => read(Needs::NothingAnywhere),
        Route::Nothing { .. } => Operation {
            live: 404,
            ..read(Needs::Repository(Read))
        },
        Route::PutFile { .. } => write(Needs::Package(Publish), Sends::File, 201),
        Route::PutChecksum { .. } => write(Needs::Package(Publish), Sends::Checksum, 201),
        Route::PutMetadata { path, checksum, .. } => {
            let (needs, sends) = match (path.version_level(), path.artifact_level()) {
                (Some(_), _) => (Needs::Package(Publish), Sends::Builds),
                (None, Some(_)) => (Needs::Package(Publish), Sends::Versions),
                (None, None) => (Needs::Repository(Publish), Sends::Plugins),
            };
            let sends = match checksum {
                Some(_) => Sends::Checksum,
                None => sends,
            };
            write(needs, sends, 200)
        }
        Route::Refused { .. } => write(Needs::Repository(Publish), Sends::File, 400),
        Route::Options => write(Needs::Nothing, Sends::Nothing, 204),
    }
}
