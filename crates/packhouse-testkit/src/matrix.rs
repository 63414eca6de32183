//! Everybody who may ask, with every kind of token, about a package in every state, and what the
//! model says about it: the parts that the permission matrices of all formats share.
//!
//! A format brings the packages and what can be done at its addresses; the expected answers come
//! from [`facts`] through the one decision function, never from the format's routes.

use std::collections::HashMap;

use chrono::Duration;
use packhouse_core::account::{AccountName, OrganisationRole};
use packhouse_core::actor::{Actor, Client};
use packhouse_core::permission::{
    AccessFacts, ActorFacts, Facts, ObjectFacts, Role, Standing, TokenFacts,
};
use packhouse_core::token::{Scope, Scopes, TokenLimits};
use packhouse_core::visibility::Visibility;
use packhouse_registry::PackageAddress;
use packhouse_registry::token::TokenSpec;
use packhouse_registry::visibility::AccessSource;

use crate::app::{Answer, TestApp, token_spec};

/// How somebody stands to the organisation `acme` and its packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Who {
    /// Nobody in particular.
    Anonymous,
    /// A user without any role.
    Stranger,
    /// A member who may read.
    Reader,
    /// A member who may write, through a team.
    Writer,
    /// A member who may administer.
    Admin,
    /// An owner of the organisation.
    Owner,
}

impl Who {
    /// Everybody.
    pub const ALL: [Self; 6] = [
        Self::Anonymous,
        Self::Stranger,
        Self::Reader,
        Self::Writer,
        Self::Admin,
        Self::Owner,
    ];

    /// Gives the user's name.
    pub fn login(self) -> &'static str {
        match self {
            Self::Anonymous => "nobody-at-all",
            Self::Stranger => "sam",
            Self::Reader => "rita",
            Self::Writer => "wes",
            Self::Admin => "adam",
            Self::Owner => "ada",
        }
    }

    /// To whom this one's role is given, and which.
    fn grant(self) -> Option<(&'static str, Role)> {
        match self {
            Self::Anonymous | Self::Stranger | Self::Owner => None,
            Self::Reader => Some(("rita", Role::Read)),
            Self::Writer => Some(("acme/core", Role::Write)),
            Self::Admin => Some(("adam", Role::Admin)),
        }
    }
}

/// A kind of personal token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// All scopes, no limits.
    All,
    /// `read:packages`.
    Read,
    /// `write:packages`.
    Write,
    /// `delete:packages`.
    Delete,
    /// `read:packages` and `delete:packages`.
    ReadDelete,
    /// All scopes, limited to another owner.
    OtherOwner,
    /// All scopes, limited to the package, where there is one.
    ThisPackage,
    /// Expired a day ago.
    Expired,
    /// Revoked.
    Revoked,
    /// No token at all.
    Garbage,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::All,
        Self::Read,
        Self::Write,
        Self::Delete,
        Self::ReadDelete,
        Self::OtherOwner,
        Self::ThisPackage,
        Self::Expired,
        Self::Revoked,
        Self::Garbage,
    ];

    /// Gives the scopes of its tokens.
    pub fn scopes(self) -> Scopes {
        match self {
            Self::Read => Scopes::of(&[Scope::ReadPackages]),
            Self::Write => Scopes::of(&[Scope::WritePackages]),
            Self::Delete => Scopes::of(&[Scope::DeletePackages]),
            Self::ReadDelete => Scopes::of(&[Scope::ReadPackages, Scope::DeletePackages]),
            _ => Scopes::all(),
        }
    }

    /// Tells whether its tokens are limited to some things.
    pub fn is_limited(self) -> bool {
        matches!(self, Self::OtherOwner | Self::ThisPackage)
    }

    /// Tells whether its tokens may read what concerns the owner as such.
    pub fn reads_owner(self) -> bool {
        !self.is_limited() && self.scopes().allows(Scope::ReadPackages)
    }

    /// Tells whether its tokens do not work at all.
    pub fn is_bad(self) -> bool {
        matches!(self, Self::Expired | Self::Revoked | Self::Garbage)
    }
}

/// What is at the name that is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// A public package.
    Public,
    /// An internal package.
    Internal,
    /// A private package.
    Private,
    /// A deleted package.
    Deleted,
    /// Nothing, under an owner that exists.
    Missing,
    /// Nothing, and no such owner.
    NoOwner,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 6] = [
        Self::Public,
        Self::Internal,
        Self::Private,
        Self::Deleted,
        Self::Missing,
        Self::NoOwner,
    ];

    /// Gives owner and name of the package that all refused requests share.
    pub fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Public => ("acme", "px-one"),
            Self::Internal => ("acme", "px-two"),
            Self::Private => ("acme", "px-three"),
            Self::Deleted => ("acme", "px-four"),
            Self::Missing => ("acme", "px-five"),
            Self::NoOwner => ("ghost", "px-six"),
        }
    }

    /// Tells whether there is a package.
    pub fn is_live(self) -> bool {
        matches!(self, Self::Public | Self::Internal | Self::Private)
    }

    /// Tells whether somebody must have published something there first.
    pub fn is_published(self) -> bool {
        self.is_live() || self == Self::Deleted
    }
}

