//! A source of gems: Packhouse beside nginx with the same files.
//!
//! Packhouse's gems are private and every request carries a token; a push is answered when it is
//! durable. nginx has the gems, and the documents that Packhouse answered, as files, and asks for
//! nothing. First a source with what a project installs, then one with very many gems.

mod bundler;
mod gem;
mod large;
mod report;
mod row;
mod seed;
mod source;
mod turns;

use std::collections::BTreeMap;
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use crate::Options;
use crate::maven::Taken;
use crate::measure::with_peak;
use crate::publish::figures;
use crate::server::{Kind, Server};
use crate::wrk::Figures;
use bundler::{Bundler, Project};
use gem::{Built, Gem};
use row::{Local, Row};
use source::Source;

pub use report::Report;
pub use row::Sizes;

/// Bytes that do not compress in a gem of 20 kB.
const SMALL: usize = 15_500;

/// Bytes that do not compress in the large gem.
const LARGE: usize = 5_000_000;

/// Bytes that do not compress in the smallest gems.
const TINY: usize = 200;

/// Versions of the gem whose list of versions is read.
const FEW_VERSIONS: u32 = 10;

/// Gems of one load of pushes, made beforehand.
const PUSHED: u32 = 2_000;

/// Installs of each server with a real client; the median counts.
const INSTALLS: usize = 3;

/// Documents by their paths below the source.
type Docs = BTreeMap<String, Vec<u8>>;

/// The figures, each with the reason where it could not be taken.
type Taking = BTreeMap<(Row, Kind), Result<Taken>>;

/// Starts the servers, then measures them by turns.
///
/// Fails when the machine cannot be looked at or a Bundler that was named does not run. What cannot
/// be measured is noted in the report.
pub fn run(options: &Options) -> Result<Report> {
    let bundler = options.bundle.as_deref().map(Bundler::find).transpose()?;
    let mut report = Report::new(options, bundler.as_ref()).context("describing the machine")?;
    eprintln!("== a source of {} gems", options.dependencies);
    if let Err(error) = small(options, bundler.as_ref(), &mut report) {
        report.fail(format!("the small source: {error:#}"));
    }
    eprintln!("== a source of {} gems", options.gems);
    if let Err(error) = large(options, &mut report) {
        report.fail(format!("the large source: {error:#}"));
    }
    Ok(report)
}

fn small(options: &Options, bundler: Option<&Bundler>, report: &mut Report) -> Result<()> {
    let server = Server::start(Kind::Packhouse, options, None)?;
    let ours = Source::of(Kind::Packhouse, server);
    ours.server.process.settle()?;
    let idle_kib = ours.server.process.resident_kib()?;
    let tree = gem::tree(options.dependencies, SMALL)?;
    let few = (0..FEW_VERSIONS).map(|patch| Gem::new("few", format!("1.0.{patch}"), TINY).built());
    let few: Vec<Built> = few.collect::<Result<_>>()?;
    let big = Gem::new("large", "1.0.0", LARGE).built()?;
    ours.push_all(options.writers, &tree)?;
    ours.push_all(1, &few)?;
    ours.push_all(1, std::slice::from_ref(&big))?;
    let mut docs = Docs::new();
    for built in tree.iter().chain([&big]) {
        docs.insert(built.gem.path(), built.bytes.clone());
    }
    let infos = tree.iter().map(|built| format!("info/{}", built.gem.name));
    for below in infos.chain(["info/few".to_owned(), "versions".to_owned()]) {
        let body = ours.get(&below, &[], 200)?.body;
        docs.insert(below, body);
    }
    report.version(Kind::Packhouse, &ours.server.version);
    let mut sources = vec![ours];
    if options.kinds().contains(&Kind::Nginx) {
        let files = docs
            .iter()
            .map(|(below, bytes)| (below.clone(), bytes.as_slice()));
        let nginx = Source::files(files)?;
        report.version(Kind::Nginx, &nginx.server.version);
        sources.push(nginx);
    }
    let paths = [tree[0].gem.path(), big.gem.path(), "info/few".to_owned()];
    let rows: Vec<_> = Row::SMALL.into_iter().zip(paths).collect();
    let taking = &mut report.taking;
    turns::read(&sources, &rows, &docs, options, taking)?;
    let (none, rounds) = (|_| None, turns::ROUNDS);
    let limit = options.seconds() / rounds as u32;
    turns::by_turns(
        &sources,
        Row::Replay,
        rounds,
        none,
        options,
        taking,
        |source| turns::replay(source, &docs, &tree, limit),
    );
    if let Some(bundler) = bundler {
        install(&sources, bundler, &tree, options, taking)?;
    }
    let ours = &sources[0];
    let pushed = push(ours, options);
    taking.insert((Row::Pushes, Kind::Packhouse), pushed);
    report.idle(ours.server.start, idle_kib);
    Ok(())
}

