//! What every server gets and serves.

use std::path::Path;
use std::time::Instant;

use anyhow::Result;

use super::feed::Feed;
use super::package::{Nupkg, Package, tree, version};
use super::push::{self, Series};
use super::row::{Of, Sizes};
use super::saved::{Saved, write};

/// Versions of the small package.
pub const FEW_VERSIONS: u32 = 10;

/// Bytes that do not compress in a package of 20 kB.
pub const SMALL: usize = 18_000;

/// Bytes that do not compress in the large package.
const LARGE: usize = 5_000_000;

/// Bytes that do not compress in each of many versions.
const TINY: usize = 200;

/// What every server gets and serves.
#[derive(Debug)]
pub struct Fixture {
    /// The small package, the oldest version first.
    pub few: Vec<Nupkg>,
    /// The one with the large archive.
    pub large: Nupkg,
    /// What a project restores: the first needs all others.
    pub tree: Vec<Nupkg>,
    /// The package with many versions, the oldest first.
    pub many: Vec<Nupkg>,
}

impl Fixture {
    /// Makes all of it.
    ///
    /// Fails when an archive cannot be written.
    pub fn new(sizes: Sizes) -> Result<Self> {
        let few = (0..FEW_VERSIONS).map(|number| {
            let package = Package::new(Of::Few.id(), format!("1.0.{number}"), SMALL);
            package.for_many_frameworks().nupkg()
        });
        let many = (0..sizes.versions).map(|number| {
            let package = Package::new(Of::Many.id(), version(number), TINY);
            package.for_many_frameworks().nupkg()
        });
        Ok(Self {
            few: few.collect::<Result<_>>()?,
            large: Package::new("Acme.Large", "1.0.0", LARGE).nupkg()?,
            tree: tree(sizes.dependencies, SMALL)?,
            many: many.collect::<Result<_>>()?,
        })
    }

    /// Everything but the package with many versions.
    fn files(&self) -> impl Iterator<Item = &Nupkg> {
        let large = std::iter::once(&self.large);
        self.few.iter().chain(large).chain(&self.tree)
    }

    /// Pushes everything, as clients do, the package with many versions last.
    ///
    /// Fails when any push does.
    pub fn push(&self, feed: &Feed<'_>, writers: u32) -> Result<Series> {
        let nupkgs: Vec<Nupkg> = self.files().cloned().collect();
        eprintln!("   pushing {} packages", nupkgs.len());
        push::all(feed, writers, &nupkgs)?;
        eprintln!("   pushing {} versions of a package", self.many.len());
        let began = Instant::now();
        let series = push::series(feed, writers, &self.many)?;
        eprintln!("   pushed in {:.0?}", began.elapsed());
        Ok(series)
    }

    /// Writes everything that is read into a folder.
    ///
    /// Fails when the disk does.
    pub fn write(&self, folder: &Path, saved: &Saved) -> Result<()> {
        for nupkg in self.files() {
            write(folder, &nupkg.package.path(), &nupkg.bytes)?;
        }
        saved.write(folder)
    }
}
