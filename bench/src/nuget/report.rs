//! The tables of NuGet, as Markdown.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use anyhow::Result;

use super::Measured;
use super::pages::Kind as Pages;
use super::restore::Dotnet;
use super::row::{Row, Sizes};
use crate::Options;
use crate::machine::Machine;
use crate::maven::Taken;
use crate::report::{mebibytes, memory, number, or_dash, ratio, sections};
use crate::server::Kind;
use crate::work::{IDLE_MEMORY_BUDGET_MIB, PEAK_MEMORY_BUDGET_MIB};
use crate::wrk::Figures;

/// The columns of figures, from left to right.
const SERVERS: [Kind; 2] = [Kind::Packhouse, Kind::Nginx];

/// What a run found, to be printed at its end.
#[derive(Debug)]
pub struct Report {
    heading: String,
    sizes: Sizes,
    servers: BTreeMap<Kind, Measured>,
    failures: Vec<String>,
}

impl Report {
    /// An empty report of this machine, these options and this SDK, if there is one.
    ///
    /// Fails as [`Machine::look`] does.
    pub fn new(options: &Options, dotnet: Option<&Dotnet>) -> Result<Self> {
        let Machine {
            hardware,
            date,
            wrk,
        } = Machine::look()?;
        let dotnet = dotnet.map_or("none", |dotnet| &dotnet.version);
        let heading = format!(
            "{date}, commit {}; {hardware}; wrk {wrk}: {} connections, {} s a figure after {} s of \
             warm-up; {} writers; .NET SDK: {dotnet}",
            options.revision,
            options.connections,
            options.seconds,
            options.warm_up,
            options.writers,
        );
        Ok(Self {
            heading,
            sizes: options.nuget_sizes(),
            servers: BTreeMap::new(),
            failures: Vec::new(),
        })
    }

