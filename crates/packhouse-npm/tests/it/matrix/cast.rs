//! The packages that everybody asks about.

use packhouse_core::format::Format;
use packhouse_npm::format::{NPM, Npm};
use packhouse_npm::route::{PackageRef, Route};
use packhouse_registry::PackageAddress;
use packhouse_testkit::app::{TestApp, TestClient, token_spec};
use packhouse_testkit::matrix::{Kind, State, Tokens, Who, populate, settle};

use crate::body::Body;

/// The server with everybody on it.
pub struct Cast {
    pub app: TestApp,
    owner: TestClient,
    tokens: Tokens,
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
        populate(&app).await;
        let owner = app.token("ada", token_spec()).await;
        let owner = app.client(Some(&owner.secret));
        for state in State::ALL {
            let (_, name) = state.names();
            publish(&app, &owner, name, state, None).await;
        }
        let tokens = Tokens::new(&app).await;
        Self { app, owner, tokens }
    }

    /// Gives the token that somebody asks about a package with.
    pub async fn token(&self, who: Who, kind: Kind, package: &PackageAddress) -> Option<String> {
        let other = self.shared(State::Public);
        self.tokens
            .token(&self.app, (who, kind), package, &other)
            .await
    }

    /// Gives the package of a state that refused requests share.
    pub fn shared(&self, state: State) -> PackageAddress {
        let (owner, name) = state.names();
        address(owner, name)
    }

    /// Makes a package in a state, with the role of the one who is about to ask.
    pub async fn package(&self, name: &str, state: State, who: Who) -> PackageAddress {
        publish(&self.app, &self.owner, name, state, Some(who)).await
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

async fn publish(
    app: &TestApp,
    owner: &TestClient,
    name: &str,
    state: State,
    who: Option<Who>,
) -> PackageAddress {
    let package = address(state.names().0, name);
    if state.is_published() {
        let body = Body::new(&package.shown, "1.0.0").tag("beta");
        let body = body.access("restricted").proved();
        body.publish(owner).await.expect(201);
        settle(app, &package, state, who).await;
    }
    package
}
