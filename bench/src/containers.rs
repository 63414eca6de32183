//! Container images: Packhouse beside distribution, nginx and sha256 alone.
//!
//! Packhouse asks for an access token, as clients do, and its image is private. Its answers to
//! pushes are durable; distribution asks for nothing and does not sync. Every blob that is pushed
//! is a new one, made and hashed before the clock starts.

mod bench;
mod bytes;
mod growth;
mod heads;
mod image;
mod large;
mod pull;
mod push;
mod registry;
mod report;
mod row;

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::Options;
use crate::http::Source;
use crate::measure::Sample;
use crate::server::{Kind, Server};
use bench::Bench;
use bytes::Layer;
use image::Image;
use registry::Registry;
use row::{Column, Row};

pub use growth::run as grow;
pub use push::at_the_same_time;
pub use report::Report;
pub use row::Sizes;

/// The repository that everything is pushed into.
const REPOSITORY: &str = "acme/image";

/// Rounds of layer pushes; the median counts.
const ROUNDS: usize = 3;

/// Layers of the image whose manifest is read.
const LAYERS: usize = 5;

/// Bytes of each of them.
const LAYER: usize = 20_000;

/// The media types that clients accept of a manifest, shortened to those that there are here.
const ACCEPT: &str = "application/vnd.oci.image.manifest.v1+json, \
     application/vnd.oci.image.index.v1+json, \
     application/vnd.docker.distribution.manifest.v2+json";

/// Everything measured of one server.
#[derive(Debug)]
pub struct Measured {
    /// The version that the server tells of itself.
    pub version: String,
    /// From the start of the process to its first answer, with an empty store.
    pub start: Duration,
    /// Resident memory after the first answer, in KiB.
    pub idle_kib: u64,
    /// Resident memory at rest after everything, in KiB.
    pub after_kib: u64,
    /// The figures, each with the reason where it could not be taken.
    pub samples: BTreeMap<Row, Result<Sample>>,
}

/// What every server gets and serves.
#[derive(Debug)]
struct Fixture {
    /// The image whose manifest and layers are read.
    image: Image,
    /// The bytes of all large layers but for the first of each.
    shared: Vec<u8>,
}

/// Measures the servers one after another, then Packhouse with a larger layer.
///
/// Fails when the machine cannot be looked at. What cannot be measured is noted in the report.
pub fn run(options: &Options) -> Result<Report> {
    let mut report = Report::new(options).context("describing the machine")?;
    let size = usize::try_from(options.layer * 1_000_000)?;
    let fixture = Fixture {
        image: Image::new("latest", 1, LAYERS, LAYER)?,
        shared: bytes::noise(2, size),
    };
    eprintln!("== {}", Column::Hash.label());
    report.hash(bytes::hash_rate(&fixture.shared, options.seconds()));
    let kinds = options.kinds();
    for &kind in &kinds {
        eprintln!("== {}", kind.label());
        match server(kind, options, &fixture) {
            Ok(measured) => report.add(column(kind)?, measured),
            Err(error) => report.fail(format!("{}: {error:#}", kind.label())),
        }
    }
    if kinds.contains(&Kind::Packhouse) {
        eprintln!("== a layer of {} MB", options.large);
        large::run(options, &mut report);
    }
    Ok(report)
}

fn column(kind: Kind) -> Result<Column> {
    match kind {
        Kind::Packhouse => Ok(Column::Packhouse),
        Kind::Distribution => Ok(Column::Distribution),
        Kind::Nginx => Ok(Column::Nginx),
        Kind::Verdaccio => bail!("Verdaccio has no containers"),
    }
}

/// Starts a server, measures everything that it can do, and ends it.
fn server(kind: Kind, options: &Options, fixture: &Fixture) -> Result<Measured> {
    let first = Layer::new(0, &fixture.shared)?;
    let server = match kind {
        Kind::Nginx => Server::files(|folder| {
            fs::write(folder.join("manifest.json"), &fixture.image.manifest)?;
            fs::write(folder.join("blob.bin"), &fixture.image.blobs[1].bytes)?;
            let mut bytes = Vec::new();
            first.feed(&mut |piece| {
                bytes.extend_from_slice(piece);
                Ok(())
            })?;
            Ok(fs::write(folder.join("layer.bin"), bytes)?)
        })?,
        kind => Server::start(kind, options, None)?,
    };
    server.process.settle()?;
    let idle_kib = server.process.resident_kib()?;
    let mut bench = Bench {
        kind,
        options,
        fixture,
        first,
        registry: Registry::open(&server, REPOSITORY)?,
        samples: BTreeMap::new(),
    };
    if kind != Kind::Nginx {
        bench.seed()?;
    }
    bench.read_all()?;
    if kind != Kind::Nginx {
        bench.push_all()?;
    }
    bench.take(Row::Pull, None, |bench| {
        let (path, digest) = (bench.path(Row::Pull), &bench.first.digest);
        let (address, headers) = (server.address, &bench.registry.credential);
        pull::blob(address, &path, headers, digest, options.seconds())
    });
    if kind != Kind::Nginx {
        bench.take(Row::Images, None, |bench| {
            push::images(&bench.registry, options.image_writers, options.seconds())
        });
    }
    let samples = bench.samples;
    server.process.settle()?;
    Ok(Measured {
        version: server.version.clone(),
        start: server.start,
        idle_kib,
        after_kib: server.process.resident_kib()?,
        samples,
    })
}
