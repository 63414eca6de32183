//! The reads whose answers do not grow, and the requests that each is measured with.

use std::ops::Range;

use crate::fixture::SCOPE;
use crate::growth::seed::{package, version};
use crate::target::Target;

/// A kind of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read {
    /// A tarball of 20 kB.
    Tarball,
    /// The manifest of one version.
    Manifest,
    /// The dist-tags of a package.
    DistTags,
    /// The full packument, asked again with its ETag.
    Revalidate,
    /// The full packument.
    Packument,
    /// The first 20 of the 100 packages that a search finds, however many there are.
    SearchSome,
    /// The first 20 of all packages, found by a word that each of them has.
    SearchAll,
    /// The first 20 of the packages of a scope, which has all of them.
    SearchScope,
}

/// What a row compares: the same read in a small place and in a large one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    /// A package with 10 versions, and one with 10,000.
    Versions,
    /// A store with 100 packages, and one with 100,000; the same package is read again and again.
    OnePackage,
    /// The same stores; each request reads another package.
    AnyPackage,
}

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// What grows.
    pub axis: Axis,
    /// What is read.
    pub read: Read,
}

/// The packages that a row reads, and how many versions each has.
#[derive(Clone, Debug)]
pub struct Place {
    /// Numbers of packages.
    pub packages: Range<u32>,
    /// Versions of each.
    pub versions: u32,
    /// The ETag of the full packument of the first package of the store.
    pub etag: String,
    /// The row of that package: ids of the others follow.
    pub first_id: u64,
    /// The path of the registry, without a slash at its end.
    pub prefix: &'static str,
}

/// Numbers that look random and are the same in every run (splitmix64).
#[derive(Clone, Debug)]
pub struct Dice(pub u64);

impl Dice {
    /// A number of the range; 0 of an empty one.
    pub fn below(&mut self, end: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        u32::try_from(mixed % u64::from(end.max(1))).unwrap_or(0)
    }
}

const fn row(axis: Axis, read: Read) -> Row {
    Row { axis, read }
}

/// Every row, in the order of the table.
pub const ROWS: [Row; 17] = [
    row(Axis::Versions, Read::Tarball),
    row(Axis::Versions, Read::Manifest),
    row(Axis::Versions, Read::DistTags),
    row(Axis::Versions, Read::Revalidate),
    row(Axis::OnePackage, Read::Tarball),
    row(Axis::OnePackage, Read::Manifest),
    row(Axis::OnePackage, Read::DistTags),
    row(Axis::OnePackage, Read::Revalidate),
    row(Axis::OnePackage, Read::Packument),
    row(Axis::AnyPackage, Read::Tarball),
    row(Axis::AnyPackage, Read::Manifest),
    row(Axis::AnyPackage, Read::DistTags),
    row(Axis::AnyPackage, Read::Revalidate),
    row(Axis::AnyPackage, Read::Packument),
    row(Axis::AnyPackage, Read::SearchSome),
    row(Axis::AnyPackage, Read::SearchAll),
    row(Axis::AnyPackage, Read::SearchScope),
];

impl Axis {
    /// What grows, from how much to how much.
    pub fn span(self) -> &'static str {
        match self {
            Self::Versions => "10 → 10,000 versions",
            Self::OnePackage | Self::AnyPackage => "100 → 100,000 packages",
        }
    }
}

