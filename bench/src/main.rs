//! Measures Packhouse beside its peers on one machine, in one run, and prints tables.
//!
//! `bench/run` installs the peers, builds, and calls this binary. The servers run one after
//! another, NuGet's by turns, and are never loaded at the same time: a figure means something only
//! beside the figures of the same run. Budgets stand beside the ratios as information; missing one is no
//! failure. A figure that could not be taken is: the exit code is then 1.
//!
//! npm is measured, or with `--containers` the container registry, or with `--maven` a Maven
//! repository, or with `--nuget` a NuGet source, or with `--rubygems` a source of gems. With `--growth` it measures Packhouse alone, on
//! little and on much stored data of each of the first three.
//!
//! Not measured here: other formats.

mod containers;
mod fixture;
mod growth;
mod http;
mod machine;
mod maven;
mod measure;
mod nuget;
mod process;
mod publish;
mod report;
mod rubygems;
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
    /// for containers: packhouse, distribution, nginx; for Maven, NuGet and RubyGems: packhouse, nginx.
    #[arg(long, value_delimiter = ',')]
    only: Vec<Kind>,
    /// Measure containers instead of npm.
    #[arg(long, conflicts_with = "verdaccio")]
    containers: bool,
    /// Measure a Maven repository instead of npm.
    #[arg(long, conflicts_with_all = ["containers", "verdaccio"])]
    maven: bool,
    /// Measure a NuGet source instead of npm.
    #[arg(long, conflicts_with_all = ["containers", "maven", "verdaccio", "growth"])]
    nuget: bool,
    /// Measure a source of gems instead of npm.
    #[arg(long, conflicts_with_all = ["containers", "maven", "nuget", "verdaccio", "growth"])]
    rubygems: bool,
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
    /// The mvn that resolves the real dependencies of Maven's figures; none: only requests like its.
    #[arg(long, requires = "mvn_repository")]
    mvn: Option<PathBuf>,
    /// A local repository that has the plugins of that mvn.
    #[arg(long)]
    mvn_repository: Option<PathBuf>,
    /// The dotnet of the SDK that restores for NuGet's figures; none: only requests like its.
    #[arg(long)]
    dotnet: Option<PathBuf>,
    /// The folder of the OpenSSL that this SDK knows, where the machine has none.
    #[arg(long, requires = "dotnet")]
    dotnet_libraries: Option<PathBuf>,
    /// The bundle that installs for RubyGems' figures; none: only requests like its.
    #[arg(long)]
    bundle: Option<PathBuf>,
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
    /// Versions of the large package: 1,000 for npm, where its full document has about 1.2 MB then,
    /// 5,000 for Maven and 3,609 for NuGet, unless another number is given.
    #[arg(long, value_parser = clap::value_parser!(u32).range(10..=10_000))]
    versions: Option<u32>,
    /// Artifacts that a resolve of Maven fetches.
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=5_000))]
    artifacts: u32,
    /// Gems of the large source of RubyGems.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(100..=1_000_000))]
    gems: u32,
    /// Packages that a restore of NuGet fetches, and gems that an install of Bundler does.
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u32).range(21..=5_000))]
    dependencies: u32,
    /// Packages of the large store with which Maven's growth is measured.
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(100..=100_000))]
    packages: u32,
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
        if !self.only.is_empty() {
            return self.only.clone();
        }
        let peer = match (self.containers, self.maven || self.nuget || self.rubygems) {
            (true, _) => Some(Kind::Distribution),
            (_, true) => None,
            _ => Some(Kind::Verdaccio),
        };
        let kinds = [Some(Kind::Packhouse), peer, Some(Kind::Nginx)];
        kinds.into_iter().flatten().collect()
    }

    /// Versions of npm's large package.
    fn versions(&self) -> u32 {
        self.versions.unwrap_or(1_000)
    }

    fn maven_sizes(&self) -> maven::Sizes {
        maven::Sizes {
            versions: self.versions.unwrap_or(5_000),
            artifacts: self.artifacts,
            writers: self.writers,
        }
    }

    fn nuget_sizes(&self) -> nuget::Sizes {
        nuget::Sizes {
            versions: self.versions.unwrap_or(3_609),
            dependencies: self.dependencies,
            writers: self.writers,
        }
    }

    fn rubygems_sizes(&self) -> rubygems::Sizes {
        rubygems::Sizes {
            gems: self.gems,
            dependencies: self.dependencies,
            writers: self.writers,
        }
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
    if options.maven {
        return maven(&options, &kinds);
    }
    if options.nuget {
        return nuget(&options, &kinds);
    }
    if options.rubygems {
        beside_nginx(&kinds, "sources of gems")?;
        let report = rubygems::run(&options)?;
        print!("{}", report.render());
        return Ok(exit(report.is_complete()));
    }
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

fn maven(options: &Options, kinds: &[Kind]) -> anyhow::Result<ExitCode> {
    if options.growth {
        let report = maven::grow(options)?;
        print!("{}", report.render());
        return Ok(exit(report.is_complete()));
    }
    beside_nginx(kinds, "Maven repositories")?;
    let report = maven::run(options)?;
    print!("{}", report.render());
    Ok(exit(report.is_complete()))
}

fn nuget(options: &Options, kinds: &[Kind]) -> anyhow::Result<ExitCode> {
    beside_nginx(kinds, "NuGet sources")?;
    let report = nuget::run(options)?;
    print!("{}", report.render());
    Ok(exit(report.is_complete()))
}

/// Fails unless the servers are Packhouse, and after it perhaps nginx with what it answered.
fn beside_nginx(kinds: &[Kind], what: &str) -> anyhow::Result<()> {
    let others = [Kind::Verdaccio, Kind::Distribution];
    ensure!(
        !others.iter().any(|other| kinds.contains(other)),
        "only packhouse and nginx have {what}: leave the others out of --only"
    );
    ensure!(
        kinds.first() == Some(&Kind::Packhouse),
        "nginx serves the lists that packhouse answered: name that one first in --only"
    );
    Ok(())
}

fn exit(complete: bool) -> ExitCode {
    if complete {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
