//! The tables of containers, as Markdown.

use std::collections::BTreeMap;
use std::fmt::Write;

use anyhow::Result;

use super::Measured;
use super::large::Passage;
use super::row::{Column, LARGE_MEMORY_BUDGET_MIB, Row, Sizes};
use crate::Options;
use crate::machine::Machine;
use crate::measure::Sample;
use crate::report::{mebibytes, memory, number, or_dash, ratio, sections};
use crate::work::{IDLE_MEMORY_BUDGET_MIB, PEAK_MEMORY_BUDGET_MIB};
use crate::wrk::Figures;

/// The columns of servers, from left to right.
const SERVERS: [Column; 3] = [Column::Packhouse, Column::Distribution, Column::Nginx];

/// What a run found, to be printed at its end.
#[derive(Debug)]
pub struct Report {
    heading: String,
    sizes: Sizes,
    large_mb: u64,
    servers: BTreeMap<Column, Measured>,
    hash: Option<Figures>,
    large: Vec<(Passage, Sample)>,
    failures: Vec<String>,
}

impl Report {
    /// An empty report of this machine and these options.
    ///
    /// Fails as [`Machine::look`] does.
    pub fn new(options: &Options) -> Result<Self> {
        let Machine {
            hardware,
            date,
            wrk,
        } = Machine::look()?;
        let heading = format!(
            "{date}, commit {}; {hardware}; wrk {wrk}: {} connections, {} s a figure after {} s of \
             warm-up; layers: median of {} rounds; {} writers of small images",
            options.revision,
            options.connections,
            options.seconds,
            options.warm_up,
            super::ROUNDS,
            options.image_writers,
        );
        Ok(Self {
            heading,
            sizes: options.sizes(),
            large_mb: options.large,
            servers: BTreeMap::new(),
            hash: None,
            large: Vec::new(),
            failures: Vec::new(),
        })
    }

    /// Adds what was measured of a server, and notes the figures that it lacks.
    pub fn add(&mut self, column: Column, measured: Measured) {
        for (row, sample) in &measured.samples {
            if let Err(error) = sample {
                let label = row.label(self.sizes);
                self.fail(format!("{}: {label}: {error:#}", column.label()));
            }
        }
        self.servers.insert(column, measured);
    }

    /// Adds the rate of hashing alone, or why it could not be taken.
    pub fn hash(&mut self, measured: Result<Figures>) {
        match measured {
            Ok(figures) => self.hash = Some(figures),
            Err(error) => self.fail(format!("{}: {error:#}", Column::Hash.label())),
        }
    }

    /// Adds a passage of the larger layer, or why it could not be measured.
    pub fn large(&mut self, passage: Passage, measured: Result<Sample>) {
        match measured {
            Ok(sample) => self.large.push((passage, sample)),
            Err(error) => {
                let (size, label) = (self.large_mb, passage.label());
                self.fail(format!("a layer of {size} MB: {label}: {error:#}"));
            }
        }
    }

    /// Notes something that could not be measured.
    pub fn fail(&mut self, failure: String) {
        self.failures.push(failure);
    }

    /// Whether everything that was asked for could be measured.
    pub fn is_complete(&self) -> bool {
        self.failures.is_empty()
    }

    /// The report as Markdown: layers, requests, details, memory, what failed.
    pub fn render(&self) -> String {
        let mut text = format!("{}\n\n", self.heading);
        for (column, measured) in &self.servers {
            let note = match column {
                Column::Packhouse => {
                    ": answers pushes when all is synced; private, with access token"
                }
                Column::Distribution => ": does not sync, asks for no token",
                Column::Nginx | Column::Hash => "",
            };
            // A String takes any text.
            let _ = writeln!(text, "- {} {}{note}", column.label(), measured.version);
        }
        let large = format!("Memory with a layer of {} MB", number(self.large_mb as f64));
        let tables = [
            ("Layers, MB per second", self.layers()),
            ("Requests and images per second", self.requests()),
            ("Details", self.details()),
            ("Start and resident memory", self.memory()),
            (large.as_str(), self.passages()),
        ];
        let filled = tables.into_iter().filter(|(_, rows)| rows.len() > 1);
        text.push_str(&sections(&filled.collect::<Vec<_>>(), &self.failures));
        text
    }

    fn sample(&self, row: Row, column: Column) -> Option<&Sample> {
        self.servers.get(&column)?.samples.get(&row)?.as_ref().ok()
    }

