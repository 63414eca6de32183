//! A real Maven that resolves many dependencies, first into an empty local repository.
//!
//! Its own plugins are in a local repository that was filled before; nothing else is, and no
//! address but the server's is asked: the repository here takes the name of the central one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use super::artifact::{GROUP, Release};
use super::repository::Repository;
use super::row::Local;
use crate::process::{OnParentDeath, guarded};
use crate::server::printed_by;
use crate::wrk::Figures;

/// Builds of each kind; the median counts.
const ROUNDS: usize = 3;

/// What resolves and writes a list of what it found; it does not look into the jars.
const GOAL: &str = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath";

/// The file that it writes.
const FOUND: &str = "class-path";

/// How Java starts for a short life.
const JAVA: &str = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx512m";

/// A Maven and where its own plugins are.
#[derive(Clone, Debug)]
pub struct Maven {
    program: PathBuf,
    plugins: PathBuf,
    /// What it tells of itself.
    pub version: String,
}

impl Maven {
    /// The Maven of that path, with a local repository that has its plugins.
    ///
    /// Fails when it does not run.
    pub fn find(program: &Path, plugins: &Path) -> Result<Self> {
        let text = printed_by(program, "-v")?;
        let version = version_of(&text).with_context(|| format!("Maven said: {text}"))?;
        Ok(Self {
            program: program.to_owned(),
            plugins: std::path::absolute(plugins)?,
            version,
        })
    }

    /// Builds that resolve all these and find in their local repository what the row says.
    ///
    /// Fails when a build does, or finds other files.
    pub fn builds(
        &self,
        repository: &Repository<'_>,
        releases: &[Release],
        local: Local,
    ) -> Result<Figures> {
        let mut project = Project::new(self, repository, releases)?;
        let mut times = Vec::new();
        for _ in 0..ROUNDS {
            match local {
                Local::Empty => project.forget()?,
                Local::Full if times.is_empty() => {
                    project.forget()?;
                    project.build(releases)?;
                }
                Local::Full => {}
            }
            times.push(project.build(releases)?);
        }
        times.sort_unstable();
        let (median, last) = (times[ROUNDS / 2], times[ROUNDS - 1]);
        Ok(Figures {
            rate: releases.len() as f64 / median.as_secs_f64(),
            bytes_per_second: 0.0,
            p50: median,
            p99: last,
        })
    }
}

/// A project with its dependencies, and a home for Maven.
struct Project<'m> {
    maven: &'m Maven,
    folder: TempDir,
}

impl<'m> Project<'m> {
    fn new(maven: &'m Maven, repository: &Repository<'_>, releases: &[Release]) -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("packhouse-bench-")
            .tempdir()?;
        let password = repository.server.token.as_deref();
        fs::write(
            folder.path().join("pom.xml"),
            pom(&repository.url(), releases),
        )?;
        fs::write(folder.path().join("settings.xml"), settings(password))?;
        fs::write(folder.path().join("global.xml"), "<settings/>")?;
        Ok(Self { maven, folder })
    }

    fn local(&self) -> PathBuf {
        self.folder.path().join("repository")
    }

    /// Leaves nothing in the local repository but Maven's own plugins, all of it on the disk.
    fn forget(&mut self) -> Result<()> {
        if self.local().exists() {
            fs::remove_dir_all(self.local())?;
        }
        let mut copy = Command::new("cp");
        let status = copy
            .arg("-R")
            .args([&self.maven.plugins, &self.local()])
            .status()?;
        ensure!(status.success(), "cp: {status}");
        let status = Command::new("sync")
            .arg("-f")
            .arg(self.folder.path())
            .status()?;
        ensure!(status.success(), "sync: {status}");
        Ok(())
    }

    /// Builds, and looks whether each jar was found.
    fn build(&mut self, releases: &[Release]) -> Result<Duration> {
        let at = |name: &str| self.folder.path().join(name).display().to_string();
        let mut command = guarded(OnParentDeath::Kill, &self.maven.program);
        command
            .current_dir(self.folder.path())
            .env("MAVEN_SKIP_RC", "1")
            .env("MAVEN_OPTS", format!("{JAVA} -Duser.home={}", at("")))
            .args(["-B", "-ntp", "-q", "-Dstyle.color=never"])
            .args(["-s", &at("settings.xml"), "-gs", &at("global.xml")])
            .arg(format!("-Dmaven.repo.local={}", self.local().display()))
            .arg(format!("-Dmdep.outputFile={}", at(FOUND)))
            .arg(GOAL);
        let began = Instant::now();
        let output = command.output().context("starting mvn")?;
        let elapsed = began.elapsed();
        let said = String::from_utf8_lossy(&output.stdout);
        let excerpt: String = said.chars().take(600).collect();
        ensure!(output.status.success(), "mvn: {}: {excerpt}", output.status);
        let found = fs::read_to_string(at(FOUND))?;
        let found: Vec<&str> = found.trim().split(':').collect();
        ensure!(
            found.len() == releases.len(),
            "mvn found {} of {} jars",
            found.len(),
            releases.len()
        );
        for release in releases {
            let jar = release.files.last().context("no files")?;
            let size = fs::metadata(self.local().join(&jar.path))?.len();
            ensure!(
                size == jar.bytes.len() as u64,
                "mvn has {size} bytes of {}",
                jar.path
            );
        }
        Ok(elapsed)
    }
}

