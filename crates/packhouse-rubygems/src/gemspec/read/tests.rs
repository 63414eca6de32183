mod fields;
pub(crate) mod forms;
mod needs;

use proptest::prelude::*;

use super::*;
use crate::dependency::Kind;
use crate::platform::Platform;

fn read(yaml: &str) -> Gemspec {
    Gemspec::read(yaml.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{yaml}"))
}

fn refused(yaml: &str) -> GemspecError {
    Gemspec::read(yaml.as_bytes()).expect_err(yaml)
}

/// Gives the smallest gemspec, with some lines more.
fn spec(more: &str) -> String {
    let version = version("1.0");
    format!(
        "--- !ruby/object:Gem::Specification\nname: a\nversion: {version}\nauthors: [x]\n{more}"
    )
}

fn version(number: &str) -> String {
    format!("!ruby/object:Gem::Version {{version: {number}}}")
}

/// Draws the dependencies.
fn needs(gemspec: &Gemspec) -> Vec<String> {
    let drawn = gemspec.dependencies.iter().map(|dependency| {
        let kind = match dependency.kind {
            Kind::Runtime => "",
            Kind::Development => " in development",
        };
        format!("{} {}{kind}", dependency.name, dependency.requirement)
    });
    drawn.collect()
}

#[test]
fn rubygems_1_3_is_read() {
    let gem = read(forms::GEM_1_3);
    assert_eq!(
        (gem.name.as_str(), gem.version.as_str()),
        ("elder", "0.9.1")
    );
    assert!(gem.platform.is_ruby());
    assert_eq!(gem.date.as_deref(), Some("2009-01-31"));
    assert_eq!(gem.description.as_deref(), Some("Grüße"));
    assert_eq!(
        gem.email,
        ["gems@registry.example", "team@registry.example"]
    );
    assert_eq!(gem.licenses, ["MIT"]);
    assert_eq!(needs(&gem), ["rack >= 0.9.1", "hoe = 1.10 in development"]);
    assert_eq!(gem.required_ruby_version.to_string(), "> 0.0.0");
    assert_eq!(gem.rubygems_version, "1.3.1");
    assert!(gem.metadata.is_empty() && !gem.signed);
}

#[test]
fn rubygems_1_8_is_read() {
    let gem = read(forms::GEM_1_8);
    assert_eq!(
        (gem.name.as_str(), gem.version.as_str()),
        ("middling", "1.10")
    );
    assert_eq!(gem.date.as_deref(), Some("2011-07-09"));
    assert_eq!(gem.authors, ["Example makers", "Others: two"]);
    assert_eq!(gem.email, ["gems@registry.example"]);
    assert_eq!(gem.description.as_deref(), Some("Two lines\nof words"));
    assert_eq!((gem.homepage, gem.licenses.len()), (None, 0));
    assert_eq!(gem.required_rubygems_version.to_string(), "> 1.3.1");
    let gem = read(forms::GEM_1_8);
    assert_eq!(
        needs(&gem),
        ["rack ~> 2.0, != 2.1.3", "rspec = 2.6.0 in development"]
    );
}

#[test]
fn rubygems_3_3_is_read() {
    let gem = read(forms::GEM_3_3);
    assert_eq!((gem.name.as_str(), gem.version.as_str()), ("hola", "1.10"));
    assert_eq!(gem.platform.original(), "x86_64-linux");
    assert_eq!(gem.date.as_deref(), Some("2026-11-22"));
    assert_eq!(gem.authors, ["Example makers", "Beispiel Ä"]);
    assert_eq!(gem.summary.as_deref(), Some("A greeting: it's #1"));
    let description = "Line one\n  indented\n\n'quoted' \"double\"\n";
    assert_eq!(gem.description.as_deref(), Some(description));
    assert_eq!(
        gem.homepage.as_deref(),
        Some("https://registry.example/hola")
    );
    let metadata: Vec<_> = gem
        .metadata
        .iter()
        .map(|(key, value)| (&**key, &**value))
        .collect();
    assert_eq!(
        metadata,
        [
            ("empty", ""),
            ("rubygems_mfa_required", "true"),
            ("source_code_uri", "https://registry.example/src"),
        ]
    );
    assert_eq!(needs(&gem), ["rack >= 2.0, < 4"]);
    assert_eq!(gem.required_ruby_version.to_string(), ">= 2.7");
    assert!(gem.required_rubygems_version.is_any());
}

#[test]
fn rubygems_4_0_is_read() {
    let gem = read(forms::GEM_4_0);
    assert_eq!(gem.version.as_str(), "2.0.0.pre1");
    assert_eq!(gem.platform.original(), "i686-linux");
    assert_eq!(gem.platform.normalized(), "x86-linux");
    assert_eq!(gem.date.as_deref(), Some("1980-01-02"));
    assert!(gem.email.is_empty() && gem.signed);
}

#[test]
fn what_is_not_said_has_a_default() {
    let gem = read(&spec(""));
    assert_eq!(gem.platform, Platform::ruby());
    assert!(gem.required_ruby_version.is_any() && gem.required_rubygems_version.is_any());
    assert_eq!(
        (gem.date, gem.summary, gem.rubygems_version.as_str()),
        (None, None, "")
    );
    let nulls = read(&spec(
        "platform:\ndate: ~\nsummary: null\nemail:\nlicenses:\nmetadata:\ndependencies:\n\
         cert_chain:\nrequired_ruby_version:\n",
    ));
    assert_eq!(nulls, read(&spec("")));
}

proptest! {
    #[test]
    fn changed_gemspecs_are_read_or_refused(
        which in 0_usize..4,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_u8..3), 0..4),
    ) {
        let forms = [forms::GEM_1_3, forms::GEM_1_8, forms::GEM_3_3, forms::GEM_4_0];
        let mut yaml = forms[which].as_bytes().to_vec();
        for (place, value, how) in changes {
            let place = place.index(yaml.len());
            match how {
                0 => yaml[place] = value,
                1 => drop(yaml.remove(place)),
                _ => yaml.insert(place, b" -:'\n&*![{"[usize::from(value) % 10]),
            }
        }
        if let Ok(gem) = Gemspec::read(&yaml) {
            // What was read can be kept and shown.
            let kept = serde_json::to_string(&gem).unwrap();
            prop_assert_eq!(serde_json::from_str::<Gemspec>(&kept).unwrap(), gem);
        }
    }
}
