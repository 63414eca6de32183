//! Whether answers that do not grow stay as quick when what is stored does.
//!
//! Packhouse alone, three stores: one with a package of 10 versions and one of 10,000, one with
//! 100 packages, one with 100,000 packages of 10 versions each. The same reads go to the small and
//! the large side of each pair, by turns, at a pace that leaves the server mostly idle; what counts
//! is the ratio of the two 99th percentiles. Start and resident memory come from the store of a
//! million versions.

pub mod load;
mod read;
mod report;
mod seed;
mod store;

use std::time::Duration;

use anyhow::{Context, Result};

use crate::Options;
use crate::fixture::{Access, Release};
use crate::publish;
use crate::server::Server;
use crate::target::Target;
use crate::wrk::Figures;
use read::{Axis, Place, Row};
use store::Store;

pub use read::Dice;
pub use report::{grown, heading, millis, peak_head};
pub use seed::{Database, package};

pub use report::Report;

/// Versions of a package as it is published, before anything grows.
pub const FEW_VERSIONS: u32 = 10;

/// Versions of the large package.
pub const MANY_VERSIONS: u32 = 10_000;

/// Packages of the small store.
const FEW_PACKAGES: u32 = 100;

/// Packages of the large store, a million versions in all.
const MANY_PACKAGES: u32 = 100_000;

/// How often each figure is taken; the median counts.
pub const ROUNDS: u32 = 5;

/// How long a figure is taken for in each round, after a quarter of it that does not count.
const ROUND: Duration = Duration::from_secs(2);

/// Publishes in one round.
pub const PUBLISHES: u32 = 50;

/// The number of the large package in the store of the first pair. Package 0 is the small one, and
/// those after the large one are small too, each for a round of publishes.
const LARGE: u32 = 1;

/// What publishes go into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Into {
    /// One package, new versions.
    Package,
    /// A store, new packages.
    Store,
}

/// The figures of the small and the large side, the median of the rounds each.
#[derive(Clone, Debug)]
pub struct Pair {
    /// Of the small one.
    pub small: Figures,
    /// Of the large one.
    pub large: Figures,
    /// The most resident memory of the large one's server meanwhile, in KiB.
    pub peak_kib: u64,
}

/// Seeds the stores and measures everything.
///
/// Fails when a store cannot be seeded or answers wrongly. A read that fails is noted in the report
/// instead.
pub fn run(options: &Options) -> Result<Report> {
    let mut report = Report::new(options)?;
    grow_package(options, &mut report)?;
    grow_store(options, &mut report)?;
    Ok(report)
}

fn grow_package(options: &Options, report: &mut Report) -> Result<()> {
    eprintln!("== a package with {FEW_VERSIONS} and one with {MANY_VERSIONS} versions");
    let last = LARGE + ROUNDS;
    let store = Store::make(options, |database| {
        database.copy_package(last)?;
        database.add_versions(&seed::package(LARGE), FEW_VERSIONS, MANY_VERSIONS)
    })?;
    store.check(0, FEW_VERSIONS)?;
    store.check(LARGE, MANY_VERSIONS)?;
    store.check(last, FEW_VERSIONS)?;
    let small = (&store, store.place(0..1, FEW_VERSIONS));
    let large = (&store, store.place(LARGE..LARGE + 1, MANY_VERSIONS));
    for row in read::ROWS.iter().filter(|row| row.axis == Axis::Versions) {
        report.read(*row, compare(*row, &small, &large));
    }
    eprintln!("   publishing versions");
    report.publish(Into::Package, publish_versions(&store));
    Ok(())
}

fn grow_store(options: &Options, report: &mut Report) -> Result<()> {
    let make = |packages| {
        eprintln!("== a store with {packages} packages");
        let store = Store::make(options, |database| database.copy_package(packages - 1))?;
        for number in [0, packages / 2, packages - 1] {
            store.check(number, FEW_VERSIONS)?;
        }
        store.check_lists(packages)?;
        anyhow::Ok(store)
    };
    let (small, large) = (make(FEW_PACKAGES)?, make(MANY_PACKAGES)?);
    for row in read::ROWS.iter().filter(|row| row.axis != Axis::Versions) {
        let side = |store, packages| {
            let packages = if row.axis == Axis::OnePackage {
                1
            } else {
                packages
            };
            (store, Store::place(store, 0..packages, FEW_VERSIONS))
        };
        let sides = (side(&small, FEW_PACKAGES), side(&large, MANY_PACKAGES));
        report.read(*row, compare(*row, &sides.0, &sides.1));
    }
    eprintln!("   publishing packages");
    report.publish(Into::Store, publish_packages(&small, &large));
    for (store, packages) in [(&small, FEW_PACKAGES), (&large, MANY_PACKAGES)] {
        report.started(packages * FEW_VERSIONS, store.started.clone());
    }
    Ok(())
}

