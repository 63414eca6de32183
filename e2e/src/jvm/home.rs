//! One person's place for the clients that run on Java.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use crate::process::{Ran, run};
use crate::tools;

/// How long one command of a client may take, on a busy machine.
const LIMIT: Duration = Duration::from_secs(240);

/// What Java is told, whoever starts it. Proxies that nobody listens on answer for whatever is not
/// on loopback; the other settings save time in programs that run for seconds.
const JAVA_OPTIONS: &str = "-Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=9 \
    -Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=9 -Dhttp.nonProxyHosts=127.0.0.1 \
    -XX:TieredStopAtLevel=1 -XX:+UseSerialGC";

/// A home that no other test and no user of this machine shares, and what is shown to be let in:
/// projects find it in the variable `PACKHOUSE_TOKEN`.
#[derive(Debug)]
pub struct Home {
    folder: TempDir,
    token: String,
    environment: Vec<(String, String)>,
}

impl Home {
    /// Makes an empty one whose owner shows `token`; nothing when that is empty.
    pub fn new(token: &str) -> Self {
        Self {
            folder: tempfile::tempdir().expect("a home can be made"),
            token: token.to_owned(),
            environment: Vec::new(),
        }
    }

    /// Shows another token from now on.
    pub fn show(&mut self, token: &str) {
        token.clone_into(&mut self.token);
    }

    /// Gives the token that is shown.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Adds an environment variable to all its runs.
    pub fn set(&mut self, key: &str, value: &str) {
        self.environment.push((key.to_owned(), value.to_owned()));
    }

    /// Gives its folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Gives the path of something in its folder as text.
    pub fn at(&self, path: &str) -> String {
        self.path().join(path).display().to_string()
    }

    /// Writes a file in its folder, and gives its path.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(path);
        let folder = path.parent().expect("a file is in a folder");
        std::fs::create_dir_all(folder).expect("a folder can be made");
        std::fs::write(&path, content).expect("a file can be written");
        path
    }

    /// Reads a file in its folder; panics when it is not there.
    pub fn read(&self, path: &str) -> Vec<u8> {
        std::fs::read(self.path().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Writes the Java class `org.acme.NAME` below `folder`; its method `text` gives `text`.
    pub fn write_greeting(&self, folder: &str, name: &str, text: &str) {
        let source = format!(
            "package org.acme;\n\npublic class {name} {{\n    \
             public static String text() {{ return \"{text}\"; }}\n}}\n"
        );
        self.write(&format!("{folder}/org/acme/{name}.java"), source);
    }

    /// Writes the Java class `org.acme.Main` below `folder`; it prints the text of each of `names`.
    pub fn write_main(&self, folder: &str, names: &[&str]) {
        let lines: String = names
            .iter()
            .map(|name| format!("        System.out.println(\"it says \" + {name}.text());\n"))
            .collect();
        let source = format!(
            "package org.acme;\n\npublic class Main {{\n    \
             public static void main(String[] words) {{\n{lines}    }}\n}}\n"
        );
        self.write(&format!("{folder}/org/acme/Main.java"), source);
    }

    /// Makes a jar with the class `org.acme.NAME`, whose method `text` gives `text`.
    pub fn jar(&self, name: &str, text: &str) -> Vec<u8> {
        let source = format!("jars/{name}/source");
        self.write_greeting(&source, name, text);
        let at = |path: &str| self.at(&format!("jars/{name}/{path}"));
        let file = self.at(&format!("{source}/org/acme/{name}.java"));
        self.run("javac", "", &["-d", &at("classes"), &file]).ok();
        let words = ["--create", "--file", &at("jar"), "-C", &at("classes"), "."];
        self.run("jar", "", &words).ok();
        self.read(&format!("jars/{name}/jar"))
    }

    /// Runs a program of the JDK in `folder`.
    pub fn run(&self, program: &str, folder: &str, words: &[&str]) -> Ran {
        self.start(&tools::on_path(program), folder, |command| {
            command.args(words);
        })
    }

    /// Runs `program` in `folder` with what `set_up` adds.
    pub(super) fn start(
        &self,
        program: &Path,
        folder: &str,
        set_up: impl FnOnce(&mut Command),
    ) -> Ran {
        run(program, self.path(), b"", LIMIT, |command| {
            command.current_dir(self.path().join(folder));
            self.isolate(command);
            set_up(command);
        })
    }

    /// Lets a command see nothing of this machine's user, and the token and variables set here.
    fn isolate(&self, command: &mut Command) {
        let home = self.path();
        command.env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("LANG", "C.UTF-8").env("TERM", "dumb");
        command.env("HOME", home).env("TMPDIR", home);
        let options = format!(
            "-Duser.home={home} -Djava.io.tmpdir={home} {JAVA_OPTIONS}",
            home = home.display()
        );
        command.env("JAVA_TOOL_OPTIONS", options);
        command.env("PACKHOUSE_TOKEN", &self.token);
        command.envs(self.environment.iter().map(|(key, value)| (key, value)));
    }
}
