//! Measures Packhouse beside its peers on one machine, in one run, and prints tables.
//!
//! `bench/run` installs the peers, builds, and calls this binary. The servers run one after
//! another and are never loaded at the same time: a figure means something only beside the
//! figures of the same run. Budgets stand beside the ratios as information; missing one is no
//! failure. A figure that could not be taken is: the exit code is then 1.
//!
//! npm is measured, or with `--containers` the container registry. With `--growth` it measures
//! Packhouse alone, on little and on much stored data of either.
//!
//! Not measured here: other formats.

mod containers;
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

use crate::containers::Sizes;
use crate::report::Report;
use crate::server::Kind;

/// What one run measures, and where it finds the servers.
#[derive(Debug, Parser)]
#[command(name = "bench", about = "Measures Packhouse beside its peers")]
struct Options {
    /// The servers to measure, in the order given here. Usual for npm: packhouse, verdaccio, nginx;
    /// for containers: packhouse, distribution, nginx.
    #[arg(long, value_delimiter = ',')]
    only: Vec<Kind>,
    /// Measure containers instead of npm.
    #[arg(long, conflicts_with = "verdaccio")]
    containers: bool,
    /// Measure how Packhouse alone bears growth and much that is stored instead.
    #[arg(long, conflicts_with_all = ["only", "verdaccio"])]
    growth: bool,
    /// MB of the layers that are pushed and pulled.
    #[arg(long, default_value_t = 256, value_parser = clap::value_parser!(u64).range(1..=1_000))]
    layer: u64,
    /// MB of the layer during which memory is looked at; without a number 10,000, which needs 15 GB
    /// in the folder for temporary files.
    #[arg(
        long,
        num_args = 0..=1,
        require_equals = true,
        default_value_t = 1_000,
        default_missing_value = "10000",
        value_parser = clap::value_parser!(u64).range(1..=10_000)
    )]
    large: u64,
    /// Connections that push small images at the same time.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=256))]
    image_writers: u32,
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

    /// The servers to measure.
    fn kinds(&self) -> Vec<Kind> {
        let peer = if self.containers {
            Kind::Distribution
        } else {
            Kind::Verdaccio
        };
        if self.only.is_empty() {
            return vec![Kind::Packhouse, peer, Kind::Nginx];
        }
        self.only.clone()
    }

    fn sizes(&self) -> Sizes {
        Sizes {
            layer: self.layer,
            writers: self.image_writers,
        }
    }
}

fn main() -> anyhow::Result<ExitCode> {
    let options = Options::parse();
    let kinds = options.kinds();
    match (options.growth, options.containers) {
        (true, true) => {
            let report = containers::grow(&options)?;
            print!("{}", report.render());
            return Ok(exit(report.is_complete()));
        }
        (true, false) => {
            let report = growth::run(&options)?;
            print!("{}", report.render());
            return Ok(exit(report.is_complete()));
        }
        (false, true) => {
            ensure!(
                !kinds.contains(&Kind::Verdaccio),
                "Verdaccio has no containers: leave it out of --only"
            );
            let report = containers::run(&options)?;
            print!("{}", report.render());
            return Ok(exit(report.is_complete()));
        }
        (false, false) => {}
    }
    ensure!(
        !kinds.contains(&Kind::Distribution),
        "distribution has only containers: add --containers"
    );
    ensure!(
        kinds.first() != Some(&Kind::Nginx),
        "nginx serves the bytes that a server before it answered: name that one first in --only"
    );
    let mut report = Report::new(&options).context("describing the machine")?;
    let mut documents = None;
    for kind in kinds {
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
