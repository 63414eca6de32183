//! Whether reads stay as quick when a package has 5,000 versions, and a store 20,000 packages.
//!
//! Packhouse alone. Everything is deployed over HTTP as clients do, without the checksum files. The
//! server is then started anew, so that what it has in memory are not the traces of deploying.

mod read;
mod report;

use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::artifact::{
    Artifact, File, Packaging, Release, count_versions, metadata, metadata_path,
};
use super::deploy::{self, version};
use super::repository::{Repository, expect};
use super::{FEW_VERSIONS, SEEDERS, SMALL_JAR};
use crate::Options;
use crate::containers::at_the_same_time;
use crate::growth::{Dice, PUBLISHES, Pair, ROUNDS, by_turns, pair};
use crate::server::{Kind, Server};
use crate::target::Target;
use crate::wrk::Figures;
use read::{Axis, Place, Read, Row};
use report::Report;

/// Packages of the small store.
const FEW_PACKAGES: u32 = 100;

/// What deploys go into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Into {
    /// One package, new versions.
    Package,
    /// A store, new packages.
    Store,
}

/// How a server started on what was deployed.
#[derive(Clone, Debug)]
pub struct Started {
    /// Packages of the store.
    pub packages: u32,
    /// Bytes of the database.
    pub bytes: u64,
    /// From the start of the process until it listens.
    pub start: Duration,
    /// Resident memory at rest after its first answers, in KiB.
    pub idle_kib: u64,
}

/// Fills the stores and measures everything.
///
/// Fails when a store cannot be filled or answers wrongly. A read that fails is noted in the report
/// instead.
pub fn run(options: &Options) -> Result<Report> {
    let mut report = Report::new(options)?;
    grow_package(options, &mut report)?;
    grow_store(options, &mut report)?;
    Ok(report)
}

fn grow_package(options: &Options, report: &mut Report) -> Result<()> {
    let many = options.maven_sizes().versions;
    eprintln!("== a package with {FEW_VERSIONS} and one with {many} versions");
    let server = Server::start(Kind::Packhouse, options, None)?;
    let repository = Repository::open(&server);
    // The first is read; each round of deploys has one of its own.
    for number in 0..=ROUNDS {
        deploy::series(&repository, &read::package("few", number), FEW_VERSIONS)?;
    }
    deploy::series(&repository, &read::package("many", 0), many)?;
    let server = server.stop()?.start(options)?;
    let place = |base, versions| Place::find(Repository::open(&server), base, 1, versions);
    let (small, large) = (place("few", FEW_VERSIONS)?, place("many", many)?);
    read_all(report, Axis::Versions, &small, &large)?;
    eprintln!("   deploying versions");
    report.deploy(Into::Package, deploy_versions(&small, &large));
    Ok(())
}

fn grow_store(options: &Options, report: &mut Report) -> Result<()> {
    let make = |packages: u32| {
        eprintln!("== a store with {packages} packages");
        let server = Server::start(Kind::Packhouse, options, None)?;
        let began = Instant::now();
        deploy_packages(&Repository::open(&server), packages)?;
        eprintln!("   deployed in {} s", began.elapsed().as_secs());
        let stopped = server.stop()?;
        let bytes = fs::metadata(stopped.database())?.len();
        anyhow::Ok((stopped.start(options)?, bytes))
    };
    let stores = [make(FEW_PACKAGES)?, make(options.packages)?];
    let place = |place: usize, packages| {
        let (server, bytes) = &stores[place];
        let found = Place::find(Repository::open(server), "p", packages, 1)?;
        server.process.settle()?;
        let started = Started {
            packages,
            bytes: *bytes,
            start: server.start,
            idle_kib: server.process.resident_kib()?,
        };
        anyhow::Ok((found, started))
    };
    let (small, started) = place(0, FEW_PACKAGES)?;
    report.started(started);
    let (large, started) = place(1, options.packages)?;
    report.started(started);
    read_all(report, Axis::Packages, &small, &large)?;
    eprintln!("   deploying packages");
    report.deploy(Into::Store, deploy_new_packages(&small, &large));
    Ok(())
}

fn read_all(report: &mut Report, axis: Axis, small: &Place, large: &Place) -> Result<()> {
    for row in read::ROWS.iter().filter(|row| row.axis == axis) {
        small.check(row.read)?;
        large.check(row.read)?;
        eprintln!("   {}", row.label());
        report.read(*row, compare(*row, small, large));
    }
    Ok(())
}

fn compare(row: Row, small: &Place, large: &Place) -> Result<Pair> {
    let mut dice = [Dice(1), Dice(1)];
    let [first, second] = &mut dice;
    let mut requests = (
        || small.request(row.read, first),
        || large.request(row.read, second),
    );
    let sides = [
        (
            small.repository.server,
            &mut requests.0 as &mut dyn FnMut() -> Target,
        ),
        (large.repository.server, &mut requests.1),
    ];
    by_turns(sides, row.read.status())
}

