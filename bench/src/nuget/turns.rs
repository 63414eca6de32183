//! One server after another for each figure, again and again, so that whatever else the machine does
//! meets all of them alike. The others are at rest meanwhile.

use anyhow::{Context, Result, bail};

use super::bench::Bench;
use super::resolve;
use super::restore::{Dotnet, Project};
use super::row::{Local, Row};
use crate::maven::Taken;
use crate::target::Target;
use crate::wrk::{Figures, Wrk};

/// Rounds of each figure; the median counts.
const ROUNDS: usize = 3;

/// Restores of each server with a real client; the median counts.
const RESTORES: usize = 5;

/// Reads with wrk, for the time of one figure in all.
///
/// Fails when wrk is missing.
pub fn read_all(benches: &mut [Bench<'_>], connections: u32) -> Result<()> {
    let wrk = Wrk::new(connections)?;
    for row in Row::READS {
        let prepared = benches.iter().map(|bench| {
            let target = bench.serves(row).then(|| bench.target(row)).transpose()?;
            if let Some(target) = &target {
                let server = &bench.feed.server;
                wrk.warm_up(server.address, target, bench.options.warm_up)?;
            }
            Ok(target)
        });
        let targets: Vec<Result<Option<Target>>> = prepared.collect();
        let bytes = |number: usize| Some(targets[number].as_ref().ok()?.as_ref()?.bytes);
        by_turns(benches, row, ROUNDS, bytes, |number, bench| {
            let target = known(&targets[number])?.as_ref().context("no request")?;
            let seconds = bench.options.seconds.div_ceil(ROUNDS as u64);
            wrk.run(bench.feed.server.address, target, seconds)
        });
    }
    Ok(())
}

/// Asks for what a restore does, without a client around it, for the time of one figure in all.
pub fn resolve_all(benches: &mut [Bench<'_>]) {
    for row in Row::RESOLVES {
        by_turns(
            benches,
            row,
            ROUNDS,
            |_| None,
            |_, bench| {
                let Row::Resolve(shown) = row else {
                    bail!("{row:?} is no replay");
                };
                let limit = bench.options.seconds() / ROUNDS as u32;
                resolve::replay(&bench.feed, bench.saved, &bench.fixture.tree, shown, limit)
            },
        );
    }
}

/// Restores with a real client.
pub fn restore_all(benches: &mut [Bench<'_>], dotnet: &Dotnet) {
    let projects = benches.iter().map(|bench| {
        let project = Project::new(dotnet, &bench.feed, &bench.fixture.tree)?;
        // Not counted: it fills the folders, and what the client reads of the disk.
        project.restore(Local::Empty)?;
        Ok(project)
    });
    let projects: Vec<Result<Project<'_>>> = projects.collect();
    for row in Row::RESTORES {
        by_turns(
            benches,
            row,
            RESTORES,
            |_| None,
            |number, bench| {
                let Row::Restore(local) = row else {
                    bail!("{row:?} is no restore");
                };
                let time = known(&projects[number])?.restore(local)?;
                Ok(Figures {
                    rate: bench.fixture.tree.len() as f64 / time.as_secs_f64(),
                    bytes_per_second: 0.0,
                    p50: time,
                    p99: time,
                })
            },
        );
    }
}

/// Takes the figure of a row from each server that can answer it, or notes why it could not be
/// taken.
fn by_turns<'s>(
    benches: &mut [Bench<'s>],
    row: Row,
    rounds: usize,
    bytes: impl Fn(usize) -> Option<usize>,
    load: impl Fn(usize, &Bench<'s>) -> Result<Figures>,
) {
    let mut taken: Vec<Result<Vec<Taken>>> = benches.iter().map(|_| Ok(Vec::new())).collect();
    if let Some(bench) = benches.first() {
        eprintln!("   {}", row.label(bench.options.nuget_sizes()));
    }
    for _ in 0..rounds {
        for ((number, bench), taken) in benches.iter().enumerate().zip(&mut taken) {
            if !bench.serves(row) {
                continue;
            }
            let Ok(before) = taken else {
                continue;
            };
            match bench.take(bytes(number), || load(number, bench)) {
                Ok(figure) => before.push(figure),
                Err(error) => *taken = Err(error),
            }
        }
    }
    for (bench, taken) in benches.iter_mut().zip(taken) {
        if bench.serves(row) {
            bench.samples.insert(row, taken.and_then(middle));
        }
    }
}

/// The figure in the middle, with the most memory of all.
///
/// Fails when there is none.
pub fn middle(mut taken: Vec<Taken>) -> Result<Taken> {
    taken.sort_by(|a, b| a.sample.figures.rate.total_cmp(&b.sample.figures.rate));
    let peak_kib = taken.iter().map(|taken| taken.sample.peak_kib).max();
    let after_kib = taken.iter().map(|taken| taken.after_kib).max();
    let mut middle = taken
        .get(taken.len() / 2)
        .context("nothing was measured")?
        .clone();
    middle.sample.peak_kib = peak_kib.unwrap_or(middle.sample.peak_kib);
    middle.after_kib = after_kib.unwrap_or(middle.after_kib);
    Ok(middle)
}

/// What was prepared, or why it could not be.
fn known<T>(prepared: &Result<T>) -> Result<&T> {
    match prepared {
        Ok(known) => Ok(known),
        Err(error) => bail!("{error:#}"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{known, middle};
    use crate::maven::Taken;
    use crate::measure::Sample;
    use crate::wrk::Figures;

    fn taken(rate: f64, peak_kib: u64, after_kib: u64) -> Taken {
        let figures = Figures {
            rate,
            bytes_per_second: 0.0,
            p50: Duration::from_millis(1),
            p99: Duration::from_millis(2),
        };
        let sample = Sample {
            figures,
            bytes: None,
            peak_kib,
        };
        Taken { sample, after_kib }
    }

    #[test]
    fn the_median_counts_with_the_most_memory() {
        let all = vec![taken(90.0, 1, 9), taken(10.0, 7, 2), taken(50.0, 3, 3)];
        let found = middle(all).unwrap();
        assert_eq!(found.sample.figures.rate, 50.0);
        assert_eq!((found.sample.peak_kib, found.after_kib), (7, 9));
        assert!(middle(Vec::new()).is_err());
    }

    #[test]
    fn what_could_not_be_prepared_says_why() {
        let failed: anyhow::Result<()> = Err(anyhow::anyhow!("wrong").context("asking"));
        assert_eq!(known(&failed).unwrap_err().to_string(), "asking: wrong");
    }
}
