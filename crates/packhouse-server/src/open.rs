//! From settings to a registry that is ready for use.

use std::sync::Arc;

use anyhow::Context;
use packhouse_blob::{Staging, open_store};
use packhouse_db::Db;
use packhouse_registry::clock::SystemClock;
use packhouse_registry::{Registry, Settings};
use secrecy::ExposeSecret;
use url::Url;

use crate::config::Config;
use crate::failure::Failure;
use crate::protocols::Protocols;

/// A registry and what belongs to it.
pub struct Opened {
    /// The use cases.
    pub registry: Registry,
    /// Where uploads wait.
    pub staging: Staging,
    /// The migrations that ran just now.
    pub migrated: Vec<String>,
}

/// Opens database and store, runs the migrations that are missing, and makes the signing key when
/// there is none.
///
/// # Errors
/// When the database cannot be reached or the store's folder not be made.
pub async fn open(
    config: &Config,
    public_url: Url,
    protocols: &Protocols,
) -> Result<Opened, Failure> {
    std::fs::create_dir_all(&config.data)
        .with_context(|| format!("cannot make the data folder {}", config.data.display()))?;
    let db = Db::open(config.database_url.expose_secret())?;
    let migrated = db.migrate().await?;
    for name in &migrated {
        tracing::info!(migration = name, "ran migration {name}");
    }
    let blobs = open_store(&config.storage_url, &config.data, &config.s3)?;
    let settings = Settings {
        public_url,
        link_hosts: config.link_hosts.clone(),
    };
    let clock = Arc::new(SystemClock);
    let formats = protocols.formats();
    let staging = blobs.staging.clone();
    let registry = Registry::new(db, blobs.store, blobs.staging, clock, formats, settings);
    registry.ensure_signing_key().await?;
    Ok(Opened {
        registry,
        staging,
        migrated,
    })
}
