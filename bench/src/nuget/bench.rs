//! The measurement of one server, row by row.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::feed::Feed;
use super::fixture::Fixture;
use super::package::{registration_path, versions_path};
use super::pages::{Drawn, Kind as Pages, Reading};
use super::push;
use super::row::{Form, Hit, Of, Row};
use super::saved::{SERVICE_INDEX, Saved};
use crate::Options;
use crate::maven::{Taken, expect};
use crate::measure::with_peak;
use crate::server::Kind;
use crate::target::Target;
use crate::wrk::Figures;

/// How many packages a search shows of the tree.
const SHOWN: usize = 20;

/// A server in the middle of its measurement.
pub struct Bench<'s> {
    /// Which it is.
    pub kind: Kind,
    /// What is asked for.
    pub options: &'s Options,
    /// What it gets and serves.
    pub fixture: &'s Fixture,
    /// Where that is.
    pub feed: Feed<'s>,
    /// The documents that it serves.
    pub saved: &'s Saved,
    /// The figures so far.
    pub samples: BTreeMap<Row, Result<Taken>>,
    /// Readings of the large registration so far.
    pub readings: BTreeMap<Pages, Result<Reading>>,
}

impl Bench<'_> {
    /// Reads all of the large registration; files are never just changed.
    pub fn read_pages(&mut self) {
        let Some(newest) = self.fixture.many.last() else {
            return;
        };
        for pages in Pages::ALL {
            if pages.drawn == Drawn::Nothing && !self.feed.is_ours() {
                continue;
            }
            eprintln!("   all pages, {}: {}", self.kind.label(), pages.label());
            let reading = pages.measure(&self.feed, self.saved, &newest.package);
            self.readings.insert(pages, reading);
        }
    }

    /// Whether it can answer a row: files take no searches and no pushes.
    pub fn serves(&self, row: Row) -> bool {
        self.feed.is_ours() || !row.needs_a_server()
    }

    /// Pushes small packages, after the disk has written what came before.
    pub fn push_all(&mut self) {
        let (writers, limit) = (self.options.writers, self.options.seconds());
        for row in Row::PUSHES {
            if !self.serves(row) {
                continue;
            }
            eprintln!("   {}", row.label(self.options.nuget_sizes()));
            let taken = self.take(None, || {
                self.feed.server.flush()?;
                match row {
                    Row::PushDistinct => push::distinct(&self.feed, writers, limit),
                    _ => push::one_package(&self.feed, writers, limit),
                }
            });
            self.samples.insert(row, taken);
        }
    }

    /// Takes a figure of the server at rest, and its memory meanwhile and afterwards.
    ///
    /// Fails when the load does.
    pub fn take(
        &self,
        bytes: Option<usize>,
        load: impl FnOnce() -> Result<Figures>,
    ) -> Result<Taken> {
        let server = self.feed.server;
        let sample = with_peak(server, bytes, load)?;
        server.process.settle()?;
        let after_kib = server.process.resident_kib()?;
        Ok(Taken { sample, after_kib })
    }

    /// The request of a row of [`Row::READS`], whose answer is looked at once.
    ///
    /// Fails when that is not what it should be.
    pub fn target(&self, row: Row) -> Result<Target> {
        if let Row::Search(hit) = row {
            return self.search(hit);
        }
        let saved = self.saved;
        let plain = |below: String| -> Result<(String, &[u8])> {
            let bytes = saved.plain(&below)?;
            Ok((below, bytes))
        };
        let (below, expected) = match row {
            Row::SmallNupkg | Row::LargeNupkg => {
                let nupkg = match row {
                    Row::LargeNupkg => Some(&self.fixture.large),
                    _ => self.fixture.few.last(),
                };
                let nupkg = nupkg.context("nothing was pushed")?;
                (nupkg.package.path(), nupkg.bytes.as_slice())
            }
            Row::ServiceIndex => plain(SERVICE_INDEX.to_owned())?,
            Row::Versions(of) => plain(versions_path(of.id()))?,
            Row::RevalidateVersions => plain(versions_path(Of::Few.id()))?,
            Row::Registration(of, Form::Plain) => plain(registration_path(of.id()))?,
            Row::Registration(of, Form::Packed) => {
                let below = registration_path(of.id());
                let bytes = saved.packed(&below)?;
                (below, bytes)
            }
            Row::Page(Form::Plain) | Row::RevalidatePage => plain(self.page()?)?,
            Row::Page(Form::Packed) => {
                let below = self.page()?;
                let bytes = saved.packed(&below)?;
                (below, bytes)
            }
            _ => anyhow::bail!("{row:?} is no read of a document"),
        };
        let packed = matches!(
            row,
            Row::Registration(_, Form::Packed) | Row::Page(Form::Packed)
        );
        let (mut client, path) = (self.feed.client(), self.feed.path(&below));
        let answer = match packed {
            true => self.feed.get_packed(&mut client, &below)?,
            false => self.feed.get(&mut client, &below)?,
        };
        ensure!(answer.body == expected, "{below} has other bytes");
        if self.feed.is_ours() {
            // The source is private, so these are no answers to just anybody.
            expect(&client.get(&path, &[])?, 401, &below)?;
        }
        let mut headers = match packed {
            true => self.feed.packing(),
            false => self.feed.credential.clone(),
        };
        let mut bytes = expected.len();
        if matches!(row, Row::RevalidateVersions | Row::RevalidatePage) {
            let etag = answer.header("etag").context("no ETag")?.to_owned();
            headers.push(("If-None-Match".to_owned(), etag));
            expect(&client.get(&path, &headers)?, 304, &below)?;
            bytes = 0;
        }
        Ok(Target {
            path,
            headers,
            bytes,
        })
    }

    /// The path of a page in the middle of the large registration.
    fn page(&self) -> Result<String> {
        let paths = self.saved.registration();
        let page = paths.get(paths.len() / 2).context("no pages")?;
        Ok(page.clone())
    }

    /// A search whose answer is looked at once.
    fn search(&self, hit: Hit) -> Result<Target> {
        let (words, total, shown) = match hit {
            Hit::Tree => ("part", self.fixture.tree.len(), SHOWN),
            Hit::Many => ("packageid:acme.many", 1, 1),
        };
        let below =
            format!("query?q={words}&skip=0&take={SHOWN}&prerelease=true&semVerLevel=2.0.0");
        let answer = self.feed.get(&mut self.feed.client(), &below)?;
        let found: Value = serde_json::from_slice(&answer.body)?;
        let packages = found["data"].as_array().context("a search without data")?;
        ensure!(
            found["totalHits"] == total && packages.len() == shown.min(total),
            "{below} found {} and showed {}",
            found["totalHits"],
            packages.len()
        );
        if hit == Hit::Many {
            let got = packages[0]["versions"].as_array().map_or(0, Vec::len);
            let expected = self.fixture.many.len();
            ensure!(
                got == expected,
                "{below} shows {got} versions of {expected}"
            );
        }
        Ok(Target {
            path: self.feed.path(&below),
            headers: self.feed.credential.clone(),
            bytes: answer.body.len(),
        })
    }
}
