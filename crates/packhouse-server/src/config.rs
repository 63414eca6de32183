//! What the server is set to: flags over the environment over the file over defaults.
//!
//! A [`Layer`] is what one source says. The file is `--config`, else `PACKHOUSE_CONFIG`, else
//! `packhouse.toml` in the current folder if it is there. In the environment `PACKHOUSE_DATA`,
//! `PACKHOUSE_LISTEN` and so on are the top-level settings, and `PACKHOUSE__SECTION__KEY` is a key
//! of a section; a list is written with commas, an empty variable counts as not set. A key that
//! nobody knows is an error, in whichever source it stands.

mod environment;
mod error;
mod finish;
mod hosts;
mod layer;
mod limits;
mod links;
mod login;
mod s3;
mod show;
mod size;
mod tls;
mod values;

#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use packhouse_blob::S3Settings;
use secrecy::SecretString;
use url::Url;

use self::environment::Environment;
pub use self::error::ConfigError;
pub use self::layer::Layer;
pub use self::limits::SizeLimits;
pub use self::tls::Tls;

/// The file that is read when none is named.
const DEFAULT_FILE: &str = "packhouse.toml";

/// Everything the server is set to.
#[derive(Debug)]
pub struct Config {
    /// The folder of everything local, absolute.
    pub data: PathBuf,
    /// Where to listen; port 0 lets the system choose.
    pub listen: SocketAddr,
    /// The address under which clients reach the server, ending in a slash.
    pub public_url: Option<Url>,
    /// Where the database is; may hold a password.
    pub database_url: SecretString,
    /// Where the blobs are.
    pub storage_url: Url,
    /// Proxies that may say from where a request came.
    pub trusted_proxies: Vec<IpNet>,
    /// The certificate; plain HTTP without.
    pub tls: Option<Tls>,
    /// Host names, each with the scope it leads to.
    pub hosts: Vec<(String, &'static str)>,
    /// Hosts whose `OWNER/REPO` means ours.
    pub link_hosts: Vec<String>,
    /// Whether command-line clients may sign in through a page.
    pub web_login: bool,
    /// How large bodies may be.
    pub limits: SizeLimits,
    /// How to reach the bucket of `storage_url`.
    pub s3: S3Settings,
}

impl Config {
    /// Reads all sources; `flags` are what the command line says.
    ///
    /// # Errors
    /// [`ConfigError`], which names the key, and the file or variable it stands in.
    pub fn load(flags: Layer, file: Option<&Path>) -> Result<Self, ConfigError> {
        Self::load_from(flags, file, Path::new(""), std::env::vars_os())
    }

    /// Reads all sources, of which folder and environment are given.
    fn load_from(
        flags: Layer,
        file: Option<&Path>,
        folder: &Path,
        variables: impl Iterator<Item = (OsString, OsString)>,
    ) -> Result<Self, ConfigError> {
        let environment = Environment::read(variables)?;
        let fallback = folder.join(DEFAULT_FILE);
        let file = match (file, &environment.file) {
            (Some(file), _) => Some(file.to_owned()),
            (None, Some(file)) => Some(file.clone()),
            (None, None) => fallback.exists().then_some(fallback),
        };
        let file = file
            .as_deref()
            .map_or_else(|| Ok(Layer::default()), Layer::of_file)?;
        let said = flags.or(environment.layer).or(file);
        finish::finish(said, environment.aws)
    }

    /// Gives the public address: the one that is set, else the one that is listened on.
    ///
    /// # Errors
    /// When none is set and `listening` is every address of the machine, which no client can use.
    pub fn public_url_at(&self, listening: SocketAddr) -> Result<Url, ConfigError> {
        if let Some(url) = &self.public_url {
            return Ok(url.clone());
        }
        if is_everywhere(listening.ip()) {
            return Err(ConfigError::value(
                "public_url",
                format!(
                    "not set, and {} is no address that clients can use: say under which one they \
                     reach this server, such as https://packages.example.org/",
                    listening.ip()
                ),
            ));
        }
        Ok(self.own_url(listening))
    }

    /// Gives the address that is listened on as a URL.
    pub fn own_url(&self, listening: SocketAddr) -> Url {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        // A socket address always makes a host and port.
        Url::parse(&format!("{scheme}://{listening}/")).expect("socket addresses are URL hosts")
    }
}

fn is_everywhere(address: IpAddr) -> bool {
    address.to_canonical().is_unspecified()
}
