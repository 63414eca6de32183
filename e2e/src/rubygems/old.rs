//! Gems as RubyGems wrote them long ago, line by line, which are still pushed and installed.

use super::Archive;

/// Gives a gem in the shape of RubyGems 1.3 (2009), which wrote YAML with Syck: spaces after keys,
/// empty lines after empty lists, `version_requirements` alone, no metadata, no checksums. It
/// depends on `acme-b ~> 2.0`.
pub fn rubygems_1_3(name: &str, version: &str) -> Vec<u8> {
    let segments: String = version
        .split('.')
        .map(|segment| format!("  - {segment}\n"))
        .collect();
    let yaml = format!(
        "--- !ruby/object:Gem::Specification \n\
         name: {name}\n\
         version: !ruby/object:Gem::Version \n  hash: 27\n  prerelease: false\n  segments: \n\
         {segments}  version: {number}\n\
         platform: ruby\n\
         authors: \n- Acme\n\
         autorequire: {name}\n\
         bindir: bin\n\
         cert_chain: []\n\n\
         date: 2009-05-15 00:00:00 -04:00\n\
         default_executable: \n\
         dependencies: \n\
         - !ruby/object:Gem::Dependency \n  name: acme-b\n  type: :runtime\n  \
         version_requirement: \n  version_requirements: !ruby/object:Gem::Requirement \n    \
         requirements: \n    - - ~>\n      - !ruby/object:Gem::Version \n        \
         version: \"2.0\"\n    version: \n\
         description: Written by hand, as it was done in 2009.\n\
         email: gems@registry.example\n\
         executables: []\n\n\
         extensions: []\n\n\
         extra_rdoc_files: []\n\n\
         files: \n- lib/{name}.rb\n\
         has_rdoc: true\n\
         homepage: http://acme.example/\n\
         licenses: []\n\n\
         post_install_message: \n\
         rdoc_options: \n- --line-numbers\n- --main\n- README\n\
         require_paths: \n- lib\n\
         {ruby}{rubygems}requirements: []\n\n\
         rubyforge_project: acme\n\
         rubygems_version: 1.3.5\n\
         signing_key: \n\
         specification_version: 3\n\
         summary: From the year 2009\n\
         test_files: []\n\n",
        number = number(version, '"'),
        ruby = any_1_3("required_ruby_version"),
        rubygems = any_1_3("required_rubygems_version"),
    );
    let text = format!("puts \"{name} {version} ruby\"\n");
    let file = format!("lib/{name}.rb");
    Archive::old(&yaml, &[(&file, text.as_bytes())]).bytes()
}

/// Gives a gem in the shape of RubyGems 1.8 (2012): an anchor and its alias, the author as
/// `!binary` (`Acmé`), stray keys in requirements, operators with a tag that says nothing. It depends
/// on `acme-b ~> 2.0`.
pub fn rubygems_1_8(name: &str, version: &str) -> Vec<u8> {
    let any = |key: &str| {
        format!(
            "{key}: !ruby/object:Gem::Requirement\n  none: false\n  requirements:\n  - - ! '>='\n    \
             - !ruby/object:Gem::Version\n      version: '0'\n"
        )
    };
    let yaml = format!(
        "--- !ruby/object:Gem::Specification\n\
         name: {name}\n\
         version: !ruby/object:Gem::Version\n  version: {number}\n  prerelease: \n\
         platform: ruby\n\
         authors:\n- !binary |-\n  QWNtw6k=\n\
         autorequire: \n\
         bindir: bin\n\
         cert_chain: []\n\
         date: 2012-03-01 00:00:00.000000000Z\n\
         dependencies:\n\
         - !ruby/object:Gem::Dependency\n  name: acme-b\n  requirement: &70168265442100 \
         !ruby/object:Gem::Requirement\n    none: false\n    requirements:\n    - - ~>\n      \
         - !ruby/object:Gem::Version\n        version: '2.0'\n  type: :runtime\n  \
         prerelease: false\n  version_requirements: *70168265442100\n\
         description: Written by hand, as it was done in 2012.\n\
         email:\n- gems@registry.example\n\
         executables: []\n\
         extensions: []\n\
         extra_rdoc_files: []\n\
         files:\n- lib/{name}.rb\n\
         homepage: http://acme.example/\n\
         licenses: []\n\
         post_install_message: \n\
         rdoc_options: []\n\
         require_paths:\n- lib\n\
         {ruby}{rubygems}requirements: []\n\
         rubyforge_project: \n\
         rubygems_version: 1.8.11\n\
         signing_key: \n\
         specification_version: 3\n\
         summary: From the year 2012\n\
         test_files: []\n",
        number = number(version, '\''),
        ruby = any("required_ruby_version"),
        rubygems = any("required_rubygems_version"),
    );
    let text = format!("puts \"{name} {version} ruby\"\n");
    let file = format!("lib/{name}.rb");
    Archive::old(&yaml, &[(&file, text.as_bytes())]).bytes()
}

/// Gives a requirement that any version meets, as RubyGems 1.3 wrote it.
fn any_1_3(key: &str) -> String {
    format!(
        "{key}: !ruby/object:Gem::Requirement \n  requirements: \n  - - \">=\"\n    \
         - !ruby/object:Gem::Version \n      version: \"0\"\n  version: \n"
    )
}

/// Gives a version, in quotes where it could be a number.
fn number(version: &str, quote: char) -> String {
    match version.split('.').count() {
        1 | 2 => format!("{quote}{version}{quote}"),
        _ => version.to_owned(),
    }
}
