//! The report: Markdown that also reads well in a terminal.

use std::collections::BTreeMap;
use std::fmt::Write;

use anyhow::Result;

use crate::Options;
use crate::machine::Machine;
use crate::measure::{Asker, Measured, Sample};
use crate::server::Kind;
use crate::work::{IDLE_MEMORY_BUDGET_MIB, PEAK_MEMORY_BUDGET_MIB, Work};

/// The columns of figures, from left to right.
const COLUMNS: [(Kind, Asker); 4] = [
    (Kind::Packhouse, Asker::Anyone),
    (Kind::Packhouse, Asker::Token),
    (Kind::Verdaccio, Asker::Anyone),
    (Kind::Nginx, Asker::Anyone),
];

/// What a run found, to be printed at its end.
#[derive(Debug)]
pub struct Report {
    heading: String,
    versions: u32,
    servers: BTreeMap<Kind, Measured>,
    failures: Vec<String>,
}

impl Report {
    /// An empty report of this machine and these options.
    pub fn new(options: &Options) -> Result<Self> {
        let Machine {
            hardware,
            date,
            wrk,
        } = Machine::look()?;
        let heading = format!(
            "{date}, commit {}; {hardware}; wrk {wrk}: {} connections, {} s a figure after {} s of \
             warm-up; {} writers, a series of {} versions",
            options.revision,
            options.connections,
            options.seconds,
            options.warm_up,
            options.writers,
            options.series,
        );
        let (servers, failures) = (BTreeMap::new(), Vec::new());
        Ok(Self {
            heading,
            versions: options.versions(),
            servers,
            failures,
        })
    }

    /// Adds what was measured of a server, and notes the figures that it lacks.
    pub fn add(&mut self, kind: Kind, measured: Measured) {
        for ((work, asker), sample) in &measured.samples {
            if let Err(error) = sample {
                let (label, suffix) = (work.label(self.versions), asker.suffix());
                self.failures
                    .push(format!("{}{suffix}: {label}: {error:#}", kind.label()));
            }
        }
        self.servers.insert(kind, measured);
    }

    /// Notes something that could not be measured.
    pub fn fail(&mut self, failure: String) {
        self.failures.push(failure);
    }

    /// Whether everything that was asked for could be measured.
    pub fn is_complete(&self) -> bool {
        self.failures.is_empty()
    }

    /// The report as Markdown: ratios, details, memory, what failed.
    pub fn render(&self) -> String {
        let mut text = format!("{}\n\n", self.heading);
        for (kind, measured) in &self.servers {
            // A String takes any text.
            let _ = writeln!(text, "- {} {}", kind.label(), measured.version);
        }
        let tables = [
            ("Requests per second", self.rates()),
            ("Details", self.details()),
            ("Start and resident memory", self.memory()),
        ];
        text.push_str(&sections(&tables, &self.failures));
        text
    }

    fn sample(&self, work: Work, (kind, asker): (Kind, Asker)) -> Option<&Sample> {
        self.servers
            .get(&kind)?
            .samples
            .get(&(work, asker))?
            .as_ref()
            .ok()
    }

    fn rate(&self, work: Work, column: (Kind, Asker)) -> Option<f64> {
        self.sample(work, column).map(|sample| sample.figures.rate)
    }

    fn rates(&self) -> Vec<Vec<String>> {
        let mut head = vec!["Work".to_owned()];
        head.extend(COLUMNS.map(|(kind, asker)| format!("{}{}", kind.label(), asker.suffix())));
        head.extend([
            "× Verdaccio (budget)".to_owned(),
            "× nginx (budget)".to_owned(),
        ]);
        let mut rows = vec![head];
        for work in Work::READS.into_iter().chain(Work::PUBLISHES) {
            let mut row = vec![work.label(self.versions)];
            row.extend(COLUMNS.map(|column| or_dash(self.rate(work, column).map(number))));
            let (ours, budget) = (self.rate(work, COLUMNS[0]), work.budget());
            row.push(ratio(ours, self.rate(work, COLUMNS[2]), budget.verdaccio));
            row.push(ratio(ours, self.rate(work, COLUMNS[3]), budget.nginx));
            rows.push(row);
        }
        rows
    }

