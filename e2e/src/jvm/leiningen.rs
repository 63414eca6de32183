//! Leiningen 2.10: Maven's protocol with an older resolver, and signatures with checksums.

use super::Home;
use crate::process::{Ran, run};
use crate::tools;

/// Debian's Leiningen allows no plain HTTP until it is told how.
const WAGON: &str = "(cemerick.pomegranate.aether/register-wagon-factory! \
    \"http\" #(org.apache.maven.wagon.providers.http.HttpWagon.))\n";

/// Leiningen in a home, with a key that signs releases.
#[derive(Debug)]
pub struct Leiningen<'a> {
    home: &'a Home,
    url: String,
}

impl<'a> Leiningen<'a> {
    /// Puts it before the repository at `url`.
    pub fn new(home: &'a mut Home, url: &str) -> Self {
        let keys = home.at("gnupg");
        std::fs::create_dir(&keys).expect("a folder can be made");
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        std::fs::set_permissions(&keys, mode).expect("its mode can be set");
        home.set("GNUPGHOME", &keys);
        let words = ["--batch", "--quiet", "--passphrase", "", "--quick-gen-key"];
        home.start(&tools::on_path("gpg"), "", |command| {
            command.args(words).arg("alice@acme.example");
        })
        .ok();
        Self {
            home,
            url: url.to_owned(),
        }
    }

    /// Writes the library `name` of version `version` into the folder `name`: the function
    /// `text` of `org.acme.NAME` gives `text`.
    pub fn library(&self, name: &str, version: &str, text: &str) {
        let project = format!(
            "{WAGON}(defproject org.acme/{name} \"{version}\"
  :description \"a library\"
  :url \"https://acme.example/{name}\"
  :dependencies []
  :plugin-repositories ^:replace []
  :repositories ^:replace []
  :deploy-repositories ^:replace [{}])
",
            self.repository(version.ends_with("-SNAPSHOT"))
        );
        self.home.write(&format!("{name}/project.clj"), project);
        let source = format!("(ns org.acme.{name})\n(defn text [] \"{text}\")\n");
        let path = format!("{name}/src/org/acme/{name}.clj");
        self.home.write(&path, source);
    }

    /// Writes the application `app`, which prints what the library `library` (name and version or
    /// range) says, and what the Java class `org.acme.CLASS` of `java` (name, version, class) says.
    /// Clojure comes from Debian.
    pub fn application(&self, library: (&str, &str), java: (&str, &str, &str)) {
        let project = format!(
            "{WAGON}(defproject org.acme/app \"1.0\"
  :main org.acme.app
  :dependencies [[org.clojure/clojure \"1.11.1\"]
                 [org.acme/{} \"{}\"]
                 [org.acme/{} \"{}\"]]
  :plugin-repositories ^:replace []
  :repositories ^:replace
    [[\"debian\" {{:url \"file:///usr/share/maven-repo\" :checksum :ignore}}]
     {}])
",
            library.0,
            library.1,
            java.0,
            java.1,
            self.repository(true)
        );
        self.home.write("app/project.clj", project);
        let source = format!(
            "(ns org.acme.app (:require [org.acme.{} :as library]))
(defn -main [] (println (library/text) \"and\" (org.acme.{}/text)))
",
            library.0, java.2
        );
        self.home.write("app/src/org/acme/app.clj", source);
    }

    /// Runs a command in the folder `name`.
    pub fn run(&self, name: &str, words: &[&str]) -> Ran {
        self.home.start(&tools::debian("lein"), name, |command| {
            command.args(words);
        })
    }

    /// Gives a repository; releases are signed, snapshots need not be.
    fn repository(&self, unsigned: bool) -> String {
        let sign = if unsigned { ":sign-releases false" } else { "" };
        format!(
            "[\"packhouse\" {{:url \"{}\" :username \"alice\" :password :env/packhouse_token {sign}}}]",
            self.url
        )
    }
}

impl Drop for Leiningen<'_> {
    fn drop(&mut self) {
        // gpg has left an agent behind. Should this fail, it ends when its folder is gone.
        let limit = std::time::Duration::from_secs(60);
        let keys = self.home.at("gnupg");
        run(
            &tools::on_path("gpgconf"),
            self.home.path(),
            b"",
            limit,
            |command| {
                command.env("GNUPGHOME", keys).args(["--kill", "gpg-agent"]);
            },
        );
    }
}
