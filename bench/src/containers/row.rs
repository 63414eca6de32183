//! The closed list of what is measured of containers, and the budgets of each.

use super::registry::Way;

/// One kind of work, a row of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Row {
    /// New layers are pushed, so many at once.
    Push(Way, u32),
    /// One of them is pulled again and again over one connection.
    Pull,
    /// The manifest of a private image by tag, with an access token.
    ManifestByTag,
    /// The same with a personal token, which is looked up at each request.
    ManifestPersonal,
    /// The same manifest by digest.
    ManifestByDigest,
    /// HEAD of the manifest by tag, with which a pull begins.
    ManifestHead,
    /// A layer of 20 kB.
    SmallBlob,
    /// HEAD of a blob that is there.
    BlobHead,
    /// HEAD of a blob that is not there, with which a push begins.
    BlobMiss,
    /// Small images are pushed into one repository.
    Images,
}

/// Who does it: a column of the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// This project.
    Packhouse,
    /// The registry that most others are measured by.
    Distribution,
    /// The same bytes as plain files.
    Nginx,
    /// One thread that hashes the bytes and does nothing else.
    Hash,
}

/// The least ratio to each peer that the design asks for; `None` where it asks for none.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Budget {
    /// Times the rate of distribution.
    pub distribution: Option<f64>,
    /// Times the rate of nginx.
    pub nginx: Option<f64>,
    /// Times the rate of hashing alone.
    pub hash: Option<f64>,
}

/// How much is sent: numbers that row names hold.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// MB of a layer.
    pub layer: u64,
    /// Writers of small images.
    pub writers: u32,
}

/// Resident memory that the design allows while a layer of 10 GB passes, in MiB.
pub const LARGE_MEMORY_BUDGET_MIB: u64 = 100;

impl Row {
    /// The rows in MB/s, in the order of the table.
    pub const LAYERS: [Self; 5] = [
        Self::Push(Way::Whole, 1),
        Self::Push(Way::Whole, 4),
        Self::Push(Way::Chunked, 1),
        Self::Push(Way::Chunked, 4),
        Self::Pull,
    ];

    /// The rows in requests per second, in the order of the table.
    pub const READS: [Self; 7] = [
        Self::ManifestByTag,
        Self::ManifestPersonal,
        Self::ManifestByDigest,
        Self::ManifestHead,
        Self::SmallBlob,
        Self::BlobHead,
        Self::BlobMiss,
    ];

    /// All rows, in the order of the tables.
    pub fn all() -> impl Iterator<Item = Self> {
        let images = std::iter::once(Self::Images);
        Self::LAYERS.into_iter().chain(Self::READS).chain(images)
    }

    /// The text of the row.
    pub fn label(self, sizes: Sizes) -> String {
        let layer = sizes.layer;
        match self {
            Self::Push(way, count) => {
                let way = way.label();
                format!("push of a {layer} MB layer, {way}, {count} at once")
            }
            Self::Pull => format!("pull of a {layer} MB layer, one stream"),
            Self::ManifestByTag => "manifest by tag".to_owned(),
            Self::ManifestPersonal => "manifest by tag, personal token".to_owned(),
            Self::ManifestByDigest => "manifest by digest".to_owned(),
            Self::ManifestHead => "manifest by tag, HEAD".to_owned(),
            Self::SmallBlob => "layer, 20 kB".to_owned(),
            Self::BlobHead => "blob, HEAD, there".to_owned(),
            Self::BlobMiss => "blob, HEAD, not there".to_owned(),
            Self::Images => format!("push of small images, {} writers", sizes.writers),
        }
    }

    /// Whether it counts in bytes and not in requests.
    pub fn is_bytes(self) -> bool {
        matches!(self, Self::Push(..) | Self::Pull)
    }

    /// The row of the peers that this one is held against: credentials are nothing to them.
    pub fn of_peers(self) -> Self {
        match self {
            Self::ManifestPersonal => Self::ManifestByTag,
            row => row,
        }
    }

    /// The ratios that the design asks for.
    pub fn budget(self) -> Budget {
        let budget = |distribution, nginx, hash| Budget {
            distribution,
            nginx,
            hash,
        };
        match self {
            Self::Push(..) => budget(Some(2.5), None, Some(0.4)),
            Self::Pull => budget(Some(1.5), Some(0.75), None),
            Self::ManifestByTag | Self::ManifestPersonal => budget(Some(25.0), Some(0.6), None),
            Self::Images => budget(Some(4.0), None, None),
            _ => Budget::default(),
        }
    }
}

impl Way {
    /// What a row says of it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Whole => "PUT",
            Self::Chunked => "PATCH",
        }
    }
}

impl Column {
    /// The name in tables.
    pub fn label(self) -> &'static str {
        match self {
            Self::Packhouse => "packhouse",
            Self::Distribution => "distribution",
            Self::Nginx => "nginx",
            Self::Hash => "sha256 alone",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Row, Sizes};

    #[test]
    fn every_row_has_a_text_of_its_own() {
        let sizes = Sizes {
            layer: 256,
            writers: 64,
        };
        let labels: BTreeSet<_> = Row::all().map(|row| row.label(sizes)).collect();
        assert_eq!(labels.len(), Row::all().count());
        assert!(labels.contains("push of a 256 MB layer, PATCH, 4 at once"));
    }
}
