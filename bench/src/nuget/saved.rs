//! What Packhouse answered, to be served by nginx as files.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::feed::{Feed, unpacked};
use super::fixture::Fixture;
use super::package::{registration_path, versions_path};
use super::row::{Of, Sizes};

/// The service index, below the source.
pub const SERVICE_INDEX: &str = "index.json";

/// The documents of a source by their paths below it.
#[derive(Clone, Debug, Default)]
pub struct Saved {
    plain: BTreeMap<String, Vec<u8>>,
    packed: BTreeMap<String, Vec<u8>>,
    /// The registration of the large package and its pages, in their order.
    registration: Vec<String>,
}

impl Saved {
    /// Reads them from a source, and looks whether all that was pushed is there.
    ///
    /// Fails when it is not, or an answer is not what it should be.
    pub fn read(feed: &Feed<'_>, fixture: &Fixture, sizes: Sizes) -> Result<Self> {
        let mut saved = Self::default();
        let client = &mut feed.client();
        let mut keep = |below: &str| -> Result<Value> {
            let body = feed.get(client, below)?.body;
            let document = serde_json::from_slice(&body).with_context(|| below.to_owned())?;
            saved.plain.insert(below.to_owned(), body);
            Ok(document)
        };
        keep(SERVICE_INDEX)?;
        let packages = fixture.tree.iter().map(|nupkg| (&*nupkg.package.id, 1));
        let listed = [Of::Few, Of::Many].map(|of| (of.id(), of.count(sizes)));
        for (id, count) in packages.chain(listed) {
            let below = versions_path(id);
            let document = keep(&below)?;
            let got = document["versions"].as_array().map_or(0, Vec::len);
            ensure!(got == count as usize, "{below} lists {got} of {count}");
        }
        let few = registration_path(Of::Few.id());
        let leaves = leaves_within(&keep(&few)?);
        ensure!(
            leaves == Of::Few.count(sizes) as usize,
            "{few} has {leaves} versions"
        );
        saved.keep_pages(feed, Of::Many.count(sizes))?;
        Ok(saved)
    }

    /// Reads the large registration with each of its pages, as it is and packed.
    fn keep_pages(&mut self, feed: &Feed<'_>, count: u32) -> Result<()> {
        let client = &mut feed.client();
        let index = registration_path(Of::Many.id());
        let (mut next, mut leaves) = (vec![index.clone()], 0);
        while let Some(below) = next.pop() {
            let plain = feed.get(client, &below)?.body;
            let packed = feed.get_packed(client, &below)?.body;
            ensure!(
                unpacked(&packed)? == plain,
                "{below} says something else when it is packed"
            );
            let document: Value = serde_json::from_slice(&plain)?;
            if below == index {
                next = pages_of(&document, &feed.path(""))?;
            } else {
                leaves += document["items"].as_array().map_or(0, Vec::len);
            }
            self.plain.insert(below.clone(), plain);
            self.packed.insert(below.clone(), packed);
            self.registration.push(below);
        }
        ensure!(
            leaves == count as usize,
            "the pages of {index} have {leaves} versions of {count}"
        );
        Ok(())
    }

    /// A document as it is.
    pub fn plain(&self, below: &str) -> Result<&[u8]> {
        let found = self.plain.get(below).map(Vec::as_slice);
        found.with_context(|| format!("nothing was saved of {below}"))
    }

    /// A document as it was packed.
    pub fn packed(&self, below: &str) -> Result<&[u8]> {
        let found = self.packed.get(below).map(Vec::as_slice);
        found.with_context(|| format!("{below} was not saved packed"))
    }

    /// The paths of the large registration and of its pages, in their order.
    pub fn registration(&self) -> &[String] {
        &self.registration
    }