    /// What a cell counts: bytes or requests per second.
    fn rate(&self, row: Row, column: Column) -> Option<f64> {
        let figures = match column {
            Column::Hash => self.hash.as_ref().filter(|_| matches!(row, Row::Push(..))),
            column => self.sample(row, column).map(|sample| &sample.figures),
        }?;
        let bytes = row.is_bytes();
        Some(if bytes {
            figures.bytes_per_second
        } else {
            figures.rate
        })
    }

    fn against(&self, row: Row, peer: Column, budget: Option<f64>) -> String {
        let ours = self.rate(row, Column::Packhouse);
        ratio(ours, self.rate(row.of_peers(), peer), budget)
    }

    fn layers(&self) -> Vec<Vec<String>> {
        let mut columns = SERVERS.to_vec();
        columns.push(Column::Hash);
        let mut rows = vec![head(&columns)];
        for row in Row::LAYERS {
            let megabytes = |column| or_dash(self.rate(row, column).map(|rate| number(rate / 1e6)));
            let mut cells = vec![row.label(self.sizes)];
            cells.extend(columns.iter().copied().map(megabytes));
            let budget = row.budget();
            cells.push(self.against(row, Column::Distribution, budget.distribution));
            cells.push(self.against(row, Column::Nginx, budget.nginx));
            cells.push(self.against(row, Column::Hash, budget.hash));
            rows.push(cells);
        }
        rows
    }

    fn requests(&self) -> Vec<Vec<String>> {
        let mut rows = vec![head(&SERVERS)];
        for row in Row::all().filter(|row| !row.is_bytes()) {
            let mut cells = vec![row.label(self.sizes)];
            cells.extend(SERVERS.map(|column| or_dash(self.rate(row, column).map(number))));
            let budget = row.budget();
            cells.push(self.against(row, Column::Distribution, budget.distribution));
            cells.push(self.against(row, Column::Nginx, budget.nginx));
            rows.push(cells);
        }
        rows
    }

    fn details(&self) -> Vec<Vec<String>> {
        let head = [
            "Work",
            "Server",
            "Body, bytes",
            "p50, ms",
            "p99, ms",
            "Peak, MiB",
        ];
        let mut rows = vec![head.map(str::to_owned).to_vec()];
        for row in Row::all() {
            for column in SERVERS {
                let Some(sample) = self.sample(row, column) else {
                    continue;
                };
                rows.push(vec![
                    row.label(self.sizes),
                    column.label().to_owned(),
                    or_dash(sample.bytes.map(|bytes| bytes.to_string())),
                    format!("{:.2}", sample.figures.p50.as_secs_f64() * 1e3),
                    format!("{:.2}", sample.figures.p99.as_secs_f64() * 1e3),
                    mebibytes(sample.peak_kib),
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
            format!("Highest under load, MiB (budget {PEAK_MEMORY_BUDGET_MIB})"),
            "At rest after everything, MiB".to_owned(),
        ];
        let mut rows = vec![head.to_vec()];
        for (column, measured) in &self.servers {
            let samples = measured.samples.values().flatten();
            let highest = samples.map(|sample| sample.peak_kib).max();
            let ours = *column == Column::Packhouse;
            let cell = |kib, budget| {
                if ours {
                    memory(kib, budget)
                } else {
                    mebibytes(kib)
                }
            };
            rows.push(vec![
                column.label().to_owned(),
                measured.start.as_millis().to_string(),
                cell(measured.idle_kib, IDLE_MEMORY_BUDGET_MIB),
                or_dash(highest.map(|kib| cell(kib, PEAK_MEMORY_BUDGET_MIB))),
                mebibytes(measured.after_kib),
            ]);
        }
        rows
    }

    fn passages(&self) -> Vec<Vec<String>> {
        let head = [
            "packhouse".to_owned(),
            "MB/s".to_owned(),
            format!("Peak, MiB (budget {LARGE_MEMORY_BUDGET_MIB})"),
        ];
        let mut rows = vec![head.to_vec()];
        for (passage, sample) in &self.large {
            rows.push(vec![
                passage.label(),
                number(sample.figures.bytes_per_second / 1e6),
                memory(sample.peak_kib, LARGE_MEMORY_BUDGET_MIB),
            ]);
        }
        rows
    }
}

/// The head of a table of rates: the columns, then a ratio for each peer.
fn head(columns: &[Column]) -> Vec<String> {
    let mut head = vec!["Work".to_owned()];
    head.extend(columns.iter().map(|column| column.label().to_owned()));
    let peers = columns
        .iter()
        .filter(|column| **column != Column::Packhouse);
    head.extend(peers.map(|column| format!("× {} (budget)", column.label())));
    head
}

#[cfg(test)]
mod tests;
