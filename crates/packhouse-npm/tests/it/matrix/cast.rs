//! Everybody who asks, and the packages they ask about.

use std::collections::HashMap;

use chrono::Duration;
use packhouse_core::account::{AccountName, OrganisationRole};
use packhouse_core::actor::{Actor, Client};
use packhouse_core::format::Format;
use packhouse_core::permission::Role;
use packhouse_core::token::{Scope, Scopes, TokenLimits};
use packhouse_core::visibility::Visibility;
use packhouse_npm::format::{NPM, Npm};
use packhouse_npm::route::{PackageRef, Route};
use packhouse_registry::PackageAddress;
use packhouse_registry::token::TokenSpec;
use packhouse_registry::visibility::AccessSource;
use packhouse_testkit::app::{TestApp, TestClient, token_spec};

use crate::body::Body;

/// How somebody stands to the organisation and its packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Who {
    Anonymous,
    Stranger,
    Reader,
    Writer,
    Admin,
    Owner,
}

impl Who {
    pub const ALL: [Self; 6] = [
        Self::Anonymous,
        Self::Stranger,
        Self::Reader,
        Self::Writer,
        Self::Admin,
        Self::Owner,
    ];

    fn login(self) -> &'static str {
        match self {
            Self::Anonymous => "nobody-at-all",
            Self::Stranger => "sam",
            Self::Reader => "rita",
            Self::Writer => "wes",
            Self::Admin => "adam",
            Self::Owner => "ada",
        }
    }

    /// To whom this one's role is given, and which: the writer has it through a team.
    fn grant(self) -> Option<(&'static str, Role)> {
        match self {
            Self::Anonymous | Self::Stranger | Self::Owner => None,
            Self::Reader => Some(("rita", Role::Read)),
            Self::Writer => Some(("acme/core", Role::Write)),
            Self::Admin => Some(("adam", Role::Admin)),
        }
    }
}

/// A kind of token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    All,
    Read,
    Write,
    Delete,
    ReadDelete,
    OtherOwner,
    ThisPackage,
    Expired,
    Revoked,
    Garbage,
}

impl Kind {
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

    pub fn scopes(self) -> Scopes {
        match self {
            Self::Read => Scopes::of(&[Scope::ReadPackages]),
            Self::Write => Scopes::of(&[Scope::WritePackages]),
            Self::Delete => Scopes::of(&[Scope::DeletePackages]),
            Self::ReadDelete => Scopes::of(&[Scope::ReadPackages, Scope::DeletePackages]),
            _ => Scopes::all(),
        }
    }

    pub fn is_limited(self) -> bool {
        matches!(self, Self::OtherOwner | Self::ThisPackage)
    }

    /// Whether it may read what concerns the owner as such.
    pub fn reads_owner(self) -> bool {
        !self.is_limited() && self.scopes().allows(Scope::ReadPackages)
    }

    pub fn is_bad(self) -> bool {
        matches!(self, Self::Expired | Self::Revoked | Self::Garbage)
    }
}

/// What is at the name that is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    Public,
    Internal,
    Private,
    Deleted,
    Missing,
    NoOwner,
}

impl State {
    pub const ALL: [Self; 6] = [
        Self::Public,
        Self::Internal,
        Self::Private,
        Self::Deleted,
        Self::Missing,
        Self::NoOwner,
    ];

    /// Owner and name of the package that all refused requests share.
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
}

/// The server with everybody on it.
pub struct Cast {
    pub app: TestApp,
    owner: TestClient,
    tokens: HashMap<(Who, Kind), String>,
}

fn address(owner: &str, name: &str) -> PackageAddress {
    PackageAddress {
        format: NPM,
        owner: owner.to_owned(),
        name: Npm::default().normalize_name(name).unwrap(),
        shown: format!("@{owner}/{name}"),
    }
}

impl Cast {
    pub async fn new() -> Self {
        let app = TestApp::new(Npm::default()).await;
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
        let owner = app.token("ada", token_spec()).await;
        let mut cast = Self {
            owner: app.client(Some(&owner.secret)),
            app,
            tokens: HashMap::new(),
        };
        for state in State::ALL {
            let (_, name) = state.names();
            let package = cast.package(name, state, Who::Owner).await;
            for who in Who::ALL {
                cast.grant(&package, state, who).await;
            }
        }
        let elsewhere = vec![AccountName::parse("elsewhere").unwrap()];
        let limits = cast.app.registry.token_limits(elsewhere, vec![], vec![]);
        let elsewhere = limits.await.unwrap();
        for who in &Who::ALL[1..] {
            for kind in Kind::ALL {
                let token = cast.new_token(*who, kind, &elsewhere).await;
                cast.tokens.insert((*who, kind), token);
            }
        }
        cast.app.clock.advance(Duration::days(2));
        cast
    }

