//! The distribution API as a [`Protocol`]: one `match` from addresses to handlers.

use actix_web::HttpResponse;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use packhouse_core::permission::Action;
use packhouse_http::protocol::{Access, Protocol, RouteError};
use packhouse_http::{Call, ErrorView, Result};

use crate::format::Oci;
use crate::route::Route;
use crate::{address, blobs, catalog, failure, manifests, referrers, tags, token, uploads};

impl packhouse_http::protocol::Route for Route {
    fn parse(method: &str, segments: &[String]) -> std::result::Result<Self, RouteError> {
        use crate::route::RouteError as Ours;
        Route::parse(method, segments).map_err(|error| match error {
            Ours::NotFound => RouteError::NotFound,
            Ours::MethodNotAllowed { allow } => RouteError::MethodNotAllowed(allow),
        })
    }

    fn template(&self) -> &'static str {
        self.template()
    }

    fn access(&self) -> Result<Access> {
        let package = |name: &str, action| Ok(Access::Package(address::of(name)?, action));
        let draft = |name: &str, action| Ok(Access::PackageOrDraft(address::of(name)?, action));
        match self {
            Route::Token => Ok(Access::Login),
            // Asking without a credential is refused by the handler, so that an access token for
            // nobody in particular is good there.
            Route::Ping | Route::Extensions { name: None } => Ok(Access::Public),
            Route::Catalog => Ok(Access::SignedIn),
            Route::Extensions { name: Some(name) }
            | Route::Manifest { name, .. }
            | Route::Tags { name } => package(name, Action::Read),
            Route::Blob { name, .. } | Route::Referrers { name, .. } => draft(name, Action::Read),
            Route::PutManifest { name, .. }
            | Route::BeginUpload { name }
            | Route::Upload { name, .. }
            | Route::PatchUpload { name, .. }
            | Route::PutUpload { name, .. }
            | Route::CancelUpload { name, .. } => package(name, Action::Publish),
            Route::DeleteManifest { name, reference } if reference.contains(':') => {
                package(name, Action::Delete)
            }
            Route::DeleteManifest { name, .. } => package(name, Action::Tag),
            Route::DeleteBlob { name, .. } => draft(name, Action::Delete),
        }
    }

    /// Clients may send all requests of an upload with the token that they began it with.
    fn goes_on(&self) -> bool {
        matches!(
            self,
            Route::Upload { .. } | Route::PatchUpload { .. } | Route::PutUpload { .. }
        )
    }
}

impl Protocol for Oci {
    type Route = Route;

    const SCOPE: &'static str = "/v2";
    const ROOTED: bool = true;
    const WRAPPED_TOKENS: bool = true;
    const ACCESS_TOKENS: bool = true;

    async fn dispatch(&self, call: Call, route: Route) -> Result<HttpResponse> {
        match route {
            Route::Ping => token::ping(&call),
            Route::Token => token::issue(call).await,
            Route::Catalog => catalog::list(&call).await,
            Route::Extensions { .. } => Ok(catalog::extensions()),
            Route::Manifest { name, reference } => manifests::get(call, &name, &reference).await,
            Route::PutManifest { name, reference } => manifests::put(call, &name, &reference).await,
            Route::DeleteManifest { name, reference } => {
                manifests::delete(call, &name, &reference).await
            }
            Route::Blob { name, digest } => blobs::get(call, &name, &digest).await,
            Route::DeleteBlob { name, digest } => blobs::delete(call, &name, &digest).await,
            Route::BeginUpload { name } => uploads::begin(call, &name).await,
            Route::Upload { name, id } => uploads::status(call, &name, &id).await,
            Route::PatchUpload { name, id } => uploads::patch(call, &name, &id).await,
            Route::PutUpload { name, id } => uploads::put(call, &name, &id).await,
            Route::CancelUpload { name, id } => uploads::cancel(call, &name, &id).await,
            Route::Tags { name } => tags::list(&call, &name).await,
            Route::Referrers { name, digest } => referrers::list(&call, &name, &digest).await,
        }
    }

    fn error_body(&self, error: &ErrorView<'_>, route: Option<&Route>) -> HttpResponse {
        failure::draw(error, route)
    }

    /// By this header clients know that the protocol is spoken here (OCI notes §1).
    fn seal(&self, headers: &mut HeaderMap) {
        headers.insert(
            HeaderName::from_static("docker-distribution-api-version"),
            HeaderValue::from_static("registry/2.0"),
        );
    }
}
