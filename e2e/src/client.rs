//! The package managers, and how each says what all of them can do.

use std::path::PathBuf;

use crate::tools;

/// A package manager at the version that `clients.txt` pins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Client {
    /// npm 6, the last with lockfile version 1.
    Npm6,
    /// npm 8.19, the last that checks signatures without asking any other server.
    Npm8,
    /// npm 10.
    Npm10,
    /// npm 11.
    Npm11,
    /// pnpm 9; publishes, tags and unpublishes through npm 10.
    Pnpm9,
    /// pnpm 10; publishes, tags and unpublishes through npm 11.
    Pnpm10,
    /// Yarn 1.
    YarnClassic,
    /// Yarn 4.
    YarnBerry,
    /// Bun 1.
    Bun,
}

/// Which settings files and commands a client has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Any npm.
    Npm,
    /// Any pnpm.
    Pnpm,
    /// Yarn 1.
    YarnClassic,
    /// Yarn 2 and later.
    YarnBerry,
    /// Bun.
    Bun,
}

impl Client {
    /// Every client.
    pub const ALL: [Self; 9] = [
        Self::Npm6,
        Self::Npm8,
        Self::Npm10,
        Self::Npm11,
        Self::Pnpm9,
        Self::Pnpm10,
        Self::YarnClassic,
        Self::YarnBerry,
        Self::Bun,
    ];

    /// Gives its name in `clients.txt`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Npm6 => "npm-6",
            Self::Npm8 => "npm-8",
            Self::Npm10 => "npm-10",
            Self::Npm11 => "npm-11",
            Self::Pnpm9 => "pnpm-9",
            Self::Pnpm10 => "pnpm-10",
            Self::YarnClassic => "yarn-classic",
            Self::YarnBerry => "yarn-berry",
            Self::Bun => "bun",
        }
    }

    /// Gives what its settings and commands are like.
    pub fn family(self) -> Family {
        match self {
            Self::Npm6 | Self::Npm8 | Self::Npm10 | Self::Npm11 => Family::Npm,
            Self::Pnpm9 | Self::Pnpm10 => Family::Pnpm,
            Self::YarnClassic => Family::YarnClassic,
            Self::YarnBerry => Family::YarnBerry,
            Self::Bun => Family::Bun,
        }
    }

    /// Gives the path of its program.
    pub fn program(self) -> PathBuf {
        tools::client_bin(self.name()).join(match self.family() {
            Family::Npm => "npm",
            Family::Pnpm => "pnpm",
            Family::YarnClassic | Family::YarnBerry => "yarn",
            Family::Bun => "bun",
        })
    }

    /// Gives the folders that its search path begins with: its own, and for pnpm the npm that
    /// it hands its publishing to.
    pub fn search_path(self) -> Vec<PathBuf> {
        let mut folders = vec![tools::client_bin(self.name())];
        match self {
            Self::Pnpm9 => folders.push(tools::client_bin(Self::Npm10.name())),
            Self::Pnpm10 => folders.push(tools::client_bin(Self::Npm11.name())),
            _ => {}
        }
        folders
    }

    /// Gives the name of its lockfile.
    pub fn lockfile(self) -> &'static str {
        match self.family() {
            Family::Npm => "package-lock.json",
            Family::Pnpm => "pnpm-lock.yaml",
            Family::YarnClassic | Family::YarnBerry => "yarn.lock",
            Family::Bun => "bun.lock",
        }
    }

    pub(crate) fn publish_words(self) -> &'static [&'static str] {
        match self.family() {
            Family::Npm | Family::Bun => &["publish"],
            Family::Pnpm => &["publish", "--no-git-checks"],
            Family::YarnClassic => &["publish", "--non-interactive"],
            Family::YarnBerry => &["npm", "publish"],
        }
    }

    pub(crate) fn install_words(self) -> &'static [&'static str] {
        match self.family() {
            Family::Npm => &["install"],
            Family::Pnpm => &["install", "--no-frozen-lockfile"],
            Family::YarnClassic => &["install", "--non-interactive"],
            Family::YarnBerry => &["install", "--no-immutable"],
            Family::Bun => &["install", "--no-progress"],
        }
    }

    pub(crate) fn frozen_words(self) -> &'static [&'static str] {
        match self.family() {
            Family::Npm => &["ci"],
            Family::Pnpm => &["install", "--frozen-lockfile"],
            Family::YarnClassic => &["install", "--non-interactive", "--frozen-lockfile"],
            Family::YarnBerry => &["install", "--immutable"],
            Family::Bun => &["install", "--no-progress", "--frozen-lockfile"],
        }
    }

    /// Gives the words of its dist-tag command; `None` for bun, which has none.
    pub fn tag_words(self, verb: TagVerb) -> Option<&'static [&'static str]> {
        let words: &[&str] = match (self.family(), verb) {
            (Family::Bun, _) => return None,
            (Family::Npm | Family::Pnpm, TagVerb::Add) => &["dist-tag", "add"],
            (Family::Npm | Family::Pnpm, TagVerb::Remove) => &["dist-tag", "rm"],
            (Family::Npm | Family::Pnpm, TagVerb::List) => &["dist-tag", "ls"],
            (Family::YarnClassic, TagVerb::Add) => &["tag", "add"],
            (Family::YarnClassic, TagVerb::Remove) => &["tag", "remove"],
            (Family::YarnClassic, TagVerb::List) => &["tag", "list"],
            (Family::YarnBerry, TagVerb::Add) => &["npm", "tag", "add"],
            (Family::YarnBerry, TagVerb::Remove) => &["npm", "tag", "remove"],
            (Family::YarnBerry, TagVerb::List) => &["npm", "tag", "list"],
        };
        Some(words)
    }
}

/// What a dist-tag command does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TagVerb {
    /// Sets a tag: takes `NAME@VERSION TAG`.
    Add,
    /// Removes a tag: takes `NAME TAG`.
    Remove,
    /// Lists tags: takes `NAME`.
    List,
}