fn install(
    sources: &[Source],
    bundler: &Bundler,
    tree: &[Built],
    options: &Options,
    taking: &mut Taking,
) -> Result<()> {
    let mut projects = BTreeMap::new();
    for source in sources {
        let project = Project::new(bundler, source, tree)?;
        // Not counted: it fills the folders, and what the client reads of the disk.
        project
            .install(Local::Empty)
            .with_context(|| format!("from {}", source.kind.label()))?;
        projects.insert(source.kind, project);
    }
    for local in [Local::Empty, Local::Full] {
        let row = Row::Install(local);
        turns::by_turns(
            sources,
            row,
            INSTALLS,
            |_| None,
            options,
            taking,
            |source| {
                let project = projects.get(&source.kind).context("no project")?;
                let time = project.install(local)?;
                Ok(Figures {
                    rate: tree.len() as f64 / time.as_secs_f64(),
                    bytes_per_second: 0.0,
                    p50: time,
                    p99: time,
                })
            },
        );
    }
    Ok(())
}

/// The rate at which writers push small gems, each a new one; the source lists all of them then.
fn push(source: &Source, options: &Options) -> Result<Taken> {
    eprintln!("   {}", Row::Pushes.label(options.rubygems_sizes()));
    let gems = (0..PUSHED).map(|number| Gem::new(format!("pushed-{number}"), "1.0.0", TINY));
    let gems: Vec<Built> = gems.map(Gem::built).collect::<Result<_>>()?;
    source.server.flush()?;
    let sample = with_peak(&source.server, None, || {
        let (times, elapsed) = source.push_all(options.writers, &gems)?;
        figures(times, elapsed)
    })?;
    let text = String::from_utf8(source.get("versions", &[], 200)?.body)?;
    let listed = text.lines().filter(|line| line.starts_with("pushed-"));
    let listed = listed.count();
    ensure!(listed == gems.len(), "{listed} gems are listed of {PUSHED}");
    source.server.process.settle()?;
    let after_kib = source.server.process.resident_kib()?;
    Ok(Taken { sample, after_kib })
}

fn large(options: &Options, report: &mut Report) -> Result<()> {
    let began = Instant::now();
    let (ours, drawn) = large::draw(options)?;
    report.drawn = Some(drawn);
    eprintln!("   drawn after {:.0?}", began.elapsed());
    let (docs, packed) = large::saved(&ours)?;
    let mut sources = vec![ours];
    if options.kinds().contains(&Kind::Nginx) {
        let files = docs.iter().chain(&packed);
        let files = files.map(|(below, bytes)| (below.clone(), bytes.as_slice()));
        sources.push(Source::files(files)?);
    }
    for row in Row::PACED {
        eprintln!("   {}, at a pace", row.label(options.rubygems_sizes()));
        let figures = large::paced(&sources[0], row, &docs);
        report.paced.push((row, figures));
    }
    let rows = Row::LARGE.map(|row| (row, large::below(row)));
    turns::read(&sources, &rows, &docs, options, &mut report.taking)
}
