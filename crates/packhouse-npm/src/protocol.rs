//! npm as a [`Protocol`]: one `match` from addresses to handlers, and errors as npm prints them.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use packhouse_core::error::ErrorKind;
use packhouse_http::protocol::{Access, Protocol, RouteError};
use packhouse_http::{Call, ErrorView, HttpError, Result};
use serde_json::json;

use crate::format::Npm;
use crate::route::{NotOffered, Route};
use crate::{
    access, account, audit, dist_tags, documents, edit, keys, publish, search, teams, tokens,
};

impl packhouse_http::protocol::Route for Route {
    fn parse(method: &str, segments: &[String]) -> std::result::Result<Self, RouteError> {
        use crate::route::RouteError as Ours;
        let base = ["npm".to_owned()];
        Route::parse(method, segments, &base).map_err(|error| match error {
            Ours::NotFound => RouteError::NotFound,
            Ours::MethodNotAllowed { allow } => RouteError::MethodNotAllowed(allow),
        })
    }

    fn template(&self) -> &'static str {
        self.template()
    }

    fn access(&self) -> Result<Access> {
        Ok(access::of(self))
    }
}

impl Protocol for Npm {
    type Route = Route;

    const SCOPE: &'static str = "/npm";

    async fn dispatch(&self, call: Call, route: Route) -> Result<HttpResponse> {
        match route {
            Route::Packument(package) => documents::packument(self, call, &package).await,
            Route::Manifest { package, spec } => documents::manifest(call, &package, &spec).await,
            Route::Tarball { package, file } => documents::tarball(call, &package, &file).await,
            Route::Put(package) => publish::put(call, &package, None).await,
            Route::PutRevision { package, revision } => {
                publish::put(call, &package, Some(&revision)).await
            }
            Route::DeletePackage { package, revision } => {
                edit::delete_package(call, &package, &revision).await
            }
            Route::DeleteTarball {
                package,
                file,
                revision,
            } => edit::delete_tarball(call, &package, &file, &revision).await,
            Route::DistTags(package) => dist_tags::list(call, &package).await,
            Route::PutDistTag { package, tag } => dist_tags::put(call, &package, &tag).await,
            Route::DeleteDistTag { package, tag } => dist_tags::delete(call, &package, &tag).await,
            Route::Visibility(package) => teams::visibility(call, &package).await,
            Route::Collaborators(package) => teams::collaborators(call, &package).await,
            Route::SetAccess(package) => edit::set_access(call, &package).await,
            Route::Attestations { package, version } => {
                keys::attestations(call, &package, &version).await
            }
            Route::Keys => keys::list(call).await,
            Route::Ping => Ok(HttpResponse::Ok().json(json!({}))),
            Route::WhoAmI => account::whoami(&call),
            Route::Search => search::search(call).await,
            Route::User(name) => account::user(&call, &name).await,
            Route::Login(name) => account::login(call, &name).await,
            Route::WebLogin => account::begin_web_login(call).await,
            Route::WebLoginDone(poll) => account::poll_web_login(call, &poll).await,
            Route::Logout(token) => tokens::logout(call, &token).await,
            Route::Tokens => tokens::list(call).await,
            Route::CreateToken => tokens::create(call).await,
            Route::DeleteToken(key) => tokens::delete(call, &key).await,
            Route::Profile => account::profile(&call).await,
            Route::UpdateProfile => account::update_profile(call).await,
            Route::AuditBulk => audit::bulk(call).await,
            Route::AuditQuick | Route::AuditFull => audit::report(call).await,
            Route::OwnerPackages(_) => teams::owner_packages(call).await,
            Route::OrgMembers(_) => teams::members(call).await,
            Route::OrgTeams(_) => teams::teams(call).await,
            Route::TeamMembers { team, .. } => teams::team_members(call, &team).await,
            Route::TeamPackages { team, .. } => teams::team_packages(call, &team).await,
            Route::NotOffered(what) => Err(not_offered(what)),
        }
    }

    /// npm shows only `error`, other tools read `message`. An existing version is 403, because
    /// old npm tries a 409 again; 409 is for changes that came in between (npm notes §4, §13).
    fn error_body(&self, error: &ErrorView<'_>, _: Option<&Route>) -> HttpResponse {
        let status = match error.kind {
            ErrorKind::Conflict => StatusCode::FORBIDDEN,
            ErrorKind::Precondition => StatusCode::CONFLICT,
            _ => error.status,
        };
        let body = json!({ "error": error.message, "message": error.message });
        HttpResponse::build(status)
            .insert_header(("cache-control", "no-store"))
            .json(body)
    }
}

/// Changes that are left out are refused, so that no client takes them for done; the rest is not
/// there.
fn not_offered(what: NotOffered) -> HttpError {
    let kind = match what {
        NotOffered::TeamWrites | NotOffered::AccountChange => ErrorKind::Forbidden,
        _ => ErrorKind::Unsupported,
    };
    HttpError::new(kind, what.what())
}
