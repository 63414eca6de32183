//! `[limits]`: how large bodies may be.

use packhouse_http::limits::Limits;
use serde::{Deserialize, Serialize};

use super::size::Size;

/// `[limits]` as one source says it; see [`SizeLimits`].
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LimitsLayer {
    npm: Option<Size>,
    npm_metadata: Option<Size>,
    nuget: Option<Size>,
    gem: Option<Size>,
    maven: Option<Size>,
    oci_layer: Option<Size>,
    manifest: Option<Size>,
    json: Option<Size>,
}

/// The limits that count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SizeLimits {
    /// An npm publish: 512 MiB.
    pub npm: Size,
    /// The part of it outside its attachments, and an audit's body unpacked: 32 MiB.
    pub npm_metadata: Size,
    /// A NuGet push: 512 MiB.
    pub nuget: Size,
    /// A gem: 512 MiB.
    pub gem: Size,
    /// A file of a Maven version: 2 GiB.
    pub maven: Size,
    /// A container layer: 10 GiB.
    pub oci_layer: Size,
    /// A container manifest: 4 MiB.
    pub manifest: Size,
    /// Any other JSON body: 1 MiB.
    pub json: Size,
}

impl LimitsLayer {
    /// Fills what this one does not say from a lower one.
    pub fn or(self, lower: Self) -> Self {
        Self {
            npm: self.npm.or(lower.npm),
            npm_metadata: self.npm_metadata.or(lower.npm_metadata),
            nuget: self.nuget.or(lower.nuget),
            gem: self.gem.or(lower.gem),
            maven: self.maven.or(lower.maven),
            oci_layer: self.oci_layer.or(lower.oci_layer),
            manifest: self.manifest.or(lower.manifest),
            json: self.json.or(lower.json),
        }
    }

    /// Fills what nobody said with the defaults.
    pub fn finish(self) -> SizeLimits {
        let usual = Limits::default();
        SizeLimits {
            npm: self.npm.unwrap_or(Size(usual.npm)),
            npm_metadata: self.npm_metadata.unwrap_or(Size(usual.npm_metadata)),
            nuget: self.nuget.unwrap_or(Size(usual.nuget)),
            gem: self.gem.unwrap_or(Size(usual.gem)),
            maven: self.maven.unwrap_or(Size(usual.maven)),
            oci_layer: self.oci_layer.unwrap_or(Size(usual.oci_layer)),
            manifest: self.manifest.unwrap_or(Size(usual.manifest)),
            json: self.json.unwrap_or(Size(usual.json)),
        }
    }
}

impl SizeLimits {
    /// Gives those that protocols ask for.
    pub fn of_protocols(&self) -> Limits {
        Limits {
            npm: self.npm.0,
            npm_metadata: self.npm_metadata.0,
            nuget: self.nuget.0,
            gem: self.gem.0,
            maven: self.maven.0,
            oci_layer: self.oci_layer.0,
            manifest: self.manifest.0,
            json: self.json.0,
            ..Limits::default()
        }
    }
}
