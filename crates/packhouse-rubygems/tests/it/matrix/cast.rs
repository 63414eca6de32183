//! The gems that everybody asks about.

use std::collections::HashMap;

use packhouse_core::account::OrganisationRole;
use packhouse_core::actor::Actor;
use packhouse_core::permission::Role;
use packhouse_core::visibility::Visibility;
use packhouse_registry::PackageAddress;
use packhouse_registry::visibility::AccessSource;
use packhouse_rubygems::format::RubyGems;
use packhouse_testkit::app::{TestApp, TestClient, token_spec};
use packhouse_testkit::matrix::{Kind, State as Package, Tokens, Who, populate};
use tokio::sync::Mutex;

use super::expected::{Source, State};
use super::operation::Sends;
use crate::world::form::{attestations, gem};
use crate::world::gem::Gem;
use crate::world::{HERE, Source as Client, of_owner};

/// The versions of every gem: one for each list.
pub const VERSIONS: [&str; 2] = ["1.0.0", "2.0.0.rc1"];
/// A version that requests push.
const NEXT: &str = "3.0.0";

/// The server with everybody on it.
pub struct Cast {
    pub app: TestApp,
    pub owner: TestClient,
    tokens: Tokens,
    /// Tokens that are limited to a gem.
    limited: Mutex<HashMap<(Who, String), String>>,
}

/// Gives the roles on a gem: of one who is about to ask, or of everybody.
fn grants(owner: &str, who: Option<Who>) -> Vec<(String, Role)> {
    let all = [
        (Who::Reader, "rita".to_owned(), Role::Read),
        (Who::Writer, format!("{owner}/core"), Role::Write),
        (Who::Admin, "adam".to_owned(), Role::Admin),
    ];
    let asking = |one: &(Who, String, Role)| who.is_none_or(|who| who == one.0);
    let asking = all.into_iter().filter(asking);
    asking.map(|(_, to, role)| (to, role)).collect()
}

impl Cast {
    pub async fn new() -> Self {
        let app = TestApp::new(RubyGems::default()).await;
        populate(&app).await;
        for source in [Source::Shut, Source::Empty] {
            let owner = source.owner();
            app.organisation(owner, "ada").await;
            for member in ["rita", "wes", "adam"] {
                let role = Some(OrganisationRole::Member);
                app.member(owner, member, role).await;
            }
            app.team(owner, "core", &["wes"]).await;
        }
        let owner = app.token("ada", token_spec()).await;
        let owner = app.client(Some(&owner.secret));
        for state in State::all() {
            make(&app, &owner, state.name(), state, None).await;
        }
        let tokens = Tokens::new(&app).await;
        Self {
            app,
            owner,
            tokens,
            limited: Mutex::default(),
        }
    }

    /// Makes a gem in a state, with the role of the one who is about to ask.
    pub async fn fresh(&self, name: &str, state: State, who: Who) {
        make(&self.app, &self.owner, name, state, Some(who)).await;
    }

    /// Gives the token that somebody asks about a gem with.
    pub async fn token(&self, who: Who, kind: Kind, package: &PackageAddress) -> Option<String> {
        let key = (who, package.shown.clone());
        if kind == Kind::ThisPackage
            && let Some(token) = self.limited.lock().await.get(&key)
        {
            return Some(token.clone());
        }
        let other = of_owner("acme", "Px-Shown");
        let token = self.tokens.token(&self.app, (who, kind), package, &other);
        let token = token.await?;
        if kind == Kind::ThisPackage {
            self.limited.lock().await.insert(key, token.clone());
        }
        Some(token)
    }
}

/// Gives what a request sends about a gem.
pub fn body(name: &str, sends: Sends) -> Vec<u8> {
    match sends {
        Sends::Nothing => Vec::new(),
        Sends::Gem => Gem::new(name, NEXT).bytes(),
        Sends::Yank => format!("gem_name={name}&version={}", VERSIONS[0]).into_bytes(),
    }
}

/// Publishes a gem with all that can be asked for, and brings it into a state.
async fn make(app: &TestApp, owner: &TestClient, name: &str, state: State, who: Option<Who>) {
    if !state.package.is_published() {
        return;
    }
    let of = state.source.owner();
    let source = Client::of(owner, of);
    for number in VERSIONS {
        let bytes = Gem::new(name, number).bytes();
        let parts = [gem(&bytes), attestations("[{}]")];
        source.push_form(&parts).await.expect(200);
    }
    let (address, registry) = (of_owner(of, name), &app.registry);
    let visibility = match state.package {
        Package::Public => Some(Visibility::Public),
        Package::Internal => Some(Visibility::Internal),
        _ => None,
    };
    if let Some(visibility) = visibility {
        let wanted = AccessSource::Own(visibility);
        let set = registry.set_visibility(&Actor::System, &HERE, &address, wanted);
        set.await.unwrap();
    }
    if state.package == Package::Deleted {
        let gone = registry.delete_package(&Actor::System, &HERE, &address, None);
        gone.await.unwrap();
        return;
    }
    for (to, role) in grants(of, who) {
        app.grant(&address, &to, Some(role)).await;
    }
}
