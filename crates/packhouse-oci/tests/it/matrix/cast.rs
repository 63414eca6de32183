//! The images that everybody asks about.

use std::collections::HashMap;

use packhouse_core::format::Format;
use packhouse_oci::format::{CONTAINER, Oci};
use packhouse_registry::PackageAddress;
use packhouse_testkit::app::{TestApp, TestClient, token_spec};
use packhouse_testkit::matrix::{Kind, State, Tokens, Who, populate, settle};
use tokio::sync::Mutex;

use super::Form;
use super::expected::Expected;
use super::operation::{Operation, Sends};
use crate::image::{config, manifest};
use crate::world::{Image, bytes, sha256};

/// What every image holds that was pushed.
const SEED: &str = "matrix";

/// The server with everybody on it.
pub struct Cast {
    pub app: TestApp,
    owner: TestClient,
    tokens: Tokens,
    /// Access tokens by who asked with what for which image.
    access: Mutex<HashMap<(Who, Kind, Form, String), String>>,
}

/// What a request is about.
pub struct Target {
    pub digest: String,
    pub upload: String,
    pub body: Vec<u8>,
}

fn address(owner: &str, name: &str) -> PackageAddress {
    PackageAddress {
        format: CONTAINER,
        owner: owner.to_owned(),
        name: Oci.normalize_name(name).unwrap(),
        shown: format!("{owner}/{name}"),
    }
}

impl Cast {
    pub async fn new() -> Self {
        let app = TestApp::new(Oci).await;
        populate(&app).await;
        let owner = app.token("ada", token_spec()).await;
        let owner = app.client(Some(&owner.secret));
        for state in State::ALL {
            let (_, name) = state.names();
            publish(&app, &owner, name, state, None).await;
        }
        let tokens = Tokens::new(&app).await;
        Self {
            app,
            owner,
            tokens,
            access: Mutex::default(),
        }
    }

    /// Gives the image of a state that refused requests share.
    pub fn shared(&self, state: State) -> PackageAddress {
        let (owner, name) = state.names();
        address(owner, name)
    }

    /// Makes an image in a state, with the role of the one who is about to ask.
    pub async fn image(&self, name: &str, state: State, who: Who) -> PackageAddress {
        publish(&self.app, &self.owner, name, state, Some(who)).await
    }

    /// Gives the personal token that somebody asks about an image with.
    pub async fn token(&self, who: Who, kind: Kind, image: &PackageAddress) -> Option<String> {
        let other = self.shared(State::Public);
        let tokens = &self.tokens;
        tokens.token(&self.app, (who, kind), image, &other).await
    }

    /// Gives somebody as they come to an image.
    pub async fn client(
        &self,
        who: Who,
        kind: Kind,
        form: Form,
        image: &PackageAddress,
    ) -> TestClient {
        if matches!(form, Form::Bearer | Form::Basic) {
            let token = self.token(who, kind, image).await;
            return match (token, form) {
                (Some(token), Form::Basic) => {
                    let header = crate::auth::basic("anybody", &token);
                    self.app.anonymous().authorization(header)
                }
                (token, _) => self.app.client(token.as_deref()),
            };
        }
        let key = (who, kind, form, image.shown.clone());
        if let Some(text) = self.access.lock().await.get(&key) {
            return self.app.client(Some(text));
        }
        let token = self.token(who, kind, image).await;
        let basic = token.map(|token| crate::auth::basic("anybody", &token));
        let scopes = match form {
            Form::Full => {
                let image = format!("repository:{}:pull,push,delete", image.shown);
                format!("service=test&scope={image}&scope=registry:catalog:*")
            }
            _ => "service=test".to_owned(),
        };
        let body = crate::auth::ask(&self.app, basic.as_deref(), &scopes).await;
        let body = body.expect(200).json();
        let text = crate::auth::text(&body, "token").to_owned();
        self.access.lock().await.insert(key, text.clone());
        self.app.client(Some(&text))
    }

    /// Prepares what a request is about.
    pub async fn target(
        &self,
        operation: &Operation,
        expected: Expected,
        image: &PackageAddress,
        who: Who,
    ) -> Target {
        let allowed = matches!(expected, Expected::Allowed | Expected::Nothing);
        let manifest = manifest(&config(SEED), &[&bytes(SEED, 200)]);
        let blob = b"in no manifest".to_vec();
        let mut target = Target {
            digest: sha256(if operation.of_blob { &blob } else { &manifest }),
            upload: "3f0c2a52-8f5e-4b43-9d0a-0d6a9d1c7b11".to_owned(),
            body: match operation.sends {
                Sends::Nothing => Vec::new(),
                Sends::Manifest => manifest,
                Sends::Blob => blob,
            },
        };
        if who == Who::Anonymous || !allowed {
            return target;
        }
        let mine = Image::of(&self.client_of(who).await, &image.shown);
        if operation.on_upload {
            let at = mine.begin().await;
            target.upload = at.rsplit('/').next().unwrap().to_owned();
        }
        if expected == Expected::Nothing && operation.sends == Sends::Manifest {
            // Its blobs come first.
            mine.layers(SEED).await;
        }
        target
    }

    /// Gives somebody with a token that may do all that they may.
    async fn client_of(&self, who: Who) -> TestClient {
        let image = self.shared(State::Public);
        let token = self.token(who, Kind::All, &image).await;
        self.app.client(token.as_deref())
    }
}

async fn publish(
    app: &TestApp,
    owner: &TestClient,
    name: &str,
    state: State,
    who: Option<Who>,
) -> PackageAddress {
    let address = address(state.names().0, name);
    if state.is_published() {
        let image = Image::of(owner, &address.shown);
        image.push("1", SEED).await;
        image.blob(b"in no manifest").await;
        settle(app, &address, state, who).await;
    }
    address
}
