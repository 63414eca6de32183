//! The lists of the old index, `specs.4.8`, `latest_specs.4.8` and `prerelease_specs.4.8` (RubyGems
//! notes §5), before they are packed: of each live version its name, number and platform. Gems are
//! sorted by name, their newest versions first.

use crate::full_name::split;
use crate::marshal::Writer;
use crate::number::{compare, is_prerelease};
use crate::versions::{Live, LiveGem};

/// The three lists, as Marshal streams.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lists {
    /// Every release.
    pub specs: Vec<u8>,
    /// Of each gem the newest release for each platform that it was ever released for.
    pub latest: Vec<u8>,
    /// Every prerelease.
    pub prerelease: Vec<u8>,
}

/// A list in the making.
#[derive(Default)]
struct List {
    entries: Writer,
    count: usize,
}

impl Lists {
    /// Draws the lists of live versions.
    pub fn draw(live: &Live<'_>) -> Self {
        let (mut specs, mut latest, mut prerelease) =
            (List::default(), List::default(), List::default());
        for gem in live.gems() {
            let mut platforms = Vec::new();
            for (number, platform) in newest_first(gem) {
                if is_prerelease(number) {
                    prerelease.push(gem.name, number, platform);
                    continue;
                }
                specs.push(gem.name, number, platform);
                if !platforms.contains(&platform) {
                    platforms.push(platform);
                    latest.push(gem.name, number, platform);
                }
            }
        }
        Self {
            specs: specs.finish(),
            latest: latest.finish(),
            prerelease: prerelease.finish(),
        }
    }
}

impl List {
    fn push(&mut self, name: &str, number: &str, platform: &str) {
        self.entries.list(3);
        self.entries.text(name);
        self.entries.version(number);
        self.entries.text(platform);
        self.count += 1;
    }

    fn finish(self) -> Vec<u8> {
        self.entries.finish_list(self.count)
    }
}

/// Numbers and platforms; those with the same number stay in the order of their publication.
fn newest_first<'a>(gem: &LiveGem<'a>) -> Vec<(&'a str, &'a str)> {
    let mut versions: Vec<_> = gem.versions.iter().map(|version| split(version)).collect();
    versions.sort_by(|(a, _), (b, _)| compare(b, a));
    versions
}

#[cfg(test)]
mod tests;
