//! Settings from the environment.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use serde::Deserialize;

use super::error::ConfigError;
use super::layer::Layer;
use super::s3::{S3Layer, SecretText};
use super::values::Flag;

/// What the environment says.
#[derive(Debug, Default)]
pub(super) struct Environment {
    /// The file of `PACKHOUSE_CONFIG`.
    pub file: Option<PathBuf>,
    /// The settings.
    pub layer: Layer,
    /// What AWS's own variables say, lowest of all.
    pub aws: S3Layer,
}

/// The top-level settings: `PACKHOUSE_` and one of these.
const TOP: [&str; 6] = [
    "DATA",
    "LISTEN",
    "PUBLIC_URL",
    "DATABASE_URL",
    "STORAGE_URL",
    "TRUSTED_PROXIES",
];

/// The start of AWS's own variables.
const AWS: &str = "AWS_";

impl Environment {
    /// Picks out the variables that are ours.
    ///
    /// # Errors
    /// When a `PACKHOUSE__…` name is unknown, or a value is of a wrong kind.
    pub(super) fn read(
        variables: impl Iterator<Item = (OsString, OsString)>,
    ) -> Result<Self, ConfigError> {
        let mut read = Self::default();
        let (mut plain, mut sections) = (Layer::default(), Layer::default());
        let mut aws = HashMap::new();
        for (name, value) in variables {
            let Some(name) = name.to_str().filter(|_| !value.is_empty()) else {
                continue;
            };
            if let Some(path) = name.strip_prefix("PACKHOUSE__") {
                sections = layer(name, path, text(name, &value)?)?.or(sections);
            } else if name == "PACKHOUSE_CONFIG" {
                read.file = Some(value.into());
            } else if let Some(key) = name.strip_prefix("PACKHOUSE_") {
                if TOP.contains(&key) {
                    plain = layer(name, key, text(name, &value)?)?.or(plain);
                }
            } else if name.starts_with(AWS) {
                aws.insert(name.to_owned(), value);
            }
        }
        read.layer = plain.or(sections);
        read.aws = of_aws(&aws)?;
        Ok(read)
    }
}

/// Reads the variables that AWS's tools read, where there are two names the stronger one.
fn of_aws(variables: &HashMap<String, OsString>) -> Result<S3Layer, ConfigError> {
    let get = |names: &[&str]| {
        let found = names
            .iter()
            .find_map(|name| Some((*name, variables.get(*name)?)));
        found
            .map(|(name, value)| text(name, value).map(str::to_owned))
            .transpose()
    };
    let secret = get(&["AWS_SECRET_ACCESS_KEY"])?;
    let allow_http = get(&["AWS_ALLOW_HTTP"])?;
    Ok(S3Layer {
        endpoint: get(&["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"])?,
        region: get(&["AWS_REGION", "AWS_DEFAULT_REGION"])?,
        access_key: get(&["AWS_ACCESS_KEY_ID"])?,
        secret_key: secret.map(|text| SecretText(text.into())),
        allow_http: allow_http.map(|text| Flag(text.eq_ignore_ascii_case("true"))),
    })
}

fn text<'a>(name: &str, value: &'a OsStr) -> Result<&'a str, ConfigError> {
    value
        .to_str()
        .ok_or_else(|| ConfigError::value(name, "is not UTF-8"))
}

/// Makes a layer that says one thing. `path` is `KEY` or `SECTION__KEY`.
fn layer(name: &str, path: &str, value: &str) -> Result<Layer, ConfigError> {
    let said = path
        .rsplit("__")
        .fold(toml::Value::from(value), |inner, key| {
            toml::Value::Table([(key.to_lowercase(), inner)].into_iter().collect())
        });
    Layer::deserialize(said).map_err(|error| {
        // The error's own text may name places of a file, which there is none of.
        ConfigError::value(name, error.message().to_owned())
    })
}