    fn details(&self) -> Vec<Vec<String>> {
        let head = [
            "Work",
            "Server",
            "Body, bytes",
            "MB/s",
            "p50, ms",
            "p99, ms",
            "Peak, MiB",
        ];
        let mut rows = vec![head.map(str::to_owned).to_vec()];
        for work in Work::READS.into_iter().chain(Work::PUBLISHES) {
            for column in COLUMNS {
                let Some(Sample {
                    figures,
                    bytes,
                    peak_kib,
                }) = self.sample(work, column)
                else {
                    continue;
                };
                let megabytes = figures.bytes_per_second / 1e6;
                rows.push(vec![
                    work.label(self.versions),
                    format!("{}{}", column.0.label(), column.1.suffix()),
                    or_dash(bytes.map(|bytes| bytes.to_string())),
                    or_dash((megabytes > 0.0).then(|| number(megabytes))),
                    format!("{:.2}", figures.p50.as_secs_f64() * 1e3),
                    format!("{:.2}", figures.p99.as_secs_f64() * 1e3),
                    mebibytes(*peak_kib),
                ]);
            }
        }
        rows
    }

    fn memory(&self) -> Vec<Vec<String>> {
        let head = [
            "Server".to_owned(),
            "Start, ms".to_owned(),
            format!("Idle, MiB (budget {IDLE_MEMORY_BUDGET_MIB})"),
            "While seeding, MiB".to_owned(),
            format!("Highest under load, MiB (budget {PEAK_MEMORY_BUDGET_MIB})"),
        ];
        let mut rows = vec![head.to_vec()];
        for (kind, measured) in &self.servers {
            let peaks = measured
                .samples
                .values()
                .flatten()
                .map(|sample| sample.peak_kib);
            rows.push(vec![
                kind.label().to_owned(),
                measured.start.as_millis().to_string(),
                mebibytes(measured.idle_kib),
                or_dash((measured.seeding_kib > 0).then(|| mebibytes(measured.seeding_kib))),
                or_dash(peaks.max().map(mebibytes)),
            ]);
        }
        rows
    }
}

/// The ratio with its budget and whether it is met, as far as each is known.
pub fn ratio(ours: Option<f64>, peer: Option<f64>, budget: Option<f64>) -> String {
    let ratio = ours.zip(peer).map(|(ours, peer)| ours / peer);
    match (ratio, budget) {
        (Some(ratio), Some(budget)) => {
            let verdict = verdict(ratio >= budget);
            format!("{ratio:.2} (≥ {budget}, {verdict})")
        }
        (Some(ratio), None) => format!("{ratio:.2}"),
        (None, Some(budget)) => format!("– (≥ {budget})"),
        (None, None) => "–".to_owned(),
    }
}

/// The text, or a dash for a figure that there is none of.
pub fn or_dash(text: Option<String>) -> String {
    text.unwrap_or_else(|| "–".to_owned())
}

/// Whole MiB, and whether that is below the budget.
pub fn memory(kib: u64, budget_mib: u64) -> String {
    with_verdict(&mebibytes(kib), kib < budget_mib * 1024)
}

/// The text, and whether the budget is met.
pub fn with_verdict(text: &str, met: bool) -> String {
    format!("{text} ({})", verdict(met))
}

/// Whether a budget is met, in a word.
pub fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "missed" }
}

/// Whole MiB.
pub fn mebibytes(kib: u64) -> String {
    format!("{:.0}", kib as f64 / 1024.0)
}

/// A number with three digits at least, thousands set apart with commas.
pub fn number(value: f64) -> String {
    if value < 100.0 {
        return format!("{value:.1}");
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The tables under their titles, then what could not be measured.
pub fn sections(tables: &[(&str, Vec<Vec<String>>)], failures: &[String]) -> String {
    let mut text = String::new();
    for (title, rows) in tables {
        // A String takes any text.
        let _ = write!(text, "\n### {title}\n\n{}", table(rows));
    }
    if !failures.is_empty() {
        text.push_str("\n### Not measured\n\n");
    }
    for failure in failures {
        let _ = writeln!(text, "- {failure}");
    }
    text
}

/// A Markdown table with its columns aligned; the first row is the head.
fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| {
        rows.iter()
            .map(|row| row[column].chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for (index, row) in rows.iter().enumerate() {
        for (cell, &width) in row.iter().zip(&widths) {
            let _ = write!(text, "| {cell:width$} ");
        }
        text.push_str("|\n");
        if index == 0 {
            for &width in &widths {
                let _ = write!(text, "|{}", "-".repeat(width + 2));
            }
            text.push_str("|\n");
        }
    }
    text
}

#[cfg(test)]
mod tests;
