//! Publishing: the packages that are read afterwards, and the publish load.

use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};

use crate::fixture::{Access, Release};
use crate::http::Client;
use crate::server::Server;
use crate::wrk::Figures;

/// Bytes that do not compress in the tarball of a small package.
pub const SMALL_PAYLOAD: usize = 1_000;

/// The most publishes of one load, so that bodies made beforehand fit into memory.
const MAX_PUBLISHES: usize = 12_000;

/// The longest time that a series of versions may take.
const SERIES_LIMIT: Duration = Duration::from_secs(120);

/// Publishes `count` versions of a package, one after another: 1.0.0, 1.0.1, …
///
/// Fails at the first answer that is not a success.
pub fn seed(server: &Server, name: &str, count: u32, access: Access, payload: usize) -> Result<()> {
    let mut client = Client::new(server.address);
    for release in series(name, count, access, payload) {
        put(
            &mut client,
            server,
            &release.path(server.prefix),
            &release.body()?,
        )?;
    }
    Ok(())
}

/// The rate at which several connections publish small packages, each under a name of its own.
///
/// Ends when the time is over or every body made beforehand is sent. Fails when any publish does.
pub fn distinct(server: &Server, writers: u32, limit: Duration) -> Result<Figures> {
    let each = MAX_PUBLISHES / writers as usize;
    let barrier = Barrier::new(writers as usize + 1);
    let (began, outcomes) = thread::scope(|scope| {
        let handles: Vec<_> = (0..writers)
            .map(|writer| {
                let barrier = &barrier;
                scope.spawn(move || {
                    let bodies = small_packages(server, writer, each);
                    barrier.wait();
                    publish_until(server, &bodies?, Instant::now() + limit)
                })
            })
            .collect();
        barrier.wait();
        let began = Instant::now();
        let outcomes: Vec<Result<Vec<Duration>>> = handles
            .into_iter()
            .map(|handle| {
                handle
                    .join()
                    .unwrap_or_else(|_| Err(anyhow!("a writer panicked")))
            })
            .collect();
        (began, outcomes)
    });
    let elapsed = began.elapsed();
    let mut times = Vec::new();
    for outcome in outcomes {
        times.extend(outcome?);
    }
    figures(times, elapsed)
}

/// The rate at which one connection publishes `count` versions into one new package.
///
/// A count and not a time, because each publish may cost more than the one before it, and a quick
/// server would get further. Fails when any publish does, or when it takes over two minutes.
pub fn one_after_another(server: &Server, count: u32) -> Result<Figures> {
    let releases: Vec<_> = series("series", count, Access::Public, SMALL_PAYLOAD).collect();
    timed(server, &releases)
}

/// The rate at which one connection publishes these, one after another.
///
/// Fails when any publish does, or when they take over two minutes.
pub fn timed(server: &Server, releases: &[Release]) -> Result<Figures> {
    let mut bodies = Vec::new();
    for release in releases {
        bodies.push((release.path(server.prefix), release.body()?));
    }
    let began = Instant::now();
    let times = publish_until(server, &bodies, began + SERIES_LIMIT)?;
    let elapsed = began.elapsed();
    ensure!(
        times.len() == bodies.len(),
        "{} of {} in {SERIES_LIMIT:?}",
        times.len(),
        bodies.len()
    );
    figures(times, elapsed)
}

fn series(name: &str, count: u32, access: Access, payload: usize) -> impl Iterator<Item = Release> {
    (0..count).map(move |patch| {
        let version = format!("1.0.{patch}");
        Release {
            name: name.to_owned(),
            version,
            access,
            payload,
        }
    })
}

fn small_packages(server: &Server, writer: u32, count: usize) -> Result<Vec<(String, Vec<u8>)>> {
    let release = |number| Release {
        name: format!("small-{writer}-{number}"),
        version: "1.0.0".to_owned(),
        access: Access::Public,
        payload: SMALL_PAYLOAD,
    };
    (0..count)
        .map(release)
        .map(|release| Ok((release.path(server.prefix), release.body()?)))
        .collect()
}

/// Sends the bodies one after another until the deadline, and gives how long each took.
fn publish_until(
    server: &Server,
    bodies: &[(String, Vec<u8>)],
    deadline: Instant,
) -> Result<Vec<Duration>> {
    let mut client = Client::new(server.address);
    let mut times = Vec::with_capacity(bodies.len());
    for (path, body) in bodies {
        let began = Instant::now();
        if began >= deadline {
            break;
        }
        put(&mut client, server, path, body)?;
        times.push(began.elapsed());
    }
    Ok(times)
}

fn put(client: &mut Client, server: &Server, path: &str, body: &[u8]) -> Result<()> {
    let headers: Vec<_> = server
        .token
        .iter()
        .map(|token| ("Authorization".to_owned(), format!("Bearer {token}")))
        .collect();
    let response = client.put_json(path, &headers, body)?;
    let success = (200..300).contains(&response.status);
    ensure!(
        success,
        "PUT {path} answered {}: {}",
        response.status,
        response.excerpt()
    );
    Ok(())
}

/// The rate and the percentiles of requests that took these times, and `elapsed` together.
///
/// Fails when there was none.
pub fn figures(mut times: Vec<Duration>, elapsed: Duration) -> Result<Figures> {
    times.sort_unstable();
    let last = times
        .len()
        .checked_sub(1)
        .context("nothing was answered in time")?;
    Ok(Figures {
        rate: times.len() as f64 / elapsed.as_secs_f64(),
        bytes_per_second: 0.0,
        p50: times[last * 50 / 100],
        p99: times[last * 99 / 100],
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::figures;

    #[test]
    fn rate_and_percentiles_come_from_every_publish() {
        let times = (1..=101).rev().map(Duration::from_millis).collect();
        let figures = figures(times, Duration::from_secs(2)).unwrap();
        assert_eq!(figures.rate, 50.5);
        assert_eq!(figures.p50, Duration::from_millis(51));
        assert_eq!(figures.p99, Duration::from_millis(100));
    }

    #[test]
    fn nothing_published_is_no_figure() {
        assert!(figures(Vec::new(), Duration::from_secs(1)).is_err());
    }
}
