use std::path::Path;

use super::super::{Archive, Gem, Gemspec, Home, rubygems_1_3, rubygems_1_8};

fn home(gem: Gem) -> Home {
    Home::new(gem, "http://127.0.0.1:9/rubygems/acme", None)
}

/// A gem with something of everything.
fn rich() -> Gemspec {
    Gemspec::new("acme-a", "1.0.0.beta.1")
        .summary("it's \"rich\" \\ large")
        .depends("acme-b", &["~> 2.0", ">= 2.0.1"])
        .depends("acme-c", &[])
        .develops_with("acme-d", &["= 1.10"])
        .ruby(">= 2.7")
        .rubygems(">= 3.0")
        .metadata("source_code_uri", "https://acme.example/source")
        .executable("acme-tool", "it's me")
        .file("share/data.bin", [0, 1, 255])
}

/// Gives what a client reads of a gem, a value in each line.
fn read(home: &Home, file: &Path) -> Vec<String> {
    let program = format!(
        "require 'rubygems/package'; spec = Gem::Package.new('{}').tap(&:verify).spec; \
         puts spec.full_name, spec.original_platform || spec.platform, spec.summary, \
         spec.dependencies.map {{ |it| \"#{{it.name}} #{{it.requirement.as_list.sort.join(', ')}} #{{it.type}}\" }}, \
         spec.required_ruby_version, spec.required_rubygems_version, spec.metadata.to_a.inspect, \
         spec.executables.inspect, spec.files.sort.inspect, spec.authors.map {{ |it| it.dup.force_encoding('UTF-8') }}.inspect, \
         spec.licenses.inspect, spec.homepage",
        file.display()
    );
    let printed = home.ruby(&program).ok().stdout;
    printed.lines().map(str::to_owned).collect()
}

#[test]
fn what_is_made_by_hand_is_what_every_generation_builds() {
    for gem in Gem::ALL {
        let home = home(gem);
        let expected = [
            "acme-a-1.0.0.beta.1",
            "ruby",
            "it's \"rich\" \\ large",
            "acme-b >= 2.0.1, ~> 2.0 runtime",
            "acme-c >= 0 runtime",
            "acme-d = 1.10 development",
            ">= 2.7",
            ">= 3.0",
            r#"[["source_code_uri", "https://acme.example/source"]]"#,
            r#"["acme-tool"]"#,
            r#"["exe/acme-tool", "lib/acme-a.rb", "share/data.bin"]"#,
            r#"["Acme"]"#,
            r#"["MIT"]"#,
            "https://acme.example/",
        ];
        assert_eq!(read(&home, &rich().build(&home)), expected, "{gem:?}");
        assert_eq!(read(&home, &rich().write(&home)), expected, "{gem:?}");
    }
}

#[test]
fn what_is_made_by_hand_can_be_installed() {
    let gem = Gemspec::new("acme-a", "1.0.0").executable("acme-tool", "it's me");
    assert_eq!(gem.bytes(), gem.bytes());
    for generation in Gem::ALL {
        let home = home(generation);
        let file = gem.write(&home).display().to_string();
        home.gem(&["install", "--local", &file]).ok();
        assert_eq!(home.installed(), ["acme-a-1.0.0"]);
        let said = home.ruby("require 'acme-a'; load Gem.bin_path('acme-a', 'acme-tool')");
        assert_eq!(said.ok().stdout, "acme-a 1.0.0 ruby\nit's me\n");
    }
}

/// Clients name the file by the normalised platform, and the older ones keep the other one inside.
#[test]
fn platforms_are_written_as_the_client_writes_them() {
    let gem = Gemspec::new("acme-a", "1.0.0").platform("i686-linux");
    for generation in Gem::ALL {
        let home = home(generation);
        let built = gem.build(&home);
        assert!(built.ends_with("acme-a-1.0.0-x86-linux.gem"), "{built:?}");
        for file in [built, gem.write(&home)] {
            let read = read(&home, &file);
            assert_eq!(read[0], "acme-a-1.0.0-x86-linux", "{generation:?}");
        }
    }
}

#[test]
fn old_gems_are_read_by_every_generation() {
    for gem in Gem::ALL {
        let home = home(gem);
        for (made, author) in [
            (rubygems_1_3("acme-a", "1.10"), "Acme"),
            (rubygems_1_8("acme-a", "1.10"), "Acmé"),
        ] {
            let file = home.write("made/old.gem", made);
            let read = read(&home, &file);
            assert_eq!(read[0], "acme-a-1.10", "{gem:?}");
            assert_eq!(read[3], "acme-b ~> 2.0 runtime", "{gem:?}");
            assert!(read.contains(&format!("[{author:?}]")), "{gem:?}: {read:?}");
        }
    }
}

#[test]
fn what_is_wrong_by_hand_is_refused_by_a_client() {
    let home = home(Gem::V40);
    let yaml = Gemspec::new("acme-a", "1.0.0").yaml();
    let gem = Archive::new(&yaml, &[("lib/acme-a.rb", b"puts 1")]);
    let twice = gem.clone().member("metadata.gz", Vec::new());
    for (archive, good) in [(gem, true), (twice, false)] {
        let file = home.write("made/it.gem", archive.bytes());
        let file = file.display().to_string();
        let ran = home.gem(&["specification", &file, "name"]);
        assert_eq!(ran.status.success(), good, "{ran}");
    }
}
