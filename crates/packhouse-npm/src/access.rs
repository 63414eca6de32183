//! The least right that each address needs.

use packhouse_core::format::FormatId;
use packhouse_core::permission::{Action, Standing};
use packhouse_http::protocol::Access;
use packhouse_http::{HttpError, Result};
use packhouse_registry::PackageAddress;

use crate::format::NPM;
use crate::name::{ScopedName, unscoped};
use crate::route::{NotOffered, PackageRef, Route};

/// Gives the least right an address needs. Where a name cannot exist no package can be asked
/// about: the handler says so, to those who are signed in.
pub(crate) fn of(route: &Route) -> Access {
    match route {
        Route::Packument(package)
        | Route::Manifest { package, .. }
        | Route::Tarball { package, .. }
        | Route::DistTags(package)
        | Route::Visibility(package)
        | Route::Collaborators(package)
        | Route::Attestations { package, .. } => on(package, Action::Read),
        // The body tells a publish from an edit; both need write at least, and the use case asks
        // again for what it turns out to be.
        Route::Put(package) => on(package, Action::Publish),
        // Here it tells an edit from an unpublish, which a token may be allowed without the other.
        Route::PutRevision { package, .. } => match on(package, Action::Tag) {
            Access::Package(address, _) => {
                Access::PackageAny(address, &[Action::Tag, Action::Delete])
            }
            other => other,
        },
        Route::PutDistTag { package, .. } | Route::DeleteDistTag { package, .. } => {
            on(package, Action::Tag)
        }
        Route::DeletePackage { package, .. } | Route::DeleteTarball { package, .. } => {
            on(package, Action::Delete)
        }
        Route::SetAccess(package) => on(package, Action::Administer),
        Route::Keys
        | Route::Ping
        | Route::Search
        | Route::AuditBulk
        | Route::AuditQuick
        | Route::AuditFull => Access::Public,
        Route::Login(_) | Route::WebLogin | Route::WebLoginDone(_) => Access::Login,
        // Never let in: the address and its credential are not looked at.
        Route::NotOffered(NotOffered::OidcExchange) => Access::Login,
        Route::NotOffered(_) => Access::Public,
        Route::WhoAmI
        | Route::User(_)
        | Route::Logout(_)
        | Route::Tokens
        | Route::CreateToken
        | Route::DeleteToken(_)
        | Route::Profile
        | Route::UpdateProfile => Access::SignedIn,
        Route::OwnerPackages(owner)
        | Route::OrgMembers(owner)
        | Route::OrgTeams(owner)
        | Route::TeamMembers { owner, .. }
        | Route::TeamPackages { owner, .. } => Access::Owner(owner.clone(), Standing::Member),
    }
}

fn on(package: &PackageRef, action: Action) -> Access {
    match name(package) {
        Ok(name) => Access::Package(address(&name), action),
        Err(_) => Access::SignedIn,
    }
}

/// Gives the package address of a name.
pub(crate) fn address(name: &ScopedName) -> PackageAddress {
    PackageAddress {
        format: NPM,
        owner: name.owner.clone(),
        name: name.name.clone(),
        shown: name.full(),
    }
}

/// Reads the name in an address.
///
/// # Errors
/// `Invalid` with the rule it breaks; `Forbidden` without a scope, because npm prints the text of
/// a 403 whole.
pub(crate) fn name(package: &PackageRef) -> Result<ScopedName> {
    match package {
        PackageRef::Scoped { owner, name } => ScopedName::from_parts(owner, name)
            .map_err(|error| HttpError::invalid(error.to_string())),
        PackageRef::Unscoped(text) => {
            let kind = packhouse_core::error::ErrorKind::Forbidden;
            Err(HttpError::new(kind, unscoped(text).to_string()))
        }
    }
}

/// Reads the name in an address that is only read from: one that cannot exist is not found.
///
/// # Errors
/// `NotFound`, with the rule where that helps.
pub(crate) fn readable_name(package: &PackageRef) -> Result<ScopedName> {
    let kind = packhouse_core::error::ErrorKind::NotFound;
    name(package).map_err(|error| HttpError::new(kind, error.message))
}

/// Names the format for lists over several packages.
pub(crate) fn format_id() -> FormatId {
    NPM
}
