//! Whether reads of one image stay as quick when the repository holds 10,000 of them.
//!
//! One server, two repositories of manifests that share their blobs: 10 and 10,000. Each manifest
//! has a tag, and names the one of a fifth of its number as its subject, so that each of the first
//! fifth has five referrers on either side.

mod report;

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::bytes::digest;
use super::image::{Image, MANIFEST};
use super::push::at_the_same_time;
use super::registry::Registry;
use crate::Options;
use crate::growth::{Dice, FEW_VERSIONS, MANY_VERSIONS, PUBLISHES, Pair, ROUNDS, by_turns, pair};
use crate::http::Client;
use crate::publish::figures;
use crate::server::{Kind, Server};
use crate::target::Target;
use crate::wrk::Figures;
use report::Report;

/// Connections that push what is read.
const SEEDERS: u32 = 8;

/// Referrers of a manifest, and tags on a page.
const PAGE: u32 = 5;

/// A request whose answer does not grow with the repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read {
    /// Any manifest by its tag.
    ByTag,
    /// Any manifest by its digest.
    ByDigest,
    /// A page of five tags.
    Tags,
    /// The five referrers of a manifest.
    Referrers,
    /// The layer that all manifests share.
    Blob,
}

/// A repository with so many manifests.
struct Side<'s> {
    registry: Registry<'s>,
    digests: Vec<String>,
    blob: String,
}

/// Seeds both repositories and measures everything.
///
/// Fails when one cannot be seeded or answers wrongly. A read that fails is noted in the report
/// instead.
pub fn run(options: &Options) -> Result<Report> {
    let mut report = Report::new(options)?;
    let server = Server::start(Kind::Packhouse, options, None)?;
    eprintln!("== an image with {FEW_VERSIONS} and one with {MANY_VERSIONS} versions");
    let base = Image::new("base", 4, 1, 20_000)?;
    let small = Side::seed(&server, "acme/few", &base, FEW_VERSIONS)?;
    let large = Side::seed(&server, "acme/many", &base, MANY_VERSIONS)?;
    for read in Read::ALL {
        small.check(read)?;
        large.check(read)?;
        eprintln!("   {}", read.label());
        let mut dice = [Dice(1), Dice(1)];
        let [first, second] = &mut dice;
        let mut requests = (
            || small.request(read, first),
            || large.request(read, second),
        );
        let sides = [
            (&server, &mut requests.0 as &mut dyn FnMut() -> Target),
            (&server, &mut requests.1),
        ];
        report.read(read, by_turns(sides, 200));
    }
    eprintln!("   pushing manifests");
    report.push(push(&server, &base, &small, &large));
    Ok(report)
}

/// Manifests under new tags into both repositories, one connection.
fn push(server: &Server, base: &Image, small: &Side, large: &Side) -> Result<Pair> {
    server.process.reset_peak()?;
    let mut rounds = [Vec::new(), Vec::new()];
    for round in 0..ROUNDS {
        let first = MANY_VERSIONS + round * PUBLISHES;
        let manifests = (first..first + PUBLISHES)
            .map(|number| Ok((tag(number), manifest(base, number, None)?)))
            .collect::<Result<Vec<_>>>()?;
        for (side, figures) in [small, large].into_iter().zip(&mut rounds) {
            figures.push(side.push(&manifests)?);
        }
    }
    pair(rounds, server)
}

impl<'s> Side<'s> {
    fn seed(server: &'s Server, name: &str, base: &Image, count: u32) -> Result<Self> {
        let began = Instant::now();
        let registry = Registry::open(server, name)?;
        registry.push_image(&mut Client::new(server.address), base)?;
        let (mut manifests, mut digests): (Vec<(String, Vec<u8>)>, Vec<String>) =
            Default::default();
        for number in 0..count {
            let subject = subject(number).map(|number| {
                let (digest, manifest) = (&digests[number as usize], &manifests[number as usize].1);
                (digest.as_str(), manifest.len())
            });
            let manifest = manifest(base, number, subject)?;
            digests.push(digest(&manifest)?);
            manifests.push((tag(number), manifest));
        }
        let shares: Vec<_> = manifests
            .chunks(manifests.len().div_ceil(SEEDERS as usize))
            .collect();
        at_the_same_time(shares.len(), |writer| {
            let mut client = Client::new(server.address);
            let (registry, share) = (&registry, shares[writer]);
            Ok(move || {
                for (tag, manifest) in share {
                    registry.push_manifest(&mut client, manifest, tag)?;
                }
                Ok(Vec::new())
            })
        })?;
        eprintln!(
            "   {count} manifests pushed in {} s",
            began.elapsed().as_secs()
        );
        Ok(Self {
            registry,
            digests,
            blob: base.blobs[1].digest.clone(),
        })
    }

