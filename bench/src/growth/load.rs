//! Requests at a pace that leaves the server idle most of the time.
//!
//! The 99th percentile under a load that fills the cores tells how long the queue is, and on two
//! cores that is chance. Here a few connections each send one request after another, at most so
//! many a second, and wait for the answer before the next.

use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, ensure};

use crate::http::Client;
use crate::publish::figures;
use crate::target::Target;
use crate::wrk::Figures;

/// Connections that ask at the same time.
pub const CONNECTIONS: usize = 4;

/// The most requests that one connection sends in a second.
pub const PACE: u32 = 100;

/// Every connection sends this many requests at least, however long they take: percentiles of
/// fewer say nothing.
const LEAST: usize = 10;

/// How many requests a load of that time sends at its full pace.
pub fn requests_in(time: Duration) -> usize {
    CONNECTIONS * (time.as_secs_f64() * f64::from(PACE)) as usize
}

/// Sends each request once, and gives how long the answers took.
///
/// Ends early when answers are so slow that half as long again as planned has gone by. Fails when
/// an answer has another status.
pub fn run(address: SocketAddr, requests: &[Target], status: u16) -> Result<Figures> {
    let began = Instant::now();
    let planned = Duration::from_secs(requests.len() as u64) / (PACE * CONNECTIONS as u32);
    let deadline = began + planned * 3 / 2;
    let outcomes: Vec<Result<Vec<Duration>>> = thread::scope(|scope| {
        let handles: Vec<_> = (0..CONNECTIONS)
            .map(|first| {
                let share = requests.iter().skip(first).step_by(CONNECTIONS);
                // Connections that start together would stay together.
                let begin =
                    began + Duration::from_secs(1) / (PACE * CONNECTIONS as u32) * first as u32;
                scope.spawn(move || connection(address, share, status, begin, deadline))
            })
            .collect();
        let joined = handles.into_iter().map(|handle| handle.join());
        joined
            .map(|outcome| outcome.unwrap_or_else(|_| Err(anyhow!("a reader panicked"))))
            .collect()
    });
    let mut times = Vec::new();
    for outcome in outcomes {
        times.extend(outcome?);
    }
    figures(times, began.elapsed())
}

fn connection<'t>(
    address: SocketAddr,
    requests: impl Iterator<Item = &'t Target>,
    status: u16,
    begin: Instant,
    deadline: Instant,
) -> Result<Vec<Duration>> {
    let mut client = Client::new(address);
    let (mut times, mut due) = (Vec::new(), begin);
    for request in requests {
        thread::sleep(due.saturating_duration_since(Instant::now()));
        let sent = Instant::now();
        if sent > deadline && times.len() >= LEAST {
            break;
        }
        let response = client.get(&request.path, &request.headers)?;
        times.push(sent.elapsed());
        ensure!(
            response.status == status,
            "{} answered {} instead of {status}: {}",
            request.path,
            response.status,
            response.excerpt()
        );
        due = next(due, Instant::now());
    }
    Ok(times)
}

/// When the next request is due: one pace after the last, and never in the past, so that a slow
/// answer is not followed by a burst.
fn next(due: Instant, now: Instant) -> Instant {
    (due + Duration::from_secs(1) / PACE).max(now)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{next, requests_in};

    #[test]
    fn the_pace_holds_and_a_slow_answer_is_not_caught_up_with() {
        let begin = Instant::now();
        let at = |millis| begin + Duration::from_millis(millis);
        assert_eq!(next(at(0), at(2)), at(10));
        assert_eq!(next(at(10), at(250)), at(250));
        assert_eq!(requests_in(Duration::from_secs(2)), 800);
    }
}
