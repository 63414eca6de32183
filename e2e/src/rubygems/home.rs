//! One person's place for one generation of RubyGems and Bundler.

use std::fmt::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use super::{Gem, Project};
use crate::dialogue::Dialogue;
use crate::process::{Ran, run};
use crate::seat::NOWHERE;

/// How long one command of a client may take, on a busy machine.
const LIMIT: Duration = Duration::from_secs(240);

/// The variable by which Bundler knows the credentials of a host, whatever the port: here 127.0.0.1.
const BUNDLE_HOST: &str = "BUNDLE_127__0__0__1";

/// Where clients keep keys to publish with.
const KEYS: &str = ".local/share/gem/credentials";

/// A home that no other test and no user of this machine shares.
#[derive(Debug)]
pub struct Home {
    folder: TempDir,
    gem: Gem,
    base: String,
    environment: Vec<(String, String)>,
}

impl Home {
    /// Makes one whose only source, and whose address to publish at, is `base`
    /// (`http://127.0.0.1:PORT/rubygems/OWNER`, no slash at the end). It shows nothing, or a token:
    /// as the key of what publishes, and as the password of `any` for what reads, in the address of
    /// the source and, for Bundler, in the environment. Panics when `base` is not on 127.0.0.1.
    pub fn new(gem: Gem, base: &str, token: Option<&str>) -> Self {
        assert_loopback(base);
        let mut home = Self {
            folder: tempfile::tempdir().expect("a home can be made"),
            gem,
            base: base.to_owned(),
            environment: Vec::new(),
        };
        for folder in ["tmp", "work"] {
            std::fs::create_dir(home.path().join(folder)).expect("a folder can be made");
        }
        match token {
            None => home.use_sources(&[&format!("{base}/")]),
            Some(token) => {
                let source = home.source_as(&format!("any:{token}"));
                home.use_sources(&[&source]);
                home.set("GEM_HOST_API_KEY", token);
                home.set(BUNDLE_HOST, &format!("any:{token}"));
            }
        }
        home
    }

    /// Gives its generation.
    pub fn generation(&self) -> Gem {
        self.gem
    }

    /// Gives the address that it publishes at, without a slash at the end.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Gives its source with `login` (`user:password`, or a part of that) in the address, and a
    /// slash at the end.
    pub fn source_as(&self, login: &str) -> String {
        let (scheme, rest) = self.base.split_once("://").expect("it is an address");
        format!("{scheme}://{login}@{rest}/")
    }

    /// Has other sources from now on, for `gem`; a Gemfile names its own.
    pub fn use_sources(&self, sources: &[&str]) {
        let mut text = "---\n:sources:\n".to_owned();
        for source in sources {
            assert_loopback(source);
            writeln!(text, "- {source}").expect("a text can be written to");
        }
        text += "install: --no-document\nupdate: --no-document\n";
        self.write(".gemrc", text);
    }

    /// Writes the file of keys to publish with, which nobody else may read.
    pub fn write_keys(&self, yaml: &str) {
        let path = self.write(KEYS, yaml);
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
            .expect("its mode can be set");
    }

    /// Gives the file of keys, empty when there is none.
    pub fn keys(&self) -> String {
        std::fs::read_to_string(self.path().join(KEYS)).unwrap_or_default()
    }

