//! The tables of RubyGems, as Markdown.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use anyhow::Result;

use super::Taking;
use super::bundler::Bundler;
use super::large::Drawn;
use super::row::{AGAIN_BUDGET, Row, Sizes};
use super::seed::VERSIONS;
use crate::Options;
use crate::growth::load::{CONNECTIONS, PACE};
use crate::machine::Machine;
use crate::maven::Taken;
use crate::report::{mebibytes, memory, number, or_dash, ratio, sections, verdict, with_verdict};
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
    versions: BTreeMap<Kind, String>,
    idle: Option<(Duration, u64)>,
    /// The figures of both servers.
    pub taking: Taking,
    /// What drawing the lists of the large source took.
    pub drawn: Option<Drawn>,
    /// What is asked at a pace.
    pub paced: Vec<(Row, Result<Figures>)>,
    failures: Vec<String>,
}

impl Report {
    /// An empty report of this machine, these options and this Bundler, if there is one.
    ///
    /// Fails as [`Machine::look`] does.
    pub fn new(options: &Options, bundler: Option<&Bundler>) -> Result<Self> {
        let Machine {
            hardware,
            date,
            wrk,
        } = Machine::look()?;
        let bundler = bundler.map_or("no Bundler", |bundler| &bundler.version);
        let heading = format!(
            "{date}, commit {}; {hardware}; wrk {wrk}: {} connections, {} s a figure after {} s of \
             warm-up; {} writers; {bundler}",
            options.revision,
            options.connections,
            options.seconds,
            options.warm_up,
            options.writers,
        );
        Ok(Self {
            heading,
            sizes: options.rubygems_sizes(),
            versions: BTreeMap::new(),
            idle: None,
            taking: Taking::new(),
            drawn: None,
            paced: Vec::new(),
            failures: Vec::new(),
        })
    }

    /// Notes the version that a server tells of itself.
    pub fn version(&mut self, kind: Kind, version: &str) {
        self.versions.insert(kind, version.to_owned());
    }

    /// Notes how Packhouse started on an empty store, and its memory then, in KiB.
    pub fn idle(&mut self, start: Duration, kib: u64) {
        self.idle = Some((start, kib));
    }

    /// Notes something that could not be measured.
    pub fn fail(&mut self, failure: String) {
        self.failures.push(failure);
    }

    /// Whether everything that was asked for could be measured.
    pub fn is_complete(&self) -> bool {
        self.all_failures().is_empty()
    }

    fn all_failures(&self) -> Vec<String> {
        let mut failures = self.failures.clone();
        for ((row, kind), taken) in &self.taking {
            if let Err(error) = taken {
                let label = row.label(self.sizes);
                failures.push(format!("{}: {label}: {error:#}", kind.label()));
            }
        }
        for (row, figures) in &self.paced {
            if let Err(error) = figures {
                failures.push(format!("{}, at a pace: {error:#}", row.label(self.sizes)));
            }
        }
        failures
    }

    /// The report as Markdown: requests, installs, the lists of the large source, details, memory,
    /// what failed.
    pub fn render(&self) -> String {
        let mut text = format!("{}\n\n", self.heading);
        for (kind, version) in &self.versions {
            let note = match kind {
                Kind::Packhouse => ": answers a push when all is synced; private, with a token",
                _ => ": asks for no token; nothing is pushed",
            };
            // A String takes any text.
            let _ = writeln!(text, "- {} {version}{note}", kind.label());
        }
        let gems = number(f64::from(self.sizes.gems));
        let install = format!("Cold install of {} gems", self.sizes.dependencies);
        let steps = format!("Lists of {gems} gems with {VERSIONS} versions each");
        let paced = format!(
            "{gems} gems, asked again by {CONNECTIONS} connections, {} requests a second",
            CONNECTIONS as u32 * PACE
        );
        let tables = [
            ("Requests and pushes per second", self.rates()),
            (install.as_str(), self.installs()),
            (steps.as_str(), self.steps()),
            (paced.as_str(), self.paced()),
            ("Details", self.details()),
            ("Start and resident memory", self.memory()),
        ];
        let filled = tables.into_iter().filter(|(_, rows)| rows.len() > 1);
        text.push_str(&sections(&filled.collect::<Vec<_>>(), &self.all_failures()));
        text
    }

