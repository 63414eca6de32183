//! The way of every protocol request: parse the address, find out who asks, pass the gate,
//! dispatch, and let the protocol draw whatever went wrong.

use std::sync::Arc;

use actix_web::dev::{Payload, RequestHead};
use actix_web::guard::GuardContext;
use actix_web::http::Method;
use actix_web::http::header::HOST;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use percent_encoding::percent_decode_str;

use crate::actor;
use crate::call::{Call, Kit};
use crate::error::{ErrorView, HttpError, Result, status};
use crate::guard;
use crate::links;
use crate::protocol::{Access, Protocol, Route, RouteError};
use crate::request_log::Told;
use crate::upload;

/// Hangs a protocol under its scope, and at the root of every host that leads to it.
///
/// Scopes with nothing but a default service are compared as plain text; patterns would be matched
/// against every request.
pub fn mount<P: Protocol>(config: &mut ServiceConfig, protocol: Arc<P>, kit: Arc<Kit>) {
    if kit.hosts.any_for(P::SCOPE) {
        mount_hosts(config, Arc::clone(&protocol), Arc::clone(&kit));
    }
    let base = links::base(&kit.registry.settings().public_url, P::SCOPE);
    let answer = move |request: HttpRequest, payload: web::Payload| {
        let (protocol, kit) = (Arc::clone(&protocol), Arc::clone(&kit));
        serve(protocol, kit, Arc::clone(&base), P::SCOPE, request, payload)
    };
    config.service(web::scope(P::SCOPE).default_service(web::to(answer)));
}

/// Hangs a protocol at the root of its hosts.
fn mount_hosts<P: Protocol>(config: &mut ServiceConfig, protocol: Arc<P>, kit: Arc<Kit>) {
    let prefix = if P::ROOTED { P::SCOPE } else { "" };
    let hosts = kit.hosts.clone();
    let is_hosted = move |context: &GuardContext<'_>| {
        let host = host(context.head());
        host.is_some_and(|host| hosts.find(host, P::SCOPE).is_some())
    };
    let answer = move |request: HttpRequest, payload: web::Payload| {
        let base = host(request.head())
            .and_then(|host| kit.hosts.find(host, P::SCOPE))
            .unwrap_or_default();
        let (protocol, kit) = (Arc::clone(&protocol), Arc::clone(&kit));
        serve(protocol, kit, base, prefix, request, payload)
    };
    let everything = web::scope("").guard(actix_web::guard::fn_guard(is_hosted));
    config.service(everything.default_service(web::to(answer)));
}

/// Gives the host that a request is for: in HTTP/2 it is part of the address, else a header.
fn host(head: &RequestHead) -> Option<&str> {
    let in_address = head.uri.authority().map(|authority| authority.as_str());
    in_address.or_else(|| head.headers.get(HOST)?.to_str().ok())
}

async fn serve<P: Protocol>(
    protocol: Arc<P>,
    kit: Arc<Kit>,
    base: Arc<str>,
    prefix: &'static str,
    request: HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    let head = request.clone();
    let route = route(protocol.as_ref(), prefix, &request);
    let answered = match &route {
        Ok(route) => {
            let mut body = Some(payload);
            let reads = matches!(*request.method(), Method::GET | Method::HEAD);
            let answering = answer(&protocol, &kit, base, route, request, &mut body);
            let answered = if reads {
                kit.registry.at_one_moment(answering).await
            } else {
                answering.await
            };
            if let Some(payload) = body.filter(|_| answered.is_err()) {
                refuse::<P>(&kit, payload).await;
            }
            answered
        }
        Err(error) => {
            refuse::<P>(&kit, payload).await;
            Err(HttpError::from(error.clone()))
        }
    };
    let mut response = answered.unwrap_or_else(|error| {
        head.extensions_mut().insert(Told(error.kind));
        draw(protocol.as_ref(), &kit, &error, route.as_ref().ok(), &head)
    });
    protocol.seal(response.headers_mut());
    if head.head().upgrade() {
        // Java's client offers HTTP/2 so. Its offer is not taken, and the connection ends after
        // this; it must know, or it sends its next request into the end.
        close(&mut response);
    }
    response
}

