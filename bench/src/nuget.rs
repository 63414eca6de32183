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

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::Options;
use crate::maven::Taken;
use crate::measure::{Sample, with_peak};
use crate::publish::figures;
use crate::server::{Kind, Server};
use bench::Bench;
use feed::Feed;
use fixture::Fixture;
use pages::{Kind as Pages, Reading};
use push::Series;
use restore::{Dotnet, Project};
use row::Row;
use saved::{SERVICE_INDEX, Saved};

pub use report::Report;
pub use row::Sizes;

/// With fewer versions all pages are in the registration (NuGet notes §4).
const LEAST_VERSIONS: u32 = 128;

/// The folder that nginx serves, in that of the run.
const FILES: &str = "files";

/// Restores of each server with a real client; the median counts.
const RESTORES: usize = 5;

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

/// Measures the servers one after another, then both with a real client in turns.
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
    let mut running = Vec::new();
    let mut answered: Option<(Saved, SocketAddr)> = None;
    for kind in options.kinds() {
        eprintln!("== {}", kind.label());
        match server(kind, options, &fixture, &mut answered) {
            Ok((server, measured)) => running.push((kind, server, measured)),
            Err(error) => report.fail(format!("{}: {error:#}", kind.label())),
        }
    }
    if let Some(dotnet) = &dotnet {
        restore_all(dotnet, options, &fixture, &mut running);
    }
    for (kind, _, measured) in running {
        report.add(kind, measured);
    }
    Ok(report)
}

/// Starts a server and measures everything that it can do alone. It runs on, to be restored from.
fn server(
    kind: Kind,
    options: &Options,
    fixture: &Fixture,
    answered: &mut Option<(Saved, SocketAddr)>,
) -> Result<(Server, Measured)> {
    let server = match (kind, answered.as_mut()) {
        (Kind::Nginx, Some((saved, old))) => {
            let server = Server::files(|folder| fixture.write(&Feed::below(folder), saved))?;
            let index = saved.move_to(*old, server.address)?;
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
        let saved = Saved::read(&feed, fixture, options.nuget_sizes())?;
        *answered = Some((saved, server.address));
    }
    let (saved, _) = answered.as_ref().context("nothing to compare with")?;
    let mut bench = Bench {
        options,
        fixture,
        feed,
        saved,
        samples: BTreeMap::new(),
        readings: BTreeMap::new(),
    };
    bench.read_pages();
    bench.read_all()?;
    bench.resolve_all();
    if bench.feed.is_ours() {
        bench.push_all();
    }
    let Bench {
        samples, readings, ..
    } = bench;
    let measured = Measured {
        version: server.version.clone(),
        start: server.start,
        idle_kib,
        seeding_kib,
        series,
        readings,
        samples,
    };
    Ok((server, measured))
}

/// Restores with a real client from one server after another, again and again, so that whatever
/// else the machine does meets all of them. The others are at rest meanwhile.
fn restore_all(
    dotnet: &Dotnet,
    options: &Options,
    fixture: &Fixture,
    running: &mut [(Kind, Server, Measured)],
) {
    for row in Row::RESTORES {
        eprintln!("   {}", row.label(options.nuget_sizes()));
        let servers: Vec<&Server> = running.iter().map(|(_, server, _)| server).collect();
        match restores(dotnet, row, fixture, &servers) {
            Ok(taken) => {
                for ((_, _, measured), taken) in running.iter_mut().zip(taken) {
                    measured.samples.insert(row, Ok(taken));
                }
            }
            Err(error) => {
                let reason = format!("{error:#}");
                for (_, _, measured) in running.iter_mut() {
                    let failed = Err(anyhow::anyhow!("{reason}"));
                    measured.samples.insert(row, failed);
                }
            }
        }
    }
}

/// The figure of each server, in packages per second.
///
/// Fails when a restore does.
fn restores(
    dotnet: &Dotnet,
    row: Row,
    fixture: &Fixture,
    servers: &[&Server],
) -> Result<Vec<Taken>> {
    let Row::Restore(local) = row else {
        anyhow::bail!("{row:?} is no restore");
    };
    let projects = servers
        .iter()
        .map(|server| Project::new(dotnet, &Feed::open(server), &fixture.tree))
        .collect::<Result<Vec<_>>>()?;
    for project in &projects {
        // Not counted: it fills the folders, and what the client reads of the disk.
        project.restore(row::Local::Empty)?;
    }
    let mut times = vec![Vec::new(); servers.len()];
    let mut peaks = vec![0; servers.len()];
    for _ in 0..RESTORES {
        for (number, (server, project)) in servers.iter().zip(&projects).enumerate() {
            let sample = with_peak(server, None, || {
                let time = project.restore(local)?;
                times[number].push(time);
                figures(vec![time], time)
            })?;
            peaks[number] = sample.peak_kib.max(peaks[number]);
        }
    }
    let taken = servers.iter().zip(times).zip(peaks);
    taken
        .map(|((server, times), peak_kib)| {
            let median = figures(times, Duration::from_secs(1))?;
            let rate = fixture.tree.len() as f64 / median.p50.as_secs_f64();
            let sample = Sample {
                figures: crate::wrk::Figures { rate, ..median },
                bytes: None,
                peak_kib,
            };
            let after_kib = server.process.resident_kib()?;
            Ok(Taken { sample, after_kib })
        })
        .collect()
}
