//! The settings that count, as TOML that could be loaded again but for the secrets.

use std::path::PathBuf;

use secrecy::ExposeSecret;
use serde::Serialize;
use url::Url;

use super::{Config, SizeLimits};
use crate::protocols;

/// Stands for a secret.
const HIDDEN: &str = "…";

#[derive(Serialize)]
struct Shown<'a> {
    data: &'a PathBuf,
    listen: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    public_url: Option<&'a str>,
    database_url: String,
    storage_url: &'a str,
    trusted_proxies: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tls: Option<ShownTls<'a>>,
    hosts: toml::Table,
    links: ShownLinks<'a>,
    login: ShownLogin,
    limits: &'a SizeLimits,
    s3: ShownS3<'a>,
}

#[derive(Serialize)]
struct ShownTls<'a> {
    cert: &'a PathBuf,
    key: &'a PathBuf,
}

#[derive(Serialize)]
struct ShownLinks<'a> {
    hosts: &'a [String],
}

#[derive(Serialize)]
struct ShownLogin {
    web: bool,
}

#[derive(Serialize)]
struct ShownS3<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    endpoint: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret_key: Option<&'static str>,
    allow_http: bool,
}

impl Config {
    /// Gives all settings as TOML, defaults included, secrets left out.
    ///
    /// # Errors
    /// When a path is not UTF-8.
    pub fn show(&self) -> Result<String, toml::ser::Error> {
        let secret = self.s3.secret_key.as_ref();
        let shown = Shown {
            data: &self.data,
            listen: self.listen.to_string(),
            public_url: self.public_url.as_ref().map(Url::as_str),
            database_url: without_password(self.database_url.expose_secret()),
            storage_url: self.storage_url.as_str(),
            trusted_proxies: self
                .trusted_proxies
                .iter()
                .map(ToString::to_string)
                .collect(),
            tls: self.tls.as_ref().map(|tls| ShownTls {
                cert: &tls.cert,
                key: &tls.key,
            }),
            hosts: self.shown_hosts(),
            links: ShownLinks {
                hosts: &self.link_hosts,
            },
            login: ShownLogin {
                web: self.web_login,
            },
            limits: &self.limits,
            s3: ShownS3 {
                endpoint: self.s3.endpoint.as_deref(),
                region: self.s3.region.as_deref(),
                access_key: self.s3.access_key.as_deref(),
                secret_key: secret.map(|_| HIDDEN),
                allow_http: self.s3.allow_http,
            },
        };
        toml::to_string(&shown)
    }

    fn shown_hosts(&self) -> toml::Table {
        let mut table = toml::Table::new();
        for (format, scope) in protocols::scopes() {
            let hosts = self.hosts.iter().filter(|(_, leads_to)| *leads_to == scope);
            let names: Vec<_> = hosts
                .map(|(name, _)| toml::Value::from(name.as_str()))
                .collect();
            if !names.is_empty() {
                table.insert(format.as_str().to_owned(), toml::Value::Array(names));
            }
        }
        table
    }
}

/// A password stands before the host, or among the parameters of a libpq URL.
fn without_password(url: &str) -> String {
    if url.starts_with("sqlite:") {
        return url.to_owned();
    }
    let Ok(mut parsed) = Url::parse(url) else {
        // libpq takes what the URL standard does not, such as several hosts.
        let scheme = url.split_once("://").map_or(url, |(scheme, _)| scheme);
        return format!("{scheme}://{HIDDEN}");
    };
    if parsed.password().is_some() && parsed.set_password(Some("hidden")).is_err() {
        return format!("{}://{HIDDEN}", parsed.scheme());
    }
    if parsed.query().is_some() {
        let kept: Vec<_> = parsed
            .query_pairs()
            .map(|(key, value)| {
                let secret = matches!(&*key, "password" | "sslpassword");
                let value = if secret {
                    "hidden".to_owned()
                } else {
                    value.into_owned()
                };
                (key.into_owned(), value)
            })
            .collect();
        parsed.query_pairs_mut().clear().extend_pairs(kept);
    }
    parsed.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_of_databases_are_hidden() {
        for (url, shown) in [
            ("sqlite:///a b/c.db", "sqlite:///a b/c.db"),
            ("postgres://u@h/x", "postgres://u@h/x"),
            ("postgres://u:secret@h/x", "postgres://u:hidden@h/x"),
            (
                "postgres://h/x?password=secret&sslmode=require",
                "postgres://h/x?password=hidden&sslmode=require",
            ),
            ("postgres://u:secret@a:1,b:2/x", "postgres://…"),
        ] {
            assert_eq!(without_password(url), shown);
        }
    }
}
