//! Packhouse's memory while a layer passes that no memory should hold.
//!
//! The bytes are made while they are sent, the same ones twice: once for the digest, once for the
//! push. Each way has a server and a folder of its own, removed before the next, because the disk
//! may not hold two such layers.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::REPOSITORY;
use super::bytes::{Noise, digest};
use super::registry::{Registry, Way};
use super::report::Report;
use super::{pull, row};
use crate::Options;
use crate::http::Client;
use crate::measure::{Sample, with_peak};
use crate::publish::figures;
use crate::server::{Kind, Server};

/// What happens to the layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passage {
    /// It is pushed.
    Push(Way),
    /// It is pulled.
    Pull,
}

impl Passage {
    /// The text of the row.
    pub fn label(self) -> String {
        match self {
            Self::Push(way) => format!("push, {}", way.label()),
            Self::Pull => "pull".to_owned(),
        }
    }
}

/// Pushes the layer both ways and pulls it, each into the report.
pub fn run(options: &Options, report: &mut Report) {
    let layer = Noise {
        seed: 3,
        size: options.large * 1_000_000,
    };
    if let Err(error) = all(layer, options, report) {
        report.fail(format!("a layer of {} MB: {error:#}", options.large));
    }
}

fn all(layer: Noise, options: &Options, report: &mut Report) -> Result<()> {
    let digest = digest(&layer)?;
    for way in [Way::Whole, Way::Chunked] {
        let server = Server::start(Kind::Packhouse, options, None)?;
        has_room(server.folder(), layer.size + layer.size / 4)?;
        let registry = Registry::open(&server, REPOSITORY)?;
        let passage = Passage::Push(way);
        eprintln!("   {}", passage.label());
        let pushed = with_peak(&server, None, || {
            let began = std::time::Instant::now();
            let mut client = Client::new(server.address);
            registry.push_blob(&mut client, &layer, &digest, way)?;
            let elapsed = began.elapsed();
            let mut figures = figures(vec![elapsed], elapsed)?;
            figures.bytes_per_second = layer.size as f64 * figures.rate;
            Ok(figures)
        });
        let is_there = pushed.is_ok();
        add(report, passage, pushed);
        // The digest was checked by the server; the pull of the first way is enough.
        if is_there && way == Way::Whole {
            eprintln!("   {}", Passage::Pull.label());
            let path = registry.blob(&digest);
            let pulled = with_peak(&server, None, || {
                pull::once(server.address, &path, &registry.credential, layer.size)
            });
            add(report, Passage::Pull, pulled);
        }
    }
    Ok(())
}

fn add(report: &mut Report, passage: Passage, sample: Result<Sample>) {
    if let Ok(sample) = &sample {
        let (peak, budget) = (sample.peak_kib / 1024, row::LARGE_MEMORY_BUDGET_MIB);
        eprintln!("      at most {peak} MiB, budget {budget}");
    }
    report.large(passage, sample);
}

/// Fails when the disk of a folder has fewer bytes left (df(1)).
fn has_room(folder: &Path, bytes: u64) -> Result<()> {
    let mut command = Command::new("df");
    command.args(["-B1", "--output=avail"]).arg(folder);
    let output = command.output().context("running df")?;
    let text = String::from_utf8(output.stdout)?;
    let free = available(&text).with_context(|| format!("df printed {text:?}"))?;
    ensure!(
        free >= bytes,
        "needs {bytes} bytes in {}, which has {free}",
        folder.display()
    );
    Ok(())
}

/// The number below the heading that df prints.
fn available(text: &str) -> Option<u64> {
    text.lines().nth(1)?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{available, has_room};

    #[test]
    fn free_bytes_stand_below_the_heading() {
        assert_eq!(available("     Avail\n29123456\n"), Some(29_123_456));
        assert_eq!(available("Avail\n"), None);
    }

    #[test]
    fn a_disk_without_room_is_told_of_before() {
        let folder = tempfile::tempdir().unwrap();
        has_room(folder.path(), 1).unwrap();
        let error = has_room(folder.path(), u64::MAX).unwrap_err().to_string();
        assert!(
            error.contains("needs 18446744073709551615 bytes"),
            "{error}"
        );
    }
}
