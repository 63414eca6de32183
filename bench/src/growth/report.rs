//! The tables of growth, as Markdown.

use std::time::Duration;

use anyhow::Result;

use super::load::{CONNECTIONS, PACE};
use super::read::{Axis, Row};
use super::store::Started;
use super::{Into, Pair, ROUND, ROUNDS};
use crate::Options;
use crate::machine::Machine;
use crate::report::{memory, number, sections, verdict, with_verdict};
use crate::work::{IDLE_MEMORY_BUDGET_MIB, PEAK_MEMORY_BUDGET_MIB};

/// The time that the design allows for a start with a million versions.
const START_BUDGET: Duration = Duration::from_millis(500);

/// What a run found.
#[derive(Debug)]
pub struct Report {
    heading: String,
    reads: Vec<(Row, Pair)>,
    publishes: Vec<(Into, Pair)>,
    starts: Vec<(u32, Started)>,
    failures: Vec<String>,
}

impl Report {
    /// An empty report of this machine.
    ///
    /// Fails as [`Machine::look`] does.
    pub fn new(options: &Options) -> Result<Self> {
        let heading = heading(options)?;
        Ok(Self {
            heading,
            reads: Vec::new(),
            publishes: Vec::new(),
            starts: Vec::new(),
            failures: Vec::new(),
        })
    }

    /// Adds a row of reads, or why it could not be measured.
    pub fn read(&mut self, row: Row, measured: Result<Pair>) {
        match measured {
            Ok(pair) => self.reads.push((row, pair)),
            Err(error) => self.failures.push(format!("{}: {error:#}", row.label())),
        }
    }

    /// Adds a row of publishes, or why it could not be measured.
    pub fn publish(&mut self, into: Into, measured: Result<Pair>) {
        match measured {
            Ok(pair) => self.publishes.push((into, pair)),
            Err(error) => self.failures.push(format!("{}: {error:#}", into.label())),
        }
    }

    /// Adds the start on a store of so many versions.
    pub fn started(&mut self, versions: u32, started: Started) {
        self.starts.push((versions, started));
    }

    /// Whether everything could be measured.
    pub fn is_complete(&self) -> bool {
        self.failures.is_empty()
    }

    /// The report as Markdown.
    pub fn render(&self) -> String {
        let mut text = format!("{}\n", self.heading);
        let tables = [
            ("Growth of reads", self.reads()),
            ("Growth of publishes", self.publishes()),
            ("Start and memory at rest", self.starts()),
        ];
        text.push_str(&sections(&tables, &self.failures));
        text
    }

    fn reads(&self) -> Vec<Vec<String>> {
        let head = [
            "Read",
            "From → to",
            "p50, ms, small",
            "p99, ms, small",
            "p50, ms, large",
            "p99, ms, large",
            "× p99 (budget)",
        ];
        let mut rows = vec![head.map(str::to_owned).to_vec()];
        rows[0].push(peak_head());
        for (row, pair) in &self.reads {
            rows.push(vec![
                row.label(),
                row.axis.span().to_owned(),
                millis(pair.small.p50),
                millis(pair.small.p99),
                millis(pair.large.p50),
                millis(pair.large.p99),
                grown(pair, row.budget()),
                memory(pair.peak_kib, PEAK_MEMORY_BUDGET_MIB),
            ]);
        }
        rows
    }

    fn publishes(&self) -> Vec<Vec<String>> {
        let head = [
            "Publish, one connection",
            "From → to",
            "per second, small",
            "p99, ms, small",
            "per second, large",
            "p99, ms, large",
            "× p99",
        ];
        let mut rows = vec![head.map(str::to_owned).to_vec()];
        rows[0].push(peak_head());
        for (into, pair) in &self.publishes {
            rows.push(vec![
                into.label().to_owned(),
                into.axis().span().to_owned(),
                number(pair.small.rate),
                millis(pair.small.p99),
                number(pair.large.rate),
                millis(pair.large.p99),
                grown(pair, None),
                memory(pair.peak_kib, PEAK_MEMORY_BUDGET_MIB),
            ]);
        }
        rows
    }

    fn starts(&self) -> Vec<Vec<String>> {
        let head = [
            "Versions stored".to_owned(),
            "Database, MB".to_owned(),
            format!("Start, ms (budget {})", START_BUDGET.as_millis()),
            format!("Idle, MiB (budget {IDLE_MEMORY_BUDGET_MIB})"),
        ];
        let mut rows = vec![head.to_vec()];
        for (versions, started) in &self.starts {
            rows.push(vec![
                number(f64::from(*versions)),
                number(started.bytes as f64 / 1e6),
                with_verdict(
                    &started.start.as_millis().to_string(),
                    started.start < START_BUDGET,
                ),
                memory(started.idle_kib, IDLE_MEMORY_BUDGET_MIB),
            ]);
        }
        rows
    }
}

/// The line above the tables: day, commit, machine, load.
///
/// Fails as [`Machine::look`] does.
pub fn heading(options: &Options) -> Result<String> {
    let Machine { hardware, date, .. } = Machine::look()?;
    let rate = CONNECTIONS as u32 * PACE;
    Ok(format!(
        "{date}, commit {}; {hardware}; at most {rate} requests a second on {CONNECTIONS} \
         connections; median of {ROUNDS} rounds of {} s",
        options.revision,
        ROUND.as_secs()
    ))
}

impl Into {
    fn label(self) -> &'static str {
        match self {
            Self::Package => "versions into one package",
            Self::Store => "packages into one store",
        }
    }

    fn axis(self) -> Axis {
        match self {
            Self::Package => Axis::Versions,
            Self::Store => Axis::AnyPackage,
        }
    }
}

/// The heading of a column of the large side's memory.
pub fn peak_head() -> String {
    format!("Highest, MiB, large (budget {PEAK_MEMORY_BUDGET_MIB})")
}

/// Milliseconds with two places.
pub fn millis(time: Duration) -> String {
    format!("{:.2}", time.as_secs_f64() * 1e3)
}

/// How many times the small side's 99th percentile the large side's is, and whether that may be.
pub fn grown(pair: &Pair, budget: Option<f64>) -> String {
    let ratio = pair.large.p99.as_secs_f64() / pair.small.p99.as_secs_f64();
    match budget {
        Some(budget) => format!("{ratio:.2} (< {budget}, {})", verdict(ratio < budget)),
        None => format!("{ratio:.2}"),
    }
}

#[cfg(test)]
mod tests;
