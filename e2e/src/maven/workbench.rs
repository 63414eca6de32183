//! One person's place: a home, settings, a local repository, and a Maven to start there.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use super::{Login, Mvn, Tree, settings};
use crate::process::{Process, Ran, run};
use crate::tools;

/// How long one command of Maven may take, on a busy machine.
const LIMIT: Duration = Duration::from_secs(240);

/// How Java starts for a short life: it compiles little, and does not prove that each class of a
/// Maven is one, which is an eighth of all the time. Java takes the home of the user from the
/// machine's list of users, so that is told too.
const JAVA: &str = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx512m \
    -XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote";

/// A Maven with a home that no other test and no user of this machine shares.
#[derive(Debug)]
pub struct Workbench {
    mvn: Mvn,
    home: TempDir,
    login: Login,
    options: Vec<String>,
}

impl Workbench {
    /// Makes one where `login` is what the repository [`super::ID`] is shown.
    pub fn new(mvn: Mvn, login: &Login) -> Self {
        let bench = Self {
            mvn,
            home: tempfile::tempdir().expect("a home can be made"),
            login: login.clone(),
            options: Vec::new(),
        };
        bench.write_settings(&[]);
        bench.write("global.xml", "<settings/>");
        bench
    }

    /// Gives which Maven it starts.
    pub fn mvn(&self) -> Mvn {
        self.mvn
    }

    /// Lets plugins of `groups` be called by their prefix.
    pub fn with_plugin_groups(self, groups: &[&str]) -> Self {
        self.write_settings(groups);
        self
    }

    /// Adds an option to all its runs, such as `-C`.
    pub fn with_option(mut self, option: &str) -> Self {
        self.options.push(option.to_owned());
        self
    }

    /// Gives the path in its local repository; `path` is below it.
    pub fn local(&self, path: &str) -> PathBuf {
        self.home.path().join("repository").join(path)
    }

    /// Gives a path in its home.
    pub fn path(&self, path: &str) -> PathBuf {
        self.home.path().join(path)
    }

    /// Writes a file in its home, and gives its path as a word of a command.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.path(path);
        let folder = path.parent().expect("a file is in a folder");
        std::fs::create_dir_all(folder).expect("a folder can be made");
        std::fs::write(&path, content).expect("a file can be written");
        path.display().to_string()
    }

    /// Empties its local repository, as on a machine that has built nothing yet.
    pub fn forget(&self) {
        let local = self.local("");
        if local.exists() {
            std::fs::remove_dir_all(local).expect("a local repository can be removed");
        }
    }

    /// Runs Maven in the folder of `tree`.
    pub fn run(&self, tree: &Tree, words: &[&str]) -> Ran {
        self.run_in(tree.path(), words)
    }

    /// Runs Maven in its home, where there is no project.
    pub fn run_alone(&self, words: &[&str]) -> Ran {
        self.run_in(self.home.path(), words)
    }

    /// Starts Maven in the folder of `tree` for a test that ends it itself; its output goes to
    /// `mvn.log` in its home.
    pub fn start(&self, tree: &Tree, words: &[&str]) -> Process {
        let log = std::fs::File::create(self.path("mvn.log")).expect("a log can be made");
        Process::start(&self.mvn.program(), |command| {
            self.prepare(command, tree.path(), words);
            command.stdout(log);
        })
    }

    /// Runs the class `main` of `tree`, compiled before, with what `dependency:build-classpath`
    /// wrote to `class-path` there.
    pub fn java(&self, tree: &Tree, main: &str) -> Ran {
        let others = tree.read("class-path");
        let classes = tree.path().join("target/classes");
        let path = format!("{}:{}", classes.display(), others.trim());
        let java = java_home().join("bin/java");
        run(&java, self.home.path(), b"", LIMIT, |command| {
            command.args(["-cp", &path, main]);
        })
    }

    fn run_in(&self, folder: &Path, words: &[&str]) -> Ran {
        run(
            &self.mvn.program(),
            self.home.path(),
            b"",
            LIMIT,
            |command| {
                self.prepare(command, folder, words);
            },
        )
    }

    fn prepare(&self, command: &mut Command, folder: &Path, words: &[&str]) {
        let at = |path: &str| self.path(path).display().to_string();
        command
            .current_dir(folder)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("LANG", "C.UTF-8")
            .env("HOME", self.home.path())
            .env("JAVA_HOME", java_home())
            // No file of this machine changes how it starts.
            .env("MAVEN_SKIP_RC", "1")
            .env("MAVEN_OPTS", format!("{JAVA} -Duser.home={}", at("")))
            .args(["-B", "-ntp", "-Dstyle.color=never"])
            .args(["-s", &at("settings.xml"), "-gs", &at("global.xml")])
            .arg(format!("-Dmaven.repo.local={}", at("repository")));
        if self.mvn.reads_a_tail() {
            command.arg(format!("-Dmaven.repo.local.tail={}", central().display()));
        } else if !self.local("").exists() {
            copy(&central(), &self.local(""));
        }
        assert_only_loopback(folder, words.iter().copied());
        command.args(&self.options).args(words);
    }

    fn write_settings(&self, plugin_groups: &[&str]) {
        let central = central().display().to_string();
        let text = settings::render(&self.login, plugin_groups, &central);
        self.write("settings.xml", text);
    }
}

/// Gives the local repository that `./test` has filled.
fn central() -> PathBuf {
    tools::folder("maven/repository")
}

/// Copies a folder and all that is in it.
fn copy(from: &Path, to: &Path) {
    let status = Command::new("cp").arg("-R").args([from, to]).status();
    let status = status.unwrap_or_else(|error| panic!("cannot run cp: {error}"));
    assert!(status.success(), "{} cannot be copied", from.display());
}

fn java_home() -> PathBuf {
    let javac = tools::debian("javac").canonicalize();
    let javac = javac.expect("javac is a file or leads to one");
    let home = javac.parent().and_then(Path::parent);
    home.expect("javac is in the bin folder of a Java")
        .to_owned()
}

/// Every address that a run could publish to is on loopback, or the run does not begin.
fn assert_only_loopback<'a>(folder: &Path, words: impl Iterator<Item = &'a str>) {
    for word in words {
        if let Some(at) = word.find("://") {
            assert!(
                word[..at].ends_with("http") && word[at..].starts_with("://127.0.0.1:"),
                "{word} is not on loopback"
            );
        }
    }
    let mut poms = Vec::new();
    collect(folder, OsStr::new("pom.xml"), &mut poms);
    for path in poms {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        for url in super::tags(&text, "url") {
            assert!(
                url.starts_with("http://127.0.0.1:"),
                "{url} in {} is not on loopback",
                path.display()
            );
        }
    }
}

/// Adds the files named `name` in `folder`, and below, to `found`; a folder may vanish meanwhile.
fn collect(folder: &Path, name: &OsStr, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, name, found);
        } else if path.file_name() == Some(name) {
            found.push(path);
        }
    }
}
