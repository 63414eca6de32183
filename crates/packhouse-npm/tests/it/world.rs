//! The world of most tests: `acme`, owned by ada.

use packhouse_core::account::OrganisationRole;
use packhouse_core::format::Format;
use packhouse_npm::format::{NPM, Npm};
use packhouse_registry::PackageAddress;
use packhouse_testkit::app::{Kept, Options, TestApp, TestClient};

/// A server with an organisation.
pub struct World {
    pub app: TestApp,
    /// Ada, who owns `acme`.
    pub owner: TestClient,
    start: Kept,
}

impl World {
    pub async fn new() -> Self {
        Self::with(Options::default()).await
    }

    pub async fn with(options: Options) -> Self {
        let app = TestApp::with(Npm::default(), options).await;
        let owner = app.user("ada").await;
        app.organisation("acme", "ada").await;
        let start = app.kept().await;
        Self { app, owner, start }
    }

    /// Makes a user who belongs to `acme`.
    pub async fn member(&self, login: &str) -> TestClient {
        let client = self.app.user(login).await;
        let role = Some(OrganisationRole::Member);
        self.app.member("acme", login, role).await;
        client
    }

    /// Insists that nothing was kept since the world began: no blob, no upload, no change.
    pub async fn expect_untouched(&self, told: &str) {
        assert_eq!(self.app.kept().await, self.start, "{told}");
    }
}

/// Names a package of `acme`.
pub fn address(name: &str) -> PackageAddress {
    PackageAddress {
        format: NPM,
        owner: "acme".to_owned(),
        name: Npm::default().normalize_name(name).unwrap(),
        shown: format!("@acme/{name}"),
    }
}