    fn push(&self, manifests: &[(String, Vec<u8>)]) -> Result<Figures> {
        let mut client = Client::new(self.registry.server.address);
        let (began, mut times) = (Instant::now(), Vec::new());
        for (tag, manifest) in manifests {
            let one = Instant::now();
            self.registry.push_manifest(&mut client, manifest, tag)?;
            times.push(one.elapsed());
        }
        figures(times, began.elapsed())
    }

    fn count(&self) -> u32 {
        self.digests.len() as u32
    }

    fn request(&self, read: Read, dice: &mut Dice) -> Target {
        let registry = &self.registry;
        let any = dice.below(self.count());
        let path = match read {
            Read::ByTag => registry.manifest(&tag(any)),
            Read::ByDigest => registry.manifest(&self.digests[any as usize]),
            Read::Tags => {
                let last = tag(dice.below(self.count() - PAGE));
                registry.path(&format!("tags/list?n={PAGE}&last={last}"))
            }
            Read::Referrers => {
                let with_all = (self.count() - 1) / PAGE;
                let subject = dice.below(with_all) as usize;
                registry.path(&format!("referrers/{}", self.digests[subject]))
            }
            Read::Blob => registry.blob(&self.blob),
        };
        let mut headers = registry.credential.clone();
        headers.push(("Accept".to_owned(), super::ACCEPT.to_owned()));
        Target {
            path,
            headers,
            bytes: 0,
        }
    }

    /// Looks whether an answer is what was pushed, and pages have as many entries on either side.
    fn check(&self, read: Read) -> Result<()> {
        let Target { path, headers, .. } = self.request(read, &mut Dice(1));
        let answer = Client::new(self.registry.server.address).get(&path, &headers)?;
        super::registry::expect(&answer, 200, &path)?;
        let entries = |name: &str| {
            let page: Value = serde_json::from_slice(&answer.body)?;
            let entries = page[name].as_array().context("no list")?.len();
            ensure!(entries == PAGE as usize, "{path} lists {entries}");
            Ok(())
        };
        match read {
            Read::Tags => entries("tags"),
            Read::Referrers => entries("manifests"),
            Read::ByTag | Read::ByDigest => {
                let got = digest(&answer.body)?;
                ensure!(self.digests.contains(&got), "{path} has {got}");
                Ok(())
            }
            Read::Blob => {
                let got = digest(&answer.body)?;
                ensure!(got == self.blob, "{path} has {got}");
                Ok(())
            }
        }
    }
}

impl Read {
    /// Every row, in the order of the table.
    pub const ALL: [Self; 5] = [
        Self::ByTag,
        Self::ByDigest,
        Self::Tags,
        Self::Referrers,
        Self::Blob,
    ];

    /// The text of the row.
    pub fn label(self) -> &'static str {
        match self {
            Self::ByTag => "manifest by tag, any",
            Self::ByDigest => "manifest by digest, any",
            Self::Tags => "tags, a page of 5",
            Self::Referrers => "referrers, 5 of any manifest",
            Self::Blob => "layer, 20 kB",
        }
    }
}

fn tag(number: u32) -> String {
    format!("v{number:06}")
}

/// The manifest that one is a referrer of; the first is none.
fn subject(number: u32) -> Option<u32> {
    Some(number.checked_sub(1)? / PAGE)
}

/// The manifest of that number, on the blobs of the base, with digest and length of its subject.
fn manifest(base: &Image, number: u32, subject: Option<(&str, usize)>) -> Result<Vec<u8>> {
    let mut manifest: Value = serde_json::from_slice(&base.manifest)?;
    manifest["annotations"] = json!({ "org.opencontainers.image.version": number.to_string() });
    if let Some((digest, size)) = subject {
        manifest["artifactType"] = json!("application/vnd.example.report");
        manifest["subject"] = json!({ "mediaType": MANIFEST, "digest": digest, "size": size });
    }
    Ok(serde_json::to_vec(&manifest)?)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{PAGE, manifest, subject};
    use crate::containers::image::Image;

    #[test]
    fn every_manifest_of_the_first_fifth_has_five_referrers() {
        for count in [10, 10_000] {
            let of = |number| {
                (0..count)
                    .filter(|other| subject(*other) == Some(number))
                    .count()
            };
            assert_eq!(of(0), PAGE as usize);
            assert_eq!(of((count - 1) / PAGE - 1), PAGE as usize);
        }
    }

    #[test]
    fn a_manifest_names_its_subject() {
        let base = Image::new("base", 1, 1, 10).unwrap();
        let bytes = manifest(&base, 7, Some(("sha256:00", 12))).unwrap();
        let read: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(read["subject"]["digest"], "sha256:00");
        assert_eq!(read["subject"]["size"], 12);
        assert_ne!(bytes, manifest(&base, 8, Some(("sha256:00", 12))).unwrap());
        let first: Value = serde_json::from_slice(&manifest(&base, 0, None).unwrap()).unwrap();
        assert!(first.get("subject").is_none());
    }
}
