//! The table of growth of one image, as Markdown.

use anyhow::Result;

use super::Read;
use crate::Options;
use crate::growth::{Pair, grown, heading, millis, peak_head};
use crate::report::{memory, number, sections};
use crate::work::PEAK_MEMORY_BUDGET_MIB;

/// The largest ratio of the two 99th percentiles that the design allows.
const BUDGET: f64 = 2.0;

/// What a run found.
#[derive(Debug)]
pub struct Report {
    heading: String,
    reads: Vec<(Read, Pair)>,
    pushes: Option<Pair>,
    failures: Vec<String>,
}

impl Report {
    /// An empty report of this machine.
    ///
    /// Fails when the machine cannot be looked at.
    pub fn new(options: &Options) -> Result<Self> {
        Ok(Self {
            heading: heading(options)?,
            reads: Vec::new(),
            pushes: None,
            failures: Vec::new(),
        })
    }

    /// Adds a row of reads, or why it could not be measured.
    pub fn read(&mut self, read: Read, measured: Result<Pair>) {
        match measured {
            Ok(pair) => self.reads.push((read, pair)),
            Err(error) => self.failures.push(format!("{}: {error:#}", read.label())),
        }
    }

    /// Adds the pushes of manifests, or why they could not be measured.
    pub fn push(&mut self, measured: Result<Pair>) {
        match measured {
            Ok(pair) => self.pushes = Some(pair),
            Err(error) => self.failures.push(format!("pushes: {error:#}")),
        }
    }

    /// Whether everything could be measured.
    pub fn is_complete(&self) -> bool {
        self.failures.is_empty()
    }

    /// The report as Markdown.
    pub fn render(&self) -> String {
        let reads = self.reads.iter();
        let mut rows: Vec<_> = reads
            .map(|(read, pair)| row(read.label(), pair, Some(BUDGET)))
            .collect();
        let pushes = self.pushes.iter();
        rows.extend(pushes.map(|pair| row("push of a manifest, one connection", pair, None)));
        let head = [
            "10 → 10,000 versions of an image",
            "per second, small",
            "p50, ms, small",
            "p99, ms, small",
            "per second, large",
            "p50, ms, large",
            "p99, ms, large",
            "× p99 (budget)",
        ];
        let mut head = head.map(str::to_owned).to_vec();
        head.push(peak_head());
        rows.insert(0, head);
        let tables = [("Growth of an image", rows)];
        format!("{}\n{}", self.heading, sections(&tables, &self.failures))
    }
}

fn row(label: &str, pair: &Pair, budget: Option<f64>) -> Vec<String> {
    vec![
        label.to_owned(),
        number(pair.small.rate),
        millis(pair.small.p50),
        millis(pair.small.p99),
        number(pair.large.rate),
        millis(pair.large.p50),
        millis(pair.large.p99),
        grown(pair, budget),
        memory(pair.peak_kib, PEAK_MEMORY_BUDGET_MIB),
    ]
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Pair, Read, Report};
    use crate::wrk::Figures;

    #[test]
    fn each_read_has_a_row_and_what_failed_a_line() {
        let figures = |p99| Figures {
            rate: 400.0,
            bytes_per_second: 0.0,
            p50: Duration::from_micros(250),
            p99: Duration::from_micros(p99),
        };
        let pair = Pair {
            small: figures(500),
            large: figures(1_500),
            peak_kib: 40 * 1024,
        };
        let mut report = Report {
            heading: "today".to_owned(),
            reads: Vec::new(),
            pushes: None,
            failures: Vec::new(),
        };
        report.read(Read::Tags, Ok(pair.clone()));
        report.push(Ok(pair));
        assert!(report.is_complete());
        report.read(Read::Blob, Err(anyhow::anyhow!("404")));
        let text = report.render();
        assert!(text.contains("3.00 (< 2, missed)"), "{text}");
        assert!(text.contains("40 (met)"), "{text}");
        assert!(
            text.contains("| push of a manifest, one connection"),
            "{text}"
        );
        assert!(text.ends_with("- layer, 20 kB: 404\n"), "{text}");
        assert!(!report.is_complete());
    }
}
