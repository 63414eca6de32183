//! Verdaccio with its own file storage, no uplink, no pages and no log; anyone may publish.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;
use tempfile::TempDir;

use super::{Server, free_address, printed_by};
use crate::process::{OnParentDeath, guarded};

const CONFIG: &str = "\
storage: ./storage
auth:
  htpasswd:
    file: ./htpasswd
    max_users: -1
uplinks: {}
packages:
  '@*/*':
    access: $all
    publish: $anonymous
  '**':
    access: $all
    publish: $anonymous
web:
  enable: false
server:
  keepAliveTimeout: 60
max_body_size: 200mb
log:
  type: stdout
  format: pretty
  level: fatal
";

/// Starts the Verdaccio that npm installed into the folder.
pub fn start(installed: Option<&Path>, folder: TempDir) -> Result<Server> {
    let installed = installed.context("say where npm installed verdaccio with --verdaccio")?;
    let package = fs::canonicalize(installed)
        .with_context(|| format!("no folder {}", installed.display()))?
        .join("node_modules/verdaccio");
    let manifest = fs::read(package.join("package.json"))
        .with_context(|| format!("no verdaccio in {}", installed.display()))?;
    let manifest: Value = serde_json::from_slice(&manifest)?;
    let version = manifest["version"]
        .as_str()
        .context("verdaccio without a version")?;
    let version = format!("{version} on node {}", printed_by("node", "--version")?);

    let config = folder.path().join("config.yaml");
    fs::write(&config, CONFIG)?;
    let address = free_address()?;
    let mut command = guarded(OnParentDeath::Kill, "node");
    command.arg(package.join("bin/verdaccio"));
    command
        .arg("--config")
        .arg(&config)
        .arg("--listen")
        .arg(address.to_string());
    command
        .env("HOME", folder.path())
        .env("NODE_ENV", "production")
        .current_dir(folder.path());
    Server::launch(command, folder, address, "/-/ping", version)
}
