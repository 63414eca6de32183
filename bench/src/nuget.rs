//! A NuGet source: Packhouse beside nginx with the same files.
//!
//! Packhouse's packages are private and every request carries a token; a push is answered when it is
//! durable. nginx has the packages, and the documents that Packhouse answered, as files, and asks
//! for nothing.

mod bench;
mod feed;
mod fixture;
mod package;
mod pages;
mod push;
mod report;
mod resolve;
mod restore;
mod row;
mod saved;
mod turns;

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::Options;
use crate::maven::Taken;
use crate::server::{Kind, Server};
use bench::Bench;
use feed::Feed;
use fixture::Fixture;
use pages::{Kind as Pages, Reading};
use push::Series;
use restore::Dotnet;
use row::Row;
use saved::{SERVICE_INDEX, Saved};

pub use report::Report;
pub use row::Sizes;
pub use turns::middle;

/// With fewer versions all pages are in the registration (NuGet notes §4).
const LEAST_VERSIONS: u32 = 128;

/// The folder that nginx serves, in that of the run.
const FILES: &str = "files";

/// Everything measured of one server.
#[derive(Debug)]
pub struct Measured {
    /// The version that the server tells of itself.
    pub version: String,
    /// From the start of the process to its first answer, with an empty store.
    pub start: Duration,
    /// Resident memory after the first answer, in KiB.
    pub idle_kib: u64,
    /// The most resident memory while what is read was pushed, in KiB; `None` where files were put
    /// in place.
    pub seeding_kib: Option<u64>,
    /// How pushing the large package went; `None` where files were put in place.
    pub series: Option<Series>,
    /// How reading the large registration went.
    pub readings: BTreeMap<Pages, Result<Reading>>,
    /// The figures, each with the reason where it could not be taken.
    pub samples: BTreeMap<Row, Result<Taken>>,
}

/// A server that runs, with all that is read from it.
struct Side {
    kind: Kind,
    server: Server,
    saved: Saved,
    idle_kib: u64,
    seeding_kib: Option<u64>,
    series: Option<Series>,
}

/// Starts the servers, then measures them by turns.
///
/// Fails when the machine cannot be looked at or an SDK that was named does not run. What cannot be
/// measured is noted in the report.
pub fn run(options: &Options) -> Result<Report> {
    let sizes = options.nuget_sizes();
    ensure!(
        sizes.versions >= LEAST_VERSIONS,
        "registrations have pages of their own from {LEAST_VERSIONS} versions on: give --versions \
         that many"
    );
    let libraries = options.dotnet_libraries.as_deref();
    let dotnet = options.dotnet.as_deref();
    let dotnet = dotnet.map(|program| Dotnet::find(program, libraries));
    let dotnet = dotnet.transpose()?;
    let mut report = Report::new(options, dotnet.as_ref()).context("describing the machine")?;
    let fixture = Fixture::new(sizes)?;
    let mut sides: Vec<Side> = Vec::new();
    for kind in options.kinds() {
        eprintln!("== {}", kind.label());
        match side(kind, options, &fixture, sides.first()) {
            Ok(side) => sides.push(side),
            Err(error) => report.fail(format!("{}: {error:#}", kind.label())),
        }
    }
    eprintln!("== by turns");
    let mut benches: Vec<Bench<'_>> = sides
        .iter()
        .map(|side| side.bench(options, &fixture))
        .collect();
    for bench in &mut benches {
        bench.read_pages();
    }
    turns::read_all(&mut benches, options.connections)?;
    turns::resolve_all(&mut benches);
    if let Some(dotnet) = &dotnet {
        turns::restore_all(&mut benches, dotnet);
    }
    for bench in &mut benches {
        bench.push_all();
    }
    let taken: Vec<_> = benches
        .into_iter()
        .map(|bench| (bench.samples, bench.readings))
        .collect();
    for (side, (samples, readings)) in sides.into_iter().zip(taken) {
        report.add(side.kind, side.measured(samples, readings));
    }
    Ok(report)
}

/// Starts a server and gives it what is read. nginx serves what the first one answered.
fn side(kind: Kind, options: &Options, fixture: &Fixture, first: Option<&Side>) -> Result<Side> {
    let mut saved = first.map(|first| first.saved.clone()).unwrap_or_default();
    let server = match (kind, first) {
        (Kind::Nginx, Some(first)) => {
            let server = Server::files(|folder| fixture.write(&Feed::below(folder), &saved))?;
            let index = saved.move_to(first.server.address, server.address)?;
            let folder = Feed::below(&server.folder().join(FILES));
            saved::write(&folder, SERVICE_INDEX, index)?;
            server
        }
        _ => Server::start(kind, options, None)?,
    };
    server.process.settle()?;
    let idle_kib = server.process.resident_kib()?;
    let (mut seeding_kib, mut series) = (None, None);
    let feed = Feed::open(&server);
    if feed.is_ours() {
        server.process.reset_peak()?;
        let seeded = fixture.push(&feed, options.writers);
        let seeded = seeded.with_context(|| {
            let log = server.process.log_tail();
            format!("seeding; the server's log ends: {log}")
        });
        series = Some(seeded?);
        seeding_kib = Some(server.process.peak_kib()?);
        saved = Saved::read(&feed, fixture, options.nuget_sizes())?;
    }
    Ok(Side {
        kind,
        server,
        saved,
        idle_kib,
        seeding_kib,
        series,
    })
}

impl Side {
    /// A measurement of it with nothing measured yet.
    fn bench<'s>(&'s self, options: &'s Options, fixture: &'s Fixture) -> Bench<'s> {
        Bench {
            kind: self.kind,
            options,
            fixture,
            feed: Feed::open(&self.server),
            saved: &self.saved,
            samples: BTreeMap::new(),
            readings: BTreeMap::new(),
        }
    }

    /// Ends it and gives what was found.
    fn measured(
        self,
        samples: BTreeMap<Row, Result<Taken>>,
        readings: BTreeMap<Pages, Result<Reading>>,
    ) -> Measured {
        Measured {
            version: self.server.version.clone(),
            start: self.server.start,
            idle_kib: self.idle_kib,
            seeding_kib: self.seeding_kib,
            series: self.series,
            readings,
            samples,
        }
    }
}
