//! Gems described once, and made with a client or without one.

use std::path::PathBuf;

use super::{Archive, Home};

mod yaml;

/// A gem in the making.
#[derive(Clone, Debug)]
pub struct Gemspec {
    name: String,
    version: String,
    platform: String,
    summary: String,
    dependencies: Vec<Dependency>,
    ruby: Vec<String>,
    rubygems: Vec<String>,
    metadata: Vec<(String, String)>,
    executables: Vec<String>,
    files: Vec<(String, Vec<u8>)>,
}

#[derive(Clone, Debug)]
struct Dependency {
    kind: &'static str,
    name: String,
    requirements: Vec<String>,
}

impl Gemspec {
    /// Begins one for the platform `ruby`, whose only file says what it is when it is required:
    /// `NAME VERSION PLATFORM`.
    pub fn new(name: &str, version: &str) -> Self {
        Self {
            name: name.to_owned(),
            version: version.to_owned(),
            platform: "ruby".to_owned(),
            summary: format!("{name}, made for a test"),
            dependencies: Vec::new(),
            ruby: Vec::new(),
            rubygems: Vec::new(),
            metadata: Vec::new(),
            executables: Vec::new(),
            files: Vec::new(),
        }
    }

    /// Is for a platform, `java` or `x86_64-linux`.
    pub fn platform(mut self, platform: &str) -> Self {
        platform.clone_into(&mut self.platform);
        self
    }

    /// Says what it is.
    pub fn summary(mut self, text: &str) -> Self {
        text.clone_into(&mut self.summary);
        self
    }

    /// Depends on another gem, of a version that meets all requirements.
    pub fn depends(self, name: &str, requirements: &[&str]) -> Self {
        self.dependency("runtime", name, requirements)
    }

    /// Depends on another gem while it is developed.
    pub fn develops_with(self, name: &str, requirements: &[&str]) -> Self {
        self.dependency("development", name, requirements)
    }

    /// Needs a version of Ruby.
    pub fn ruby(mut self, requirement: &str) -> Self {
        self.ruby.push(requirement.to_owned());
        self
    }

    /// Needs a version of RubyGems.
    pub fn rubygems(mut self, requirement: &str) -> Self {
        self.rubygems.push(requirement.to_owned());
        self
    }

    /// Adds an entry to its metadata.
    pub fn metadata(mut self, key: &str, value: &str) -> Self {
        self.metadata.push((key.to_owned(), value.to_owned()));
        self
    }

    /// Has a program that prints `text`.
    pub fn executable(mut self, name: &str, text: &str) -> Self {
        self.executables.push(name.to_owned());
        let program = format!("#!/usr/bin/env ruby\nputs {}\n", ruby(text));
        self.file(&format!("exe/{name}"), program)
    }

    /// Adds a file.
    pub fn file(mut self, path: &str, content: impl Into<Vec<u8>>) -> Self {
        self.files.push((path.to_owned(), content.into()));
        self
    }

    /// Gives its full name as written, `NAME-VERSION[-PLATFORM]`.
    pub fn full_name(&self) -> String {
        match self.platform.as_str() {
            "ruby" => format!("{}-{}", self.name, self.version),
            platform => format!("{}-{}-{platform}", self.name, self.version),
        }
    }

    /// Gives the gemspec as a person writes it, in Ruby.
    pub fn text(&self) -> String {
        let mut lines = vec![
            format!("name = {}", ruby(&self.name)),
            format!("version = {}", ruby(&self.version)),
            format!("platform = {}", ruby(&self.platform)),
            format!("summary = {}", ruby(&self.summary)),
            "authors = ['Acme']".to_owned(),
            "homepage = 'https://acme.example/'".to_owned(),
            "licenses = ['MIT']".to_owned(),
            "bindir = 'exe'".to_owned(),
        ];
        let files: Vec<_> = self.all_files().into_iter().map(|(path, _)| path).collect();
        lines.push(format!("files = [{}]", ruby_list(&files)));
        lines.push(format!("executables = [{}]", ruby_list(&self.executables)));
        for (key, requirements) in [
            ("required_ruby_version", &self.ruby),
            ("required_rubygems_version", &self.rubygems),
        ] {
            if !requirements.is_empty() {
                lines.push(format!("{key} = [{}]", ruby_list(requirements)));
            }
        }
        for (key, value) in &self.metadata {
            lines.push(format!("metadata[{}] = {}", ruby(key), ruby(value)));
        }
        for dependency in &self.dependencies {
            let mut words = vec![dependency.name.clone()];
            words.extend(dependency.requirements.iter().cloned());
            let words = ruby_list(&words);
            lines.push(format!("add_{}_dependency {words}", dependency.kind));
        }
        let lines: String = lines
            .iter()
            .map(|line| format!("  spec.{line}\n"))
            .collect();
        format!("Gem::Specification.new do |spec|\n{lines}end\n")
    }

    /// Makes it with the home's own `gem build`, and gives its path, `built/FULL-NAME.gem`, with the
    /// platform as the client writes it in the name of the file.
    pub fn build(&self, home: &Home) -> PathBuf {
        let folder = format!("source/{}", self.full_name());
        for (path, content) in self.all_files() {
            home.write(&format!("{folder}/{path}"), content);
        }
        home.write(&format!("{folder}/it.gemspec"), self.text());
        std::fs::create_dir_all(home.path().join("built")).expect("a folder can be made");
        let ran = home.gem_in(&folder, &["build", "it.gemspec"]).ok();
        let mut names = ran.stdout.lines();
        let name = names.find_map(|line| line.trim().strip_prefix("File: "));
        let name = name.unwrap_or_else(|| panic!("no file is named: {ran}"));
        let built = home.path().join("built").join(name);
        std::fs::rename(home.path().join(&folder).join(name), &built)
            .unwrap_or_else(|error| panic!("{name} is not there: {error}"));
        built
    }

    /// Makes it without any client, in the shape of RubyGems 3.6: the same bytes each time.
    pub fn bytes(&self) -> Vec<u8> {
        self.archive().bytes()
    }

    /// Makes it without any client, to be changed.
    pub fn archive(&self) -> Archive {
        let files = self.all_files();
        let files: Vec<_> = files
            .iter()
            .map(|(path, content)| (path.as_str(), content.as_slice()))
            .collect();
        Archive::new(&self.yaml(), &files)
    }

    /// Writes what [`Gemspec::bytes`] gives into the home, and gives its path, `made/FULL-NAME.gem`.
    pub fn write(&self, home: &Home) -> PathBuf {
        let path = format!("made/{}.gem", self.full_name());
        home.write(&path, self.bytes())
    }

    fn dependency(mut self, kind: &'static str, name: &str, requirements: &[&str]) -> Self {
        self.dependencies.push(Dependency {
            kind,
            name: name.to_owned(),
            requirements: requirements.iter().map(|one| (*one).to_owned()).collect(),
        });
        self
    }

    pub(super) fn all_files(&self) -> Vec<(String, Vec<u8>)> {
        let Self {
            name,
            version,
            platform,
            ..
        } = self;
        let text = format!("puts \"{name} {version} {platform}\"\n");
        let mut files = vec![(format!("lib/{name}.rb"), text.into_bytes())];
        files.extend(self.files.iter().cloned());
        files
    }
}

/// Gives a text in quotes, in Ruby.
fn ruby(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('\'', "\\'");
    format!("'{text}'")
}

/// Gives texts in quotes, in Ruby.
fn ruby_list(texts: &[String]) -> String {
    let texts: Vec<_> = texts.iter().map(|text| ruby(text)).collect();
    texts.join(", ")
}

#[cfg(test)]
mod tests;
