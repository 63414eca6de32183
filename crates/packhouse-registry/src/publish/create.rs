//! The first publish: who may create, with which visibility, linked to what.

use packhouse_core::account::{Account, AccountKind};
use packhouse_core::actor::Actor;
use packhouse_core::event::EventKind;
use packhouse_core::id::RepositoryId;
use packhouse_core::permission::{Action, Role, Standing};
use packhouse_core::repository::Repository;
use packhouse_core::visibility::Visibility;
use packhouse_db::package::{NewPackage, PackageRecord};
use packhouse_db::{AnyConn, event, grant, package, tag};
use serde_json::json;

use super::Facts;
use crate::Settings;
use crate::authorize::standing;
use crate::error::{Error, Result};
use crate::event::{About, By};
use crate::link;
use crate::visibility;

/// A package that was just made.
pub(super) struct Created {
    pub record: PackageRecord,
    pub warning: Option<String>,
}

/// How a package that is yet to be would come to be.
struct Plan {
    repository: Option<Repository>,
    inherits: bool,
    visibility: Visibility,
    /// The publisher owns the account, or everything.
    free: bool,
    warning: Option<String>,
}

/// What a first publish says about the package itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wish<'a> {
    pub shown: &'a str,
    pub named_repository: Option<&'a str>,
    pub source: Option<&'a str>,
    pub visibility: Option<Visibility>,
}

/// Refuses what [`create`] would refuse, before any byte is stored.
pub(super) fn check(
    conn: &mut AnyConn,
    actor: &Actor,
    settings: &Settings,
    owner: &Account,
    wish: Wish<'_>,
) -> Result<()> {
    plan(conn, actor, settings, owner, wish).map(|_| ())
}

/// Settles visibility and link. Creating as such is allowed already; here come the rules that need
/// the body, a token's repository limit among them.
fn plan(
    conn: &mut AnyConn,
    actor: &Actor,
    settings: &Settings,
    owner: &Account,
    wish: Wish<'_>,
) -> Result<Plan> {
    let named = (owner, wish.named_repository);
    let linked = link::settle(conn, actor, settings, named, wish.source)?;
    let repository = linked.repository;
    refuse_outside_token(actor, owner, repository.as_ref().map(|r| r.id), wish.shown)?;
    // Access flows from a repository only inside one owner: else a member could make a package of
    // the organisation public through a public repository of his own.
    let inherits = wish.visibility.is_none()
        && owner.policy.packages_inherit
        && repository
            .as_ref()
            .is_some_and(|repository| repository.owner == owner.id);
    let visibility = wish.visibility.unwrap_or(Visibility::Private);
    visibility::refuse_internal_of_user(owner, visibility, wish.shown)?;
    let standing = standing(conn, actor.signed_in(), Some(owner))?;
    let free = standing == Standing::Owner
        || actor
            .signed_in()
            .is_none_or(|signed_in| signed_in.site_admin);
    if !free && !inherits && !owner.policy.member_visibilities.contains(&visibility) {
        return Err(refused_visibility(owner, visibility));
    }
    Ok(Plan {
        repository,
        inherits,
        visibility,
        free,
        warning: linked.warning,
    })
}

/// Makes the package row.
pub(super) fn create(
    conn: &mut AnyConn,
    by: &By,
    settings: &Settings,
    owner: Account,
    facts: &Facts,
) -> Result<Created> {
    let shown = &facts.address.shown;
    let wish = Wish {
        shown,
        named_repository: facts.named_repository.as_deref(),
        source: facts.provenance.source_repository.as_deref(),
        visibility: facts.visibility,
    };
    let Plan {
        repository,
        inherits,
        visibility,
        free,
        warning,
    } = plan(conn, &by.actor, settings, &owner, wish)?;
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
    Ok(Created { record, warning })
}

/// Links a package whose first push is not over: the manifests of an image arrive one by one, and
/// not the first of them says where it comes from. The push is over with the first tag; what
/// somebody has decided about link or visibility since stands.
pub(super) fn link_late(
    conn: &mut AnyConn,
    by: &By,
    settings: &Settings,
    record: PackageRecord,
    facts: &Facts,
) -> Result<Created> {
    let id = record.package.id;
    let source = facts.provenance.source_repository.as_deref();
    let named = facts.named_repository.as_deref();
    let decided = [
        EventKind::PackageLinked,
        EventKind::PackageVisibilityChanged,
    ];
    let closed = !facts.format.is_content_addressed()
        || record.package.repository.is_some()
        || source.or(named).is_none()
        || !tag::list_names(conn, id, None, 1)?.is_empty()
        || event::any_about(conn, id, &decided)?;
    if closed {
        return Ok(Created {
            record,
            warning: None,
        });
    }
    let linked = link::settle(conn, &by.actor, settings, (&record.owner, named), source)?;
    let Some(repository) = linked.repository else {
        return Ok(Created {
            record,
            warning: linked.warning,
        });
    };
    let inherits = record.owner.policy.packages_inherit && repository.owner == record.owner.id;
    package::set_repository(conn, id, Some(repository.id), inherits)?;
    let about = About {
        owner: Some(record.owner.id),
        repository: Some(repository.id),
        package: Some(id),
        version: None,
    };
    let detail = json!({
        "package": facts.address.shown, "old": null, "new": repository.id, "inherits": inherits,
    });
    by.record(conn, EventKind::PackageLinked, about, detail)?;
    let record = package::find_record_by_id(conn, id)?
        .ok_or_else(|| Error::Internal(format!("package {id} vanished in its transaction")))?;
    Ok(Created {
        record,
        warning: None,
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

/// A token that is limited to a repository creates packages linked to that one. The refusal reads
/// like that of a hidden package, so that such a token cannot tell which names are taken.
fn refuse_outside_token(
    actor: &Actor,
    owner: &Account,
    repository: Option<RepositoryId>,
    shown: &str,
) -> Result<()> {
    let token = actor
        .signed_in()
        .and_then(|signed_in| signed_in.token.as_ref());
    if token.is_none_or(|token| token.limits.cover(owner.id, repository, None)) {
        return Ok(());
    }
    Err(Error::HiddenWrite {
        what: shown.to_owned(),
        action: Action::Publish,
    })
}