    /// Says in the service index that its resources are at another address.
    ///
    /// Fails when there is no such index.
    pub fn move_to(&mut self, old: SocketAddr, new: SocketAddr) -> Result<&[u8]> {
        let index = std::str::from_utf8(self.plain(SERVICE_INDEX)?)?;
        let moved = index.replace(&old.to_string(), &new.to_string());
        ensure!(moved != index, "the service index does not name {old}");
        let bytes = self.plain.entry(SERVICE_INDEX.to_owned()).or_default();
        *bytes = moved.into_bytes();
        Ok(bytes)
    }

    /// Writes all of them into a folder, what is packed beside what is not, as `gzip_static` asks
    /// for it.
    ///
    /// Fails when the disk does.
    pub fn write(&self, folder: &Path) -> Result<()> {
        for (below, bytes) in &self.plain {
            write(folder, below, bytes)?;
        }
        for (below, bytes) in &self.packed {
            write(folder, &format!("{below}.gz"), bytes)?;
        }
        Ok(())
    }
}

/// Writes a file and the folders that it lies in.
///
/// Fails when the disk does.
pub fn write(folder: &Path, below: &str, bytes: &[u8]) -> Result<()> {
    let path = folder.join(below);
    fs::create_dir_all(path.parent().context("a file without a folder")?)?;
    Ok(fs::write(&path, bytes)?)
}

/// How many versions are in a registration whose pages are in it.
fn leaves_within(index: &Value) -> usize {
    let pages = index["items"].as_array().into_iter().flatten();
    pages
        .map(|page| page["items"].as_array().map_or(0, Vec::len))
        .sum()
}

/// The paths of a registration's pages below the source, the last one first; `base` is the path of
/// the source, with a slash at its end.
///
/// Fails when the pages are in the registration, or elsewhere.
fn pages_of(index: &Value, base: &str) -> Result<Vec<String>> {
    let pages = index["items"].as_array().context("no pages")?;
    let below = pages.iter().rev().map(|page| {
        ensure!(page.get("items").is_none(), "a page is in the registration");
        let at = page["@id"].as_str().context("a page without an address")?;
        let (_, below) = at
            .split_once(base)
            .with_context(|| format!("{at} is outside of the source"))?;
        Ok(below.to_owned())
    });
    below.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{SERVICE_INDEX, Saved, leaves_within, pages_of};

    #[test]
    fn pages_are_found_by_their_addresses() {
        let page = |name: &str| json!({ "@id": format!("http://127.0.0.1:80/nuget/acme/{name}") });
        let index = json!({ "items": [page("a.json"), page("b.json")] });
        assert_eq!(
            pages_of(&index, "/nuget/acme/").unwrap(),
            ["b.json", "a.json"]
        );
        assert!(pages_of(&index, "/nuget/other/").is_err());
        let inline = json!({ "items": [{ "@id": "#page", "items": [{}, {}] }] });
        assert!(pages_of(&inline, "/nuget/acme/").is_err());
        assert_eq!(leaves_within(&inline), 2);
    }

    #[test]
    fn a_service_index_moves_with_its_server() {
        let mut saved = Saved::default();
        let index = br#"{"@id":"http://127.0.0.1:80/nuget/acme/query"}"#;
        saved.plain.insert(SERVICE_INDEX.to_owned(), index.to_vec());
        let [old, new] = ["127.0.0.1:80", "127.0.0.1:81"].map(|text| text.parse().unwrap());
        let moved = saved.move_to(old, new).unwrap();
        assert_eq!(moved, br#"{"@id":"http://127.0.0.1:81/nuget/acme/query"}"#);
        assert!(saved.move_to(old, new).is_err());
    }

    #[test]
    fn what_is_packed_lies_beside_what_is_not() {
        let mut saved = Saved::default();
        saved.plain.insert("a/b.json".to_owned(), b"{}".to_vec());
        saved.packed.insert("a/b.json".to_owned(), b"gz".to_vec());
        let folder = tempfile::tempdir().unwrap();
        saved.write(folder.path()).unwrap();
        let read = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
        assert_eq!(
            (read("a/b.json"), read("a/b.json.gz")),
            (b"{}".to_vec(), b"gz".to_vec())
        );
        assert!(saved.plain("b.json").is_err());
    }
}
