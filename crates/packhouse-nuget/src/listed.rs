//! Unlisting and relisting a version (NuGet notes §6). Deleting for good is not a push client's
//! affair.

use actix_web::HttpResponse;
use packhouse_http::{Call, HttpError, Result};

use crate::address;
use crate::route::VersionRef;

/// DELETE or POST of a version.
pub(crate) async fn set(
    call: Call,
    owner: &str,
    at: &VersionRef,
    listed: bool,
) -> Result<HttpResponse> {
    let missing = || HttpError::not_found(format!("{} {}", at.id, at.version));
    let version = address::version(&at.version).ok_or_else(missing)?;
    let address = address::of(owner, &at.id);
    call.registry()
        .set_listed(&call.actor, &call.client, &address, &version, listed)
        .await?;
    Ok(match listed {
        true => HttpResponse::Ok().finish(),
        false => HttpResponse::NoContent().finish(),
    })
}
