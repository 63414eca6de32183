//! Keeps cookies and fills in forms, and looks at every answer's headers.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use actix_web::body::to_bytes;
use actix_web::http::Method;
use actix_web::http::header::HeaderMap;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::{App, http::StatusCode};
use packhouse_http::request_log::log_request;

use crate::world::{PASSWORD, World};

const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

pub struct Browser<'a> {
    world: &'a World,
    pub cookies: BTreeMap<String, String>,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl<'a> Browser<'a> {
    pub fn new(world: &'a World) -> Self {
        Self {
            world,
            cookies: BTreeMap::new(),
        }
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(TestRequest::get().uri(path)).await
    }

    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(TestRequest::post().uri(path).set_form(fields))
            .await
    }

    /// Opens a page and sends its form with these fields and the hidden token.
    pub async fn fill(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.get(path).await;
        assert_eq!(page.status, 200, "{}", page.text);
        let csrf = page.csrf();
        let mut fields = fields.to_vec();
        fields.push(("csrf", &csrf));
        self.post(path, &fields).await
    }

    pub async fn sign_in(&mut self, name: &str) {
        let answer = self
            .fill("/login", &[("name", name), ("password", PASSWORD)])
            .await;
        assert_eq!(answer.status, 303, "{}", answer.text);
    }

    /// Gives the name that the start page greets with.
    pub async fn signed_in_as(&mut self) -> Option<String> {
        let page = self.get("/").await;
        assert_eq!(page.status, 200);
        page.between("Signed in as <strong>", "</strong>")
    }

    pub async fn send(&mut self, mut request: TestRequest) -> Answer {
        let jar: Vec<_> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        if !jar.is_empty() {
            request = request.insert_header(("cookie", jar.join("; ")));
        }
        let kit = self.world.kit.clone();
        let app = init_service(
            App::new()
                .wrap(from_fn(log_request))
                .configure(|config| packhouse_web::configure(config, kit)),
        )
        .await;
        let peer: SocketAddr = "192.0.2.7:1234".parse().unwrap();
        let request = request.peer_addr(peer).to_request();
        let is_asset = request.path().starts_with("/static/");
        let is_head = request.method() == Method::HEAD;
        let response = call_service(&app, request).await.into_parts().1;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = to_bytes(response.into_body()).await.ok().unwrap();
        let text = String::from_utf8(body.to_vec()).unwrap();
        let answer = Answer {
            status,
            headers,
            text,
        };
        answer.check_headers(is_asset);
        assert!(is_head || answer.status != 200 || !answer.text.is_empty());
        for cookie in answer.headers.get_all("set-cookie") {
            let (pair, attributes) = cookie.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            assert!(
                attributes.contains("HttpOnly; SameSite=Lax"),
                "{attributes}"
            );
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Gives the token of the page's main form, which comes last.
    pub fn csrf(&self) -> String {
        let (_, rest) = self
            .text
            .rsplit_once("name=\"csrf\" value=\"")
            .expect("a form has a token");
        rest.split('"').next().unwrap().to_owned()
    }

    pub fn between(&self, before: &str, after: &str) -> Option<String> {
        let (_, rest) = self.text.split_once(before)?;
        rest.split_once(after).map(|(found, _)| found.to_owned())
    }

    fn check_headers(&self, is_asset: bool) {
        assert_eq!(self.header("content-security-policy"), Some(POLICY));
        assert_eq!(self.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(self.header("referrer-policy"), Some("no-referrer"));
        if is_asset && self.status != 404 {
            assert!(self.header("etag").is_some());
        } else {
            assert_eq!(self.header("cache-control"), Some("no-store"));
        }
    }
}