/// Says that the connection ends after this answer.
fn close(response: &mut HttpResponse) {
    // The type of a connection has a name in actix-http alone.
    let closing = HttpResponse::Ok().force_close().finish();
    let ends = closing.head().connection_type();
    response.head_mut().set_connection_type(ends);
}

/// Sees to a body that nobody reads.
async fn refuse<P: Protocol>(kit: &Kit, payload: web::Payload) {
    let payload = payload.into_inner();
    match P::HEARS_OUT {
        true => upload::hear_out(payload, kit.limits.idle).await,
        false => upload::refuse(payload),
    }
}

/// Finds out what is asked, and notes it for the log.
fn route<P: Protocol>(
    protocol: &P,
    prefix: &'static str,
    request: &HttpRequest,
) -> std::result::Result<P::Route, RouteError> {
    let path = request.uri().path();
    let below = match path.strip_prefix(prefix) {
        Some(below) if below.is_empty() || below.starts_with('/') => below,
        _ => return Err(RouteError::NotFound),
    };
    let method = request.method().as_str();
    let route = segments(below)
        .map_err(|message| P::Route::unreadable(method, message))
        .and_then(|segments| P::Route::parse(method, &segments));
    let told = route.as_ref().map_or("(none)", Route::template);
    crate::request_log::note_route(request, protocol.id().as_str(), told);
    route
}

/// Passes the gate and dispatches; the body stays with the caller when the gate refuses.
async fn answer<P: Protocol>(
    protocol: &Arc<P>,
    kit: &Arc<Kit>,
    base: Arc<str>,
    route: &P::Route,
    request: HttpRequest,
    body: &mut Option<web::Payload>,
) -> Result<HttpResponse> {
    let client = actor::client(
        request.headers(),
        request.peer_addr().map(|peer| peer.ip()),
        &kit.trusted_proxies,
    );
    let access = route.access()?;
    let actor = match access {
        Access::Login => packhouse_core::actor::Actor::Anonymous,
        _ => {
            let (headers, goes_on) = (request.headers(), route.goes_on());
            let takes = guard::Takes {
                wrapped: P::WRAPPED_TOKENS,
                access_tokens: P::ACCESS_TOKENS,
                goes_on,
                api_keys: P::API_KEYS,
            };
            guard::who(kit, headers, &client, takes).await?
        }
    };
    crate::request_log::note_actor(&request, &actor);
    let passed = guard::pass(kit, actor, access).await?;
    let payload = body.take().map_or(Payload::None, web::Payload::into_inner);
    let call = Call {
        kit: Arc::clone(kit),
        actor: passed.actor,
        client,
        package: passed.package,
        version: passed.version,
        owner: passed.owner,
        repository: passed.repository,
        base,
        request,
        payload,
    };
    protocol.dispatch(call, route.clone()).await
}

/// Draws an error in the protocol's form, with the headers that its kind always has.
fn draw<P: Protocol>(
    protocol: &P,
    kit: &Kit,
    error: &HttpError,
    route: Option<&P::Route>,
    request: &HttpRequest,
) -> HttpResponse {
    let origin = links::origin(kit, request);
    let view = ErrorView {
        kind: error.kind,
        status: status(error.kind),
        message: &error.message,
        code: error.code,
        hidden: error.hidden,
        about: error.about(),
        scope: error.scope(),
        credential: error.credential,
        // An empty `Basic :` is none; one that cannot be read is one.
        presented: !matches!(actor::credential(request.headers()), Ok(None)),
        origin: &origin,
    };
    let mut response = protocol.error_body(&view, route);
    error.put_headers(response.headers_mut());
    response
}

/// Splits a path into percent-decoded segments. Decoding happens once: what comes out is a name,
/// never again a path.
///
/// # Errors
/// When a segment is not UTF-8 or holds a control character.
pub fn segments(path: &str) -> std::result::Result<Vec<String>, String> {
    let trimmed = path.strip_prefix('/').unwrap_or(path);
    trimmed
        .split('/')
        .map(|segment| {
            let decoded = percent_decode_str(segment)
                .decode_utf8()
                .map_err(|_| "the address is not UTF-8".to_owned())?;
            if decoded.chars().any(char::is_control) {
                return Err("the address holds a control character".to_owned());
            }
            Ok(decoded.into_owned())
        })
        .collect()
}