/// Small artifacts into packages with few versions, a new one in each round, and into the large one.
fn deploy_versions(small: &Place, large: &Place) -> Result<Pair> {
    rounds(small, large, |base, round, number| {
        let package = if base == "few" { round + 1 } else { 0 };
        let version = format!("2.{round}.{number}");
        Artifact::new(
            read::package(base, package),
            version,
            Packaging::Full(SMALL),
        )
    })
}

/// Small artifacts into packages of their own.
fn deploy_new_packages(small: &Place, large: &Place) -> Result<Pair> {
    rounds(small, large, |_, round, number| {
        let name = format!("new-{round}-{number}");
        Artifact::new(name, "1.0.0", Packaging::Full(SMALL))
    })
}

/// Bytes that do not compress in the jar of what is deployed in rounds.
const SMALL: usize = 2_000;

fn rounds(
    small: &Place,
    large: &Place,
    artifact: impl Fn(&str, u32, u32) -> Artifact,
) -> Result<Pair> {
    large.repository.server.process.reset_peak()?;
    let mut rounds = [Vec::<Figures>::new(), Vec::new()];
    for round in 0..ROUNDS {
        for (side, figures) in [small, large].into_iter().zip(&mut rounds) {
            let releases = (0..PUBLISHES)
                .map(|number| artifact(side.base, round, number).release())
                .collect::<Result<Vec<Release>>>()?;
            figures.push(deploy::timed(&side.repository, &releases)?);
        }
    }
    pair(rounds, large.repository.server)
}

/// Deploys so many packages of one version each: a POM of its own, a jar that all share, the list.
fn deploy_packages(repository: &Repository<'_>, packages: u32) -> Result<()> {
    let jar = Artifact::new("shared", "1.0.0", Packaging::Jar(SMALL_JAR)).release()?;
    let jar = jar.files.last().context("no jar")?;
    at_the_same_time(SEEDERS, |seeder| {
        let mut client = repository.client();
        Ok(move || {
            for number in (seeder as u32..packages).step_by(SEEDERS) {
                let (name, version) = (read::package("p", number), version(0));
                // Its POM must tell of a jar, and the jar is not its own.
                let artifact = Artifact::new(&name, &version, Packaging::Jar(0));
                let release = artifact.release()?;
                let pom = &release.files[0];
                let list = metadata(&name, [version.as_str()]).into_bytes();
                let list = File::new(metadata_path(&name), list);
                repository.put(&mut client, &pom.path, pom.content_type(), &pom.bytes)?;
                let path = artifact.path(".jar");
                repository.put(&mut client, &path, jar.content_type(), &jar.bytes)?;
                repository.put(&mut client, &list.path, list.content_type(), &list.bytes)?;
            }
            Ok(Vec::new())
        })
    })
    .map(|_| ())
}

impl<'s> Place<'s> {
    /// The packages of that base, with the ETags that they answer with.
    ///
    /// Fails when the first one does not answer.
    fn find(
        repository: Repository<'s>,
        base: &'static str,
        packages: u32,
        versions: u32,
    ) -> Result<Self> {
        let mut client = repository.client();
        let mut etag = |below: &str| -> Result<String> {
            let answer = repository.get(&mut client, below)?;
            Ok(answer.header("etag").context("no ETag")?.to_owned())
        };
        let first = read::package(base, 0);
        let list_etag = etag(&metadata_path(&first))?;
        let artifact = Artifact::new(first, version(0), Packaging::Pom);
        // A package of many versions has no jars here.
        let jar_etag = match packages {
            1 => None,
            _ => Some(etag(&artifact.path(".jar"))?),
        };
        Ok(Self {
            repository,
            base,
            packages,
            versions,
            list_etag,
            jar_etag,
        })
    }

    /// Looks whether an answer is what was deployed.
    ///
    /// Fails when it is not.
    fn check(&self, read: Read) -> Result<()> {
        let Target { path, headers, .. } = self.request(read, &mut Dice(1));
        let answer = self.repository.client().get(&path, &headers)?;
        expect(&answer, read.status(), &path)?;
        let length = answer.body.len();
        let right = match read {
            Read::Jar => length >= SMALL_JAR,
            Read::Pom => answer.excerpt().contains("<modelVersion>"),
            Read::JarSum | Read::PomSum | Read::ListSum => length == 40,
            Read::List => count_versions(&answer.body) == self.versions as usize,
            Read::JarRevalidate | Read::ListRevalidate | Read::Missing => true,
        };
        ensure!(right, "{path} answered {}", answer.excerpt());
        Ok(())
    }
}