    /// Adds an environment variable to all its runs; an empty one takes it away.
    pub fn set(&mut self, key: &str, value: &str) {
        self.environment.retain(|(known, _)| known != key);
        if !value.is_empty() {
            self.environment.push((key.to_owned(), value.to_owned()));
        }
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

    /// Forgets what it has installed with `gem` and what it remembers of any source.
    pub fn forget(&self) {
        for folder in ["gems", "specs", "bundle"] {
            let path = self.path().join(folder);
            if path.exists() {
                std::fs::remove_dir_all(path).expect("a folder can be removed");
            }
        }
    }

    /// Lists the gems that `gem` has installed, `NAME-VERSION[-PLATFORM]` each, sorted.
    pub fn installed(&self) -> Vec<String> {
        names_in(&self.path().join("gems/gems"))
    }

    /// Runs `gem` with these words, in the folder `work`, where no gem lies around: one would be
    /// installed in place of the source's.
    pub fn gem(&self, words: &[&str]) -> Ran {
        self.gem_in("work", words)
    }

    /// Runs `gem` with these words in another folder of the home.
    pub fn gem_in(&self, folder: &str, words: &[&str]) -> Ran {
        self.start(&self.path().join(folder), &self.gem.gem(), words, |c| {
            self.only_own_gems(c);
        })
    }

    /// Starts `gem` at a terminal.
    pub fn gem_at_terminal(&self, words: &[&str]) -> Dialogue {
        assert_only_loopback(words);
        let program = self.gem.gem();
        let mut line: Vec<_> = program.iter().map(String::as_str).collect();
        line.extend(words);
        Dialogue::start(&line, |command| {
            command.current_dir(self.path().join("work"));
            self.isolate(command);
            self.only_own_gems(command);
        })
    }

    /// Pushes a gem; `more` may be `--host ADDRESS`, on loopback.
    pub fn push(&self, file: &Path, more: &[&str]) -> Ran {
        let file = file.display().to_string();
        self.gem(&[&["push", &file], more].concat())
    }

    /// Installs the newest version of a gem, or the one that `more` names.
    pub fn install(&self, name: &str, more: &[&str]) -> Ran {
        self.gem(&[&["install", name], more].concat())
    }

    /// Yanks a version.
    pub fn yank(&self, name: &str, version: &str, more: &[&str]) -> Ran {
        self.gem(&[&["yank", name, "-v", version], more].concat())
    }

    /// Runs `bundle` with these words in a project.
    pub fn bundle(&self, project: &Project, words: &[&str]) -> Ran {
        self.start(project.path(), &self.gem.bundle(), words, |command| {
            command.env("BUNDLE_PATH", project.vendor());
        })
    }

    /// Runs a program in Ruby that may use what `gem` has installed.
    pub fn ruby(&self, program: &str) -> Ran {
        let words = ["-e", program];
        let folder = self.path().join("work");
        self.start(&folder, &self.gem.ruby(), &words, |command| {
            self.only_own_gems(command);
        })
    }

    /// Runs a program in Ruby that may use what a project has installed.
    pub fn ruby_in(&self, project: &Project, program: &str) -> Ran {
        let words = ["-r", "bundler/setup", "-e", program];
        self.start(project.path(), &self.gem.ruby(), &words, |command| {
            command.env("BUNDLE_PATH", project.vendor());
        })
    }

    fn start(
        &self,
        folder: &Path,
        program: &[String],
        words: &[&str],
        set_up: impl FnOnce(&mut Command),
    ) -> Ran {
        assert_only_loopback(words);
        let (ruby, rest) = program.split_first().expect("a program has a name");
        run(Path::new(ruby), self.path(), b"", LIMIT, |command| {
            command.current_dir(folder);
            self.isolate(command);
            set_up(command);
            command.args(rest).args(words);
        })
    }

    /// Lets `gem` see no gems but those of this home. Debian's `bundle` would not find itself so.
    fn only_own_gems(&self, command: &mut Command) {
        command.env("GEM_PATH", self.at("gems"));
    }

    /// Lets a command see nothing of this machine's user, and reach no other machine.
    fn isolate(&self, command: &mut Command) {
        command.env_clear();
        command.env("PATH", "/usr/bin:/bin").env("LANG", "C.UTF-8");
        command.env("TERM", "dumb");
        command.env("HOME", self.path());
        command.env("TMPDIR", self.at("tmp"));
        for key in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"] {
            command.env(key, NOWHERE);
        }
        for key in ["no_proxy", "NO_PROXY"] {
            command.env(key, "127.0.0.1");
        }
        command
            .env("GEMRC", self.at(".gemrc"))
            .env("GEM_HOME", self.at("gems"))
            .env("GEM_SPEC_CACHE", self.at("specs"))
            .env("RUBYGEMS_HOST", &self.base);
        command
            .env("BUNDLE_USER_HOME", self.at("bundle"))
            .env("BUNDLE_USER_CONFIG", self.at("bundle.config"))
            .env("BUNDLE_SILENCE_ROOT_WARNING", "true")
            .env("BUNDLE_DISABLE_VERSION_CHECK", "true");
        command.envs(self.environment.iter().map(|(key, value)| (key, value)));
    }
}

/// Lists the names in a folder, sorted; none when it is not there.
pub(super) fn names_in(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let names = entries.flatten().map(|entry| entry.file_name());
    let mut names: Vec<_> = names
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// Every address among the words of a command is on loopback, or the command does not begin.
fn assert_only_loopback(words: &[&str]) {
    for word in words.iter().filter(|word| word.contains("://")) {
        // Names of Bundler's settings have an address at their end.
        assert_loopback(word.strip_prefix("mirror.").unwrap_or(word));
    }
}

/// Panics unless `url` is on 127.0.0.1; it may have a login in it.
pub(super) fn assert_loopback(url: &str) {
    let rest = url
        .strip_prefix("http://")
        .or_else(|| url.strip_prefix("https://"));
    let host = rest.map(|rest| rest.split('/').next().unwrap_or(rest));
    let host = host.map(|host| host.rsplit('@').next().unwrap_or(host));
    assert!(
        host.is_some_and(|host| host.starts_with("127.0.0.1:")),
        "{url} is not on loopback: no test may publish there"
    );
}

#[cfg(test)]
mod tests;
