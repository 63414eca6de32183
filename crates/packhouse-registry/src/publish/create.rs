//! The first publish: who may create, with which visibility, linked to what.

use chrono::{DateTime, Duration, Utc};
use packhouse_core::account::{Account, AccountKind};
use packhouse_core::actor::Actor;
use packhouse_core::event::EventKind;
use packhouse_core::id::RepositoryId;
use packhouse_core::package::Home;
use packhouse_core::permission::{Action, Role, Standing};
use packhouse_core::repository::Repository;
use packhouse_core::visibility::Visibility;
use packhouse_db::package::{NewPackage, PackageRecord};
use packhouse_db::{AnyConn, event, grant, package, repository, tag};
use serde_json::json;

use super::Facts;
use crate::Settings;
use crate::authorize::{PackageAddress, standing};
use crate::error::{Error, Result};
use crate::event::{About, By};
use crate::link;
use crate::restore::RESTORE_DAYS;
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
    pub address: &'a PackageAddress,
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
    now: DateTime<Utc>,
) -> Result<()> {
    plan(conn, actor, settings, owner, wish, now).map(|_| ())
}

/// Settles visibility and link. Creating as such is allowed already; here come the rules that need
/// the body, a token's repository limit among them.
fn plan(
    conn: &mut AnyConn,
    actor: &Actor,
    settings: &Settings,
    owner: &Account,
    wish: Wish<'_>,
    now: DateTime<Utc>,
) -> Result<Plan> {
    let shown = &wish.address.shown;
    if let Some(home) = wish.address.name.home() {
        return plan_at_home(conn, actor, owner, (wish.address, home), now);
    }
    let named = (owner, wish.named_repository);
    let linked = link::settle(conn, actor, settings, named, wish.source)?;
    let repository = linked.repository;
    refuse_outside_token(actor, owner, repository.as_ref().map(|r| r.id), shown)?;
    // Access flows from a repository only inside one owner: else a member could make a package of
    // the organisation public through a public repository of his own.
    let inherits = wish.visibility.is_none()
        && owner.policy.packages_inherit
        && repository
            .as_ref()
            .is_some_and(|repository| repository.owner == owner.id);
    let visibility = wish.visibility.unwrap_or(Visibility::Private);
    visibility::refuse_internal_of_user(owner, visibility, shown)?;
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

/// Settles where a package lives that belongs to a repository: there, with its access. Only one
/// package of an owner may lie at a path, deleted ones included as long as they may come back.
fn plan_at_home(
    conn: &mut AnyConn,
    actor: &Actor,
    owner: &Account,
    (address, home): (&PackageAddress, &Home),
    now: DateTime<Utc>,
) -> Result<Plan> {
    let key = home.repository.as_deref().unwrap_or_default();
    let found = repository::find_repository(conn, owner.id, key)?;
    let repository = found.ok_or_else(|| Error::not_found(&address.shown))?;
    refuse_outside_token(actor, owner, Some(repository.id), &address.shown)?;
    let since = now - Duration::days(RESTORE_DAYS);
    let at = (home.path.as_str(), repository.id);
    if package::is_taken_elsewhere(conn, owner.id, address.format, at, since)? {
        return Err(Error::Conflict(format!(
            "another repository of {} has a package of this name, or had one in the last \
             {RESTORE_DAYS} days: publish there, or under another name",
            owner.name
        )));
    }
    Ok(Plan {
        repository: Some(repository),
        inherits: true,
        visibility: Visibility::Private,
        free: false,
        warning: None,
    })
}

/// Makes the package row.
pub(super) fn create(
    conn: &mut AnyConn,
    by: &By,
    settings: &Settings,
    owner: Account,
    wish: Wish<'_>,
) -> Result<Created> {
    let address = wish.address;
    let shown = &address.shown;
    let Plan {
        repository,
        inherits,
        visibility,
        free,
        warning,
    } = plan(conn, &by.actor, settings, &owner, wish, by.now)?;
    let new = NewPackage {
        owner: owner.id,
        format: address.format,
        name: address.name.clone(),
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
