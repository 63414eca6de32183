//! The world of most tests: `acme`, owned by ada.

use packhouse_npm::format::Npm;
use packhouse_testkit::app::{Options, TestApp, TestClient};

/// A server with an organisation.
pub struct World {
    pub app: TestApp,
    /// Ada, who owns `acme`.
    pub owner: TestClient,
}

impl World {
    pub async fn new() -> Self {
        Self::with(Options::default()).await
    }

    pub async fn with(options: Options) -> Self {
        let app = TestApp::with(Npm::default(), options).await;
        let owner = app.user("ada").await;
        app.organisation("acme", "ada").await;
        Self { app, owner }
    }
}
