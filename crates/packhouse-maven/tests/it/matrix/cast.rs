//! The repositories that everybody asks about.

use std::collections::HashMap;

use packhouse_core::actor::Actor;
use packhouse_core::visibility::Visibility;
use packhouse_maven::format::Maven;
use packhouse_registry::PackageAddress;
use packhouse_testkit::app::{TestApp, TestClient, token_spec};
use packhouse_testkit::matrix::{Kind, Tokens, Who, found, populate};
use tokio::sync::Mutex;

use super::expected::State;
use super::operation::Sends;
use crate::world::{Gav, HERE, Repo, address, builds, jar, metadata, pom, pom_with, sum};

/// The build of the snapshot that every package has.
const BUILD: &str = "20260131.120000-1";

/// The server with everybody on it.
pub struct Cast {
    pub app: TestApp,
    owner: TestClient,
    tokens: Tokens,
    /// Tokens that are limited to a package.
    limited: Mutex<HashMap<(Who, String), String>>,
}

/// Where a request goes.
#[derive(Debug, Clone)]
pub struct Place {
    pub owner: &'static str,
    pub repository: String,
    /// The group that has the package and the plugin, one segment.
    pub group: String,
}

impl Place {
    /// Gives the place of a state that all requests share that change nothing.
    pub fn shared(state: State) -> Self {
        let code = match state {
            State::Live(visibility) => format!("li{}", letter(visibility)),
            State::Deleted(visibility) => format!("de{}", letter(visibility)),
            State::Vacant(visibility) => format!("va{}", letter(visibility)),
            State::NoRepository => "nore".to_owned(),
            State::NoOwner => "noow".to_owned(),
        };
        let owner = match state {
            State::NoOwner => "ghost",
            _ => "acme",
        };
        Self::of(owner, &code)
    }

    fn of(owner: &'static str, code: &str) -> Self {
        Self {
            owner,
            repository: format!("px.{code}"),
            group: format!("g-{code}"),
        }
    }

    /// Names the package for the use cases.
    pub fn package(&self) -> PackageAddress {
        let mut address = address(&format!("{}/{}", self.repository, self.lib()));
        address.owner = self.owner.to_owned();
        address
    }

    fn lib(&self) -> String {
        format!("{}.acme:lib", self.group)
    }

    fn tool(&self) -> String {
        format!("{}:tool", self.group)
    }

    /// Gives what a request sends here.
    pub fn body(&self, sends: Sends) -> Vec<u8> {
        match sends {
            Sends::Nothing => Vec::new(),
            Sends::File => jar(&self.lib(), "1.0"),
            Sends::Checksum => sum("sha1", &jar(&self.lib(), "1.0")).into_bytes(),
            Sends::Versions => metadata(&self.lib(), &["1.0"]),
            Sends::Builds => builds(&self.lib(), "2-SNAPSHOT", BUILD),
            Sends::Plugins => b"<metadata><plugins/></metadata>".to_vec(),
        }
    }
}

fn letter(visibility: Visibility) -> char {
    match visibility {
        Visibility::Public => 'p',
        Visibility::Internal => 'i',
        Visibility::Private => 's',
    }
}

impl Cast {
    pub async fn new() -> Self {
        let app = TestApp::new(Maven::default()).await;
        populate(&app).await;
        let owner = app.token("ada", token_spec()).await;
        let owner = app.client(Some(&owner.secret));
        for state in State::all() {
            fill(&app, &owner, &Place::shared(state), state, None).await;
        }
        let tokens = Tokens::new(&app).await;
        Self {
            app,
            owner,
            tokens,
            limited: Mutex::default(),
        }
    }

    /// Makes a place in a state, with the role of the one who is about to ask.
    pub async fn fresh(&self, number: u32, state: State, who: Who) -> Place {
        let place = Place::of("acme", &format!("fresh{number}"));
        fill(&self.app, &self.owner, &place, state, Some(who)).await;
        place
    }

    /// Gives the token that somebody asks about a place with.
    pub async fn token(&self, who: Who, kind: Kind, place: &Place) -> Option<String> {
        let package = place.package();
        let key = (who, package.shown.clone());
        if kind == Kind::ThisPackage
            && let Some(token) = self.limited.lock().await.get(&key)
        {
            return Some(token.clone());
        }
        let other = Place::shared(State::Live(Visibility::Public)).package();
        let token = self.tokens.token(&self.app, (who, kind), &package, &other);
        let token = token.await?;
        if kind == Kind::ThisPackage {
            self.limited.lock().await.insert(key, token.clone());
        }
        Some(token)
    }
}

/// Makes a repository with what a state says.
async fn fill(app: &TestApp, owner: &TestClient, place: &Place, state: State, who: Option<Who>) {
    let Some(visibility) = state.repository() else {
        return;
    };
    found(app, &place.repository, visibility, who).await;
    if matches!(state, State::Vacant(_)) {
        return;
    }
    let repo = Repo::of(owner, &format!("acme/{}", place.repository));
    let (lib, tool) = (place.lib(), place.tool());
    let at = Gav::new(&lib, "1.0");
    repo.put(&at.file("pom"), pom(&lib, "1.0"))
        .await
        .expect(201);
    let packaging = pom_with(&tool, "1", "<packaging>maven-archetype</packaging>");
    let of_tool = Gav::new(&tool, "1");
    repo.put(&of_tool.file("pom"), packaging).await.expect(201);
    if who.is_none() {
        // What is read; whoever writes brings it.
        repo.put(&at.file("jar"), jar(&lib, "1.0"))
            .await
            .expect(201);
        let built = Gav::new(&lib, "2-SNAPSHOT").of_build(BUILD, "pom");
        let built = repo.put(&built, pom(&lib, "2-SNAPSHOT")).await;
        built.expect(201);
        let directory = format!("{}/2-SNAPSHOT", at.directory());
        repo.put_metadata(&directory, &place.body(Sends::Builds))
            .await;
    }
    repo.put_metadata(&at.directory(), &metadata(&lib, &["1.0"]))
        .await;
    repo.put_metadata(&of_tool.directory(), &metadata(&tool, &["1"]))
        .await;
    let plugins = "<metadata><plugins><plugin><name>Tool</name><prefix>tool</prefix>\
                   <artifactId>tool</artifactId></plugin></plugins></metadata>";
    repo.put_metadata(&place.group, plugins.as_bytes()).await;
    if matches!(state, State::Deleted(_)) {
        for name in [&lib, &tool] {
            let address = address(&format!("{}/{name}", place.repository));
            let gone = app
                .registry
                .delete_package(&Actor::System, &HERE, &address, None);
            gone.await.unwrap();
        }
    }
}
