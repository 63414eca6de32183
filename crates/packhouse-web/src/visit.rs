//! A request to a page: who looks at it, and what its form sent.

use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{HttpRequest, HttpResponse, web};
use packhouse_core::actor::Client;
use packhouse_http::request_log::note_actor;
use packhouse_http::{Kit, Result, actor};
use packhouse_registry::login::{Proved, Session};
use packhouse_registry::{Registry, secret};

use crate::answer;
use crate::cookie::{Cookie, Cookies};
use crate::csrf;
use crate::form::Form;
use crate::frame::Frame;

/// The length of our secrets, in characters.
const SECRET_LENGTH: usize = 43;

/// What a page's handler gets.
pub(crate) struct Visit {
    pub request: HttpRequest,
    pub client: Client,
    pub session: Option<Session>,
    kit: Arc<Kit>,
    cookies: Cookies,
    payload: Payload,
}

impl Visit {
    /// Finds out who looks.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn begin(kit: Arc<Kit>, request: HttpRequest, payload: web::Payload) -> Result<Self> {
        let peer = request.peer_addr().map(|peer| peer.ip());
        let client = actor::client(request.headers(), peer, &kit.trusted_proxies);
        let cookies = Cookies::of(&kit.registry.settings().public_url);
        let session = match cookies.read(request.headers(), Cookie::Session) {
            Some(secret) => kit.registry.find_session(secret).await?,
            None => None,
        };
        if let Some(session) = &session {
            note_actor(&request, &session.actor);
        }
        Ok(Self {
            request,
            client,
            session,
            kit,
            cookies,
            payload: payload.into_inner(),
        })
    }

    pub fn registry(&self) -> &Registry {
        &self.kit.registry
    }

    pub fn frame(&self) -> Frame<'_> {
        Frame::new(self.session.as_ref())
    }

    /// Gives a value of the query string, decoded.
    pub fn query(&self, name: &str) -> Option<String> {
        url::form_urlencoded::parse(self.request.query_string().as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }

    /// Reads the form, which must carry the session's token.
    ///
    /// # Errors
    /// `Forbidden` without it; those of [`Form::read`].
    pub async fn session_form(&mut self) -> Result<Form> {
        let form = self.form().await?;
        csrf::check_token(
            form.get("csrf"),
            self.session.as_ref().map(|s| s.csrf.as_str()),
        )?;
        Ok(form)
    }

    /// Reads the form of somebody who is not signed in, which must carry the token of the cookie.
    ///
    /// # Errors
    /// `Forbidden` without it; those of [`Form::read`].
    pub async fn open_form(&mut self) -> Result<Form> {
        let form = self.form().await?;
        csrf::check_token(form.get("csrf"), self.form_cookie())?;
        Ok(form)
    }

    /// Gives the token for a form that is sent without a session; send the answer through
    /// [`Visit::with_form_cookie`].
    pub fn form_token(&self) -> String {
        self.form_cookie()
            .map_or_else(secret::new_secret, str::to_owned)
    }

    /// Lets the browser keep the token of a form.
    pub fn with_form_cookie(&self, mut response: HttpResponse, token: &str) -> HttpResponse {
        let cookie = self.cookies.write(Cookie::Form, token, None);
        answer::set_cookie(response.headers_mut(), cookie);
        response
    }

    /// Signs the browser in and leads it on. A session that it had ends.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sign_in(&self, proved: &Proved, next: &str) -> Result<HttpResponse> {
        self.end_session().await?;
        let session = self.registry().begin_session(proved).await?;
        note_actor(&self.request, &proved.actor());
        let mut response = answer::see_other(next);
        let cookie = self
            .cookies
            .write(Cookie::Session, &session.secret, Some(session.max_age));
        answer::set_cookie(response.headers_mut(), cookie);
        answer::set_cookie(response.headers_mut(), self.cookies.clear(Cookie::Form));
        Ok(response)
    }

    /// Signs the browser out and leads it on.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sign_out(&self, next: &str) -> Result<HttpResponse> {
        self.end_session().await?;
        let mut response = answer::see_other(next);
        answer::set_cookie(response.headers_mut(), self.cookies.clear(Cookie::Session));
        Ok(response)
    }

    async fn end_session(&self) -> Result<()> {
        if let Some(secret) = self.cookies.read(self.request.headers(), Cookie::Session) {
            self.registry().end_session(secret).await?;
        }
        Ok(())
    }

    async fn form(&mut self) -> Result<Form> {
        csrf::check_site(
            self.request.headers(),
            &self.registry().settings().public_url,
        )?;
        let payload = std::mem::replace(&mut self.payload, Payload::None);
        Form::read(self.request.headers(), payload, self.kit.limits.idle).await
    }

    /// Gives the form cookie if it looks like one of ours.
    fn form_cookie(&self) -> Option<&str> {
        let safe = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        self.cookies
            .read(self.request.headers(), Cookie::Form)
            .filter(|text| text.len() == SECRET_LENGTH && text.bytes().all(safe))
    }
}
