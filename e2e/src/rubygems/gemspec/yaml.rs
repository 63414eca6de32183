//! The gemspec inside a gem, in the shape of RubyGems 3.6.

use std::fmt::Write as _;

use super::{Dependency, Gemspec};

impl Gemspec {
    /// Gives the gemspec as it is inside a gem.
    pub fn yaml(&self) -> String {
        let mut yaml = format!(
            "--- !ruby/object:Gem::Specification\nname: {}\nversion: \
             !ruby/object:Gem::Version\n  version: {}\nplatform: {}\nauthors:\n- Acme\nbindir: exe\n\
             cert_chain: []\ndate: 1980-01-02 00:00:00.000000000 Z\n",
            self.name,
            quoted(&self.version),
            self.platform,
        );
        yaml += &match self.dependencies.as_slice() {
            [] => "dependencies: []\n".to_owned(),
            some => format!(
                "dependencies:\n{}",
                some.iter().map(Dependency::yaml).collect::<String>()
            ),
        };
        yaml += &names("executables", &self.executables);
        yaml += "extensions: []\nextra_rdoc_files: []\n";
        let files: Vec<_> = self.all_files().into_iter().map(|(path, _)| path).collect();
        yaml += &names("files", &files);
        yaml += "homepage: https://acme.example/\nlicenses:\n- MIT\n";
        yaml += &match self.metadata.as_slice() {
            [] => "metadata: {}\n".to_owned(),
            some => some
                .iter()
                .fold("metadata:\n".to_owned(), |yaml, (key, value)| {
                    format!("{yaml}  {key}: {}\n", quoted(value))
                }),
        };
        yaml += "rdoc_options: []\nrequire_paths:\n- lib\n";
        for (key, requirement) in [
            ("required_ruby_version", &self.ruby),
            ("required_rubygems_version", &self.rubygems),
        ] {
            writeln!(
                yaml,
                "{key}: !ruby/object:Gem::Requirement\n{}",
                requirements(requirement, "  ").trim_end()
            )
            .expect("a text can be written to");
        }
        writeln!(
            yaml,
            "requirements: []\nrubygems_version: 3.6.3\nspecification_version: 4\nsummary: \
             {}\ntest_files: []",
            quoted(&self.summary)
        )
        .expect("a text can be written to");
        yaml
    }
}

impl Dependency {
    fn yaml(&self) -> String {
        let requirement = requirements(&self.requirements, "    ");
        format!(
            "- !ruby/object:Gem::Dependency\n  name: {}\n  requirement: \
             !ruby/object:Gem::Requirement\n{requirement}  type: :{}\n  prerelease: false\n  \
             version_requirements: !ruby/object:Gem::Requirement\n{requirement}",
            self.name, self.kind
        )
    }
}

/// Gives the inside of a Requirement; none is any version.
fn requirements(texts: &[String], indent: &str) -> String {
    let any = [">= 0".to_owned()];
    let texts = if texts.is_empty() { &any } else { texts };
    let mut yaml = format!("{indent}requirements:\n");
    for text in texts {
        let (op, version) = text.split_once(' ').unwrap_or(("=", text));
        writeln!(
            yaml,
            "{indent}- - \"{op}\"\n{indent}  - !ruby/object:Gem::Version\n{indent}    version: \
             {}",
            quoted(version)
        )
        .expect("a text can be written to");
    }
    yaml
}

/// Gives an entry of texts, in YAML.
fn names(key: &str, values: &[String]) -> String {
    match values {
        [] => format!("{key}: []\n"),
        some => some
            .iter()
            .fold(format!("{key}:\n"), |yaml, one| format!("{yaml}- {one}\n")),
    }
}

/// Gives a text in quotes, in YAML.
fn quoted(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{text}\"")
}
