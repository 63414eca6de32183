//! From what was typed to what is done.

use std::io::Write;

use actix_web::rt::System;

use crate::admin;
use crate::cli::{Cli, Command, ConfigCommand};
use crate::collect;
use crate::config::Config;
use crate::failure::Failure;
use crate::open::open;
use crate::protocols::Protocols;
use crate::serve;
use crate::tls;

/// Does what the command line says.
///
/// # Errors
/// Whatever stopped it.
pub fn run(cli: Cli) -> Result<(), Failure> {
    let config = Config::load(cli.flags.layer(), cli.flags.config.as_deref())?;
    match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => serve::serve(&config),
        Command::Migrate => migrate(&config),
        Command::Gc { dry_run } => block_on(collect::gc(&config, dry_run)),
        Command::Check { repair } => block_on(collect::check(&config, repair)),
        Command::Backup { .. } => Err(later("backup")),
        Command::Restore { .. } => Err(later("restore")),
        Command::Config(ConfigCommand::Show) => show(&config),
        Command::Config(ConfigCommand::Check) => check(&config),
        Command::Admin(command) => block_on(admin::run(&config, command)),
    }
}

fn migrate(config: &Config) -> Result<(), Failure> {
    let public_url = config.own_url(config.listen);
    let opened = block_on(open(config, public_url, &Protocols::default()))?;
    if opened.migrated.is_empty() {
        return print("nothing to do: the database is up to date");
    }
    opened
        .migrated
        .iter()
        .try_for_each(|name| print(format!("ran {name}")))
}

fn show(config: &Config) -> Result<(), Failure> {
    let shown = config.show().map_err(anyhow::Error::from)?;
    print(shown.trim_end())
}

fn check(config: &Config) -> Result<(), Failure> {
    config.public_url_at(config.listen)?;
    config.tls.as_ref().map(tls::load).transpose()?;
    print("the configuration is good")
}

fn later(command: &str) -> Failure {
    Failure::Failed(anyhow::anyhow!(
        "`packhouse {command}` is not in this release, it comes with a later one"
    ))
}

/// Runs a command to its end, and leaves its runtime to the end of the process: taking that down
/// would wait for threads that wait for a database that hangs.
pub fn block_on<F: Future>(command: F) -> F::Output {
    let system = System::new();
    let outcome = system.block_on(command);
    std::mem::forget(system);
    outcome
}

/// Writes a line to standard output.
///
/// # Errors
/// When nobody can read it.
pub fn print(line: impl std::fmt::Display) -> Result<(), Failure> {
    let mut output = std::io::stdout().lock();
    writeln!(output, "{line}")
        .and_then(|()| output.flush())
        .map_err(|error| Failure::Failed(anyhow::Error::new(error).context("standard output")))
}
