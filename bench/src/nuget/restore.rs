//! A real .NET SDK that restores many packages, first into empty folders.
//!
//! Nothing of the user's settings and folders is seen by it, and no address but the server's is
//! asked.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use super::feed::Feed;
use super::package::Nupkg;
use super::row::Local;
use crate::process::{OnParentDeath, guarded};

/// The proxy for every other machine: nobody listens there.
const NOWHERE: &str = "http://127.0.0.1:9";

/// The file that tells what was restored.
const FOUND: &str = "obj/project.assets.json";

/// An SDK.
#[derive(Clone, Debug)]
pub struct Dotnet {
    program: PathBuf,
    libraries: Option<PathBuf>,
    /// What it tells of itself.
    pub version: String,
}

impl Dotnet {
    /// The SDK whose `dotnet` that is, with the folder of an OpenSSL that it knows, where the
    /// machine has none.
    ///
    /// Fails when it does not run.
    pub fn find(program: &Path, libraries: Option<&Path>) -> Result<Self> {
        let mut dotnet = Self {
            program: std::path::absolute(program)?,
            libraries: libraries.map(std::path::absolute).transpose()?,
            version: String::new(),
        };
        let home = new_home()?;
        let output = dotnet.command(home.path()).arg("--version").output()?;
        let said = String::from_utf8_lossy(&output.stdout);
        ensure!(
            output.status.success(),
            "dotnet --version: {}: {said}",
            output.status
        );
        said.trim().clone_into(&mut dotnet.version);
        Ok(dotnet)
    }

    /// It in a home, where it sees nothing of this machine's user and reaches no other machine.
    fn command(&self, home: &Path) -> Command {
        let at = |name: &str| home.join(name);
        let mut command = guarded(OnParentDeath::Kill, &self.program);
        command.current_dir(home).env_clear();
        command.env("PATH", "/usr/bin:/bin").env("LANG", "C.UTF-8");
        command.env("HOME", home).env("TMPDIR", at("tmp"));
        for key in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"] {
            command.env(key, NOWHERE);
        }
        for key in ["no_proxy", "NO_PROXY"] {
            command.env(key, "127.0.0.1");
        }
        command
            .env("NUGET_PACKAGES", at("packages"))
            .env("NUGET_HTTP_CACHE_PATH", at("http"))
            .env("NUGET_SCRATCH", at("scratch"))
            .env("DOTNET_CLI_HOME", home)
            .env("DOTNET_MULTILEVEL_LOOKUP", "0")
            .env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1")
            .env("DOTNET_CLI_TELEMETRY_OPTOUT", "1")
            .env("DOTNET_SKIP_FIRST_TIME_EXPERIENCE", "1")
            .env("DOTNET_NOLOGO", "1")
            // No process outlives the command that is timed.
            .env("MSBUILDDISABLENODEREUSE", "1");
        if let Some(folder) = &self.libraries {
            command.env("LD_LIBRARY_PATH", folder);
        }
        command
    }
}

/// A project that needs a tree of packages from one source, and a home for the SDK.
#[derive(Debug)]
pub struct Project<'d> {
    dotnet: &'d Dotnet,
    nupkgs: &'d [Nupkg],
    home: TempDir,
}

impl<'d> Project<'d> {
    /// A project that needs the first of these, which needs all others.
    ///
    /// Fails when its files cannot be written.
    pub fn new(dotnet: &'d Dotnet, feed: &Feed<'_>, nupkgs: &'d [Nupkg]) -> Result<Self> {
        let home = new_home()?;
        let first = &nupkgs.first().context("nothing to restore")?.package;
        fs::write(
            home.path().join("consumer.csproj"),
            project(&first.id, &first.version),
        )?;
        let password = feed.server.token.as_deref();
        fs::write(
            home.path().join("NuGet.Config"),
            settings(&feed.url(), password),
        )?;
        Ok(Self {
            dotnet,
            nupkgs,
            home,
        })
    }

