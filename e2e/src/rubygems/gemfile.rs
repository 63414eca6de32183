//! Projects that depend on gems.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::Home;
use super::home::{assert_loopback, names_in};

/// A Gemfile in the making.
#[derive(Clone, Debug)]
pub struct Gemfile {
    text: String,
}

/// A project in a home.
#[derive(Clone, Debug)]
pub struct Project {
    folder: PathBuf,
}

impl Gemfile {
    /// Begins one whose source is `url`. Panics when that is not on 127.0.0.1.
    pub fn new(url: &str) -> Self {
        assert_loopback(url);
        Self {
            text: format!("source \"{url}\"\n"),
        }
    }

    /// Needs a gem, of a version that meets all requirements (`~> 1.0`).
    pub fn gem(mut self, name: &str, requirements: &[&str]) -> Self {
        self.text += &line(name, requirements);
        self
    }

    /// Needs gems, of any version, from a source of their own.
    pub fn from_source(mut self, url: &str, names: &[&str]) -> Self {
        assert_loopback(url);
        writeln!(self.text, "source \"{url}\" do").expect("a text can be written to");
        for name in names {
            self.text += &format!("  {}", line(name, &[]));
        }
        self.text += "end\n";
        self
    }

    /// Writes it into a folder of the home.
    pub fn write(&self, home: &Home, folder: &str) -> Project {
        home.write(&format!("{folder}/Gemfile"), &self.text);
        Project {
            folder: home.path().join(folder),
        }
    }
}

impl Project {
    /// Gives its folder.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// Gives the folder that its gems are installed in.
    pub(super) fn vendor(&self) -> PathBuf {
        self.folder.join("vendor")
    }

    /// Gives the text of its lock file; panics when there is none.
    pub fn lock(&self) -> String {
        let path = self.folder.join("Gemfile.lock");
        std::fs::read_to_string(path).unwrap_or_else(|error| panic!("Gemfile.lock: {error}"))
    }

    /// Gives what its lock file has of every source, `NAME VERSION[-PLATFORM]` each, in its order.
    pub fn locked(&self) -> Vec<String> {
        let lock = self.lock();
        let rows = lock.lines().filter_map(|line| line.strip_prefix("    "));
        // Deeper rows say what a gem depends on; the parts after the sources have no such rows.
        let rows = rows.filter(|row| !row.starts_with(' ') && row.ends_with(')'));
        rows.map(|row| row.replace(" (", " ").trim_end_matches(')').to_owned())
            .collect()
    }

    /// Lists the gems that it has installed, `NAME-VERSION[-PLATFORM]` each, sorted.
    pub fn installed(&self) -> Vec<String> {
        // One folder for each version of Ruby; there is one Ruby.
        let rubies = self.vendor().join("ruby");
        let mut found = Vec::new();
        for ruby in names_in(&rubies) {
            found.extend(names_in(&rubies.join(ruby).join("gems")));
        }
        found
    }

    /// Removes what it has installed, its lock file and its own settings.
    pub fn clean(&self) {
        for folder in ["vendor", ".bundle"] {
            let path = self.folder.join(folder);
            if path.exists() {
                std::fs::remove_dir_all(path).expect("a folder can be removed");
            }
        }
        let lock = self.folder.join("Gemfile.lock");
        if lock.exists() {
            std::fs::remove_file(lock).expect("a file can be removed");
        }
    }
}

fn line(name: &str, requirements: &[&str]) -> String {
    let requirements: String = requirements
        .iter()
        .map(|requirement| format!(", \"{requirement}\""))
        .collect();
    format!("gem \"{name}\"{requirements}\n")
}
