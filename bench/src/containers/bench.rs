//! The measurement of one server, row by row.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::bytes::Layer;
use super::registry::{Registry, Way};
use super::row::Row;
use super::{ACCEPT, Fixture, ROUNDS, heads, push};
use crate::Options;
use crate::http::Client;
use crate::measure::{Sample, with_peak};
use crate::server::Kind;
use crate::target::Target;
use crate::wrk::{Figures, Wrk};

/// A server in the middle of its measurement.
pub struct Bench<'s> {
    /// What server it is.
    pub kind: Kind,
    /// What is asked for.
    pub options: &'s Options,
    /// What it gets and serves.
    pub fixture: &'s Fixture,
    /// The layer that is pulled.
    pub first: Layer<'s>,
    /// The server, and the repository that everything is pushed into.
    pub registry: Registry<'s>,
    /// The figures so far.
    pub samples: BTreeMap<Row, Result<Sample>>,
}

impl Bench<'_> {
    /// Pushes the image that is read, and the layer that is pulled.
    ///
    /// Fails with the end of the server's log when a push does.
    pub fn seed(&self) -> Result<()> {
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
    ///
    /// Fails when an answer is wrong before the load begins.
    pub fn read_all(&mut self) -> Result<()> {
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

    /// Pushes large layers, all of them new, both ways, one and four at once.
    ///
    /// Fails when they cannot be made.
    pub fn push_all(&mut self) -> Result<()> {
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

    /// Takes the figure of a row, or notes why it could not be taken.
    pub fn take(
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
    pub fn path(&self, row: Row) -> String {
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