impl Read {
    /// The text of the row.
    pub fn label(self) -> &'static str {
        match self {
            Self::Tarball => "tarball, 20 kB",
            Self::Manifest => "version manifest",
            Self::DistTags => "dist-tags",
            Self::Revalidate => "packument, 304",
            Self::Packument => "packument, 10 versions",
            Self::SearchSome => "search, 20 of 100 found",
            Self::SearchAll => "search, 20 of all packages",
            Self::SearchScope => "packages of a scope, 20 of all",
        }
    }

    /// The status of a right answer.
    pub fn status(self) -> u16 {
        match self {
            Self::Revalidate => 304,
            _ => 200,
        }
    }

    /// A request for some package and version of the place.
    pub fn request(self, place: &Place, dice: &mut Dice) -> Target {
        let Range { start, end } = place.packages;
        let number = start + dice.below(end - start);
        let (name, version) = (package(number), version(dice.below(place.versions)));
        let base = format!("{}/@{SCOPE}%2f{name}", place.prefix);
        let search = |text: &str| format!("{}/-/v1/search?text={text}&size=20", place.prefix);
        let (path, headers) = match self {
            Self::Tarball => {
                let path = format!("{}/@{SCOPE}/{name}/-/{name}-{version}.tgz", place.prefix);
                (path, Vec::new())
            }
            Self::Manifest => (format!("{base}/{version}"), Vec::new()),
            Self::DistTags => {
                let path = format!("{}/-/package/@{SCOPE}%2f{name}/dist-tags", place.prefix);
                (path, Vec::new())
            }
            Self::Revalidate => {
                let etag = etag_of(
                    &place.etag,
                    place.first_id + u64::from(number),
                    place.versions,
                );
                (base, vec![json(), ("If-None-Match".to_owned(), etag)])
            }
            Self::Packument => (base, vec![json()]),
            // 100 packages have a name that begins so, in every store.
            Self::SearchSome => (search("p0000"), Vec::new()),
            Self::SearchAll => (search("settings"), Vec::new()),
            Self::SearchScope => (search(&format!("scope:{SCOPE}")), Vec::new()),
        };
        Target {
            path,
            headers,
            bytes: 0,
        }
    }
}

impl Row {
    /// The text of the row.
    pub fn label(self) -> String {
        let lists = matches!(
            self.read,
            Read::SearchSome | Read::SearchAll | Read::SearchScope
        );
        let which = match self.axis {
            Axis::OnePackage => ", the same package",
            Axis::AnyPackage if !lists => ", any package",
            Axis::AnyPackage | Axis::Versions => "",
        };
        format!("{}{which}", self.read.label())
    }

    /// The largest ratio of the two 99th percentiles that the design allows; `None` for a figure
    /// that only explains others.
    pub fn budget(self) -> Option<f64> {
        // Nobody keeps the documents of 100,000 packages: each is rendered, in the small store none.
        let explains = self.axis == Axis::AnyPackage && self.read == Read::Packument;
        (!explains).then_some(2.0)
    }
}

fn json() -> (String, String) {
    ("Accept".to_owned(), "application/json".to_owned())
}

/// The ETag of another package of the store: only its row and its revision differ, which is one for
/// each publish. A wrong one would be answered with 200, and the load would say so.
fn etag_of(first: &str, id: u64, revision: u32) -> String {
    let rest = first.splitn(3, '-').nth(2).unwrap_or_default();
    format!("\"{id}-{revision}-{rest}")
}

#[cfg(test)]
mod tests {
    use super::{Dice, Place, Read, etag_of};

    fn place() -> Place {
        Place {
            packages: 7..8,
            versions: 1,
            etag: "\"1-10-f1-00ff\"".to_owned(),
            first_id: 1,
            prefix: "/npm",
        }
    }

    #[test]
    fn requests_name_the_package() {
        let path = |read: Read| read.request(&place(), &mut Dice(1)).path;
        assert_eq!(
            path(Read::Tarball),
            "/npm/@acme/p000007/-/p000007-1.0.0.tgz"
        );
        assert_eq!(path(Read::Manifest), "/npm/@acme%2fp000007/1.0.0");
        assert_eq!(
            path(Read::DistTags),
            "/npm/-/package/@acme%2fp000007/dist-tags"
        );
        assert_eq!(
            path(Read::SearchScope),
            "/npm/-/v1/search?text=scope:acme&size=20"
        );
    }

    #[test]
    fn the_etag_of_a_copy_has_its_row() {
        assert_eq!(etag_of("\"1-10-f1-00ff\"", 8, 99), "\"8-99-f1-00ff\"");
        let request = Read::Revalidate.request(&place(), &mut Dice(1));
        assert_eq!(request.headers[1].1, "\"8-1-f1-00ff\"");
    }

    #[test]
    fn dice_reach_both_ends_and_nothing_beyond() {
        let mut dice = Dice(1);
        let thrown: Vec<u32> = (0..200).map(|_| dice.below(10)).collect();
        assert!(thrown.contains(&0) && thrown.contains(&9));
        assert!(thrown.iter().all(|number| *number < 10));
    }
}
