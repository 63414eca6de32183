//! A Maven repository: Packhouse beside nginx with the same files.
//!
//! Packhouse's repository is private and every request carries a token; its answers to PUTs are
//! durable. nginx has the files as a deploy would have left them, with their checksums, asks for
//! nothing, and writes what is PUT without syncing.

mod artifact;
mod bench;
mod build;
mod deploy;
mod growth;
mod report;
mod repository;
mod resolve;
mod row;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::Options;
use crate::containers::at_the_same_time;
use crate::measure::Sample;
use crate::server::{Kind, Server};
use artifact::{Artifact, File, Packaging, Release};
use bench::Bench;
use build::Maven;
use deploy::Series;
use repository::Repository;
use row::{Listed, Row};

pub use growth::run as grow;
pub use report::Report;
pub use repository::expect;
pub use row::Sizes;

/// Versions of the small package.
const FEW_VERSIONS: u32 = 10;

/// Bytes that do not compress in a jar of 20 kB.
const SMALL_JAR: usize = 19_700;

/// Bytes that do not compress in the large jar.
const LARGE_JAR: usize = 5_000_000;

/// Connections that deploy what is read.
const SEEDERS: usize = 8;

/// The lists of versions that a server answers.
type Lists = BTreeMap<Listed, File>;

/// A figure with the memory around it.
#[derive(Clone, Debug)]
pub struct Taken {
    /// The figure, and the most memory meanwhile.
    pub sample: Sample,
    /// Resident memory at rest afterwards, in KiB.
    pub after_kib: u64,
}

/// Everything measured of one server.
#[derive(Debug)]
pub struct Measured {
    /// The version that the server tells of itself.
    pub version: String,
    /// From the start of the process to its first answer, with an empty store.
    pub start: Duration,
    /// Resident memory after the first answer, in KiB.
    pub idle_kib: u64,
    /// The most resident memory while what is read was deployed, in KiB; `None` where files were
    /// put in place.
    pub seeding_kib: Option<u64>,
    /// How deploying the large package went; `None` where files were put in place.
    pub series: Option<Series>,
    /// The lists that it serves.
    pub lists: Lists,
    /// The figures, each with the reason where it could not be taken.
    pub samples: BTreeMap<Row, Result<Taken>>,
}

/// What every server gets and serves.
#[derive(Debug)]
struct Fixture {
    /// The small package, the oldest version first.
    few: Vec<Release>,
    /// The one with the large jar.
    large: Release,
    /// What a build resolves.
    tree: Vec<Release>,
}

/// Measures the servers one after another.
///
/// Fails when the machine cannot be looked at or a Maven that was named does not run. What cannot
/// be measured is noted in the report.
pub fn run(options: &Options) -> Result<Report> {
    let maven = match (&options.mvn, &options.mvn_repository) {
        (Some(program), Some(plugins)) => Some(Maven::find(program, plugins)?),
        _ => None,
    };
    let mut report = Report::new(options, maven.as_ref()).context("describing the machine")?;
    let fixture = Fixture::new(options.artifacts)?;
    let mut lists = None;
    for kind in options.kinds() {
        eprintln!("== {}", kind.label());
        match server(kind, options, &fixture, maven.as_ref(), lists.as_ref()) {
            Ok(measured) => {
                lists = lists.or_else(|| Some(measured.lists.clone()));
                report.add(kind, measured);
            }
            Err(error) => report.fail(format!("{}: {error:#}", kind.label())),
        }
    }
    Ok(report)
}

