//! A version in a few words, for lists.

use super::{Kind, Metadata};
use crate::manifest::Platform;

impl Metadata {
    /// Says what it is: `image linux/amd64, 12.3 MB`, `index of linux/amd64,
    /// linux/arm64`, `chart web 1.0.0, 4.0 kB`.
    pub fn about(&self) -> String {
        let mut about = self.kind.as_str().to_owned();
        if let Some(platform) = &self.platform {
            about.push(' ');
            about.push_str(&shown(platform));
        }
        if let Some(chart) = &self.chart {
            about.push_str(&format!(" {} {}", chart.name, chart.version));
        }
        match self.kind {
            Kind::Index => format!("{about} of {}", self.listed()),
            _ => format!("{about}, {}", size(self.total_size)),
        }
    }
}

/// How many platforms are named.
const NAMED: usize = 8;

impl Metadata {
    /// Says what an index lists: the platforms by name, and how many entries say none. What a
    /// builder attests is no platform to run on.
    fn listed(&self) -> String {
        let images: Vec<_> = self
            .children
            .iter()
            .filter(|child| !child.is_attestation())
            .collect();
        let named: Vec<String> = images
            .iter()
            .filter_map(|child| child.platform.as_ref())
            .filter(|platform| !platform.os.is_empty())
            .map(shown)
            .take(NAMED)
            .collect();
        match (named.len(), images.len() - named.len()) {
            (0, all) => all.to_string(),
            (_, 0) => named.join(", "),
            (_, more) => format!("{} and {more} more", named.join(", ")),
        }
    }
}

fn shown(platform: &Platform) -> String {
    let mut shown = format!("{}/{}", platform.os, platform.architecture);
    if let Some(variant) = &platform.variant {
        shown.push('/');
        shown.push_str(variant);
    }
    shown
}

/// Writes a length with three digits or so, in powers of 1000.
fn size(bytes: u64) -> String {
    let (mut value, mut unit) = (bytes as f64, "B");
    for next in ["kB", "MB", "GB", "TB"] {
        if value < 999.95 {
            break;
        }
        value /= 1000.0;
        unit = next;
    }
    if unit == "B" {
        format!("{bytes} B")
    } else {
        format!("{value:.1} {unit}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_short() {
        for (bytes, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.0 kB"),
            (12_345_678, "12.3 MB"),
            (999_999, "1.0 MB"),
            (5_000_000_000, "5.0 GB"),
        ] {
            assert_eq!(size(bytes), text);
        }
    }

    #[test]
    fn platforms_have_their_variant() {
        let mut platform = Platform {
            os: "linux".to_owned(),
            architecture: "arm".to_owned(),
            ..Platform::default()
        };
        assert_eq!(shown(&platform), "linux/arm");
        platform.variant = Some("v7".to_owned());
        assert_eq!(shown(&platform), "linux/arm/v7");
    }
}