    async fn new_token(&self, who: Who, kind: Kind, elsewhere: &TokenLimits) -> String {
        let spec = TokenSpec {
            scopes: kind.scopes(),
            limits: match kind {
                Kind::OtherOwner => elsewhere.clone(),
                _ => TokenLimits::default(),
            },
            expires_at: match kind {
                Kind::Expired => Some(self.app.registry.now() + Duration::days(1)),
                _ => None,
            },
            ..token_spec()
        };
        let made = self.app.token(who.login(), spec).await;
        if kind == Kind::Revoked {
            let (actor, client) = (Actor::System, Client::default());
            let revoked = self
                .app
                .registry
                .revoke_token(&actor, &client, made.token.id);
            revoked.await.unwrap();
        }
        match kind {
            Kind::Garbage => "pkp_nothing-like-a-token".to_owned(),
            _ => made.secret,
        }
    }

    /// Gives the token that somebody asks about a package with.
    pub async fn token(&self, who: Who, kind: Kind, package: &PackageAddress) -> Option<String> {
        if who == Who::Anonymous {
            return None;
        }
        if kind != Kind::ThisPackage {
            return Some(self.tokens[&(who, kind)].clone());
        }
        let registry = &self.app.registry;
        let limits = match registry
            .token_limits(vec![], vec![], vec![package.clone()])
            .await
        {
            Ok(limits) => limits,
            // There is no such package to limit it to: another one.
            Err(_) => {
                let other = self.shared(State::Public);
                let limits = registry.token_limits(vec![], vec![], vec![other]).await;
                limits.unwrap()
            }
        };
        let spec = TokenSpec {
            limits,
            ..token_spec()
        };
        Some(self.app.token(who.login(), spec).await.secret)
    }

    /// Gives the package of a state that refused requests share.
    pub fn shared(&self, state: State) -> PackageAddress {
        let (owner, name) = state.names();
        address(owner, name)
    }

    /// Makes a package in a state, with the role of the one who is about to ask.
    pub async fn package(&self, name: &str, state: State, who: Who) -> PackageAddress {
        let package = address(state.names().0, name);
        if matches!(state, State::Missing | State::NoOwner) {
            return package;
        }
        let access = match state {
            State::Public => "public",
            _ => "restricted",
        };
        let body = Body::new(&package.shown, "1.0.0")
            .tag("beta")
            .access(access);
        let body = body.proved();
        body.publish(&self.owner).await.expect(201);
        let (actor, client, registry) = (Actor::System, Client::default(), &self.app.registry);
        if state == State::Internal {
            let wanted = AccessSource::Own(Visibility::Internal);
            let set = registry.set_visibility(&actor, &client, &package, wanted);
            set.await.unwrap();
        }
        self.grant(&package, state, who).await;
        if state == State::Deleted {
            let gone = registry.delete_package(&actor, &client, &package, None);
            gone.await.unwrap();
        }
        package
    }

    async fn grant(&self, package: &PackageAddress, state: State, who: Who) {
        if !matches!(state, State::Public | State::Internal | State::Private) {
            return;
        }
        if let Some((to, role)) = who.grant() {
            self.app.grant(package, to, Some(role)).await;
        }
    }

    /// Points an address at a package, or at a token of one's own that may go.
    pub async fn aim(&self, route: &Route, at: &PackageAddress, who: Who) -> Route {
        let package = PackageRef::scoped(&at.owner, at.name.as_str());
        let file = format!("{}-1.0.0.tgz", at.name);
        let revision = "undefined".to_owned();
        match route.clone() {
            Route::Packument(PackageRef::Scoped { .. }) => Route::Packument(package),
            Route::Put(PackageRef::Scoped { .. }) => Route::Put(package),
            Route::Manifest { spec, .. } => Route::Manifest { package, spec },
            Route::Tarball { .. } => Route::Tarball { package, file },
            Route::PutRevision { .. } => Route::PutRevision { package, revision },
            Route::DeletePackage { .. } => Route::DeletePackage { package, revision },
            Route::DeleteTarball { .. } => Route::DeleteTarball {
                package,
                file,
                revision,
            },
            Route::DistTags(_) => Route::DistTags(package),
            Route::PutDistTag { tag, .. } => Route::PutDistTag { package, tag },
            Route::DeleteDistTag { tag, .. } => Route::DeleteDistTag { package, tag },
            Route::Visibility(_) => Route::Visibility(package),
            Route::Collaborators(_) => Route::Collaborators(package),
            Route::SetAccess(_) => Route::SetAccess(package),
            Route::Attestations { version, .. } => Route::Attestations { package, version },
            Route::Logout(_) if who != Who::Anonymous => {
                let token = self.app.token(who.login(), token_spec()).await;
                Route::Logout(token.secret)
            }
            Route::DeleteToken(_) if who != Who::Anonymous => {
                let token = self.app.token(who.login(), token_spec()).await;
                Route::DeleteToken(token.token.id.to_string())
            }
            other => other,
        }
    }
}
