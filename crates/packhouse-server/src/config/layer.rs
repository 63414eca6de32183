//! What one source of settings says.

use std::path::Path;

use serde::Deserialize;

use super::error::ConfigError;
use super::hosts::HostsLayer;
use super::limits::LimitsLayer;
use super::links::LinksLayer;
use super::login::LoginLayer;
use super::s3::S3Layer;
use super::tls::TlsLayer;
use super::values::List;

/// The settings that one source gives; what it does not mention is `None`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Layer {
    /// The folder of everything local: database, blobs, uploads. `./data` when not said.
    pub data: Option<String>,
    /// Address and port to listen on. `127.0.0.1:8080` when not said.
    pub listen: Option<String>,
    /// The address under which clients reach the server. The one listened on when not said.
    pub public_url: Option<String>,
    /// `sqlite:///path` or `postgres://…`. `packhouse.db` in the data folder when not said.
    pub database_url: Option<String>,
    /// `file:///path` or `s3://bucket/prefix`. The data folder when not said.
    pub storage_url: Option<String>,
    /// Networks or addresses of proxies that may say from where a request came. None when not
    /// said.
    pub trusted_proxies: Option<List>,
    /// `[tls]`.
    pub tls: TlsLayer,
    /// `[hosts]`.
    pub hosts: HostsLayer,
    /// `[links]`.
    pub links: LinksLayer,
    /// `[login]`.
    pub login: LoginLayer,
    /// `[limits]`.
    pub limits: LimitsLayer,
    /// `[s3]`.
    pub s3: S3Layer,
}

impl Layer {
    /// Reads a TOML file.
    ///
    /// # Errors
    /// When it cannot be read, is not TOML, or holds an unknown key.
    pub fn of_file(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable {
            path: path.to_owned(),
            source,
        })?;
        toml::from_str(&text).map_err(|error| ConfigError::File {
            path: path.to_owned(),
            reason: error.to_string().trim_end().to_owned(),
        })
    }

    /// Fills what this layer does not say from a lower one.
    pub fn or(self, lower: Self) -> Self {
        Self {
            data: self.data.or(lower.data),
            listen: self.listen.or(lower.listen),
            public_url: self.public_url.or(lower.public_url),
            database_url: self.database_url.or(lower.database_url),
            storage_url: self.storage_url.or(lower.storage_url),
            trusted_proxies: self.trusted_proxies.or(lower.trusted_proxies),
            tls: self.tls.or(lower.tls),
            hosts: self.hosts.or(lower.hosts),
            links: self.links.or(lower.links),
            login: self.login.or(lower.login),
            limits: self.limits.or(lower.limits),
            s3: self.s3.or(lower.s3),
        }
    }
}
