//! A client of the test server: plain HTTP over loopback, nothing decoded, followed or retried.

use std::sync::OnceLock;

use bytes::Bytes;
use reqwest::header::{AUTHORIZATION, HeaderMap};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::Value;

/// Makes the one HTTP client of a server.
pub(super) fn http() -> reqwest::Client {
    static PROVIDER: OnceLock<()> = OnceLock::new();
    PROVIDER.get_or_init(|| {
        // Fails when another part of this process was first, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client without settings can be made")
}

/// Somebody who asks.
#[derive(Clone)]
pub struct TestClient {
    http: reqwest::Client,
    base: String,
    authorization: Option<String>,
}

impl TestClient {
    pub(super) fn new(http: reqwest::Client, base: String, token: Option<&str>) -> Self {
        Self {
            http,
            base,
            authorization: token.map(|token| format!("Bearer {token}")),
        }
    }

    /// Sends this Authorization header instead.
    #[must_use]
    pub fn authorization(mut self, value: impl Into<String>) -> Self {
        self.authorization = Some(value.into());
        self
    }

    /// Begins a request to a path below the protocol's scope, spelled as given.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &self.authorization {
            Some(value) => request.header(AUTHORIZATION, value),
            None => request,
        }
    }

    /// GETs a path.
    pub async fn get(&self, path: &str) -> Answer {
        send(self.request(Method::GET, path)).await
    }

    /// GETs a path with one more header.
    pub async fn get_with(&self, path: &str, name: &str, value: &str) -> Answer {
        send(self.request(Method::GET, path).header(name, value)).await
    }

    /// Asks for the head of a path.
    pub async fn head(&self, path: &str) -> Answer {
        send(self.request(Method::HEAD, path)).await
    }

    /// PUTs JSON to a path.
    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        send(self.request(Method::PUT, path).json(body)).await
    }

    /// POSTs JSON to a path.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        send(self.request(Method::POST, path).json(body)).await
    }

    /// DELETEs a path.
    pub async fn delete(&self, path: &str) -> Answer {
        send(self.request(Method::DELETE, path)).await
    }
}

/// Sends a request and takes the whole answer.
///
/// # Panics
/// When no answer comes.
pub async fn send(request: RequestBuilder) -> Answer {
    let response = request.send().await.expect("the server answers");
    Answer {
        status: response.status(),
        headers: response.headers().clone(),
        body: response.bytes().await.expect("the body comes whole"),
    }
}

/// An answer, whole.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body as it came.
    pub body: Bytes,
}

impl Answer {
    /// Gives the body as JSON.
    ///
    /// # Panics
    /// When it is none.
    #[track_caller]
    pub fn json(&self) -> Value {
        let read = serde_json::from_slice(&self.body);
        read.unwrap_or_else(|error| panic!("{error}: {} {:?}", self.status, self.text()))
    }

    /// Gives the body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Gives a header's text, or nothing.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Insists on a status, and gives the answer on.
    ///
    /// # Panics
    /// When the status is another; the message holds the body.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        self
    }

    /// Gives the `error` text of a JSON refusal.
    ///
    /// # Panics
    /// When there is none.
    #[track_caller]
    pub fn error(&self) -> String {
        let body = self.json();
        let error = body.get("error").and_then(Value::as_str);
        error.expect("a refusal has a text").to_owned()
    }
}
