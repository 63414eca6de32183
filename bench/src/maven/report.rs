//! The tables of Maven, as Markdown.

use std::collections::BTreeMap;
use std::fmt::Write;

use anyhow::Result;

use super::build::Maven;
use super::row::{Row, Sizes};
use super::{Measured, Taken};
use crate::Options;
use crate::machine::Machine;
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
    /// An empty report of this machine, these options and this Maven, if there is one.
    ///
    /// Fails as [`Machine::look`] does.
    pub fn new(options: &Options, maven: Option<&Maven>) -> Result<Self> {
        let Machine {
            hardware,
            date,
            wrk,
        } = Machine::look()?;
        let maven = maven.map_or("no mvn", |maven| &maven.version);
        let heading = format!(
            "{date}, commit {}; {hardware}; wrk {wrk}: {} connections, {} s a figure after {} s of \
             warm-up; {} writers; mvn: {maven}",
            options.revision,
            options.connections,
            options.seconds,
            options.warm_up,
            options.writers,
        );
        Ok(Self {
            heading,
            sizes: options.maven_sizes(),
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

    /// The report as Markdown: requests, resolves, the growing package, details, memory, what
    /// failed.
    pub fn render(&self) -> String {
        let mut text = format!("{}\n\n", self.heading);
        for (kind, measured) in &self.servers {
            let deploys = measured.samples.contains_key(&Row::DeployOne);
            let note = match kind {
                Kind::Packhouse => ": answers a PUT when all is synced; private, with a token",
                Kind::Nginx if deploys => ": does not sync, asks for no token",
                _ => ": asks for no token; built without dav, so nothing is deployed",
            };
            // A String takes any text.
            let _ = writeln!(text, "- {} {}{note}", kind.label(), measured.version);
        }
        let resolve = format!("Cold resolve of {} artifacts", self.sizes.artifacts);
        let series = format!("Deploying {} versions of one package", self.sizes.versions);
        let tables = [
            ("Requests and deploys per second", self.rates()),
            (resolve.as_str(), self.resolves()),
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

    /// Seconds of everything that a resolve does, and how many times as long it takes here.
    fn resolves(&self) -> Vec<Vec<String>> {
        let mut rows = vec![head(", s", "× time of nginx")];
        for row in Row::RESOLVES.into_iter().chain(Row::BUILDS) {
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

    fn series(&self) -> Vec<Vec<String>> {
        let head = [
            "packhouse",
            "POMs per second",
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
            let line = |label: &str, figures: &Figures| {
                vec![
                    label.to_owned(),
                    number(figures.rate),
                    millis(figures.p50.as_secs_f64()),
                    millis(figures.p99.as_secs_f64()),
                    peak.clone(),
                ]
            };
            rows.push(line("the first tenth", &series.first));
            rows.push(line("the last tenth", &series.last));
            let list = series.list.as_secs_f64();
            let all = f64::from(series.count) / series.all.as_secs_f64();
            let label = "one PUT of the list of all";
            rows.push(vec![
                label.to_owned(),
                or_dash(None),
                millis(list),
                or_dash(None),
                peak.clone(),
            ]);
            rows.push(vec![
                "all together".to_owned(),
                number(all),
                or_dash(None),
                or_dash(None),
                peak.clone(),
            ]);
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
        for row in Row::rates().chain(Row::BUILDS) {
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
                    millis(figures.p50.as_secs_f64()),
                    millis(figures.p99.as_secs_f64()),
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

fn millis(seconds: f64) -> String {
    format!("{:.2}", seconds * 1e3)
}

#[cfg(test)]
mod tests;
