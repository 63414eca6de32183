//! Gemspecs that no gem has.

use super::refuse;
use crate::world::World;
use crate::world::gem::{Gem, gzip, packed};

/// A gem whose gemspec is this text.
fn of_yaml(yaml: &str) -> Vec<u8> {
    packed(&gzip(yaml.as_bytes()), &Gem::new("a", "1.0").data())
}

#[tokio::test(flavor = "multi_thread")]
async fn case_30_foreign_tags_are_refused() {
    let world = World::new().await;
    for tag in [
        "!ruby/object:Kernel",
        "!ruby/hash:Evil",
        "!ruby/struct:Evil",
        "!evil",
    ] {
        let gem = Gem::new("a", "1.0").with(&format!("post_install_message: {tag} {{}}\n"));
        refuse(&world, gem.bytes(), 422, &[tag, "not one of a gemspec"]).await;
    }
    let yaml = Gem::new("a", "1.0").yaml();
    let other = yaml.replacen("Gem::Specification", "Gem::Installer", 1);
    refuse(&world, of_yaml(&other), 422, &["Gem::Installer"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn case_30_an_alias_bomb_is_refused() {
    let world = World::new().await;
    let mut lines = "requirements:\n- &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        let below = vec![format!("*a{}", level - 1); 10].join(", ");
        lines.push_str(&format!("- &a{level} [{below}]\n"));
    }
    let gem = Gem::new("a", "1.0").with(&lines);
    refuse(&world, gem.bytes(), 422, &["more than", "aliases"]).await;
    for (depth, words) in [(40, "deep"), (5_000, "recursion limit")] {
        let deep = format!("requirements: {}{}\n", "[".repeat(depth), "]".repeat(depth));
        let gem = Gem::new("a", "1.0").with(&deep);
        refuse(&world, gem.bytes(), 422, &[words]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn gemspecs_that_break_a_rule_are_refused() {
    let world = World::new().await;
    let yaml = Gem::new("a", "1.0").yaml();
    for (from, to, words) in [
        ("name: a\n", "name: ../x\n", &["name in the gemspec"][..]),
        ("name: a\n", "name: a/b\n", &["name in the gemspec"]),
        ("name: a\n", "name: -a\n", &["name in the gemspec"]),
        ("name: a\n", "name: a.gemspec\n", &["name in the gemspec"]),
        ("name: a\n", "name: '1'\n", &["name in the gemspec"]),
        ("name: a\n", "", &["no name"]),
        ("'1.0'", "1.0-1", &["version in the gemspec"]),
        ("'1.0'", "\"1.0\\n\"", &["version in the gemspec"]),
        ("'1.0'", "one", &["version in the gemspec"]),
        ("'1.0'", "''", &["version"]),
        (
            "platform: ruby",
            "platform: ../x",
            &["platform in the gemspec"],
        ),
        (
            "platform: ruby",
            "platform: a b",
            &["platform in the gemspec"],
        ),
        ("- A. Author\n", "", &["authors"]),
        ("metadata: {}", "metadata: []", &["metadata"]),
        ("metadata: {}", "metadata:\n  a: [b]", &["metadata"]),
        ("- - \">=\"", "- - \"=>\"", &["=>"]),
        (
            "description: About a\n",
            "description: \"a\\0b\"\n",
            &["NUL"],
        ),
    ] {
        assert!(yaml.contains(from), "{from}");
        refuse(&world, of_yaml(&yaml.replacen(from, to, 1)), 422, words).await;
    }
    for (text, words) in [
        ("", &["empty"][..]),
        ("--- 1\n", &["not a Gem::Specification"]),
        ("a: [", &["not YAML"]),
        ("\u{0}", &["U+0000"]),
    ] {
        refuse(&world, of_yaml(text), 422, words).await;
    }
    let latin = packed(&gzip(b"name: \xe9\n"), &Gem::new("a", "1.0").data());
    refuse(&world, latin, 422, &["UTF-8"]).await;
    let need = Gem::new("a", "1.0").needs("../x", ">= 0");
    refuse(&world, need.bytes(), 422, &["../x"]).await;
    let long = Gem::new("a", "1.0").says("key", &"x".repeat(1025));
    refuse(&world, long.bytes(), 422, &["metadata", "1024"]).await;
}
