//! Read load with wrk(1), and its figures.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use tempfile::TempDir;

use crate::process::{OnParentDeath, guarded};
use crate::target::Target;

/// wrk's own summary as one line of JSON (wrk `SCRIPTING`, done); durations in microseconds.
const SCRIPT: &str = r#"
done = function(summary, latency, requests)
  local e = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"duration":%d,"bytes":%d,"failures":%d,"p50":%d,"p99":%d}\n',
    summary.requests, summary.duration, summary.bytes,
    e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(50), latency:percentile(99)))
end
"#;

/// With fewer answers than this a rate is too coarse.
const FEW: u64 = 100;

/// The figures of one load.
#[derive(Clone, Debug, PartialEq)]
pub struct Figures {
    /// Answers, or publishes, per second.
    pub rate: f64,
    /// Bytes received per second, headers included; 0 for publishes.
    pub bytes_per_second: f64,
    /// Half of the requests took at most this long.
    pub p50: Duration,
    /// 99 of 100 requests took at most this long.
    pub p99: Duration,
}

#[derive(Debug, Deserialize)]
struct Summary {
    requests: u64,
    duration: u64,
    bytes: u64,
    failures: u64,
    p50: u64,
    p99: u64,
}

/// A wrk with its script on disk.
#[derive(Debug)]
pub struct Wrk {
    script: PathBuf,
    threads: usize,
    connections: u32,
    _folder: TempDir,
}

impl Wrk {
    /// A load of that many connections, on at most two threads.
    pub fn new(connections: u32) -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("packhouse-bench-")
            .tempdir()?;
        let script = folder.path().join("summary.lua");
        std::fs::write(&script, SCRIPT)?;
        let cores = std::thread::available_parallelism()?.get();
        let threads = cores.min(2).min(connections as usize);
        Ok(Self {
            script,
            threads,
            connections,
            _folder: folder,
        })
    }

    /// Asks for the target for that many seconds and gives the figures.
    ///
    /// With fewer than 100 answers it goes on for three times as long and takes that instead.
    /// Fails when wrk is missing, no answer came, or one had a status of 400 or above.
    pub fn run(&self, address: SocketAddr, target: &Target, seconds: u64) -> Result<Figures> {
        let mut summary = self.load(address, target, seconds)?;
        if summary.requests < FEW {
            summary = self.load(address, target, seconds * 3)?;
        }
        figures(&summary)
    }

    /// Loads the server for that many seconds; a slow one may not have answered yet.
    ///
    /// Fails when wrk is missing, or a request failed or had a status of 400 or above.
    pub fn warm_up(&self, address: SocketAddr, target: &Target, seconds: u64) -> Result<()> {
        self.load(address, target, seconds).map(|_| ())
    }

    fn load(&self, address: SocketAddr, target: &Target, seconds: u64) -> Result<Summary> {
        let mut command = guarded(OnParentDeath::Kill, "wrk");
        command
            .arg(format!("-t{}", self.threads))
            .arg(format!("-c{}", self.connections));
        command
            .arg(format!("-d{seconds}s"))
            .args(["--timeout", "20s", "-s"])
            .arg(&self.script);
        for (name, value) in &target.headers {
            command.arg("-H").arg(format!("{name}: {value}"));
        }
        command.arg(format!("http://{address}{}", target.path));
        summary(&output_of(command)?)
    }
}

fn output_of(mut command: Command) -> Result<String> {
    let output = command.output().context("starting wrk")?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "wrk: {}: {errors}", output.status);
    Ok(String::from_utf8(output.stdout)?)
}

fn summary(output: &str) -> Result<Summary> {
    let line = output.lines().rev().find(|line| line.starts_with('{'));
    let line = line.with_context(|| format!("wrk printed no summary: {output}"))?;
    let summary: Summary = serde_json::from_str(line)?;
    ensure!(
        summary.failures == 0,
        "{} of {} failed",
        summary.failures,
        summary.requests
    );
    Ok(summary)
}

fn figures(summary: &Summary) -> Result<Figures> {
    ensure!(
        summary.requests > 0 && summary.duration > 0,
        "no request came back in time"
    );
    let seconds = Duration::from_micros(summary.duration).as_secs_f64();
    Ok(Figures {
        rate: summary.requests as f64 / seconds,
        bytes_per_second: summary.bytes as f64 / seconds,
        p50: Duration::from_micros(summary.p50),
        p99: Duration::from_micros(summary.p99),
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{figures, summary};

    #[test]
    fn the_summary_is_found_below_the_text() {
        let line =
            r#"{"requests":1000,"duration":500000,"bytes":2000,"failures":0,"p50":7,"p99":9}"#;
        let summary = summary(&format!("Running 5s test\n  2 threads\n\n{line}\n")).unwrap();
        let figures = figures(&summary).unwrap();
        assert_eq!((figures.rate, figures.bytes_per_second), (2000.0, 4000.0));
        assert_eq!(
            (figures.p50, figures.p99),
            (Duration::from_micros(7), Duration::from_micros(9))
        );
    }

    #[test]
    fn a_failed_request_spoils_the_figure() {
        let line = r#"{"requests":10,"duration":5,"bytes":2,"failures":3,"p50":7,"p99":9}"#;
        assert_eq!(summary(line).unwrap_err().to_string(), "3 of 10 failed");
        assert!(summary("unable to connect").is_err());
    }

    #[test]
    fn no_answer_is_no_figure() {
        let line = r#"{"requests":0,"duration":5,"bytes":0,"failures":0,"p50":0,"p99":0}"#;
        let error = figures(&summary(line).unwrap()).unwrap_err().to_string();
        assert_eq!(error, "no request came back in time");
    }
}
