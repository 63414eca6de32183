//! RubyGems as a [`Protocol`]: one `match` from addresses to handlers, and errors as plain text,
//! which is what its clients print.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER,
    WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
};
use packhouse_core::error::ErrorKind;
use packhouse_http::protocol::Protocol;
use packhouse_http::{Call, ErrorView, Result, challenge};

use crate::format::RubyGems;
use crate::route::{Route, What};
use crate::serve::{about, dependencies, files, key, lists, owners, push, search, yank};

impl Protocol for RubyGems {
    type Route = Route;

    const SCOPE: &'static str = "/rubygems";

    /// `gem push` sends the whole body before it listens (RubyGems notes §8).
    const HEARS_OUT: bool = true;

    async fn dispatch(&self, call: Call, route: Route) -> Result<HttpResponse> {
        let owner = route.owner.as_str();
        match &route.what {
            What::Root => lists::root(&call),
            What::Versions => lists::versions(self, call).await,
            What::Names => lists::names(self, call).await,
            What::Info(name) => lists::info(self, call, owner, name).await,
            What::Specs(list) => lists::specs(self, call, *list).await,
            What::Quick(full) => files::quick(call, full).await,
            What::Gem(full) => files::gem(call, full).await,
            What::Attestations(full) => files::attestations(call, full).await,
            What::Dependencies(written) => dependencies::get(call, owner, *written).await,
            What::About(name) => about::gem(call, owner, name).await,
            What::AboutVersions(name) => about::versions(call, owner, name).await,
            What::LatestVersion(name) => about::latest(call, owner, name).await,
            What::AboutVersion(name, number) => about::version(call, owner, name, number).await,
            What::Search => search::get(call, owner).await,
            What::Owners(name, written) => owners::get(call, owner, name, *written),
            What::ChangeOwners(name, _) => Err(owners::refuse(owner, name)),
            What::Push => push::push(call, owner).await,
            What::Yank => yank::yank(call, owner).await,
            What::SignIn(_) => key::sign_in(call).await,
            What::ChangeKey => Err(key::refuse()),
        }
    }

    /// Clients print the body as it is, whatever it is (RubyGems notes §8); its beginning must not be
    /// one of the two at which they ask for passwords (§2).
    ///
    /// What another request changed in between is to be tried again.
    fn error_body(&self, error: &ErrorView<'_>, route: Option<&Route>) -> HttpResponse {
        let changes = route.is_some_and(|route| route.method() != "GET");
        let raced = error.kind == ErrorKind::Precondition && changes;
        let status = match error.kind {
            _ if raced => StatusCode::SERVICE_UNAVAILABLE,
            _ => error.status,
        };
        let mut response = HttpResponse::build(status);
        if status == StatusCode::UNAUTHORIZED {
            response.insert_header((
                WWW_AUTHENTICATE,
                challenge::basic(route.map_or("", |route| &route.owner)),
            ));
        }
        if raced {
            response.insert_header((RETRY_AFTER, "1"));
        }
        response.insert_header((CACHE_CONTROL, "no-store"));
        response.insert_header((CONTENT_TYPE, "text/plain; charset=utf-8"));
        response.body(format!("{}\n", error.message))
    }

    fn seal(&self, headers: &mut HeaderMap) {
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        // What publishers wrote is no page of ours, whoever opens it.
        let nothing = HeaderValue::from_static("default-src 'none'; sandbox");
        headers.insert(CONTENT_SECURITY_POLICY, nothing);
    }
}
