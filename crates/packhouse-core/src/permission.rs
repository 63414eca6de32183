//! The one permission decision. Everything that asks "may they?" ends here: routes, use cases,
//! pages that show or hide a button.
//!
//! The model is GitHub's (`design.md` §3): an account owns repositories and packages; users and
//! teams get read, write or admin on them; what is public anyone may read; a token only narrows.

use std::fmt;
use std::str::FromStr;

use crate::token::{Scope, Scopes};
use crate::visibility::Visibility;

/// What a grant gives; each includes the ones before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Download and read metadata.
    Read,
    /// Publish, tag, deprecate.
    Write,
    /// Delete, restore, administer.
    Admin,
}

impl Role {
    /// Every role, weakest first.
    pub const ALL: [Self; 3] = [Self::Read, Self::Write, Self::Admin];

    /// Gives the database and command-line value.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }
}

/// Reports a text that is no role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown role {0:?}: use read, write, admin or none")]
pub struct RoleError(pub String);

impl FromStr for Role {
    type Err = RoleError;

    fn from_str(text: &str) -> Result<Self, RoleError> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or_else(|| RoleError(text.to_owned()))
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What somebody wants to do to an object: the closed list of `design.md` §3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Download, read metadata, appear in lists.
    Read,
    /// Publish the first version of a new package.
    Create,
    /// Add a version, file or upload session to a package.
    Publish,
    /// Set or remove a tag, deprecate, list or unlist.
    Tag,
    /// Delete a version or the package.
    Delete,
    /// Undo a deletion.
    Restore,
    /// Change visibility, link and grants.
    Administer,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 7] = [
        Self::Read,
        Self::Create,
        Self::Publish,
        Self::Tag,
        Self::Delete,
        Self::Restore,
        Self::Administer,
    ];

    /// Gives the least role that suffices.
    pub fn role(self) -> Role {
        match self {
            Self::Read => Role::Read,
            Self::Create | Self::Publish | Self::Tag => Role::Write,
            Self::Delete | Self::Restore | Self::Administer => Role::Admin,
        }
    }

    /// Gives the scopes a token must have.
    pub fn scopes(self) -> &'static [Scope] {
        match self {
            Self::Read => &[Scope::ReadPackages],
            Self::Create | Self::Publish | Self::Tag => &[Scope::WritePackages],
            Self::Delete => &[Scope::ReadPackages, Scope::DeletePackages],
            Self::Restore | Self::Administer => &[Scope::ReadPackages, Scope::WritePackages],
        }
    }
}

/// A set of actions.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct Actions(u8);

impl Actions {
    /// Gives a set of these actions.
    pub fn of(actions: &[Action]) -> Self {
        let bit = |action: &Action| 1 << *action as u8;
        Self(actions.iter().fold(0, |bits, action| bits | bit(action)))
    }

    /// Tells whether an action is in the set.
    pub fn has(self, action: Action) -> bool {
        self.0 & 1 << action as u8 != 0
    }

    /// Gives what is in either set.
    pub fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// How an account stands to the owner of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Standing {
    /// Neither the owner nor a member of it.
    Stranger,
    /// A member of the owning organisation.
    Member,
    /// The owning user, or an owner of the owning organisation.
    Owner,
}

/// Who asks, as far as the decision must know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActorFacts {
    /// Nobody in particular.
    Anonymous,
    /// The server's own commands.
    System,
    /// A user account.
    Account {
        /// May do everything everywhere.
        site_admin: bool,
        /// How it stands to the object's owner.
        standing: Standing,
        /// The token it came with.
        token: Option<TokenFacts>,
        /// What the access token it came with states about the object; `None` without one.
        stated: Option<Actions>,
    },
}

/// What a token says about one object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenFacts {
    /// Its scopes.
    pub scopes: Scopes,
    /// Whether its limits cover the object.
    pub covers: bool,
}

/// Visibility and grants that count for the asker on a repository, or on a package of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccessFacts {
    /// Who may read without a grant.
    pub visibility: Visibility,
    /// The strongest role through grants to the account and its teams; for a repository also the
    /// organisation's base role for members, which reaches packages through inheritance alone.
    pub role: Option<Role>,
}

/// What is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectFacts {
    /// A repository, or a live package: its own access, or its repository's if it inherits.
    Live(AccessFacts),
    /// A deleted package or version, with the access it had.
    Deleted(AccessFacts),
    /// No such package under an owner that exists.
    Absent {
        /// Whether members of the owner may create packages at all.
        members_create: bool,
    },
    /// Nothing, and nobody who could own it.
    Nowhere,
}

/// All that the decision looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// Who asks.
    pub actor: ActorFacts,
    /// About what.
    pub object: ObjectFacts,
}

