//! All of a large registration read at once, as a client does that looks for the newest version:
//! the document and each of its pages, one after another.
//!
//! A push puts everything out of date that a server has drawn of a package. What is asked for first
//! after that is drawn then; a feed with thousands of versions is known to have brought servers
//! down by it.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::feed::Feed;
use super::package::Package;
use super::saved::Saved;
use crate::containers::at_the_same_time;

/// Readings of each kind; the median counts.
const ROUNDS: usize = 3;

/// What a server has in memory of what is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Drawn {
    /// Nothing: the package has just changed.
    Nothing,
    /// Everything: it was read a moment ago.
    Everything,
}

/// One kind of reading, a row of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kind {
    /// How many clients read all of it at the same time.
    pub clients: u32,
    /// What the server has.
    pub drawn: Drawn,
}

/// How a reading went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// From the begin until every client has everything.
    pub all: Duration,
    /// The longest that a client waited for one document.
    pub slowest: Duration,
    /// The most resident memory of the server meanwhile, in KiB.
    pub peak_kib: u64,
}

impl Kind {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 4] = [
        Self::new(1, Drawn::Nothing),
        Self::new(1, Drawn::Everything),
        Self::new(16, Drawn::Nothing),
        Self::new(16, Drawn::Everything),
    ];

    const fn new(clients: u32, drawn: Drawn) -> Self {
        Self { clients, drawn }
    }

    /// The text of the row.
    pub fn label(self) -> String {
        let clients = match self.clients {
            1 => "1 client".to_owned(),
            count => format!("{count} clients at once"),
        };
        let drawn = match self.drawn {
            Drawn::Nothing => "just changed",
            Drawn::Everything => "read before",
        };
        format!("{clients}, {drawn}")
    }

    /// Reads everything several times; `changing` is a version of the package, which is unlisted
    /// and listed again where the server is to have nothing.
    ///
    /// Fails when an answer is not what was saved.
    pub fn measure(self, feed: &Feed<'_>, saved: &Saved, changing: &Package) -> Result<Reading> {
        let mut readings = Vec::new();
        for _ in 0..ROUNDS {
            match self.drawn {
                Drawn::Nothing => feed.touch(&mut feed.client(), changing)?,
                Drawn::Everything => drop(read(feed, saved, 1)?),
            }
            let process = &feed.server.process;
            process.settle()?;
            process.reset_peak()?;
            let (all, slowest) = read(feed, saved, self.clients)?;
            let peak_kib = process.peak_kib()?;
            readings.push(Reading {
                all,
                slowest,
                peak_kib,
            });
        }
        Ok(middle(readings))
    }
}

/// The reading in the middle, with the most memory of all.
fn middle(mut readings: Vec<Reading>) -> Reading {
    readings.sort_by_key(|reading| reading.all);
    let peak_kib = readings.iter().map(|reading| reading.peak_kib).max();
    let middle = readings[readings.len() / 2];
    Reading {
        peak_kib: peak_kib.unwrap_or(middle.peak_kib),
        ..middle
    }
}

/// The time until all clients have everything, and the longest for one document.
fn read(feed: &Feed<'_>, saved: &Saved, clients: u32) -> Result<(Duration, Duration)> {
    let (times, elapsed) = at_the_same_time(clients as usize, |_| {
        let mut client = feed.client();
        Ok(move || {
            let mut times = Vec::new();
            for below in saved.registration() {
                let began = Instant::now();
                let answer = feed.get_packed(&mut client, below)?;
                times.push(began.elapsed());
                ensure!(
                    answer.body == saved.packed(below)?,
                    "{below} is another than before"
                );
            }
            Ok(times)
        })
    })?;
    let slowest = times.into_iter().max().unwrap_or_default();
    Ok((elapsed, slowest))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Kind, Reading, middle};

    #[test]
    fn the_median_counts_with_the_most_memory() {
        let reading = |millis, peak_kib| Reading {
            all: Duration::from_millis(millis),
            slowest: Duration::from_millis(millis / 10),
            peak_kib,
        };
        let found = middle(vec![reading(90, 1), reading(10, 7), reading(50, 3)]);
        assert_eq!(found, reading(50, 7));
    }

    #[test]
    fn rows_say_who_reads_and_what_is_there() {
        let labels = Kind::ALL.map(Kind::label);
        assert_eq!(labels[0], "1 client, just changed");
        assert_eq!(labels[3], "16 clients at once, read before");
    }
}
