//! The tables of Maven's growth, as Markdown.

use anyhow::Result;

use super::read::{Axis, Row};
use super::{FEW_PACKAGES, FEW_VERSIONS, Into, Started};
use crate::Options;
use crate::growth::{Pair, grown, heading, millis, peak_head};
use crate::report::{memory, number, sections};
use crate::work::{IDLE_MEMORY_BUDGET_MIB, PEAK_MEMORY_BUDGET_MIB};

/// What a run found.
#[derive(Debug)]
pub struct Report {
    heading: String,
    versions: u32,
    packages: u32,
    reads: Vec<(Row, Pair)>,
    deploys: Vec<(Into, Pair)>,
    starts: Vec<Started>,
    failures: Vec<String>,
}

impl Report {
    /// An empty report of this machine.
    ///
    /// Fails when the machine cannot be looked at.
    pub fn new(options: &Options) -> Result<Self> {
        Ok(Self {
            heading: heading(options)?,
            versions: options.maven_sizes().versions,
            packages: options.packages,
            reads: Vec::new(),
            deploys: Vec::new(),
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

    /// Adds a row of deploys, or why it could not be measured.
    pub fn deploy(&mut self, into: Into, measured: Result<Pair>) {
        match measured {
            Ok(pair) => self.deploys.push((into, pair)),
            Err(error) => self.failures.push(format!("{}: {error:#}", into.label())),
        }
    }

    /// Adds how a server started.
    pub fn started(&mut self, started: Started) {
        self.starts.push(started);
    }

    /// Whether everything could be measured.
    pub fn is_complete(&self) -> bool {
        self.failures.is_empty()
    }

    /// The report as Markdown.
    pub fn render(&self) -> String {
        let tables = [
            ("Growth of Maven reads", self.reads()),
            ("Growth of deploys", self.deploys()),
            ("Start and memory at rest", self.starts()),
        ];
        format!("{}\n{}", self.heading, sections(&tables, &self.failures))
    }

    fn span(&self, axis: Axis) -> String {
        let (from, to, what) = match axis {
            Axis::Versions => (FEW_VERSIONS, self.versions, "versions"),
            Axis::Packages => (FEW_PACKAGES, self.packages, "packages"),
        };
        format!("{from} → {} {what}", whole(to))
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
                self.span(row.axis),
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

    fn deploys(&self) -> Vec<Vec<String>> {
        let head = [
            "Deploy, one connection",
            "From → to",
            "per second, small",
            "p99, ms, small",
            "per second, large",
            "p99, ms, large",
            "× p99",
        ];
        let mut rows = vec![head.map(str::to_owned).to_vec()];
        rows[0].push(peak_head());
        for (into, pair) in &self.deploys {
            rows.push(vec![
                into.label().to_owned(),
                self.span(into.axis()),
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
            "Packages stored".to_owned(),
            "Database, MB".to_owned(),
            "Start, ms".to_owned(),
            format!("Idle, MiB (budget {IDLE_MEMORY_BUDGET_MIB})"),
        ];
        let mut rows = vec![head.to_vec()];
        for started in &self.starts {
            rows.push(vec![
                whole(started.packages),
                number(started.bytes as f64 / 1e6),
                started.start.as_millis().to_string(),
                memory(started.idle_kib, IDLE_MEMORY_BUDGET_MIB),
            ]);
        }
        rows
    }
}

impl Into {
    fn label(self) -> &'static str {
        match self {
            Self::Package => "versions of one package",
            Self::Store => "packages into one store",
        }
    }

    fn axis(self) -> Axis {
        match self {
            Self::Package => Axis::Versions,
            Self::Store => Axis::Packages,
        }
    }
}

/// A count; a small one has no places either.
fn whole(count: u32) -> String {
    if count < 100 {
        return count.to_string();
    }
    number(f64::from(count))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Report;
    use crate::growth::Pair;
    use crate::maven::growth::{Into, read};
    use crate::wrk::Figures;

    #[test]
    fn rows_tell_what_grew_and_how_much_slower_it_is() {
        let figures = |p99| Figures {
            rate: 400.0,
            bytes_per_second: 0.0,
            p50: Duration::from_micros(200),
            p99: Duration::from_micros(p99),
        };
        let pair = Pair {
            small: figures(500),
            large: figures(750),
            peak_kib: 40 * 1024,
        };
        let mut report = Report {
            heading: "today".to_owned(),
            versions: 5_000,
            packages: 20_000,
            reads: Vec::new(),
            deploys: Vec::new(),
            starts: Vec::new(),
            failures: Vec::new(),
        };
        report.read(read::ROWS[0], Ok(pair.clone()));
        report.read(read::ROWS[5], Ok(pair));
        report.deploy(Into::Store, Err(anyhow::anyhow!("no disk")));
        let text = report.render();
        let line = |start: &str| {
            let line = text.lines().find(|line| line.starts_with(start)).unwrap();
            let cells = line.trim_matches('|').split('|');
            cells.map(str::trim).collect::<Vec<_>>()
        };
        assert_eq!(
            line("| POM, any version")[1..7],
            [
                "10 → 5,000 versions",
                "0.20",
                "0.50",
                "0.20",
                "0.75",
                "1.50 (< 2, met)"
            ]
        );
        assert_eq!(line("| jar, 20 kB")[1], "100 → 20,000 packages");
        assert!(text.ends_with("- packages into one store: no disk\n"));
        assert!(!report.is_complete());
    }
}
