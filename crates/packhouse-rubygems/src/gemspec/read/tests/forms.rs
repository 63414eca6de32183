//! Gemspecs in the shapes in which builders of their times wrote them.

/// As RubyGems 1.3 did, with Syck: a space behind each object's tag, no `requirement` in
/// dependencies, no second thoughts about `authors`.
pub(crate) const GEM_1_3: &str = r##"--- !ruby/object:Gem::Specification 
name: elder
version: !ruby/object:Gem::Version 
  version: 0.9.1
platform: ruby
authors: 
- Example makers
autorequire: elder
bindir: bin
cert_chain: []

date: 2009-01-31 00:00:00 +01:00
default_executable: 
dependencies: 
- !ruby/object:Gem::Dependency 
  name: rack
  type: :runtime
  version_requirement: 
  version_requirements: !ruby/object:Gem::Requirement 
    requirements: 
    - - ">="
      - !ruby/object:Gem::Version 
        version: 0.9.1
    version: 
- !ruby/object:Gem::Dependency 
  name: 
  - hoe
  type: :development
  version_requirement: 
  version_requirements: !ruby/object:Gem::Version::Requirement 
    requirements: 
    - - !ruby/object:YAML::Syck::DefaultKey {}

      - !ruby/object:Gem::Version 
        version: "1.10"
    version: 
description: !binary |
  R3LDvMOfZQ==

email: 
- - gems@registry.example
  - 
- team@registry.example
executables: []

files: 
- lib/elder.rb
has_rdoc: true
homepage: http://registry.example/elder
licenses: 
- 
- MIT
post_install_message: 
rdoc_options: 
- --main
- README.txt
require_paths: 
- lib
required_ruby_version: !ruby/object:Gem::Requirement 
  requirements: 
  - - ">"
    - !ruby/object:Gem::Version 
      version: 0.0.0
  version: 
required_rubygems_version: !ruby/object:Gem::Requirement 
  requirements: 
  - - ">="
    - !ruby/object:Gem::Version 
      version: "0"
  version: 
requirements: []

rubyforge_project: elder
rubygems_version: 1.3.1
signing_key: 
specification_version: 2
summary: An elder gem
test_files: []

"##;

/// As RubyGems 1.8 did: anchors for what comes twice, hashes and segments of versions.
pub(crate) const GEM_1_8: &str = r##"--- !ruby/object:Gem::Specification 
name: middling
version: !ruby/object:Gem::Version 
  hash: 27
  prerelease: 
  segments: 
  - 1
  - 10
  version: "1.10"
platform: ruby
authors: 
- Example makers
- "Others: two"
autorequire: 
bindir: bin
cert_chain: []

date: 2011-07-09 00:00:00 Z
dependencies: 
- !ruby/object:Gem::Dependency 
  name: rack
  prerelease: false
  requirement: &id001 !ruby/object:Gem::Requirement 
    none: false
    requirements: 
    - - ~>
      - !ruby/object:Gem::Version 
        hash: 3
        segments: 
        - 2
        - 0
        version: "2.0"
    - - "!="
      - !ruby/object:Gem::Version 
        hash: 5
        segments: 
        - 2
        - 1
        - 3
        version: 2.1.3
  type: :runtime
  version_requirements: *id001
- !ruby/object:Gem::Dependency 
  name: rspec
  prerelease: false
  requirement: &id002 !ruby/object:Gem::Requirement 
    none: false
    requirements: 
    - - "="
      - !ruby/object:Gem::Version 
        version: 2.6.0
  type: :development
  version_requirements: *id002
description: |-
  Two lines
  of words
email: gems@registry.example
files: 
- lib/middling.rb
homepage: ""
licenses: []

required_ruby_version: !ruby/object:Gem::Requirement 
  none: false
  requirements: 
  - - ">="
    - !ruby/object:Gem::Version 
      hash: 3
      segments: 
      - 0
      version: "0"
required_rubygems_version: !ruby/object:Gem::Requirement 
  none: false
  requirements: 
  - - ">"
    - !ruby/object:Gem::Version 
      hash: 25
      segments: 
      - 1
      - 3
      - 1
      version: 1.3.1
requirements: []

rubygems_version: 1.8.5
signing_key: 
specification_version: 3
summary: "A middling one: really"
test_files: []

"##;

/// As RubyGems 2.6 to 3.3 did, with Psych.
pub(crate) const GEM_3_3: &str = r##"--- !ruby/object:Gem::Specification
name: hola
version: !ruby/object:Gem::Version
  version: '1.10'
platform: x86_64-linux
authors:
- Example makers
- Beispiel Ä
autorequire:
bindir: bin
cert_chain: []
date: 2026-11-22 00:00:00.000000000 Z
dependencies:
- !ruby/object:Gem::Dependency
  name: rack
  requirement: !ruby/object:Gem::Requirement
    requirements:
    - - ">="
      - !ruby/object:Gem::Version
        version: '2.0'
    - - "<"
      - !ruby/object:Gem::Version
        version: '4'
  type: :runtime
  prerelease: false
  version_requirements: !ruby/object:Gem::Requirement
    requirements:
    - - ">="
      - !ruby/object:Gem::Version
        version: '2.0'
    - - "<"
      - !ruby/object:Gem::Version
        version: '4'
description: |
  Line one
    indented

  'quoted' "double"
email:
- gems@registry.example
executables: []
extensions: []
extra_rdoc_files: []
files:
- lib/hola.rb
homepage: https://registry.example/hola
licenses:
- MIT
metadata:
  source_code_uri: https://registry.example/src
  rubygems_mfa_required: 'true'
  empty: ''
post_install_message: "Hi\n\tTab\n"
rdoc_options: []
require_paths:
- lib
required_ruby_version: !ruby/object:Gem::Requirement
  requirements:
  - - ">="
    - !ruby/object:Gem::Version
      version: '2.7'
required_rubygems_version: !ruby/object:Gem::Requirement
  requirements:
  - - ">="
    - !ruby/object:Gem::Version
      version: '0'
requirements: []
rubygems_version: 3.3.15
signing_key:
specification_version: 4
summary: 'A greeting: it''s #1'
test_files: []
"##;

/// As RubyGems from 3.6 on does when the platform was not given as it is called.
pub(crate) const GEM_4_0: &str = r##"--- !ruby/object:Gem::Specification
name: hola
version: !ruby/object:Gem::Version
  version: 2.0.0.pre1
platform: x86-linux
original_platform: i686-linux
authors:
- Example makers
bindir: bin
cert_chain:
- |
  -----BEGIN CERTIFICATE-----
  AA==
  -----END CERTIFICATE-----
date: 1980-01-02 00:00:00.000000000 Z
dependencies: []
email:
executables: []
extensions: []
files:
- lib/hola.rb
licenses: []
metadata: {}
require_paths:
- lib
required_ruby_version: !ruby/object:Gem::Requirement
  requirements:
  - - ">="
    - !ruby/object:Gem::Version
      version: '0'
required_rubygems_version: !ruby/object:Gem::Requirement
  requirements:
  - - ">="
    - !ruby/object:Gem::Version
      version: '0'
requirements: []
rubygems_version: 4.0.3
specification_version: 4
summary: A greeting
test_files: []
"##;
