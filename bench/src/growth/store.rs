//! A server on a store with many rows, and a look at what it answers.

use std::ops::Range;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use url::Url;

use super::read::{Place, Read};
use super::seed::{Database, package, version};
use super::{Dice, FEW_VERSIONS};
use crate::Options;
use crate::fixture::{Access, SCOPE};
use crate::http::{Client, Response};
use crate::measure::TARBALL_PAYLOAD;
use crate::publish;
use crate::server::{Kind, Server};

/// How often the server is started on the finished store.
const STARTS: usize = 5;

/// A seeded store with its server.
#[derive(Debug)]
pub struct Store {
    /// The server.
    pub server: Server,
    /// How it started.
    pub started: Started,
    /// The ETag of package 0.
    etag: String,
    /// The row of package 0.
    first_id: u64,
}

/// What a start on a seeded store took.
#[derive(Clone, Debug)]
pub struct Started {
    /// Bytes of the database.
    pub bytes: u64,
    /// From the start of the process until it listens: the median of five.
    pub start: Duration,
    /// Resident memory at rest after its first answer, in KiB.
    pub idle_kib: u64,
}

impl Store {
    /// Publishes package 0 over HTTP, stops the server, lets `grow` work on its database, and
    /// starts it again.
    ///
    /// Fails when any of that does.
    pub fn make(options: &Options, grow: impl FnOnce(&Database) -> Result<()>) -> Result<Self> {
        let server = Server::start(Kind::Packhouse, options, None)?;
        let (name, access) = (package(0), Access::Public);
        publish::seed(&server, &name, FEW_VERSIONS, access, TARBALL_PAYLOAD)?;
        let mut stopped = server.stop()?;
        let database = Database(stopped.database());
        let began = Instant::now();
        grow(&database)?;
        let bytes = database.bytes()?;
        let (seconds, size) = (began.elapsed().as_secs(), bytes / 1_000_000);
        eprintln!("   seeded in {seconds} s, {size} MB");
        let mut starts = Vec::new();
        for _ in 1..STARTS {
            let server = stopped.start(options)?;
            starts.push(server.start);
            stopped = server.stop()?;
        }
        let server = stopped.start(options)?;
        starts.push(server.start);
        starts.sort_unstable();
        let mut client = Client::new(server.address);
        let answer = client.get(&format!("{}/@{SCOPE}%2f{name}", server.prefix), &[])?;
        let etag = answer.header("etag").context("packument without an ETag")?;
        let first_id = id_in(etag).with_context(|| format!("no row in the ETag {etag}"))?;
        server.process.settle()?;
        let idle_kib = server.process.resident_kib()?;
        let start = starts[STARTS / 2];
        Ok(Self {
            started: Started {
                bytes,
                start,
                idle_kib,
            },
            etag: etag.to_owned(),
            first_id,
            server,
        })
    }

    /// These packages of the store.
    pub fn place(&self, packages: Range<u32>, versions: u32) -> Place {
        Place {
            packages,
            versions,
            etag: self.etag.clone(),
            first_id: self.first_id,
            prefix: self.server.prefix,
        }
    }

    /// Looks whether a package answers as if all of its versions had been published.
    ///
    /// Fails with the first answer that is another.
    pub fn check(&self, number: u32, versions: u32) -> Result<()> {
        let (name, latest) = (package(number), version(versions - 1));
        let full_name = format!("@{SCOPE}/{name}");
        let place = self.place(number..number + 1, versions);
        let packument = json(&self.ask(Read::Packument, &place)?)?;
        ensure!(
            packument["name"] == full_name.as_str(),
            "{name}: other name"
        );
        let listed = packument["versions"].as_object().context("no versions")?;
        ensure!(
            listed.len() == versions as usize,
            "{name} has {} versions",
            listed.len()
        );
        ensure!(
            packument["dist-tags"]["latest"] == latest,
            "{name}: other latest"
        );
        let tags = json(&self.ask(Read::DistTags, &place)?)?;
        ensure!(tags["latest"] == latest, "{name}: dist-tags {tags}");
        let manifest = json(&self.ask(Read::Manifest, &place)?)?;
        let shown = manifest["version"].as_str().context("no version")?;
        ensure!(
            manifest["name"] == full_name.as_str(),
            "{name}: manifest of another"
        );
        ensure!(
            listed[shown] == manifest,
            "{name}: other manifest of {shown}"
        );
        let last = listed[&latest]["dist"]["tarball"].as_str();
        let path = Url::parse(last.context("no tarball")?)?.path().to_owned();
        let tarball = self.get(&path, &[], 200)?;
        let size = tarball.body.len();
        ensure!(size > TARBALL_PAYLOAD, "{path} has {size} bytes");
        ensure!(self.ask(Read::Tarball, &place)?.body.len() > TARBALL_PAYLOAD);
        self.ask(Read::Revalidate, &place).map(|_| ())
    }

    /// Looks whether lists hold as many packages as there are.
    ///
    /// Fails with the first that does not.
    pub fn check_lists(&self, packages: u32) -> Result<()> {
        let place = self.place(0..packages, 1);
        for (read, total) in [
            (Read::SearchSome, 100),
            (Read::SearchAll, packages),
            (Read::SearchScope, packages),
        ] {
            let page = json(&self.ask(read, &place)?)?;
            ensure!(
                page["total"] == total,
                "{}: {}",
                read.label(),
                page["total"]
            );
            let objects = page["objects"].as_array().context("no page")?;
            ensure!(objects.len() == 20, "{} on a page", objects.len());
        }
        Ok(())
    }

    fn ask(&self, read: Read, place: &Place) -> Result<Response> {
        let request = read.request(place, &mut Dice(1));
        self.get(&request.path, &request.headers, read.status())
    }

    fn get(&self, path: &str, headers: &[(String, String)], status: u16) -> Result<Response> {
        let response = Client::new(self.server.address).get(path, headers)?;
        ensure!(
            response.status == status,
            "{path} answered {}: {}",
            response.status,
            response.excerpt()
        );
        Ok(response)
    }
}

fn json(response: &Response) -> Result<Value> {
    Ok(serde_json::from_slice(&response.body)?)
}

/// The row of a package in the ETag of its packument: the number it begins with.
fn id_in(etag: &str) -> Option<u64> {
    let (id, _) = etag.trim_start_matches('"').split_once('-')?;
    id.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::id_in;

    #[test]
    fn an_etag_begins_with_the_row() {
        assert_eq!(id_in("\"17-10-f1-00ff\""), Some(17));
        assert_eq!(id_in("\"other\""), None);
    }
}
