//! What can be typed.

pub mod admin;
pub mod value;

#[cfg(test)]
mod tests;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use self::admin::AdminCommand;
use crate::config::Layer;

/// A self-hosted package registry.
#[derive(Debug, Parser)]
#[command(name = "packhouse", version, disable_help_subcommand = true)]
pub struct Cli {
    #[command(flatten)]
    pub flags: Flags,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Settings, over the environment and the configuration file.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Settings")]
pub struct Flags {
    /// Configuration file; else PACKHOUSE_CONFIG, else ./packhouse.toml if it is there
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Folder of database, blobs and uploads [default: ./data]
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<String>,
    /// Address and port to listen on; port 0 takes a free one [default: 127.0.0.1:8080]
    #[arg(long, global = true, value_name = "ADDR")]
    pub listen: Option<String>,
    /// Address under which clients reach the server [default: the one it listens on]
    #[arg(long, global = true, value_name = "URL")]
    pub public_url: Option<String>,
    /// sqlite:///path or postgres://… [default: packhouse.db in the data folder]
    #[arg(long, global = true, value_name = "URL")]
    pub database_url: Option<String>,
    /// file:///path or s3://bucket/prefix [default: the data folder]
    #[arg(long, global = true, value_name = "URL")]
    pub storage_url: Option<String>,
}

impl Flags {
    /// Gives them as the topmost layer of settings.
    pub fn layer(&self) -> Layer {
        Layer {
            data: self.data.clone(),
            listen: self.listen.clone(),
            public_url: self.public_url.clone(),
            database_url: self.database_url.clone(),
            storage_url: self.storage_url.clone(),
            ..Layer::default()
        }
    }
}

/// What to do; `serve` when nothing is said.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve until SIGTERM (the default)
    Serve,
    /// Run the database migrations that are missing
    Migrate,
    /// Free what was deleted 30 days ago, and bytes that nothing needs; a server does so by itself
    Gc {
        /// Only tell what would be freed
        #[arg(long)]
        dry_run: bool,
    },
    /// Compare database and store, reading every byte; exit code 1 when something is wrong
    Check {
        /// Mend what can be mended
        #[arg(long)]
        repair: bool,
    },
    /// Write everything into one file (comes with a later release)
    Backup {
        /// The file
        file: PathBuf,
    },
    /// Read everything from such a file (comes with a later release)
    Restore {
        /// The file
        file: PathBuf,
    },
    /// Look at the settings
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Manage accounts, repositories, packages and tokens
    #[command(subcommand)]
    Admin(AdminCommand),
}

/// What to do with the settings.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print the settings that count, without secrets
    Show,
    /// Tell whether they can be used
    Check,
}
