//! A server with somebody on it.

use serde_json::Value;

use crate::archive;
use crate::client::Client;
use crate::http::{Request, Response, percent_encoded};
use crate::postgres::Postgres;
use crate::s3::S3;
use crate::seat::{Credential, Seat};
use crate::server::{Server, ServerBuilder};

/// The password of every account that a scene makes.
pub const PASSWORD: &str = "correct horse battery";

/// The scopes of a token that may do everything with packages.
pub const ALL_SCOPES: &str = "read:packages,write:packages,delete:packages";

/// A server with the user `alice`, her organisation `acme`, and a token of hers.
#[derive(Debug)]
pub struct Scene {
    /// The server.
    pub server: Server,
    /// Alice's token, with [`ALL_SCOPES`].
    pub token: String,
}

impl Scene {
    /// Starts one with SQLite and a folder.
    pub fn new() -> Self {
        Self::on(Server::builder())
    }

    /// Starts one with PostgreSQL and S3.
    pub fn on_postgres_and_s3() -> Self {
        let postgres = Postgres::start();
        let s3 = S3::start();
        let mut builder = Server::builder()
            .flag("--database-url", &postgres.url())
            .flag("--storage-url", &s3.url());
        for (key, value) in s3.environment() {
            builder = builder.env(key, &value);
        }
        Self::on(builder.beside(postgres).beside(s3))
    }

    /// Starts one from `builder`.
    pub fn on(builder: ServerBuilder) -> Self {
        let mut scene = Self {
            server: builder.start(),
            token: String::new(),
        };
        scene.create_user("alice");
        let words = ["org", "create", "acme", "--owner", "alice"];
        scene.server.admin(&words, "");
        scene.token = scene.create_token("alice", ALL_SCOPES, &[]);
        scene
    }

    /// Makes a user whose password is [`PASSWORD`].
    pub fn create_user(&self, login: &str) {
        let words = ["user", "create", login, "--password-stdin"];
        self.server.admin(&words, &format!("{PASSWORD}\n"));
    }

    /// Makes a token; `limits` are further flags.
    pub fn create_token(&self, login: &str, scopes: &str, limits: &[&str]) -> String {
        let mut words = vec!["token", "create", login, "--name", "test"];
        words.extend(["--scopes", scopes]);
        words.extend(limits);
        let token = self.server.admin(&words, "");
        assert!(
            token.starts_with("pkp_") && !token.contains(char::is_whitespace),
            "{token:?} is not a token alone"
        );
        token
    }

    /// Sets the visibility of a package, `acme/x` for `@acme/x`.
    pub fn set_visibility(&self, package: &str, visibility: &str) {
        let words = ["package", "visibility", "npm", package, visibility];
        self.server.admin(&words, "");
    }

    /// Puts a client before it with Alice's token.
    pub fn seat(&self, client: Client) -> Seat {
        self.seat_as(client, &Credential::Token(self.token.clone()))
    }

    /// Puts a client before it with nothing to show.
    pub fn anonymous(&self, client: Client) -> Seat {
        self.seat_as(client, &Credential::None)
    }

    /// Puts a client before it with another credential.
    pub fn seat_as(&self, client: Client, credential: &Credential) -> Seat {
        Seat::new(client, &self.server.npm(), credential)
    }

    /// Gives the address of a package's document, the slash of its name encoded.
    pub fn package_url(&self, name: &str) -> String {
        let encoded = percent_encoded(name).replace("%40", "@");
        format!("{}{encoded}", self.server.npm())
    }

    /// Begins a GET with Alice's token; `path` is below the registry.
    pub fn get(&self, path: &str) -> Request {
        Request::get(&format!("{}{path}", self.server.npm())).token(&self.token)
    }

    /// Reads the full document of a package with Alice's token; the answer may be an error.
    pub fn packument(&self, name: &str) -> Response {
        Request::get(&self.package_url(name))
            .token(&self.token)
            .header("Accept", "application/json")
            .send()
    }

    /// Gives the request by which npm would publish `manifest` with `files`.
    pub fn publish_request(&self, manifest: &Value, files: &[(&str, &[u8])]) -> Request {
        let tarball = archive::tarball(manifest, files);
        self.publish_request_with(manifest, &tarball)
    }

    /// Gives the request by which npm would publish `manifest` with a ready tarball.
    pub fn publish_request_with(&self, manifest: &Value, tarball: &[u8]) -> Request {
        let document = archive::publish_document(&self.server.npm(), manifest, tarball);
        let name = manifest["name"].as_str().expect("a manifest has a name");
        Request::put(&self.package_url(name))
            .token(&self.token)
            .json(&document)
    }
}

impl Default for Scene {
    fn default() -> Self {
        Self::new()
    }
}
