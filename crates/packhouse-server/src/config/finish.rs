//! From what was said to what counts: defaults, and each value checked.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use url::Url;

use super::Config;
use super::error::ConfigError;
use super::layer::Layer;
use super::s3::S3Layer;
use super::values::List;

const DATA: &str = "./data";
const LISTEN: &str = "127.0.0.1:8080";

/// Fills in defaults and checks every value.
///
/// # Errors
/// Names the key of a value that cannot be used.
pub(super) fn finish(said: Layer, aws: S3Layer) -> Result<Config, ConfigError> {
    let data = absolute(said.data.as_deref().unwrap_or(DATA))?;
    let database_url = match said.database_url {
        Some(url) => database_url(url)?,
        None => format!("sqlite://{}/packhouse.db", utf8(&data)?),
    };
    let storage_url = match said.storage_url {
        Some(url) => storage_url(&url)?,
        None => Url::from_file_path(&data).map_err(|()| {
            ConfigError::value("data", format!("{} makes no file:// URL", data.display()))
        })?,
    };
    Ok(Config {
        listen: listen(said.listen.as_deref().unwrap_or(LISTEN))?,
        public_url: said.public_url.as_deref().map(public_url).transpose()?,
        database_url: database_url.into(),
        storage_url,
        trusted_proxies: trusted_proxies(said.trusted_proxies)?,
        tls: said.tls.finish()?,
        hosts: said.hosts.finish()?,
        link_hosts: said.links.finish(),
        web_login: said.login.finish(),
        limits: said.limits.finish(),
        s3: said.s3.or_aws(aws).finish()?,
        data,
    })
}

fn absolute(data: &str) -> Result<PathBuf, ConfigError> {
    std::path::absolute(data).map_err(|error| ConfigError::value("data", error.to_string()))
}

fn utf8(data: &Path) -> Result<&str, ConfigError> {
    let reason = "its path is not UTF-8: set database_url and storage_url";
    data.to_str()
        .ok_or_else(|| ConfigError::value("data", reason))
}

fn listen(text: &str) -> Result<SocketAddr, ConfigError> {
    text.parse().map_err(|_| {
        let reason = format!("bad address {text:?}: use ADDRESS:PORT, such as 127.0.0.1:8080");
        ConfigError::value("listen", reason)
    })
}

fn public_url(text: &str) -> Result<Url, ConfigError> {
    let wrong = || {
        let reason = format!("bad address {text:?}: use https://HOST/ or http://HOST:PORT/");
        ConfigError::value("public_url", reason)
    };
    let url = Url::parse(text).map_err(|_| wrong())?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    if !plain {
        return Err(wrong());
    }
    if url.path() != "/" {
        // Clients and cookies count on the root; proxies give a host of its own instead.
        let reason = format!("{text:?} has a path: give Packhouse a host of its own");
        return Err(ConfigError::value("public_url", reason));
    }
    Ok(url)
}

/// The address may hold a password, so it is not shown.
fn database_url(url: String) -> Result<String, ConfigError> {
    let sqlite = url
        .strip_prefix("sqlite://")
        .map(|path| path.starts_with('/'));
    let postgres = url.starts_with("postgres://") || url.starts_with("postgresql://");
    match sqlite {
        Some(true) => Ok(url),
        None if postgres => Ok(url),
        Some(false) => {
            let reason = "the path must be absolute: sqlite:///PATH";
            Err(ConfigError::value("database_url", reason))
        }
        None => {
            let reason = "unknown scheme: use sqlite:///PATH or postgres://USER@HOST/NAME";
            Err(ConfigError::value("database_url", reason))
        }
    }
}

fn storage_url(text: &str) -> Result<Url, ConfigError> {
    let wrong = |reason: &str| ConfigError::value("storage_url", reason);
    let url =
        Url::parse(text).map_err(|_| wrong("is no URL: use file:///PATH or s3://BUCKET/PREFIX"))?;
    match url.scheme() {
        "file" if url.to_file_path().is_ok() => Ok(url),
        "file" => Err(wrong("the path must be absolute: file:///PATH")),
        "s3" if url.has_host() => Ok(url),
        "s3" => Err(wrong("no bucket is named: s3://BUCKET/PREFIX")),
        _ => Err(wrong(
            "unknown scheme: use file:///PATH or s3://BUCKET/PREFIX",
        )),
    }
}

fn trusted_proxies(list: Option<List>) -> Result<Vec<IpNet>, ConfigError> {
    let networks = list.unwrap_or_default().0;
    let parse = |text: &String| {
        let single = text.parse::<IpAddr>().map(IpNet::from);
        single.or_else(|_| text.parse::<IpNet>()).map_err(|_| {
            let reason = format!("bad network {text:?}: use 10.0.0.0/8 or a single address");
            ConfigError::value("trusted_proxies", reason)
        })
    };
    networks.iter().map(parse).collect()
}
