//! Coursier 2.1.24, which resolves for sbt, Mill, the Scala command line and Bazel.

use std::path::PathBuf;

use super::Home;
use crate::process::Ran;
use crate::tools;

/// Coursier in a home.
#[derive(Clone, Copy, Debug)]
pub struct Coursier<'a> {
    home: &'a Home,
}

impl<'a> Coursier<'a> {
    /// Puts it into a home; its cache is empty at first. It shows the home's token, when that is
    /// not empty, to whoever asks as `Packhouse` at 127.0.0.1.
    pub fn new(home: &'a Home) -> Self {
        Self { home }
    }

    /// Fetches `modules` (`G:A:V`) and what they depend on from the repository at `url` alone.
    pub fn fetch(&self, url: &str, modules: &[&str]) -> Ran {
        let credentials = self.credentials();
        let classes = format!("{}/*", tools::folder("coursier").display());
        self.home.start(&tools::on_path("java"), "", |command| {
            command.env("COURSIER_CACHE", self.home.at("coursier"));
            command.env("COURSIER_CREDENTIALS", credentials);
            command.args(["-cp", &classes, "coursier.cli.Coursier", "fetch"]);
            command.args(["--no-default", "--repository", url]);
            command.args(modules);
        })
    }

    /// Gives the files that a fetch named, by their names, in order.
    pub fn fetched(&self, ran: &Ran) -> Vec<(String, Vec<u8>)> {
        let paths = ran.stdout.lines().map(PathBuf::from);
        paths
            .map(|path| {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                let content = std::fs::read(&path)
                    .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                (name.into_owned(), content)
            })
            .collect()
    }

    /// Removes what it has cached.
    pub fn forget(&self) {
        let cache = self.home.path().join("coursier");
        std::fs::remove_dir_all(cache).expect("a cache can be removed");
    }

    fn credentials(&self) -> String {
        if self.home.token().is_empty() {
            return String::new();
        }
        let text = format!(
            "p.host=127.0.0.1\np.realm=Packhouse\np.username=alice\np.password={}\n",
            self.home.token()
        );
        let path = self.home.write("credentials.properties", text);
        path.display().to_string()
    }
}
