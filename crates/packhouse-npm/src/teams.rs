//! Who may do what, as npm reads it (npm notes §10). Changes are made elsewhere.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use packhouse_core::account::OrganisationRole;
use packhouse_core::permission::Role;
use packhouse_http::{Call, HttpError, Result};
use serde_json::json;

use crate::access::{format_id, readable_name};
use crate::route::PackageRef;

/// GET `-/package/PKG/visibility`.
pub(crate) async fn visibility(call: Call, package: &PackageRef) -> Result<HttpResponse> {
    readable_name(package)?;
    let public = call.package()?.is_public();
    Ok(HttpResponse::Ok().json(json!({ "public": public })))
}

/// GET `-/package/PKG/collaborators`: users and teams with a role, for those who may write.
pub(crate) async fn collaborators(call: Call, package: &PackageRef) -> Result<HttpResponse> {
    let name = readable_name(package)?;
    let address = crate::access::address(&name);
    let grants = call.registry().collaborators(&call.actor, &address).await?;
    let body: BTreeMap<String, &str> = grants
        .into_iter()
        .map(|(name, role)| (name, word(role)))
        .collect();
    Ok(HttpResponse::Ok().json(body))
}

/// GET `-/org/OWNER/package`: what the asker may read of an owner.
pub(crate) async fn owner_packages(call: Call) -> Result<HttpResponse> {
    let owner = owner(&call)?;
    let prefix = format!("@{}", owner.name.key());
    let packages = call
        .registry()
        .packages_of(&call.actor, owner, format_id(), |name, role| {
            (format!("{prefix}/{name}"), word(role))
        })
        .await?;
    let body: BTreeMap<String, &str> = packages.into_iter().collect();
    Ok(HttpResponse::Ok().json(body))
}

/// GET `-/org/OWNER/user`: the roster.
pub(crate) async fn members(call: Call) -> Result<HttpResponse> {
    let members = call.registry().members(owner(&call)?.id).await?;
    let body: BTreeMap<String, &str> = members
        .into_iter()
        .map(|(account, role)| {
            let word = match role {
                OrganisationRole::Owner => "owner",
                OrganisationRole::Member => "developer",
            };
            (account.name.to_string(), word)
        })
        .collect();
    Ok(HttpResponse::Ok().json(body))
}

/// GET `-/org/OWNER/team`: `OWNER:TEAM` each.
pub(crate) async fn teams(call: Call) -> Result<HttpResponse> {
    let owner = owner(&call)?;
    let teams = call.registry().teams(owner.id).await?;
    let body: Vec<String> = teams
        .iter()
        .map(|team| format!("{}:{}", owner.name.key(), team.name.as_str()))
        .collect();
    Ok(HttpResponse::Ok().json(body))
}

/// GET `-/team/OWNER/TEAM/user`: the members' names.
pub(crate) async fn team_members(call: Call, team: &str) -> Result<HttpResponse> {
    let owner = owner(&call)?;
    let members = call.registry().team_members(owner, team).await?;
    let body: Vec<String> = members
        .iter()
        .map(|account| account.name.to_string())
        .collect();
    Ok(HttpResponse::Ok().json(body))
}

/// GET `-/team/OWNER/TEAM/package`: packages that the team has a role on.
pub(crate) async fn team_packages(call: Call, team: &str) -> Result<HttpResponse> {
    let owner = owner(&call)?;
    let packages = call
        .registry()
        .team_packages(&call.actor, owner, team, format_id())
        .await?;
    let body: BTreeMap<String, &str> = packages
        .into_iter()
        .map(|(owner, name, role)| (format!("@{}/{name}", owner.name.key()), word(role)))
        .collect();
    Ok(HttpResponse::Ok().json(body))
}

fn owner(call: &Call) -> Result<&packhouse_core::account::Account> {
    call.owner
        .as_ref()
        .ok_or_else(|| HttpError::not_found("the account"))
}

/// npm knows two words for a role.
fn word(role: Role) -> &'static str {
    match role {
        Role::Read => "read",
        Role::Write | Role::Admin => "write",
    }
}
