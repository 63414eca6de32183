//! What a restore with empty folders asks for, without the client around it: so that its own time
//! does not hide the server's.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::feed::{Feed, unpacked};
use super::package::{Nupkg, versions_path};
use super::row::Shown;
use super::saved::Saved;
use crate::containers::at_the_same_time;
use crate::http::{Client, Response};
use crate::maven::expect;
use crate::publish::figures;
use crate::wrk::Figures;

/// Connections of one client.
const CONNECTIONS: usize = 16;

/// Restores are done at least so often; the median counts.
const LEAST: usize = 3;

/// The rate of documents of a restore of all these, again and again until the time is over; that of
/// the median restore counts, the percentiles are of all documents.
///
/// Fails when an answer is not the document.
pub fn replay(
    feed: &Feed<'_>,
    saved: &Saved,
    nupkgs: &[Nupkg],
    shown: Shown,
    limit: Duration,
) -> Result<Figures> {
    let (mut rates, mut times) = (Vec::new(), Vec::new());
    let began = Instant::now();
    while rates.len() < LEAST || began.elapsed() < limit {
        let (taken, elapsed) = once(feed, saved, nupkgs, shown)?;
        rates.push(taken.len() as f64 / elapsed.as_secs_f64());
        times.extend(taken);
    }
    rates.sort_by(f64::total_cmp);
    let rate = *rates.get(rates.len() / 2).context("nothing was restored")?;
    let figures = figures(times, began.elapsed())?;
    Ok(Figures { rate, ..figures })
}

/// One restore: the time of each document, and of all together.
fn once(
    feed: &Feed<'_>,
    saved: &Saved,
    nupkgs: &[Nupkg],
    shown: Shown,
) -> Result<(Vec<Duration>, Duration)> {
    let next = AtomicUsize::new(0);
    at_the_same_time(CONNECTIONS, |_| {
        let (mut client, next) = (feed.client(), &next);
        Ok(move || {
            let mut times = Vec::new();
            while let Some(nupkg) = nupkgs.get(next.fetch_add(1, Ordering::Relaxed)) {
                let versions = versions_path(&nupkg.package.id);
                let began = Instant::now();
                let answer = ask(feed, &mut client, &versions, shown)?;
                times.push(began.elapsed());
                let body = match answer.header("content-encoding") {
                    Some(_) => unpacked(&answer.body)?,
                    None => answer.body,
                };
                ensure!(
                    body == saved.plain(&versions)?,
                    "{versions} has other bytes"
                );
                let archive = nupkg.package.path();
                let began = Instant::now();
                let answer = ask(feed, &mut client, &archive, shown)?;
                times.push(began.elapsed());
                ensure!(answer.body == nupkg.bytes, "{archive} has other bytes");
            }
            Ok(times)
        })
    })
}

/// Reads a document, after a 401 where the client shows nothing before and the server asks for it.
fn ask(feed: &Feed<'_>, client: &mut Client, below: &str, shown: Shown) -> Result<Response> {
    let path = feed.path(below);
    let headers = feed.packing();
    if shown == Shown::Challenged && feed.is_ours() {
        let bare = &headers[feed.credential.len()..];
        expect(&client.get(&path, bare)?, 401, below)?;
    }
    let answer = client.get(&path, &headers)?;
    expect(&answer, 200, below)?;
    Ok(answer)
}