fn compare(row: Row, small: &(&Store, Place), large: &(&Store, Place)) -> Result<Pair> {
    eprintln!("   {}", row.label());
    let mut dice = [Dice(1), Dice(1)];
    let [first, second] = &mut dice;
    let mut requests = (
        || row.read.request(&small.1, first),
        || row.read.request(&large.1, second),
    );
    let sides = [
        (
            &small.0.server,
            &mut requests.0 as &mut dyn FnMut() -> Target,
        ),
        (&large.0.server, &mut requests.1),
    ];
    by_turns(sides, row.read.status())
}

/// Reads of a small and of a large side, each with a maker of its requests, by turns, so that what
/// else the machine does meets both.
///
/// Fails when an answer has another status.
pub fn by_turns(
    mut sides: [(&Server, &mut dyn FnMut() -> Target); 2],
    status: u16,
) -> Result<Pair> {
    let large = sides[1].0;
    large.process.reset_peak()?;
    let mut rounds = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        for ((server, request), figures) in sides.iter_mut().zip(&mut rounds) {
            let mut load = |time| {
                let count = load::requests_in(time);
                let requests: Vec<_> = (0..count).map(|_| request()).collect();
                load::run(server.address, &requests, status)
            };
            load(ROUND / 4)?;
            figures.push(load(ROUND)?);
        }
    }
    let pair = pair(rounds, large)?;
    let (small, large, peak) = (pair.small.p99, pair.large.p99, pair.peak_kib / 1024);
    eprintln!("      p99 {small:.2?}, then {large:.2?}; {peak} MiB");
    Ok(pair)
}

fn publish_versions(store: &Store) -> Result<Pair> {
    store.server.process.reset_peak()?;
    let mut rounds = [Vec::new(), Vec::new()];
    for round in 0..ROUNDS {
        for (package, figures) in [LARGE + 1 + round, LARGE].into_iter().zip(&mut rounds) {
            let releases: Vec<_> = (0..PUBLISHES)
                .map(|patch| release(seed::package(package), format!("2.{round}.{patch}")))
                .collect();
            figures.push(publish::timed(&store.server, &releases)?);
        }
    }
    pair(rounds, &store.server)
}

fn publish_packages(small: &Store, large: &Store) -> Result<Pair> {
    large.server.process.reset_peak()?;
    let mut rounds = [Vec::new(), Vec::new()];
    for round in 0..ROUNDS {
        let releases: Vec<_> = (0..PUBLISHES)
            .map(|number| release(format!("new-{round}-{number}"), "1.0.0".to_owned()))
            .collect();
        rounds[0].push(publish::timed(&small.server, &releases)?);
        rounds[1].push(publish::timed(&large.server, &releases)?);
    }
    pair(rounds, &large.server)
}

fn release(name: String, version: String) -> Release {
    Release {
        name,
        version,
        access: Access::Public,
        payload: publish::SMALL_PAYLOAD,
    }
}

/// The medians of the rounds of both sides, and the peak of the large one's server.
///
/// Fails when there was no round.
pub fn pair([small, large]: [Vec<Figures>; 2], server: &Server) -> Result<Pair> {
    let median = |rounds: &[Figures]| median(rounds).context("no round was measured");
    Ok(Pair {
        small: median(&small)?,
        large: median(&large)?,
        peak_kib: server.process.peak_kib()?,
    })
}

/// Each figure's own median; `None` of nothing.
fn median(rounds: &[Figures]) -> Option<Figures> {
    let mut rates: Vec<_> = rounds.iter().map(|round| round.rate).collect();
    rates.sort_by(f64::total_cmp);
    let middle = |time: fn(&Figures) -> Duration| {
        let mut times: Vec<_> = rounds.iter().map(time).collect();
        times.sort_unstable();
        times.get(times.len() / 2).copied()
    };
    Some(Figures {
        rate: *rates.get(rates.len() / 2)?,
        bytes_per_second: 0.0,
        p50: middle(|round| round.p50)?,
        p99: middle(|round| round.p99)?,
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::median;
    use crate::wrk::Figures;

    #[test]
    fn each_figure_has_its_own_median() {
        let figures = |rate, p50, p99| Figures {
            rate,
            bytes_per_second: 0.0,
            p50: Duration::from_millis(p50),
            p99: Duration::from_millis(p99),
        };
        let rounds = [
            figures(10.0, 3, 90),
            figures(30.0, 1, 5),
            figures(20.0, 2, 7),
        ];
        assert_eq!(median(&rounds), Some(figures(20.0, 2, 7)));
        assert_eq!(median(&[]), None);
    }
}
