//! Debian's docker-registry, which is distribution 2.8, on a folder, open to anyone.

use std::fs;
use std::path::Path;

use anyhow::Result;
use tempfile::TempDir;

use super::{Server, free_address, printed_by};
use crate::process::{OnParentDeath, guarded};

const PROGRAM: &str = "docker-registry";

/// Starts it on an empty folder.
pub fn start(folder: TempDir) -> Result<Server> {
    let printed = printed_by(PROGRAM, "--version")?;
    let version = printed.rsplit(' ').next().unwrap_or_default().to_owned();
    let address = free_address()?;
    let config = folder.path().join("config.yml");
    fs::write(&config, config_text(folder.path(), &address.to_string()))?;
    let mut command = guarded(OnParentDeath::Kill, PROGRAM);
    command.arg("serve").arg(&config);
    Server::launch(command, folder, address, "/v2/", version)
}

/// What Debian installs, without accounts, and without a log as the others have none.
fn config_text(folder: &Path, address: &str) -> String {
    let folder = folder.display();
    format!(
        "version: 0.1
log:
  level: error
  accesslog:
    disabled: true
storage:
  cache:
    blobdescriptor: inmemory
  filesystem:
    rootdirectory: {folder}/registry
  delete:
    enabled: true
http:
  addr: {address}
  secret: only-for-this-run
health:
  storagedriver:
    enabled: true
    interval: 10s
    threshold: 3
"
    )
}
