//! One server after another for each figure, again and again, so that whatever else the machine does
//! meets all of them alike. The others are at rest meanwhile.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::gem::Built;
use super::row::Row;
use super::source::Source;
use super::{Docs, Taking};
use crate::Options;
use crate::containers::at_the_same_time;
use crate::http::Client;
use crate::maven::{Taken, expect};
use crate::measure::with_peak;
use crate::nuget::middle;
use crate::publish::figures;
use crate::server::Kind;
use crate::target::Target;
use crate::wrk::{Figures, Wrk};

/// Rounds of each figure; the median counts.
pub const ROUNDS: usize = 3;

/// Connections of one client.
const CONNECTIONS: usize = 16;

/// Reads these rows with wrk, for the time of one figure in all.
///
/// Fails when wrk is missing.
pub fn read(
    sources: &[Source],
    rows: &[(Row, String)],
    docs: &Docs,
    options: &Options,
    taking: &mut Taking,
) -> Result<()> {
    let wrk = Wrk::new(options.connections)?;
    for (row, below) in rows {
        let mut targets = BTreeMap::new();
        for source in sources {
            let target = target(source, *row, below, docs)
                .with_context(|| format!("{}: {row:?}", source.kind.label()))?;
            wrk.warm_up(source.server.address, &target, options.warm_up)?;
            targets.insert(source.kind, target);
        }
        let bytes = |kind| targets.get(&kind).map(|target: &Target| target.bytes);
        by_turns(sources, *row, ROUNDS, bytes, options, taking, |source| {
            let target = targets.get(&source.kind).context("no request")?;
            let seconds = options.seconds.div_ceil(ROUNDS as u64);
            wrk.run(source.server.address, target, seconds)
        });
    }
    Ok(())
}

/// Takes the figure of a row from each server by turns, or notes why it could not be taken.
pub fn by_turns(
    sources: &[Source],
    row: Row,
    rounds: usize,
    bytes: impl Fn(Kind) -> Option<usize>,
    options: &Options,
    taking: &mut Taking,
    load: impl Fn(&Source) -> Result<Figures>,
) {
    eprintln!("   {}", row.label(options.rubygems_sizes()));
    let mut all: Vec<Result<Vec<Taken>>> = sources.iter().map(|_| Ok(Vec::new())).collect();
    for _ in 0..rounds {
        for (source, taken) in sources.iter().zip(&mut all) {
            let Ok(before) = taken else {
                continue;
            };
            match take(source, bytes(source.kind), || load(source)) {
                Ok(figure) => before.push(figure),
                Err(error) => *taken = Err(error),
            }
        }
    }
    for (source, taken) in sources.iter().zip(all) {
        taking.insert((row, source.kind), taken.and_then(middle));
    }
}

fn take(
    source: &Source,
    bytes: Option<usize>,
    load: impl FnOnce() -> Result<Figures>,
) -> Result<Taken> {
    let sample = with_peak(&source.server, bytes, load)?;
    source.server.process.settle()?;
    let after_kib = source.server.process.resident_kib()?;
    Ok(Taken { sample, after_kib })
}

/// The request of a row for what lies at that path below the source, whose answer is looked at once.
///
/// Fails when that is not what it should be.
pub fn target(source: &Source, row: Row, below: &str, docs: &Docs) -> Result<Target> {
    source.is_closed(below)?;
    let known = docs.get(below).with_context(|| format!("no {below}"))?;
    let first = source.get(below, &[], 200)?;
    ensure!(first.body == *known, "{below} has other bytes");
    let mut headers = source.credential();
    let more = match row {
        Row::VersionsPacked => Some(("Accept-Encoding", "gzip".to_owned())),
        Row::VersionsEnd => Some(("Range", format!("bytes={}-", known.len() - 1))),
        Row::VersionsAgain | Row::InfoAgain => Some(match first.header("etag") {
            Some(etag) => ("If-None-Match", etag.to_owned()),
            None => {
                let at = first.header("last-modified").context("nothing to ask by")?;
                ("If-Modified-Since", at.to_owned())
            }
        }),
        _ => None,
    };
    let mut answer = first;
    if let Some((name, value)) = more {
        answer = source.get(below, &[(name, &value)], row.status())?;
        headers.push((name.to_owned(), value));
    }
    let bytes = answer.body.len();
    let is_right = match row {
        Row::VersionsPacked => answer.header("content-encoding") == Some("gzip"),
        Row::VersionsEnd => answer.body == b"\n",
        _ => true,
    };
    ensure!(is_right, "{below} came otherwise than asked for");
    Ok(Target {
        path: Source::path(below),
        headers,
        bytes,
    })
}

/// The rate of documents of a cold install of all these, again and again until the time is over;
/// that of the median install counts.
///
/// Fails when an answer is not the document.
pub fn replay(source: &Source, docs: &Docs, gems: &[Built], limit: Duration) -> Result<Figures> {
    let (mut rates, mut times) = (Vec::new(), Vec::new());
    let began = Instant::now();
    while rates.len() < ROUNDS || began.elapsed() < limit {
        let (taken, elapsed) = once(source, docs, gems)?;
        rates.push(gems.len() as f64 / elapsed.as_secs_f64());
        times.extend(taken);
    }
    rates.sort_by(f64::total_cmp);
    let rate = *rates
        .get(rates.len() / 2)
        .context("nothing was installed")?;
    let figures = figures(times, began.elapsed())?;
    Ok(Figures { rate, ..figures })
}

/// One install: versions, then of each gem info and file; the time of each document, and of all.
fn once(source: &Source, docs: &Docs, gems: &[Built]) -> Result<(Vec<Duration>, Duration)> {
    let credential = source.credential();
    let ask = |client: &mut Client, below: &str, bytes: &[u8]| -> Result<Duration> {
        let began = Instant::now();
        let answer = client.get(&Source::path(below), &credential)?;
        let elapsed = began.elapsed();
        expect(&answer, 200, below)?;
        ensure!(answer.body == bytes, "{below} has other bytes");
        Ok(elapsed)
    };
    let known = |below: &str| docs.get(below).with_context(|| format!("no {below}"));
    let first = ask(&mut source.client(), "versions", known("versions")?)?;
    let next = AtomicUsize::new(0);
    let (mut times, elapsed) = at_the_same_time(CONNECTIONS, |_| {
        let (mut client, next, ask, known) = (source.client(), &next, &ask, &known);
        Ok(move || {
            let mut times = Vec::new();
            while let Some(built) = gems.get(next.fetch_add(1, Ordering::Relaxed)) {
                let info = format!("info/{}", built.gem.name);
                times.push(ask(&mut client, &info, known(&info)?)?);
                times.push(ask(&mut client, &built.gem.path(), &built.bytes)?);
            }
            Ok(times)
        })
    })?;
    times.push(first);
    Ok((times, elapsed + first))
}