/// Why a visible object refuses an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Denial {
    /// The account lacks this role.
    Role(Role),
    /// The token lacks this scope.
    Scope(Scope),
    /// The token is limited to other things.
    Limit,
    /// The account may, but its access token does not state it: a new one might.
    Unstated,
}

/// The answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Decision {
    /// Go on.
    Allow,
    /// The asker may see the object, but not do this.
    Deny(Denial),
    /// The asker may not know whether the object exists.
    Hide,
}

/// Decides whether the facts allow an action. Pure; the table test beside it is the whole model.
///
/// What an access token states is looked at last: it only narrows what is allowed by right, and
/// whoever lacks the right is told that, not to fetch another token.
pub fn decide(facts: &Facts, action: Action) -> Decision {
    let decision = by_right(facts, action);
    let stated = match facts.actor {
        ActorFacts::Account { stated, .. } => stated,
        ActorFacts::Anonymous | ActorFacts::System => None,
    };
    match stated {
        Some(stated) if decision == Decision::Allow && !stated.has(action) => {
            let nobody = Facts {
                actor: ActorFacts::Anonymous,
                ..*facts
            };
            // What anyone may do, any valid token may.
            match by_right(&nobody, action) {
                Decision::Allow => Decision::Allow,
                _ => Decision::Deny(Denial::Unstated),
            }
        }
        _ => decision,
    }
}

fn by_right(facts: &Facts, action: Action) -> Decision {
    let (site_admin, standing, token) = match facts.actor {
        ActorFacts::System => return system(facts.object, action),
        ActorFacts::Anonymous => (false, Standing::Stranger, None),
        ActorFacts::Account {
            site_admin,
            standing,
            token,
            ..
        } => (site_admin, standing, token),
    };
    let signed_in = facts.actor != ActorFacts::Anonymous;
    let owner = site_admin || standing == Standing::Owner;
    let access = match (facts.object, action) {
        (ObjectFacts::Live(access), action) if action != Action::Restore => access,
        (ObjectFacts::Deleted(access), Action::Restore) => access,
        (ObjectFacts::Absent { members_create }, Action::Create | Action::Publish) => {
            let may = owner || standing == Standing::Member && members_create;
            return create(may, owner, token);
        }
        _ => return Decision::Hide,
    };
    if action == Action::Read && access.visibility == Visibility::Public {
        return Decision::Allow;
    }
    let role = effective_role(access, signed_in, owner);
    let refusal = refusal(role, token, action);
    let readable = access.visibility == Visibility::Public
        || role.is_some() && token_refusal(token, Action::Read).is_none();
    match refusal {
        None => Decision::Allow,
        // A deleted thing is seen only by those who could have it back.
        Some(Denial::Role(_)) if action == Action::Restore => Decision::Hide,
        Some(denial) if readable && action != Action::Read => Decision::Deny(denial),
        Some(_) => Decision::Hide,
    }
}

fn system(object: ObjectFacts, action: Action) -> Decision {
    match (object, action) {
        (ObjectFacts::Nowhere, _) => Decision::Hide,
        (ObjectFacts::Deleted(_), action) if action != Action::Restore => Decision::Hide,
        _ => Decision::Allow,
    }
}

/// Creating under an owner. Refusals to anyone but the owner are hidden, because a refused publish
/// must not tell whether the name is free or belongs to a package that the asker may not read; an
/// owner with a token that could not read it is told nothing either.
fn create(may: bool, owner: bool, token: Option<TokenFacts>) -> Decision {
    match token_refusal(token, Action::Create) {
        None if may => Decision::Allow,
        Some(denial) if owner && token_refusal(token, Action::Read).is_none() => {
            Decision::Deny(denial)
        }
        _ => Decision::Hide,
    }
}

/// The account's role, before any token narrows it.
fn effective_role(access: AccessFacts, signed_in: bool, owner: bool) -> Option<Role> {
    if owner {
        return Some(Role::Admin);
    }
    let by_visibility = match access.visibility {
        Visibility::Public => Some(Role::Read),
        Visibility::Internal if signed_in => Some(Role::Read),
        Visibility::Internal | Visibility::Private => None,
    };
    access.role.max(by_visibility)
}

fn refusal(role: Option<Role>, token: Option<TokenFacts>, action: Action) -> Option<Denial> {
    if role < Some(action.role()) {
        return Some(Denial::Role(action.role()));
    }
    token_refusal(token, action)
}

fn token_refusal(token: Option<TokenFacts>, action: Action) -> Option<Denial> {
    let token = token?;
    if let Some(scope) = action
        .scopes()
        .iter()
        .find(|scope| !token.scopes.allows(**scope))
    {
        return Some(Denial::Scope(*scope));
    }
    (!token.covers).then_some(Denial::Limit)
}

#[cfg(test)]
mod tests;
