//! Challenges, access tokens and credentials (OCI notes §3).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use packhouse_testkit::app::{Answer, TestApp, TestClient};
use serde_json::Value;

mod access;
mod catalogue;
mod challenge;
mod expiry;
mod hosts;
mod issue;

/// Writes a Basic header.
pub fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

/// A challenge, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub struct Challenge {
    pub realm: String,
    pub service: String,
    pub scope: Option<String>,
    pub error: Option<String>,
}

impl Challenge {
    /// Reads the only challenge of an answer.
    #[track_caller]
    pub fn of(answer: &Answer) -> Self {
        let all: Vec<_> = answer.headers.get_all("www-authenticate").iter().collect();
        assert_eq!(all.len(), 1, "one challenge alone: {all:?}");
        let text = all[0].to_str().unwrap();
        let rest = text.strip_prefix("Bearer ").expect("Bearer alone");
        let mut values = std::collections::BTreeMap::new();
        let mut parts = rest;
        while !parts.is_empty() {
            let (name, more) = parts.split_once("=\"").expect("every value is quoted");
            let (value, more) = more.split_once('"').expect("quotes close");
            values.insert(name.to_owned(), value.to_owned());
            parts = more.strip_prefix(',').unwrap_or(more);
        }
        let challenge = Self {
            realm: values.remove("realm").expect("a realm"),
            service: values.remove("service").expect("a service"),
            scope: values.remove("scope"),
            error: values.remove("error"),
        };
        assert!(values.is_empty(), "{text}");
        challenge
    }
}

/// Insists on a 401, and gives scope and error of its challenge.
#[track_caller]
pub fn challenged(answer: Answer) -> (Option<String>, Option<String>) {
    let answer = crate::world::refused(answer, 401, "UNAUTHORIZED");
    let challenge = Challenge::of(&answer);
    (challenge.scope, challenge.error)
}

/// Asks for a token, as somebody with this Authorization header or with none.
pub async fn ask(app: &TestApp, authorization: Option<&str>, query: &str) -> Answer {
    let mut client = app.anonymous();
    if let Some(value) = authorization {
        client = client.authorization(value);
    }
    client.get(&format!("/token?{query}")).await
}

/// Gives a client with an access token for these scopes.
pub async fn bearer(app: &TestApp, authorization: Option<&str>, scopes: &[&str]) -> TestClient {
    let scopes: Vec<String> = scopes
        .iter()
        .map(|scope| format!("scope={scope}"))
        .collect();
    let query = format!("service=test&{}", scopes.join("&"));
    let body = ask(app, authorization, &query).await.expect(200).json();
    app.client(Some(text(&body, "token")))
}

pub fn text<'b>(body: &'b Value, key: &str) -> &'b str {
    body[key].as_str().expect("a text")
}
