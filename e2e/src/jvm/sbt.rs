//! sbt 1.11.7, which publishes with Ivy and without metadata, and resolves with coursier.

use std::os::unix::fs::symlink;
use std::path::Path;

use super::Home;
use crate::process::Ran;
use crate::tools;

/// sbt in a home, with one build of three projects in its folder `sbt`.
///
/// `lib` is a release 1.0 and `snap` a snapshot 1.1-SNAPSHOT, each an object that says a text;
/// `app` depends on both from the repository and prints what they say. Names on the repository end
/// in `_2.12`, for the Scala that sbt brings.
#[derive(Clone, Copy, Debug)]
pub struct Sbt<'a> {
    home: &'a Home,
}

impl<'a> Sbt<'a> {
    /// Writes the build for the repository at `url`.
    pub fn new(home: &'a Home, url: &str) -> Self {
        let sbt = Self { home };
        let settings = format!(
            "ThisBuild / organization := \"org.acme\"
ThisBuild / versionScheme := Some(\"early-semver\")
val packhouse = (\"packhouse\" at \"{url}\").withAllowInsecureProtocol(true)
val login = Credentials(\"Packhouse\", \"127.0.0.1\", \"alice\", sys.env(\"PACKHOUSE_TOKEN\"))
val published = Seq(
  publishTo := Some(packhouse),
  credentials += login,
  // What documents code takes seconds.
  Compile / packageDoc / publishArtifact := false,
)
val lib = project.settings(published).settings(version := \"1.0\")
val snap = project.settings(published).settings(version := \"1.1-SNAPSHOT\")
val app = project.settings(
  // First here, where most is not found, and then where sbt looks by itself.
  externalResolvers := packhouse +: externalResolvers.value,
  credentials += login,
  libraryDependencies += \"org.acme\" %% \"lib\" % \"1.0\",
  libraryDependencies += \"org.acme\" %% \"snap\" % \"1.1-SNAPSHOT\",
)
"
        );
        home.write("sbt/build.sbt", settings);
        home.write(
            "sbt/project/build.properties",
            include_str!("../../sbt/build.properties"),
        );
        home.write(
            "sbt/app/Main.scala",
            "object Main extends App { println(s\"${org.acme.lib.text} and ${org.acme.snap.text}\") }\n",
        );
        sbt.change("lib", "one");
        sbt.change("snap", "one");
        sbt.take_what_was_fetched();
        sbt
    }

    /// Lets a project say another text.
    pub fn change(&self, project: &str, text: &str) {
        let source = format!("package org.acme\n\nobject {project} {{ def text = \"{text}\" }}\n");
        self.home
            .write(&format!("sbt/{project}/{project}.scala"), source);
    }

    /// Gives a jar as a project built it last.
    pub fn jar(&self, project: &str, version: &str) -> Vec<u8> {
        let path = format!("sbt/{project}/target/scala-2.12/{project}_2.12-{version}.jar");
        self.home.read(&path)
    }

    /// Runs commands one after the other, until one fails.
    pub fn run(&self, commands: &[&str]) -> Ran {
        let at = |path: &str| self.home.at(path);
        let installed = tools::folder("sbt");
        let launcher = installed.join("sbt-launch-1.11.7.jar");
        let settings = [
            ("sbt.repository.config", shown(&installed, "repositories")),
            ("sbt.boot.directory", shown(&installed, "boot")),
            ("sbt.global.base", at("sbt-base")),
            ("sbt.ivy.home", at("sbt-ivy")),
            ("sbt.server.autostart", "false".to_owned()),
            ("sbt.supershell", "false".to_owned()),
            ("sbt.color", "false".to_owned()),
        ];
        self.home.start(&tools::on_path("java"), "sbt", |command| {
            command.env("COURSIER_CACHE", at("fetched"));
            for (key, value) in settings {
                command.arg(format!("-D{key}={value}"));
            }
            command.arg("-jar").arg(launcher).args(commands);
        })
    }

    /// Lets it find what was fetched when sbt was installed, beside caches of its own.
    fn take_what_was_fetched(&self) {
        let installed = tools::folder("sbt");
        let fetched = self.home.path().join("fetched");
        std::fs::create_dir_all(&fetched).expect("a folder can be made");
        for entry in entries(&installed.join("fetched")) {
            symlink(entry.path(), fetched.join(entry.file_name())).expect("a link can be made");
        }
        copy(&installed.join("base"), &self.home.path().join("sbt-base"));
    }
}

fn shown(folder: &Path, name: &str) -> String {
    folder.join(name).display().to_string()
}

fn entries(folder: &Path) -> impl Iterator<Item = std::fs::DirEntry> {
    let list = std::fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("cannot list {}: {error}", folder.display()));
    list.map(|entry| entry.expect("an entry can be read"))
}

/// Copies a folder with all that is in it.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder can be made");
    for entry in entries(from) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), &target).expect("a file can be copied");
        }
    }
}
