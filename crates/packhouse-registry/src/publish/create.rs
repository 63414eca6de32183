//! The first publish: who may create, with which visibility, linked to what.

use packhouse_core::account::{Account, AccountKind};
use packhouse_core::event::EventKind;
use packhouse_core::permission::{Role, Standing};
use packhouse_core::visibility::Visibility;
use packhouse_db::package::{NewPackage, PackageRecord};
use packhouse_db::{AnyConn, grant, package};
use serde_json::json;

use super::Facts;
use crate::Settings;
use crate::authorize::standing;
use crate::error::{Error, Result};
use crate::event::{About, By};
use crate::link;

/// A package that was just made.
pub(super) struct Created {
    pub record: PackageRecord,
    pub warning: Option<String>,
}

/// Makes the package row. Creating as such is allowed already; here come the rules that need the
/// body: visibility, link and a token's repository limit.
pub(super) fn create(
    conn: &mut AnyConn,
    by: &By,
    settings: &Settings,
    owner: Account,
    facts: &Facts,
) -> Result<Created> {
    let shown = &facts.address.shown;
    let claimed = facts.provenance.source_repository.as_deref();
    let linked = link::settle(conn, &by.actor, settings, claimed)?;
    let repository = linked.repository;
    refuse_outside_token(by, &owner, repository.as_ref().map(|r| r.id), shown)?;
    // Access flows from a repository only inside one owner: else a member could make a package of
    // the organisation public through a public repository of his own.
    let inherits = facts.visibility.is_none()
        && owner.policy.packages_inherit
        && repository
            .as_ref()
            .is_some_and(|repository| repository.owner == owner.id);
    let visibility = facts.visibility.unwrap_or(Visibility::Private);
    let standing = standing(conn, by.actor.signed_in(), Some(&owner))?;
    let free = standing == Standing::Owner
        || by
            .actor
            .signed_in()
            .is_none_or(|signed_in| signed_in.site_admin);
    if !free && !inherits && !owner.policy.member_visibilities.contains(&visibility) {
        return Err(refused_visibility(&owner, visibility));
    }
    let new = NewPackage {
        owner: owner.id,
        format: facts.address.format,
        name: facts.address.name.clone(),
        repository: repository.as_ref().map(|repository| repository.id),
        inherits,
        visibility,
        description: None,
    };
    let package = package::insert_package(conn, &new, by.now)?;
    let about = About {
        owner: Some(owner.id),
        repository: package.repository,
        package: Some(package.id),
        version: None,
    };
    let detail = json!({
        "package": shown,
        "visibility": visibility.as_str(),
        "inherits": inherits,
        "repository": repository.as_ref().map(|repository| repository.name.as_str()),
    });
    by.record(conn, EventKind::PackageCreated, about, detail)?;
    if let (false, Some(account), AccountKind::Organisation) =
        (inherits || free, by.actor.account(), owner.kind)
    {
        let object = grant::Object::Package(package.id);
        grant::set_grant(
            conn,
            grant::Subject::User(account),
            object,
            Role::Admin,
            by.now,
        )?;
        let detail = json!({ "user": by.actor.shown(), "role": "admin", "package": shown });
        by.record(conn, EventKind::GrantSet, about, detail)?;
    }
    let record = package::find_record_by_id(conn, package.id)?
        .ok_or_else(|| Error::Internal(format!("package {} was not kept", package.id)))?;
    Ok(Created {
        record,
        warning: linked.warning,
    })
}

fn refused_visibility(owner: &Account, visibility: Visibility) -> Error {
    let allowed: Vec<_> = owner
        .policy
        .member_visibilities
        .iter()
        .map(|visibility| visibility.as_str())
        .collect();
    Error::Refused(format!(
        "members of {} may not create {visibility} packages (only {}): ask an owner of {0}",
        owner.name,
        allowed.join(", ")
    ))
}

fn refuse_outside_token(
    by: &By,
    owner: &Account,
    repository: Option<packhouse_core::id::RepositoryId>,
    shown: &str,
) -> Result<()> {
    let token = by
        .actor
        .signed_in()
        .and_then(|signed_in| signed_in.token.as_ref());
    if token.is_none_or(|token| token.limits.cover(owner.id, repository, None)) {
        return Ok(());
    }
    Err(Error::Refused(format!(
        "this token is limited to other things and may not create {shown}: name the repository it \
         is for in the package, or use another token"
    )))
}
