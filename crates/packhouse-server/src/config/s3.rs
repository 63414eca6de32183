//! `[s3]`: how to reach the bucket of `storage_url`.
//!
//! What is set nowhere comes from the variables that AWS's own tools read: `AWS_ENDPOINT_URL_S3`
//! or `AWS_ENDPOINT_URL`, `AWS_REGION` or `AWS_DEFAULT_REGION`, `AWS_ACCESS_KEY_ID`,
//! `AWS_SECRET_ACCESS_KEY`, and `AWS_ALLOW_HTTP`. Without an access key the role of the machine
//! counts.

use packhouse_blob::S3Settings;
use secrecy::SecretString;
use serde::Deserialize;

use super::error::ConfigError;
use super::values::Flag;

/// `[s3]` as one source says it; see [`S3Settings`].
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct S3Layer {
    /// Address of an S3-compatible server; AWS's when not said.
    pub endpoint: Option<String>,
    /// Region to sign for; `us-east-1` when not said.
    pub region: Option<String>,
    /// Access key id.
    pub access_key: Option<String>,
    /// Secret of the access key.
    pub secret_key: Option<SecretText>,
    /// Lets the endpoint be plain `http://`; no when not said.
    pub allow_http: Option<Flag>,
}

/// A secret that `Debug` does not show.
#[derive(Debug)]
pub struct SecretText(pub SecretString);

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(text.into()))
    }
}

impl S3Layer {
    /// Fills what this one does not say from a lower one.
    pub fn or(self, lower: Self) -> Self {
        Self {
            endpoint: self.endpoint.or(lower.endpoint),
            region: self.region.or(lower.region),
            access_key: self.access_key.or(lower.access_key),
            secret_key: self.secret_key.or(lower.secret_key),
            allow_http: self.allow_http.or(lower.allow_http),
        }
    }

    /// Fills what nobody said from AWS's own variables. Key and secret belong together: when one
    /// of them was said, theirs do not count.
    pub fn or_aws(self, aws: Self) -> Self {
        let said = self.access_key.is_some() || self.secret_key.is_some();
        let aws = if said {
            Self {
                access_key: None,
                secret_key: None,
                ..aws
            }
        } else {
            aws
        };
        self.or(aws)
    }

    /// Gives what the store wants to know.
    ///
    /// # Errors
    /// When one of key and secret is missing, or the endpoint is plain HTTP and that is not
    /// allowed.
    pub fn finish(self) -> Result<S3Settings, ConfigError> {
        let pair = (self.access_key.is_some(), self.secret_key.is_some());
        match pair {
            (true, false) => {
                return Err(ConfigError::value(
                    "s3.secret_key",
                    "not set, but s3.access_key is",
                ));
            }
            (false, true) => {
                return Err(ConfigError::value(
                    "s3.access_key",
                    "not set, but s3.secret_key is",
                ));
            }
            (true, true) | (false, false) => {}
        }
        let allow_http = self.allow_http.is_some_and(|flag| flag.0);
        if let Some(endpoint) = &self.endpoint {
            let plain = endpoint.starts_with("http://");
            if !plain && !endpoint.starts_with("https://") {
                let reason = format!("bad address {endpoint:?}: use https://HOST or http://HOST");
                return Err(ConfigError::value("s3.endpoint", reason));
            }
            if plain && !allow_http {
                let reason = "is plain http: set s3.allow_http = true if it is meant";
                return Err(ConfigError::value("s3.endpoint", reason));
            }
        }
        Ok(S3Settings {
            endpoint: self.endpoint,
            region: self.region,
            access_key: self.access_key,
            secret_key: self.secret_key.map(|secret| secret.0),
            allow_http,
        })
    }
}
