//! A source with very many gems: what its lists cost when they are not drawn yet, after a start and
//! after a push, and what clients that have them ask again.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use flate2::read::MultiGzDecoder;
use md5::{Digest, Md5};

use super::gem::Gem;
use super::row::Row;
use super::source::Source;
use super::turns::target;
use super::{Docs, TINY, seed};
use crate::Options;
use crate::growth::{Database, load, package};
use crate::server::{Kind, Server};
use crate::target::Target;
use crate::wrk::Figures;

/// How often the server is started and pushed to; the median counts.
const ROUNDS: usize = 3;

/// How long each row is asked at a pace, after a quarter of it that does not count.
const PACED: Duration = Duration::from_secs(5);

/// One step of a round, in the order in which they are done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// All versions, first after a start.
    Cold,
    /// The same, again.
    Again,
    /// The same packed, first.
    Packed,
    /// The list of the old index, first.
    Specs,
    /// The same, again.
    SpecsAgain,
    /// A push of a new gem.
    Push,
    /// What that added to all versions.
    End,
    /// All versions packed, after the push.
    PackedAfter,
    /// The list of the old index, after the push.
    SpecsAfter,
}

impl Step {
    /// The text of its row.
    pub fn label(self) -> &'static str {
        match self {
            Self::Cold => "versions, the first request after a start",
            Self::Again => "versions, again",
            Self::Packed => "versions, gzip, for the first time",
            Self::Specs => "specs.4.8.gz, for the first time",
            Self::SpecsAgain => "specs.4.8.gz, again",
            Self::Push => "push of a new gem",
            Self::End => "versions, 206 of what it added, right after it",
            Self::PackedAfter => "versions, gzip, after the push",
            Self::SpecsAfter => "specs.4.8.gz, after the push",
        }
    }
}

/// What a step took.
#[derive(Clone, Copy, Debug)]
pub struct Took {
    /// From the request to the end of its answer.
    pub time: Duration,
    /// The most resident memory meanwhile, in KiB.
    pub peak_kib: u64,
    /// Bytes of the answer.
    pub bytes: usize,
}

/// What was found of one server.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// The median of each step, with the most memory.
    pub steps: Vec<(Step, Took)>,
    /// Bytes of the database.
    pub database: u64,
    /// From the start of the process until it listens, the median.
    pub start: Duration,
}

/// Makes the source, and measures all steps.
///
/// Fails when an answer is not what it should be.
pub fn draw(options: &Options) -> Result<(Source, Drawn)> {
    let mut source = Source::of(
        Kind::Packhouse,
        Server::start(Kind::Packhouse, options, None)?,
    );
    let mut client = source.client();
    for number in 0..seed::VERSIONS {
        let gem = Gem::new(package(0), seed::version(number), TINY).built()?;
        source.push(&mut client, &gem)?;
    }
    let info = source.get(&seed::info_path(0), &[], 200)?.body;
    let mut stopped = source.server.stop()?;
    let database = Database(stopped.database());
    let began = Instant::now();
    seed::grow(&database, options.gems, std::str::from_utf8(&info)?)?;
    let bytes = database.bytes()?;
    eprintln!(
        "   seeded in {:.0?}, {} MB",
        began.elapsed(),
        bytes / 1_000_000
    );
    let (mut rounds, mut starts) = (Vec::new(), Vec::new());
    loop {
        source = Source::of(Kind::Packhouse, stopped.start(options)?);
        starts.push(source.server.start);
        if rounds.is_empty() {
            // Looked at by a server of its own: its first request must not have been one.
            check(&source, options.gems)?;
            source = Source::of(Kind::Packhouse, source.server.stop()?.start(options)?);
        }
        rounds.push(round(&source, rounds.len())?);
        if rounds.len() == ROUNDS {
            break;
        }
        stopped = source.server.stop()?;
    }
    starts.sort_unstable();
    let drawn = Drawn {
        steps: middle(rounds),
        database: bytes,
        start: starts[ROUNDS / 2],
    };
    Ok((source, drawn))
}

/// Looks whether the source answers as if all gems had been pushed.
fn check(source: &Source, gems: u32) -> Result<()> {
    let text = String::from_utf8(source.get("versions", &[], 200)?.body)?;
    let lines = text.lines().count();
    let expected = (gems * seed::VERSIONS) as usize + 2;
    ensure!(
        lines == expected,
        "versions has {lines} lines of {expected}"
    );
    for number in [0, gems / 2, gems - 1] {
        let (name, info) = (package(number), seed::info_path(number));
        let told = text
            .lines()
            .rev()
            .find_map(|line| line.strip_prefix(&*name));
        let md5 = hex::encode(Md5::digest(source.get(&info, &[], 200)?.body));
        let right = format!(" {} {md5}", seed::version(seed::VERSIONS - 1));
        ensure!(
            told == Some(&*right),
            "{name} is told as {told:?}, not {right}"
        );
        for below in [
            format!("gems/{name}-1.0.0.gem"),
            format!("quick/Marshal.4.8/{name}-1.0.0.gemspec.rz"),
        ] {
            ensure!(
                !source.get(&below, &[], 200)?.body.is_empty(),
                "{below} is empty"
            );
        }
    }
    Ok(())
}