/// Starts a server, measures everything that it can do, and ends it.
fn server(
    kind: Kind,
    options: &Options,
    fixture: &Fixture,
    maven: Option<&Maven>,
    answered: Option<&Lists>,
) -> Result<Measured> {
    let server = match (kind, answered) {
        (Kind::Nginx, Some(lists)) => Server::writable(|folder| fixture.write(folder, lists))?,
        _ => Server::start(kind, options, None)?,
    };
    server.process.settle()?;
    let idle_kib = server.process.resident_kib()?;
    let repository = Repository::open(&server);
    let (mut seeding_kib, mut series) = (None, None);
    if repository.is_ours() {
        server.process.reset_peak()?;
        let seeded = fixture.deploy(&repository).and_then(|()| {
            let versions = options.maven_sizes().versions;
            eprintln!("   deploying {versions} versions of a package");
            deploy::series(&repository, Listed::Many.name(), versions)
        });
        let seeded = seeded.with_context(|| {
            let log = server.process.log_tail();
            format!("seeding; the server's log ends: {log}")
        });
        series = Some(seeded?);
        seeding_kib = Some(server.process.peak_kib()?);
    }
    let mut bench = Bench {
        options,
        fixture,
        lists: bench::lists(&repository, options)?,
        repository,
        samples: BTreeMap::new(),
    };
    bench.read_all()?;
    bench.resolve_all(maven);
    if server.takes_puts() {
        bench.deploy_all();
    }
    let Bench { lists, samples, .. } = bench;
    Ok(Measured {
        version: server.version.clone(),
        start: server.start,
        idle_kib,
        seeding_kib,
        series,
        lists,
        samples,
    })
}

impl Fixture {
    fn new(artifacts: u32) -> Result<Self> {
        let few = (0..FEW_VERSIONS).map(|number| {
            let version = deploy::version(number);
            Artifact::new(Listed::Few.name(), version, Packaging::Jar(SMALL_JAR)).release()
        });
        let tree = (0..artifacts).map(|number| {
            let name = format!("part-{number:04}");
            Artifact::new(name, "1.0.0", Packaging::Jar(SMALL_JAR)).release()
        });
        Ok(Self {
            few: few.collect::<Result<_>>()?,
            large: Artifact::new("large", "1.0.0", Packaging::Jar(LARGE_JAR)).release()?,
            tree: tree.collect::<Result<_>>()?,
        })
    }

    /// The path and the bytes of the jar of 20 kB.
    fn small_jar(&self) -> (String, &[u8]) {
        jar_of(&self.few[self.few.len() - 1])
    }

    /// The path and the bytes of the jar of 5 MB.
    fn large_jar(&self) -> (String, &[u8]) {
        jar_of(&self.large)
    }

    fn releases(&self) -> impl Iterator<Item = &Release> {
        let large = std::iter::once(&self.large);
        self.few.iter().chain(large).chain(&self.tree)
    }

    /// Deploys everything but the large package, as clients do.
    fn deploy(&self, repository: &Repository<'_>) -> Result<()> {
        eprintln!("   deploying {} artifacts", self.releases().count());
        deploy_all(repository, &self.releases().collect::<Vec<_>>())
    }

    /// Writes everything that is read into a folder, with a `.sha1` of each file.
    fn write(&self, folder: &Path, lists: &Lists) -> Result<()> {
        let files = self.releases().flat_map(|release| &release.files);
        for file in files.chain(lists.values()) {
            let path = folder.join(&file.path);
            fs::create_dir_all(path.parent().context("a file without a folder")?)?;
            fs::write(&path, &file.bytes)?;
            fs::write(folder.join(format!("{}.sha1", file.path)), &file.sha1)?;
        }
        Ok(())
    }
}

/// Deploys these over several connections.
///
/// Fails when a deploy does.
fn deploy_all(repository: &Repository<'_>, releases: &[&Release]) -> Result<()> {
    at_the_same_time(SEEDERS, |seeder| {
        let share: Vec<_> = releases.iter().skip(seeder).step_by(SEEDERS).collect();
        let mut client = repository.client();
        Ok(move || {
            for release in share {
                repository.deploy(&mut client, release)?;
            }
            Ok(Vec::new())
        })
    })
    .map(|_| ())
}

fn jar_of(release: &Release) -> (String, &[u8]) {
    let jar = &release.files[release.files.len() - 1];
    (jar.path.clone(), &jar.bytes)
}
