//! nuget.exe on Mono, run by a program of ours that ends when it does: `e2e/nuget/Run.cs`.

use std::path::{Path, PathBuf};

use super::Home;
use crate::process::Ran;
use crate::tools;

/// As little of a project as says which framework it is for.
const PROJECT: &str = r#"<Project ToolsVersion="4.0" xmlns="http://schemas.microsoft.com/developer/msbuild/2003">
  <PropertyGroup>
    <AssemblyName>app</AssemblyName>
    <TargetFrameworkMoniker>.NETFramework,Version=v4.5</TargetFrameworkMoniker>
  </PropertyGroup>
  <ItemGroup>
    <None Include="packages.config"/>
  </ItemGroup>
</Project>
"#;

/// A nuget.exe that `./test` installs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exe {
    /// Debian's 2.8, which knows version 2 of the protocol alone, half of it over HTTP/1.0.
    V2,
    /// 4.9.
    V4,
    /// 5.8.
    V5,
}

impl Exe {
    /// Every nuget.exe.
    pub const ALL: [Self; 3] = [Self::V2, Self::V4, Self::V5];

    /// Gives what it says its version is.
    pub fn version(self) -> &'static str {
        match self {
            Self::V2 => "2.8.7.0",
            Self::V4 => "4.9.2.5706",
            Self::V5 => "5.8.0.6930",
        }
    }

    /// Gives the path of its program.
    fn program(self) -> PathBuf {
        let installed = |name: &str| {
            let version = tools::pinned(name).version;
            tools::client_folder(name).join(format!("nuget-exe/nuget-{version}.exe"))
        };
        match self {
            Self::V2 => tools::existing(Path::new("/usr/lib/nuget/NuGet.exe")),
            Self::V4 => installed("nuget-4.9"),
            Self::V5 => installed("nuget-5.8"),
        }
    }
}

/// A nuget.exe in a home.
#[derive(Clone, Copy, Debug)]
pub struct NuGet<'a> {
    home: &'a Home,
    exe: Exe,
}

impl<'a> NuGet<'a> {
    pub(super) fn new(home: &'a Home, exe: Exe) -> Self {
        Self { home, exe }
    }

    /// Makes the package that the file `nuspec` describes, in `folder` of the home.
    pub fn pack(&self, nuspec: &Path, folder: &str) -> Ran {
        let (nuspec, to) = (nuspec.display().to_string(), self.home.at(folder));
        std::fs::create_dir_all(&to).expect("a folder can be made");
        self.quietly(&["pack", &nuspec, "-OutputDirectory", &to], &[])
    }

    /// Pushes a package to `source`, the name of one of the home's or an address, with a key or
    /// with what the home knows of that source.
    pub fn push(&self, file: &Path, source: &str, key: Option<&str>, more: &[&str]) -> Ran {
        // 2.8 takes every path for one below the folder that it runs in.
        let file = file.strip_prefix(self.home.path()).unwrap_or(file);
        let file = file.display().to_string();
        let mut words = vec!["push", &file];
        words.extend(key);
        words.extend(["-Source", source]);
        self.quietly(&words, more)
    }

    /// Deletes a version from `source`.
    pub fn delete(&self, id: &str, version: &str, source: &str, key: Option<&str>) -> Ran {
        let mut words = vec!["delete", id, version];
        words.extend(key);
        words.extend(["-Source", source]);
        self.quietly(&words, &[])
    }

    /// Lists what `source` has of `term`, all of it for an empty one; `more` may be `-AllVersions`
    /// or `-Prerelease`.
    pub fn list(&self, term: &str, source: &str, more: &[&str]) -> Ran {
        self.look("list", term, source, more)
    }

    /// Searches `source`; only 5.8 can.
    pub fn search(&self, term: &str, source: &str, more: &[&str]) -> Ran {
        self.look("search", term, source, more)
    }

    /// Installs the newest version of `id`, or the one that `more` names (`-Version 1.0`), into
    /// `folder` of the home.
    pub fn install(&self, id: &str, source: &str, folder: &str, more: &[&str]) -> Ran {
        let to = self.home.at(folder);
        let words = ["install", id, "-Source", source, "-OutputDirectory", &to];
        self.quietly(&words, more)
    }

    /// Writes a packages.config with these packages and versions into `folder` of the home, and the
    /// project of .NET Framework that [`NuGet::update`] looks for beside it.
    pub fn write_project(&self, folder: &str, packages: &[(&str, &str)]) {
        let packages: String = packages
            .iter()
            .map(|(id, version)| {
                format!(
                    "  <package id=\"{id}\" version=\"{version}\" targetFramework=\"net45\"/>\n"
                )
            })
            .collect();
        let config = format!("<packages>\n{packages}</packages>\n");
        self.home
            .write(&format!("{folder}/packages.config"), config);
        self.home.write(&format!("{folder}/app.csproj"), PROJECT);
    }

    /// Fetches what the packages.config in `folder` of the home names, into `packages` beside it.
    pub fn restore(&self, folder: &str, source: &str, more: &[&str]) -> Ran {
        let (config, to) = (
            format!("{folder}/packages.config"),
            format!("{folder}/packages"),
        );
        let words = ["restore", &config, "-Source", source];
        self.quietly(&[&words[..], &["-PackagesDirectory", &to]].concat(), more)
    }

    /// Brings what the packages.config in `folder` of the home names to the newest versions.
    pub fn update(&self, folder: &str, source: &str, more: &[&str]) -> Ran {
        let (config, to) = (
            format!("{folder}/packages.config"),
            format!("{folder}/packages"),
        );
        let words = ["update", &config, "-Source", source];
        self.quietly(&[&words[..], &["-RepositoryPath", &to]].concat(), more)
    }

    /// Runs any command of it in the home. Without a terminal the `help` of 2.8 never ends, since
    /// it breaks lines at a width of nothing.
    pub fn run(&self, words: &[&str]) -> Ran {
        // Now and then Mono sends a request of HTTP/1.0 over a connection that it is closing. What
        // it then says means that nothing of that request was sent, so it may be tried again.
        let mut ran = self.run_once(words);
        for _ in 0..3 {
            if ran.status.success() || !ran.stderr.contains("Error writing headers") {
                break;
            }
            ran = self.run_once(words);
        }
        ran
    }

    fn run_once(&self, words: &[&str]) -> Ran {
        let runner = tools::folder("nuget").join("Run.exe");
        let [runner, program] = [runner, self.exe.program()].map(|path| path.display().to_string());
        let mono = tools::debian("mono");
        let folder = self.home.path();
        self.home.start(&mono, folder, &[&runner, &program], words)
    }

    fn look(&self, verb: &str, term: &str, source: &str, more: &[&str]) -> Ran {
        let mut words = vec![verb];
        words.extend(Some(term).filter(|term| !term.is_empty()));
        words.extend(["-Source", source]);
        self.quietly(&words, more)
    }

    /// Runs a command that would ask if it could.
    fn quietly(&self, words: &[&str], more: &[&str]) -> Ran {
        self.run(&[words, &["-NonInteractive"], more].concat())
    }
}