fn round(source: &Source, number: usize) -> Result<Vec<(Step, Took)>> {
    let process = &source.server.process;
    let mut steps = Vec::new();
    let mut timed = |step: Step, ask: &mut dyn FnMut() -> Result<Vec<u8>>| -> Result<Vec<u8>> {
        process.settle()?;
        process.reset_peak()?;
        let began = Instant::now();
        let body = ask()?;
        let took = Took {
            time: began.elapsed(),
            peak_kib: process.peak_kib()?,
            bytes: body.len(),
        };
        steps.push((step, took));
        Ok(body)
    };
    let get = |below: &str, more: &[(&str, &str)], status| {
        source.get(below, more, status).map(|answer| answer.body)
    };
    let gzip = [("Accept-Encoding", "gzip")];
    let versions = timed(Step::Cold, &mut || get("versions", &[], 200))?;
    let again = timed(Step::Again, &mut || get("versions", &[], 200))?;
    ensure!(again == versions, "versions changed by itself");
    let packed = timed(Step::Packed, &mut || get("versions", &gzip, 200))?;
    ensure!(unpacked(&packed)? == versions, "versions packed is another");
    let specs = timed(Step::Specs, &mut || get("specs.4.8.gz", &[], 200))?;
    timed(Step::SpecsAgain, &mut || get("specs.4.8.gz", &[], 200))?;
    let built = Gem::new(format!("new-{number}"), "1.0.0", TINY).built()?;
    timed(Step::Push, &mut || {
        source.push(&mut source.client(), &built)?;
        Ok(Vec::new())
    })?;
    let range = format!("bytes={}-", versions.len() - 1);
    let end = timed(Step::End, &mut || {
        get("versions", &[("Range", &range)], 206)
    })?;
    let end = String::from_utf8(end)?;
    let line = format!("\nnew-{number} 1.0.0 ");
    ensure!(end.starts_with(&line), "after the push came {end:?}");
    let packed = timed(Step::PackedAfter, &mut || get("versions", &gzip, 200))?;
    ensure!(
        unpacked(&packed)?.ends_with(end.as_bytes()),
        "versions packed lacks what was pushed"
    );
    let after = timed(Step::SpecsAfter, &mut || get("specs.4.8.gz", &[], 200))?;
    ensure!(
        unpacked(&after)?.len() > unpacked(&specs)?.len(),
        "specs lacks what was pushed"
    );
    Ok(steps)
}

fn unpacked(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    std::io::Read::read_to_end(&mut MultiGzDecoder::new(bytes), &mut text)?;
    Ok(text)
}

/// The median time of each step, with the most memory of its rounds.
fn middle(rounds: Vec<Vec<(Step, Took)>>) -> Vec<(Step, Took)> {
    let first = rounds.first().cloned().unwrap_or_default();
    let median = |(place, (step, took)): (usize, (Step, Took))| {
        let all = rounds.iter().filter_map(|round| round.get(place));
        let mut times: Vec<_> = all.clone().map(|(_, took)| took.time).collect();
        times.sort_unstable();
        let peak_kib = all.map(|(_, took)| took.peak_kib).max();
        let took = Took {
            time: times[times.len() / 2],
            peak_kib: peak_kib.unwrap_or(took.peak_kib),
            bytes: took.bytes,
        };
        (step, took)
    };
    first.into_iter().enumerate().map(median).collect()
}

/// What of the source nginx serves too, and the rows that wrk reads, by their paths.
///
/// Fails when an answer is not what it should be.
pub fn saved(source: &Source) -> Result<(Docs, Docs)> {
    let mut docs = Docs::new();
    for below in ["versions", "specs.4.8.gz", &seed::info_path(1)] {
        docs.insert(below.to_owned(), source.get(below, &[], 200)?.body);
    }
    let packed = source.get("versions", &[("Accept-Encoding", "gzip")], 200)?;
    ensure!(
        packed.header("content-encoding") == Some("gzip"),
        "not packed"
    );
    let packed = Docs::from([("versions.gz".to_owned(), packed.body)]);
    Ok((docs, packed))
}

/// The path of what a row reads.
pub fn below(row: Row) -> String {
    match row {
        Row::Specs => "specs.4.8.gz".to_owned(),
        Row::InfoAgain => seed::info_path(1),
        _ => "versions".to_owned(),
    }
}

/// Asks a row at a pace that leaves the server idle most of the time.
///
/// Fails when an answer has another status.
pub fn paced(source: &Source, row: Row, docs: &Docs) -> Result<Figures> {
    let target = target(source, row, &below(row), docs)?;
    let load = |time| {
        let requests: Vec<Target> = vec![target.clone(); load::requests_in(time)];
        load::run(source.server.address, &requests, row.status())
    };
    source.server.process.settle()?;
    load(PACED / 4).context("warming up")?;
    load(PACED)
}
