//! What a handler gets: who asks, from where, about what.

use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::http::header::{HeaderName, HeaderValue};
use ipnet::IpNet;
use packhouse_core::account::Account;
use packhouse_core::actor::{Actor, Client};
use packhouse_registry::{PackageHandle, Registry, RepositoryHandle};

use crate::error::{HttpError, Result};
use crate::limits::Limits;
use crate::links::Hosts;

/// What all protocols and pages of one server share.
#[derive(Clone)]
pub struct Kit {
    /// The use cases.
    pub registry: Registry,
    /// Size limits.
    pub limits: Limits,
    /// Which host names lead to which protocol.
    pub hosts: Hosts,
    /// Whether command-line clients may sign in through a page.
    pub web_login: bool,
    /// Proxies that may say from where a request came.
    pub trusted_proxies: Arc<[IpNet]>,
}

/// A request that passed the guard.
pub struct Call {
    /// What is shared.
    pub kit: Arc<Kit>,
    /// Who asks.
    pub actor: Actor,
    /// From where and with what.
    pub client: Client,
    /// The package the address names, when there is one.
    pub package: Option<PackageHandle>,
    /// The version's name as it was published, for `Access::Held`.
    pub version: Option<String>,
    /// The account the address names, for `Access::Owner`.
    pub owner: Option<Account>,
    /// The repository the address names, for `Access::Repository`.
    pub repository: Option<RepositoryHandle>,
    /// Where the protocol's addresses begin for this client, without a slash at the end.
    pub base: Arc<str>,
    /// The request's head.
    pub request: HttpRequest,
    /// The request's body.
    pub payload: Payload,
}

impl Call {
    /// Gives the use cases.
    pub fn registry(&self) -> &Registry {
        &self.kit.registry
    }

    /// Gives the package that the address names.
    ///
    /// # Errors
    /// When there is none (the asker may create it).
    pub fn package(&self) -> Result<&PackageHandle> {
        self.package
            .as_ref()
            .ok_or_else(|| HttpError::not_found("the package"))
    }

    /// Gives the account that the address names.
    ///
    /// # Errors
    /// When the address names none.
    pub fn owner(&self) -> Result<&Account> {
        let owner = self.owner.as_ref();
        owner.ok_or_else(|| HttpError::not_found("the account"))
    }

    /// Gives the repository that the address names.
    ///
    /// # Errors
    /// When the address names none, which is a fault of its route.
    pub fn repository(&self) -> Result<&RepositoryHandle> {
        self.repository
            .as_ref()
            .ok_or_else(|| HttpError::not_found("the repository"))
    }

    /// Gives a header as text; one that is not text counts as absent.
    pub fn header(&self, name: impl Into<HeaderName>) -> Option<&str> {
        let value: &HeaderValue = self.request.headers().get(name.into())?;
        value.to_str().ok()
    }

    /// Gives a value of the query string, decoded.
    pub fn query(&self, name: &str) -> Option<String> {
        url::form_urlencoded::parse(self.request.query_string().as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }
}
