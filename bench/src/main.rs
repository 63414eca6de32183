//! Measures Packhouse beside Verdaccio and nginx on one machine, in one run, and prints a table.
//!
//! `bench/run` installs the peers, builds, and calls this binary. The servers run one after
//! another and are never loaded at the same time: a figure means something only beside the
//! figures of the same run. Budgets stand beside the ratios as information; missing one is no
//! failure. A figure that could not be taken is: the exit code is then 1.
//!
//! With `--growth` it measures Packhouse alone, on little and on much stored data.
//!
//! Not measured here: other formats than npm.

mod fixture;
mod growth;
mod http;
mod machine;
mod measure;
mod process;
mod publish;
mod report;
mod server;
mod target;
mod work;
mod wrk;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, ensure};
use clap::Parser;

use crate::report::Report;
use crate::server::Kind;

/// What one run measures, and where it finds the servers.
#[derive(Debug, Parser)]
#[command(
    name = "bench",
    about = "Measures Packhouse beside Verdaccio and nginx"
)]
struct Options {
    /// The servers to measure, in the order given here: packhouse, verdaccio, nginx.
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "packhouse,verdaccio,nginx"
    )]
    only: Vec<Kind>,
    /// Measure how Packhouse alone bears growth and a million stored versions instead.
    #[arg(long, conflicts_with_all = ["only", "verdaccio"])]
    growth: bool,
    /// The packhouse binary.
    #[arg(long)]
    packhouse: Option<PathBuf>,
    /// The folder of npm's `package.json` and `node_modules` that holds Verdaccio.
    #[arg(long)]
    verdaccio: Option<PathBuf>,
    /// The commit that was built, for the heading of the report.
    #[arg(long, default_value = "unknown")]
    revision: String,
    /// Seconds that each figure is measured for.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=60))]
    seconds: u64,
    /// Seconds of the same load before each read figure.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=60))]
    warm_up: u64,
    /// Connections that read at the same time.
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=256))]
    connections: u32,
    /// Connections that publish at the same time.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=64))]
    writers: u32,
    /// Versions of the large package; its full document is about 1.2 MB at 1,000.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(10..=10_000))]
    versions: u32,
    /// Versions published one after another into one package.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=5_000))]
    series: u32,
}

impl Options {
    fn seconds(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}

fn main() -> anyhow::Result<ExitCode> {
    let options = Options::parse();
    if options.growth {
        let report = growth::run(&options)?;
        print!("{}", report.render());
        return Ok(exit(report.is_complete()));
    }
    ensure!(
        options.only.first() != Some(&Kind::Nginx),
        "nginx serves the bytes that a server before it answered: name that one first in --only"
    );
    let mut report = Report::new(&options).context("describing the machine")?;
    let mut documents = None;
    for &kind in &options.only {
        eprintln!("== {}", kind.label());
        match measure::server(kind, &options, documents.as_ref()) {
            Ok(measured) => {
                documents = documents.or_else(|| measured.documents.clone());
                report.add(kind, measured);
            }
            Err(error) => report.fail(format!("{}: {error:#}", kind.label())),
        }
    }
    print!("{}", report.render());
    Ok(exit(report.is_complete()))
}

fn exit(complete: bool) -> ExitCode {
    if complete {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
