//! Container images: Packhouse beside distribution, nginx and sha256 alone.
//!
//! Packhouse asks for an access token, as clients do, and its image is private. Its answers to
//! pushes are durable; distribution asks for nothing and does not sync. Every blob that is pushed
//! is a new one, made and hashed before the clock starts.

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

use anyhow::{Context, Result, ensure};

use crate::Options;
use crate::http::{Client, Source};
use crate::measure::{Sample, with_peak};
use crate::server::{Kind, Server};
use crate::target::Target;
use crate::wrk::{Figures, Wrk};
use bytes::Layer;
use image::Image;
use registry::{Registry, Way};
use row::{Column, Row};

pub use growth::run as grow;
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
        Kind::Verdaccio => anyhow::bail!("Verdaccio has no containers"),
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
    let mut bench = Bench {
        kind,
        options,
        fixture,
        first,
        registry: Registry::open(&server, REPOSITORY)?,
        samples: BTreeMap::new(),
    };
    let idle_kib = server.process.resident_kib()?;
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

/// A server in the middle of its measurement.
struct Bench<'s> {
    kind: Kind,
    options: &'s Options,
    fixture: &'s Fixture,
    /// The layer that is pulled.
    first: Layer<'s>,
    registry: Registry<'s>,
    samples: BTreeMap<Row, Result<Sample>>,
}

impl Bench<'_> {
    /// Pushes the image that is read, and the layer that is pulled.
    fn seed(&self) -> Result<()> {
        let first = &self.first;
        let mut client = Client::new(self.registry.server.address);
        let pushed = self
            .registry
            .push_image(&mut client, &self.fixture.image)
            .and_then(|()| {
                self.registry
                    .push_blob(&mut client, first, &first.digest, Way::Whole)
            });
        pushed.with_context(|| {
            let log = self.registry.server.process.log_tail();
            format!("seeding; the server's log ends: {log}")
        })
    }

    /// Reads with wrk, and HEAD with a load of our own.
    fn read_all(&mut self) -> Result<()> {
        let wrk = Wrk::new(self.options.connections)?;
        let (warm_up, seconds) = (self.options.warm_up, self.options.seconds);
        for row in Row::READS {
            if row == Row::ManifestPersonal && self.registry.server.token.is_none() {
                continue;
            }
            let target = self.target(row)?;
            let head = match row {
                Row::ManifestHead | Row::BlobHead => Some(200),
                Row::BlobMiss => Some(404),
                _ => None,
            };
            let bytes = if head.is_some() { 0 } else { target.bytes };
            self.take(row, Some(bytes), |bench| {
                let address = bench.registry.server.address;
                if let Some(status) = head {
                    let times = (Duration::from_secs(warm_up), bench.options.seconds());
                    let (path, headers) = (&target.path, &target.headers);
                    let connections = bench.options.connections;
                    return heads::run(address, path, headers, status, connections, times);
                }
                wrk.warm_up(address, &target, warm_up)?;
                wrk.run(address, &target, seconds)
            });
        }
        Ok(())
    }

    fn push_all(&mut self) -> Result<()> {
        let mut number = 1;
        for row in Row::LAYERS {
            let Row::Push(way, at_once) = row else {
                continue;
            };
            let count = at_once as usize;
            let last = number + (count * ROUNDS) as u64;
            let shared = &self.fixture.shared;
            let layers = (number..last)
                .map(|number| Layer::new(number, shared))
                .collect::<Result<Vec<_>>>()?;
            number = last;
            self.take(row, None, |bench| {
                push::layers(&bench.registry, &layers, count, way)
            });
        }
        Ok(())
    }

    fn take(
        &mut self,
        row: Row,
        bytes: Option<usize>,
        load: impl FnOnce(&Self) -> Result<Figures>,
    ) {
        eprintln!("   {}", row.label(self.options.sizes()));
        let sample = with_peak(self.registry.server, bytes, || load(self));
        self.samples.insert(row, sample);
    }

    /// The request of a row of [`Row::READS`], whose answer is looked at once.
    fn target(&self, row: Row) -> Result<Target> {
        let path = self.path(row);
        let mut headers = vec![("Accept".to_owned(), ACCEPT.to_owned())];
        headers.extend(match row {
            Row::ManifestPersonal => self.registry.personal(),
            _ => self.registry.credential.clone(),
        });
        let image = &self.fixture.image;
        let (digest, bytes) = match row {
            Row::SmallBlob | Row::BlobHead => (&image.blobs[1].digest, image.blobs[1].bytes.len()),
            _ => (&image.digest, image.manifest.len()),
        };
        if row != Row::BlobMiss {
            self.registry.check(&path, &headers, digest)?;
        }
        if self.kind == Kind::Packhouse {
            let answer = Client::new(self.registry.server.address).get(&path, &[])?;
            ensure!(
                answer.status == 401,
                "{path} answered {} without a token",
                answer.status
            );
        }
        Ok(Target {
            path,
            headers,
            bytes,
        })
    }

    /// What is asked for in a row of reads or of pulls.
    fn path(&self, row: Row) -> String {
        if self.kind == Kind::Nginx {
            return match row {
                Row::Pull => "/layer.bin",
                Row::SmallBlob | Row::BlobHead => "/blob.bin",
                Row::BlobMiss => "/missing.bin",
                _ => "/manifest.json",
            }
            .to_owned();
        }
        let image = &self.fixture.image;
        match row {
            Row::ManifestByDigest => self.registry.manifest(&image.digest),
            Row::SmallBlob | Row::BlobHead => self.registry.blob(&image.blobs[1].digest),
            // A manifest is no blob here, and nothing else has this digest.
            Row::BlobMiss => self.registry.blob(&format!("sha256:{}", "0".repeat(64))),
            Row::Pull => self.registry.blob(&self.first.digest),
            _ => self.registry.manifest(&image.tag),
        }
    }
}