/// Everybody with every kind of token; nobody has none.
pub fn credentials() -> impl Iterator<Item = (Who, Kind)> {
    Who::ALL.into_iter().flat_map(|who| {
        let kinds = match who {
            Who::Anonymous => &Kind::ALL[..1],
            _ => &Kind::ALL[..],
        };
        kinds.iter().map(move |kind| (who, *kind))
    })
}

/// Gives what the decision looks at, from the definition of this world.
pub fn facts(who: Who, kind: Kind, state: State) -> Facts {
    Facts {
        actor: actor(who, kind, (state != State::NoOwner, state.is_live())),
        object: object(who, state),
    }
}

/// Gives what the decision looks at in a repository of `acme` that is of this visibility, or not
/// there; for formats whose packages belong to one. `package` tells whether it is asked about the
/// package that a token may be limited to, or else about the repository, or what is not in it.
pub fn repository_facts(
    who: Who,
    kind: Kind,
    repository: Option<Visibility>,
    package: bool,
) -> Facts {
    let object = match repository {
        Some(visibility) => ObjectFacts::Live(AccessFacts {
            visibility,
            role: role(who).max(base_role(who)),
        }),
        None => ObjectFacts::Nowhere,
    };
    Facts {
        actor: actor(who, kind, (true, package)),
        object,
    }
}

/// What every member of an organisation may do with its repositories, unless it says otherwise.
fn base_role(who: Who) -> Option<Role> {
    matches!(who, Who::Reader | Who::Writer | Who::Admin).then_some(Role::Read)
}

fn actor(who: Who, kind: Kind, (owned, package): (bool, bool)) -> ActorFacts {
    let standing = match who {
        Who::Anonymous => return ActorFacts::Anonymous,
        _ if !owned => Standing::Stranger,
        Who::Stranger => Standing::Stranger,
        Who::Reader | Who::Writer | Who::Admin => Standing::Member,
        Who::Owner => Standing::Owner,
    };
    let covers = match kind {
        Kind::OtherOwner => false,
        Kind::ThisPackage => package,
        _ => true,
    };
    let token = TokenFacts {
        scopes: kind.scopes(),
        covers,
    };
    ActorFacts::Account {
        site_admin: false,
        standing,
        token: Some(token),
        stated: None,
    }
}

/// A name whose package is deleted is free again, for a new package.
fn object(who: Who, state: State) -> ObjectFacts {
    let visibility = match state {
        State::Public => Visibility::Public,
        State::Internal => Visibility::Internal,
        State::Private => Visibility::Private,
        State::Deleted | State::Missing => {
            return ObjectFacts::Absent {
                members_create: true,
            };
        }
        State::NoOwner => return ObjectFacts::Nowhere,
    };
    let role = role(who);
    ObjectFacts::Live(AccessFacts { visibility, role })
}

fn role(who: Who) -> Option<Role> {
    who.grant().map(|(_, role)| role)
}

/// Makes everybody but nobody, and the organisations `acme` and `elsewhere`.
pub async fn populate(app: &TestApp) {
    for who in &Who::ALL[1..] {
        app.user(who.login()).await;
    }
    app.organisation("acme", "ada").await;
    app.organisation("elsewhere", "ada").await;
    for member in ["rita", "wes", "adam"] {
        let role = Some(OrganisationRole::Member);
        app.member("acme", member, role).await;
    }
    app.team("acme", "core", &["wes"]).await;
}

/// Brings a package that was just published into a state, with the role of the one who is about to
/// ask, or of everybody.
///
/// # Panics
/// When a rule refuses it.
pub async fn settle(app: &TestApp, package: &PackageAddress, state: State, who: Option<Who>) {
    let (actor, client, registry) = (Actor::System, Client::default(), &app.registry);
    let visibility = match state {
        State::Public => Some(Visibility::Public),
        State::Internal => Some(Visibility::Internal),
        _ => None,
    };
    if let Some(visibility) = visibility {
        let wanted = AccessSource::Own(visibility);
        let set = registry.set_visibility(&actor, &client, package, wanted);
        set.await.expect("the visibility is set");
    }
    if state.is_live() {
        for (to, role) in grants(who) {
            app.grant(package, to, Some(role)).await;
        }
    }
    if state == State::Deleted {
        let gone = registry.delete_package(&actor, &client, package, None);
        gone.await.expect("the package is deleted");
    }
}