    /// Adds what was measured of a server, and notes the figures that it lacks.
    pub fn add(&mut self, kind: Kind, measured: Measured) {
        for (row, taken) in &measured.samples {
            if let Err(error) = taken {
                let label = row.label(self.sizes);
                self.fail(format!("{}: {label}: {error:#}", kind.label()));
            }
        }
        for (pages, reading) in &measured.readings {
            if let Err(error) = reading {
                let label = pages.label();
                self.fail(format!("{}: all pages, {label}: {error:#}", kind.label()));
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

    /// The report as Markdown: requests, restores, the large registration, its pushes, details,
    /// memory, what failed.
    pub fn render(&self) -> String {
        let mut text = format!("{}\n\n", self.heading);
        for (kind, measured) in &self.servers {
            let note = match kind {
                Kind::Packhouse => ": answers a push when all is synced; private, with a token",
                _ => ": asks for no token; nothing is pushed",
            };
            // A String takes any text.
            let _ = writeln!(text, "- {} {}{note}", kind.label(), measured.version);
        }
        let versions = number(f64::from(self.sizes.versions));
        let restore = format!("Cold restore of {} packages", self.sizes.dependencies);
        let pages = format!("Registration of {versions} versions with all of its pages, gzip");
        let series = format!("Pushing {versions} versions of one package");
        let tables = [
            ("Requests and pushes per second", self.rates()),
            (restore.as_str(), self.restores()),
            (pages.as_str(), self.pages()),
            (series.as_str(), self.series()),
            ("Details", self.details()),
            ("Start and resident memory", self.memory()),
        ];
        let filled = tables.into_iter().filter(|(_, rows)| rows.len() > 1);
        text.push_str(&sections(&filled.collect::<Vec<_>>(), &self.failures));
        text
    }

    fn taken(&self, row: Row, kind: Kind) -> Option<&Taken> {
        self.servers.get(&kind)?.samples.get(&row)?.as_ref().ok()
    }

    fn rate(&self, row: Row, kind: Kind) -> Option<f64> {
        self.taken(row, kind).map(|taken| taken.sample.figures.rate)
    }

    fn rates(&self) -> Vec<Vec<String>> {
        let mut rows = vec![head("", "× nginx (budget)")];
        for row in Row::rates() {
            let [ours, nginx] = SERVERS.map(|kind| self.rate(row, kind));
            rows.push(vec![
                row.label(self.sizes),
                or_dash(ours.map(number)),
                or_dash(nginx.map(number)),
                ratio(ours, nginx, row.budget()),
            ]);
        }
        rows
    }

    /// Seconds of everything that a restore does, and how many times as long it takes here.
    fn restores(&self) -> Vec<Vec<String>> {
        let mut rows = vec![head(", s", "× time of nginx")];
        for row in Row::spans() {
            let count = f64::from(row.count(self.sizes));
            let [ours, nginx] = SERVERS.map(|kind| self.rate(row, kind).map(|rate| count / rate));
            if ours.is_none() && nginx.is_none() {
                continue;
            }
            let seconds = |time: Option<f64>| or_dash(time.map(|time| format!("{time:.3}")));
            rows.push(vec![
                row.label(self.sizes),
                seconds(ours),
                seconds(nginx),
                ratio(ours, nginx, None),
            ]);
        }
        rows
    }

    fn pages(&self) -> Vec<Vec<String>> {
        let head = [
            "Read by",
            "Server",
            "All, ms",
            "Slowest document, ms",
            "Peak, MiB",
        ];
        let mut rows = vec![head.map(str::to_owned).to_vec()];
        for pages in Pages::ALL {
            for (kind, measured) in &self.servers {
                let Some(Ok(reading)) = measured.readings.get(&pages) else {
                    continue;
                };
                rows.push(vec![
                    pages.label(),
                    kind.label().to_owned(),
                    millis(reading.all),
                    millis(reading.slowest),
                    mebibytes(reading.peak_kib),
                ]);
            }
        }
        rows
    }

    fn series(&self) -> Vec<Vec<String>> {
        let head = [
            "packhouse",
            "Pushes per second",
            "p50, ms",
            "p99, ms",
            "Peak, MiB",
        ];
        let mut rows = vec![head.map(str::to_owned).to_vec()];
        for measured in self.servers.values() {
            let Some(series) = &measured.series else {
                continue;
            };
            let peak = or_dash(measured.seeding_kib.map(mebibytes));
            let mut line = |label: &str, figures: &Figures| {
                rows.push(vec![
                    label.to_owned(),
                    number(figures.rate),
                    millis(figures.p50),
                    millis(figures.p99),
                    peak.clone(),
                ]);
            };
            line("the first tenth", &series.first);
            line("the last tenth", &series.last);
            line("all together", &series.all);
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
            "At rest after, MiB",
        ];
        let mut rows = vec![head.map(str::to_owned).to_vec()];
        for row in Row::rates().chain(Row::spans()) {
            for kind in SERVERS {
                let Some(Taken { sample, after_kib }) = self.taken(row, kind) else {
                    continue;
                };
                let figures = &sample.figures;
                let megabytes = figures.bytes_per_second / 1e6;
                rows.push(vec![
                    row.label(self.sizes),
                    kind.label().to_owned(),
                    or_dash(sample.bytes.map(|bytes| bytes.to_string())),
                    or_dash((megabytes > 0.0).then(|| number(megabytes))),
                    millis(figures.p50),
                    millis(figures.p99),
                    mebibytes(sample.peak_kib),
                    mebibytes(*after_kib),
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
            "Highest at rest after a load, MiB".to_owned(),
        ];
        let mut rows = vec![head.to_vec()];
        for (kind, measured) in &self.servers {
            let taken = || measured.samples.values().flatten();
            let peaks = taken().map(|taken| taken.sample.peak_kib);
            let readings = measured.readings.values().flatten();
            let peaks = peaks.chain(readings.map(|reading| reading.peak_kib));
            let highest = peaks.chain(measured.seeding_kib).max();
            let after = taken().map(|taken| taken.after_kib).max();
            let cell = |kib, budget| match kind {
                Kind::Packhouse => memory(kib, budget),
                _ => mebibytes(kib),
            };
            rows.push(vec![
                kind.label().to_owned(),
                measured.start.as_millis().to_string(),
                cell(measured.idle_kib, IDLE_MEMORY_BUDGET_MIB),
                or_dash(highest.map(|kib| cell(kib, PEAK_MEMORY_BUDGET_MIB))),
                or_dash(after.map(mebibytes)),
            ]);
        }
        rows
    }
}

/// The head of a table with a column for each server and one for how they compare.
fn head(unit: &str, compared: &str) -> Vec<String> {
    let mut head = vec!["Work".to_owned()];
    head.extend(SERVERS.map(|kind| format!("{}{unit}", kind.label())));
    head.push(compared.to_owned());
    head
}

fn millis(time: Duration) -> String {
    format!("{:.2}", time.as_secs_f64() * 1e3)
}

#[cfg(test)]
mod tests;
