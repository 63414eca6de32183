//! The closed list of what is measured, and the budgets of each.

/// One kind of request that every server gets, a row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Work {
    /// The full document of the package with 10 versions.
    TenFull,
    /// The abbreviated document of the package with 10 versions.
    TenAbbreviated,
    /// The full document of the large package, uncompressed.
    ManyFull,
    /// The abbreviated document of the large package, uncompressed.
    ManyAbbreviated,
    /// The abbreviated document of the large package as clients ask for it, with gzip.
    ManyAbbreviatedGzip,
    /// A tarball of 20 kB.
    Tarball,
    /// The full document of the package with 10 versions, asked again with its ETag.
    Revalidate,
    /// Small packages published by several connections, each under a name of its own.
    PublishDistinct,
    /// Small versions published by one connection into one package.
    PublishSeries,
}

/// The least ratio to each peer that the design asks for; `None` where it asks for none.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Budget {
    /// Times the rate of Verdaccio.
    pub verdaccio: Option<f64>,
    /// Times the rate of nginx serving the same bytes as a file.
    pub nginx: Option<f64>,
}

/// Resident memory that the design allows at rest, in MiB.
pub const IDLE_MEMORY_BUDGET_MIB: u64 = 60;

/// Resident memory that the design allows under any load of this list, in MiB.
pub const PEAK_MEMORY_BUDGET_MIB: u64 = 150;

impl Work {
    /// Everything that is read, in the order of the table.
    pub const READS: [Self; 7] = [
        Self::TenFull,
        Self::TenAbbreviated,
        Self::ManyFull,
        Self::ManyAbbreviated,
        Self::ManyAbbreviatedGzip,
        Self::Tarball,
        Self::Revalidate,
    ];

    /// Everything that is published, in the order of the table.
    pub const PUBLISHES: [Self; 2] = [Self::PublishDistinct, Self::PublishSeries];

    /// The text of the row; `many` is the number of versions of the large package.
    pub fn label(self, many: u32) -> String {
        match self {
            Self::TenFull => "packument, 10 versions, full".to_owned(),
            Self::TenAbbreviated => "packument, 10 versions, abbreviated".to_owned(),
            Self::ManyFull => format!("packument, {many} versions, full"),
            Self::ManyAbbreviated => format!("packument, {many} versions, abbreviated"),
            Self::ManyAbbreviatedGzip => format!("packument, {many} versions, abbreviated, gzip"),
            Self::Tarball => "tarball, 20 kB".to_owned(),
            Self::Revalidate => "packument, 10 versions, 304".to_owned(),
            Self::PublishDistinct => "publish, each into a package of its own".to_owned(),
            Self::PublishSeries => "publish, one after another into one package".to_owned(),
        }
    }

    /// The ratios that the design asks for.
    pub fn budget(self) -> Budget {
        match self {
            Self::TenFull | Self::TenAbbreviated => Budget {
                verdaccio: Some(15.0),
                nginx: Some(0.5),
            },
            Self::ManyFull | Self::ManyAbbreviated => Budget {
                verdaccio: Some(30.0),
                nginx: Some(0.5),
            },
            Self::Tarball => Budget {
                verdaccio: Some(10.0),
                nginx: Some(0.5),
            },
            Self::PublishDistinct | Self::PublishSeries => Budget {
                verdaccio: Some(3.0),
                nginx: None,
            },
            Self::ManyAbbreviatedGzip | Self::Revalidate => Budget::default(),
        }
    }
}