    fn taken(&self, row: Row, kind: Kind) -> Option<&Taken> {
        self.taking.get(&(row, kind))?.as_ref().ok()
    }

    fn rate(&self, row: Row, kind: Kind) -> Option<f64> {
        self.taken(row, kind).map(|taken| taken.sample.figures.rate)
    }

    fn rates(&self) -> Vec<Vec<String>> {
        let mut rows = vec![cells(["Work", "packhouse", "nginx", "× nginx (budget)"])];
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

    /// Seconds of everything that an install does, and how many times as long it takes here.
    fn installs(&self) -> Vec<Vec<String>> {
        let mut rows = vec![cells([
            "Work",
            "packhouse, s",
            "nginx, s",
            "× time of nginx",
        ])];
        let count = f64::from(self.sizes.dependencies);
        for row in Row::SPANS {
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

    fn steps(&self) -> Vec<Vec<String>> {
        let mut rows = vec![cells(["packhouse", "ms", "Body, bytes", "Peak, MiB"])];
        for (step, took) in self.drawn.iter().flat_map(|drawn| &drawn.steps) {
            rows.push(vec![
                step.label().to_owned(),
                millis(took.time),
                or_dash((took.bytes > 0).then(|| took.bytes.to_string())),
                mebibytes(took.peak_kib),
            ]);
        }
        rows
    }

    fn paced(&self) -> Vec<Vec<String>> {
        let budget = AGAIN_BUDGET.as_millis();
        let mut rows = vec![vec![
            "packhouse".to_owned(),
            "p50, ms".to_owned(),
            format!("p99, ms (budget {budget})"),
        ]];
        for (row, figures) in &self.paced {
            let Ok(figures) = figures else {
                continue;
            };
            rows.push(vec![
                row.label(self.sizes),
                millis(figures.p50),
                with_verdict(&millis(figures.p99), figures.p99 < AGAIN_BUDGET),
            ]);
        }
        rows
    }

    fn details(&self) -> Vec<Vec<String>> {
        let mut rows = vec![cells([
            "Work",
            "Server",
            "Body, bytes",
            "MB/s",
            "p50, ms",
            "p99, ms",
            "Peak, MiB",
            "At rest after, MiB",
        ])];
        for row in Row::rates().chain(Row::SPANS) {
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
        let mut rows = vec![cells(["packhouse", "Found", "Budget"])];
        if let Some((start, kib)) = self.idle {
            rows.push(cells([
                "start on an empty store, ms",
                &start.as_millis().to_string(),
                "–",
            ]));
            rows.push(memory_row("idle, MiB", kib, IDLE_MEMORY_BUDGET_MIB));
        }
        if let Some(drawn) = &self.drawn {
            let start = drawn.start;
            let met = verdict(start < Duration::from_millis(500));
            let database = number(drawn.database as f64 / 1e6);
            let gems = number(f64::from(self.sizes.gems));
            rows.push(vec![
                format!("start with {gems} gems ({database} MB of database), ms"),
                start.as_millis().to_string(),
                format!("500, {met}"),
            ]);
        }
        let is_large = |row: Row| Row::LARGE.contains(&row);
        let peaks = |large: bool| {
            let ours = self.taking.iter();
            let ours = ours.filter(move |((row, kind), _)| {
                *kind == Kind::Packhouse && is_large(*row) == large
            });
            ours.filter_map(|(_, taken)| Some(taken.as_ref().ok()?.sample.peak_kib))
        };
        let drawn = self.drawn.iter().flat_map(|drawn| &drawn.steps);
        let drawn = drawn.map(|(_, took)| took.peak_kib);
        for (label, highest) in [
            ("highest, the small source, MiB", peaks(false).max()),
            (
                "highest, the large source, MiB",
                peaks(true).chain(drawn).max(),
            ),
        ] {
            if let Some(kib) = highest {
                rows.push(memory_row(label, kib, PEAK_MEMORY_BUDGET_MIB));
            }
        }
        rows
    }
}

fn memory_row(label: &str, kib: u64, budget: u64) -> Vec<String> {
    cells([label, &memory(kib, budget), &budget.to_string()])
}

fn cells<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_owned).to_vec()
}

fn millis(time: Duration) -> String {
    format!("{:.2}", time.as_secs_f64() * 1e3)
}
