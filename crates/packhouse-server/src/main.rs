//! The `packhouse` binary: settings, wiring and commands.
//!
//! `cli` says what can be typed, `config` what it is set to, `open` turns that into a registry, and
//! `serve` or `admin` use it. What the server answers is put together in `app`. Exit codes: 0, 1
//! for a failure, 2 for wrong usage, settings included.
//!
//! Not here: rules and queries. A command calls the same use cases as a request does.

mod admin;
mod app;
mod chores;
mod cli;
mod collect;
mod config;
mod failure;
mod logging;
mod open;
mod ops;
mod protocols;
mod run;
mod serve;
mod tls;

#[cfg(feature = "failpoints")]
mod failpoint;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    let logging = logging::start();
    let outcome = run::run(cli);
    logging.finish();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            failure.exit_code()
        }
    }
}
