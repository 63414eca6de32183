//! The generations of RubyGems and Bundler.

use std::path::{Path, PathBuf};

use crate::tools;

/// A generation of RubyGems, and the Bundler that came with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gem {
    /// Debian's: RubyGems 3.3 and Bundler 2.3.
    V33,
    /// RubyGems 3.6 and Bundler 2.6.
    V36,
    /// RubyGems 3.7 and Bundler 2.7.
    V37,
    /// RubyGems and Bundler 4.0.
    V40,
}

impl Gem {
    /// Every generation, the oldest first.
    pub const ALL: [Self; 4] = [Self::V33, Self::V36, Self::V37, Self::V40];

    /// Gives what its RubyGems says its version is.
    pub fn version(self) -> &'static str {
        match self {
            Self::V33 => "3.3.15",
            Self::V36 => "3.6.3",
            Self::V37 => "3.7.2",
            Self::V40 => "4.0.3",
        }
    }

    /// Gives what its Bundler says its version is.
    pub fn bundler(self) -> &'static str {
        match self {
            Self::V33 => "2.3.15",
            Self::V36 => "2.6.3",
            Self::V37 => "2.7.2",
            Self::V40 => "4.0.3",
        }
    }

    /// Gives what comes before the words of a `gem` command: Ruby's program and its arguments.
    pub(super) fn gem(self) -> Vec<String> {
        self.command("gem")
    }

    /// Gives what comes before the words of a `bundle` command.
    pub(super) fn bundle(self) -> Vec<String> {
        self.command("bundle")
    }

    /// Gives what comes before the arguments of a program in Ruby that uses its RubyGems.
    pub(super) fn ruby(self) -> Vec<String> {
        let mut words = vec![shown(&tools::debian("ruby"))];
        if let Some(folder) = self.folder() {
            let library = shown(&folder.join("lib"));
            // Ruby would load Debian's before it looks into any folder.
            let rubygems = ["--disable=gems", "-I", &library, "-r", "rubygems"];
            words.extend(rubygems.map(str::to_owned));
        }
        words
    }

    fn command(self, name: &str) -> Vec<String> {
        let program = match self.folder() {
            None => tools::debian(name),
            Some(folder) => tools::existing(&folder.join("exe").join(name)),
        };
        let mut words = self.ruby();
        words.push(shown(&program));
        words
    }

    /// Gives the folder of its programs and libraries; Debian's are where Ruby looks for them.
    fn folder(self) -> Option<PathBuf> {
        let name = match self {
            Self::V33 => return None,
            Self::V36 => "3.6",
            Self::V37 => "3.7",
            Self::V40 => "4.0",
        };
        Some(tools::existing(&tools::folder("rubygems").join(name)))
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