/// Makes a repository of `acme`, with the role of the one who is about to ask, or of everybody.
///
/// # Panics
/// When a rule refuses it.
pub async fn found(app: &TestApp, repository: &str, visibility: Visibility, who: Option<Who>) {
    let address = format!("acme/{repository}");
    app.repository(&address, visibility).await;
    for (to, role) in grants(who) {
        app.grant_on_repository(&address, to, Some(role)).await;
    }
}

/// To whom a role is given, and which: of one, or of everybody.
fn grants(who: Option<Who>) -> impl Iterator<Item = (&'static str, Role)> {
    let asking = who.map_or(Who::ALL.to_vec(), |who| vec![who]);
    asking.into_iter().filter_map(Who::grant)
}

/// Everybody's tokens.
pub struct Tokens {
    made: HashMap<(Who, Kind), String>,
}

impl Tokens {
    /// Makes a token of each kind for everybody, and lets two days go by.
    ///
    /// # Panics
    /// When a rule refuses it.
    pub async fn new(app: &TestApp) -> Self {
        let elsewhere = AccountName::parse("elsewhere").expect("an account is called so");
        let limits = app.registry.token_limits(vec![elsewhere], vec![], vec![]);
        let elsewhere = limits.await.expect("the organisation is there");
        let mut made = HashMap::new();
        for who in &Who::ALL[1..] {
            for kind in Kind::ALL {
                made.insert((*who, kind), new_token(app, *who, kind, &elsewhere).await);
            }
        }
        app.clock.advance(Duration::days(2));
        Self { made }
    }

    /// Gives the token that somebody asks about a package with. `other` is what one is limited to
    /// where there is no such package.
    ///
    /// # Panics
    /// When neither package is there.
    pub async fn token(
        &self,
        app: &TestApp,
        (who, kind): (Who, Kind),
        package: &PackageAddress,
        other: &PackageAddress,
    ) -> Option<String> {
        if who == Who::Anonymous {
            return None;
        }
        if kind != Kind::ThisPackage {
            return Some(self.made[&(who, kind)].clone());
        }
        let limits =
            |to: &PackageAddress| app.registry.token_limits(vec![], vec![], vec![to.clone()]);
        let limits = match limits(package).await {
            Ok(limits) => limits,
            Err(_) => limits(other).await.expect("the other package is there"),
        };
        let spec = TokenSpec {
            limits,
            ..token_spec()
        };
        Some(app.token(who.login(), spec).await.secret)
    }
}

async fn new_token(app: &TestApp, who: Who, kind: Kind, elsewhere: &TokenLimits) -> String {
    let spec = TokenSpec {
        scopes: kind.scopes(),
        limits: match kind {
            Kind::OtherOwner => elsewhere.clone(),
            _ => TokenLimits::default(),
        },
        expires_at: match kind {
            Kind::Expired => Some(app.registry.now() + Duration::days(1)),
            _ => None,
        },
        ..token_spec()
    };
    let made = app.token(who.login(), spec).await;
    if kind == Kind::Revoked {
        let (actor, client) = (Actor::System, Client::default());
        let revoked = app.registry.revoke_token(&actor, &client, made.token.id);
        revoked.await.expect("the token is there");
    }
    match kind {
        Kind::Garbage => "pkp_nothing-like-a-token".to_owned(),
        _ => made.secret,
    }
}

/// Gives an answer without what names its package: status, headers, body.
///
/// # Panics
/// When a header is no text.
pub fn faceless(answer: &Answer, state: State) -> (u16, Vec<String>, String) {
    let (owner, name) = state.names();
    without(answer, &[(name, "NAME"), (owner, "OWNER")])
}

/// Gives an answer without some texts, which are in lower case: status, headers, body.
///
/// # Panics
/// When a header is no text.
pub fn without(answer: &Answer, texts: &[(&str, &str)]) -> (u16, Vec<String>, String) {
    let without = |text: &str| {
        let text = text.to_owned();
        texts
            .iter()
            .fold(text, |text, (from, to)| text.replace(from, to))
    };
    let mut headers: Vec<String> = answer
        .headers
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "date" | "content-length"))
        .map(|(name, value)| {
            let value = value.to_str().expect("our headers are text");
            format!("{name}: {}", without(value))
        })
        .collect();
    headers.sort();
    let body = without(&answer.text().to_lowercase());
    (answer.status.as_u16(), headers, body)
}