    /// Restores with what the row says is there, and looks whether every package was found.
    ///
    /// Fails when it does not succeed, or finds something else.
    pub fn restore(&self, local: Local) -> Result<Duration> {
        if local == Local::Empty {
            self.forget()?;
        }
        let mut command = self.dotnet.command(self.home.path());
        // Forced: what the run before it found is not believed.
        command.args([
            "restore",
            "consumer.csproj",
            "--force",
            "-nologo",
            "-v",
            "q",
        ]);
        let began = Instant::now();
        let output = command.output().context("starting dotnet")?;
        let elapsed = began.elapsed();
        let said = String::from_utf8_lossy(&output.stdout);
        let excerpt: String = said.chars().take(600).collect();
        ensure!(
            output.status.success(),
            "dotnet restore: {}: {excerpt}",
            output.status
        );
        self.look()?;
        Ok(elapsed)
    }

    /// Leaves nothing in the folders of packages and of answers; what was there is off the disk.
    fn forget(&self) -> Result<()> {
        for name in ["packages", "http", "scratch", "obj"] {
            let path = self.home.path().join(name);
            if path.exists() {
                fs::remove_dir_all(path)?;
            }
        }
        let status = Command::new("sync")
            .arg("-f")
            .arg(self.home.path())
            .status()?;
        ensure!(status.success(), "sync: {status}");
        Ok(())
    }

    fn look(&self) -> Result<()> {
        let text = fs::read(self.home.path().join(FOUND))?;
        let found: serde_json::Value = serde_json::from_slice(&text)?;
        let count = found["libraries"].as_object().map_or(0, |all| all.len());
        ensure!(
            count == self.nupkgs.len(),
            "dotnet found {count} of {} packages",
            self.nupkgs.len()
        );
        for nupkg in self.nupkgs {
            let (id, version) = (nupkg.package.id.to_lowercase(), &nupkg.package.version);
            let below = format!("packages/{id}/{version}/{id}.{version}.nupkg");
            let size = fs::metadata(self.home.path().join(&below))?.len();
            ensure!(
                size == nupkg.bytes.len() as u64,
                "dotnet has {size} bytes of {below}"
            );
        }
        Ok(())
    }
}

fn new_home() -> Result<TempDir> {
    let home = tempfile::Builder::new()
        .prefix("packhouse-bench-")
        .tempdir()?;
    fs::create_dir(home.path().join("tmp"))?;
    Ok(home)
}

/// A library: a program would need a host of its own, which is a public package.
fn project(id: &str, version: &str) -> String {
    format!(
        r#"<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>netcoreapp3.1</TargetFramework>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="{id}" Version="{version}" />
  </ItemGroup>
</Project>
"#
    )
}

/// One source and no other, with the token as password where one is asked for.
fn settings(url: &str, token: Option<&str>) -> String {
    let credentials = token.map(|token| {
        format!(
            "  <packageSourceCredentials>\n    <here>\n      \
             <add key=\"Username\" value=\"bench\" />\n      \
             <add key=\"ClearTextPassword\" value=\"{token}\" />\n    </here>\n  \
             </packageSourceCredentials>\n"
        )
    });
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<configuration>\n  <packageSources>\n    \
         <clear />\n    <add key=\"here\" value=\"{url}\" />\n  </packageSources>\n{}\
         </configuration>\n",
        credentials.unwrap_or_default()
    )
}

#[cfg(test)]
mod tests {
    use super::{project, settings};

    #[test]
    fn the_project_asks_one_source_and_no_other() {
        let url = "http://127.0.0.1:80/nuget/acme/index.json";
        let text = settings(url, Some("secret"));
        assert!(text.contains("<clear />\n    <add key=\"here\" value=\"http://127.0.0.1:80/"));
        assert_eq!(text.matches("http").count(), 1);
        assert!(text.contains("key=\"ClearTextPassword\" value=\"secret\""));
        assert!(!settings(url, None).contains("Password"));
        let text = project("Acme.Part.0000", "1.0.0");
        assert!(text.contains("Include=\"Acme.Part.0000\" Version=\"1.0.0\""));
    }
}
