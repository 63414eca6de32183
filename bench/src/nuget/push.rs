//! Pushing: what is read afterwards, and the load of several writers.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::feed::Feed;
use super::package::{Nupkg, Package, versions_path};
use crate::containers::at_the_same_time;
use crate::publish::figures;
use crate::wrk::Figures;

/// Bytes that do not compress in a small package.
pub const SMALL: usize = 1_000;

/// The most pushes of one load, so that packages made beforehand fit into memory.
const MAX_PUSHES: usize = 12_000;

/// The package that several writers push versions of.
const SHARED: &str = "Acme.Shared";

/// How pushing a package with many versions went.
#[derive(Clone, Debug)]
pub struct Series {
    /// The first tenth of them.
    pub first: Figures,
    /// The last tenth.
    pub last: Figures,
    /// All of them.
    pub all: Figures,
}

/// Pushes all of these over so many connections, in their order as far as there is one then.
///
/// Fails when any push does.
pub fn all(feed: &Feed<'_>, writers: u32, nupkgs: &[Nupkg]) -> Result<(Vec<Duration>, Duration)> {
    let next = AtomicUsize::new(0);
    at_the_same_time(writers as usize, |_| {
        let (mut client, next) = (feed.client(), &next);
        Ok(move || {
            let mut times = Vec::new();
            while let Some(nupkg) = nupkgs.get(next.fetch_add(1, Ordering::Relaxed)) {
                let began = Instant::now();
                feed.push(&mut client, nupkg)?;
                times.push(began.elapsed());
            }
            Ok(times)
        })
    })
}

/// Pushes all of these, which are versions of one package, and tells whether the last ones take
/// longer than the first.
///
/// Fails when any push does.
pub fn series(feed: &Feed<'_>, writers: u32, nupkgs: &[Nupkg]) -> Result<Series> {
    let tenth = nupkgs.len().div_ceil(10);
    let (first, rest) = nupkgs.split_at(tenth);
    let (middle, last) = rest.split_at(rest.len().saturating_sub(tenth));
    let [first, middle, last] = [first, middle, last].map(|part| all(feed, writers, part));
    let (first, middle, last) = (first?, middle?, last?);
    let times = [&first.0[..], &middle.0, &last.0].concat();
    Ok(Series {
        all: figures(times, first.1 + middle.1 + last.1)?,
        first: figures(first.0, first.1)?,
        last: figures(last.0, last.1)?,
    })
}

/// The rate at which writers push small packages, each a new one.
///
/// Ends when the time is over or all that was made beforehand is pushed. Fails when any push does.
pub fn distinct(feed: &Feed<'_>, writers: u32, limit: Duration) -> Result<Figures> {
    let (times, elapsed) = load(feed, writers, limit, |writer, number| {
        (format!("Acme.New.{writer}.{number}"), "1.0.0".to_owned())
    })?;
    figures(times, elapsed)
}

/// The rate at which writers push small packages, each a version of one.
///
/// Ends and fails as [`distinct`] does, and when the source does not list all of them afterwards.
pub fn one_package(feed: &Feed<'_>, writers: u32, limit: Duration) -> Result<Figures> {
    let (times, elapsed) = load(feed, writers, limit, |writer, number| {
        (SHARED.to_owned(), format!("1.{writer}.{number}"))
    })?;
    let answer = feed.get(&mut feed.client(), &versions_path(SHARED))?;
    let document: serde_json::Value = serde_json::from_slice(&answer.body)?;
    let (listed, pushed) = (document["versions"].as_array().map(Vec::len), times.len());
    ensure!(
        listed == Some(pushed),
        "{listed:?} versions are listed of {pushed}"
    );
    figures(times, elapsed)
}

fn load(
    feed: &Feed<'_>,
    writers: u32,
    limit: Duration,
    name: impl Fn(usize, usize) -> (String, String) + Sync,
) -> Result<(Vec<Duration>, Duration)> {
    let each = MAX_PUSHES / writers as usize;
    at_the_same_time(writers as usize, |writer| {
        let nupkgs = (0..each)
            .map(|number| {
                let (id, version) = name(writer, number);
                Package::new(id, version, SMALL)
                    .for_many_frameworks()
                    .nupkg()
            })
            .collect::<Result<Vec<_>>>()?;
        let mut client = feed.client();
        Ok(move || {
            let (deadline, mut times) = (Instant::now() + limit, Vec::new());
            for nupkg in &nupkgs {
                let began = Instant::now();
                if began >= deadline {
                    break;
                }
                feed.push(&mut client, nupkg)?;
                times.push(began.elapsed());
            }
            Ok(times)
        })
    })
}