fn pom(url: &str, releases: &[Release]) -> String {
    let mut dependencies = String::new();
    for release in releases {
        let (name, version) = (&release.artifact.name, &release.artifact.version);
        dependencies.push_str(&format!(
            "    <dependency>\n      <groupId>{GROUP}</groupId>\n      \
             <artifactId>{name}</artifactId>\n      <version>{version}</version>\n    \
             </dependency>\n"
        ));
    }
    // It takes the place of the central repository, also for plugins: no other is asked.
    let here = format!("<id>central</id><url>{url}</url>");
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>com.acme.consumer</groupId>
  <artifactId>consumer</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <repositories>
    <repository>{here}</repository>
  </repositories>
  <pluginRepositories>
    <pluginRepository>{here}</pluginRepository>
  </pluginRepositories>
  <dependencies>
{dependencies}  </dependencies>
</project>
"#
    )
}

/// The token, and for every other machine a proxy that nobody listens on.
fn settings(password: Option<&str>) -> String {
    let server = password.map(|password| {
        format!(
            "<server><id>central</id><username>bench</username><password>{password}</password>\
             </server>"
        )
    });
    let proxies = ["http", "https"].map(|protocol| {
        format!(
            "<proxy><id>nowhere-{protocol}</id><active>true</active><protocol>{protocol}</protocol>\
             <host>127.0.0.1</host><port>9</port><nonProxyHosts>127.0.0.1</nonProxyHosts></proxy>"
        )
    });
    format!(
        "<settings><servers>{}</servers><proxies>{}</proxies></settings>\n",
        server.unwrap_or_default(),
        proxies.concat()
    )
}

/// The version in what `mvn -v` prints; some colour it.
fn version_of(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("Apache Maven ")?;
    let version = rest.split_whitespace().next()?;
    let (version, _) = version.split_once('\u{1b}').unwrap_or((version, ""));
    Some(version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{pom, settings, version_of};
    use crate::maven::artifact::{Artifact, Packaging};

    #[test]
    fn the_version_is_read_without_its_colour() {
        let coloured = "\u{1b}[1mApache Maven 3.8.7\u{1b}[m\nMaven home: /usr/share/maven";
        assert_eq!(version_of(coloured).as_deref(), Some("3.8.7"));
        let plain = "Apache Maven 3.9.16 (0123abcd)\n";
        assert_eq!(version_of(plain).as_deref(), Some("3.9.16"));
        assert_eq!(version_of("mvn: not found"), None);
    }

    #[test]
    fn the_project_asks_one_address_and_no_other() {
        let releases = [Artifact::new("lib", "1.0.0", Packaging::Jar(10)).release()];
        let releases = releases.map(Result::unwrap);
        let text = pom("http://127.0.0.1:80/maven/acme/maven", &releases);
        assert_eq!(
            text.matches("<url>http://127.0.0.1:80/maven/acme/maven</url>")
                .count(),
            2
        );
        assert_eq!(text.matches("<id>central</id>").count(), 2);
        assert!(text.contains("<artifactId>lib</artifactId>\n      <version>1.0.0</version>"));
        let text = settings(Some("secret"));
        assert!(text.contains("<password>secret</password>") && text.contains("<port>9</port>"));
        assert!(!settings(None).contains("<server>"));
    }
}
