//! What a resolve with an empty local repository asks for, without the Maven around it.
//!
//! Maven 3.9 first reads the POMs of all dependencies, then fetches the files, each over at most
//! five connections that it keeps (Maven notes §14).

use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::artifact::{File, Release};
use super::repository::Repository;
use super::row::Checks;
use crate::containers::at_the_same_time;
use crate::http::Client;
use crate::publish::figures;
use crate::wrk::Figures;

/// Connections of one Maven.
const CONNECTIONS: usize = 5;

/// Resolves are done at least so often; the median counts.
const LEAST: usize = 3;

/// The rate of requests of a resolve of all these, again and again until the time is over; that of
/// the median resolve counts, the percentiles are of all requests.
///
/// Fails when an answer is not the file.
pub fn replay(
    repository: &Repository<'_>,
    releases: &[Release],
    checks: Checks,
    limit: Duration,
) -> Result<Figures> {
    let (mut rates, mut times) = (Vec::new(), Vec::new());
    let began = Instant::now();
    while rates.len() < LEAST || began.elapsed() < limit {
        let (taken, elapsed) = once(repository, releases, checks)?;
        rates.push(taken.len() as f64 / elapsed.as_secs_f64());
        times.extend(taken);
    }
    rates.sort_by(f64::total_cmp);
    let rate = *rates.get(rates.len() / 2).context("nothing was resolved")?;
    let figures = figures(times, began.elapsed())?;
    Ok(Figures { rate, ..figures })
}

/// One resolve: the time of each request, and of all together.
fn once(
    repository: &Repository<'_>,
    releases: &[Release],
    checks: Checks,
) -> Result<(Vec<Duration>, Duration)> {
    let all_poms = Barrier::new(CONNECTIONS);
    let next = [AtomicUsize::new(0), AtomicUsize::new(0)];
    at_the_same_time(CONNECTIONS, |_| {
        let mut client = repository.client();
        let (all_poms, next) = (&all_poms, &next);
        Ok(move || {
            let mut times = Vec::new();
            let mut share = |place: usize| -> Result<()> {
                loop {
                    let number = next[place].fetch_add(1, Ordering::Relaxed);
                    let Some(release) = releases.get(number) else {
                        return Ok(());
                    };
                    let file = release.files.get(place).context("no jar to resolve")?;
                    one(repository, &mut client, file, checks, &mut times)?;
                }
            };
            let poms = share(0);
            // One that failed is waited for too, or the others would wait for ever.
            all_poms.wait();
            poms.and_then(|()| share(1))?;
            Ok(times)
        })
    })
}

fn one(
    repository: &Repository<'_>,
    client: &mut Client,
    file: &File,
    checks: Checks,
    times: &mut Vec<Duration>,
) -> Result<()> {
    let began = Instant::now();
    repository.fetch(client, file)?;
    times.push(began.elapsed());
    if checks == Checks::Requests {
        let began = Instant::now();
        repository.fetch_checksum(client, file)?;
        times.push(began.elapsed());
    }
    Ok(())
}
