//! Ids and versions.

use super::{PACKAGE, put, refuse};
use crate::pack::Nupkg;
use crate::raw::refused_change;
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn ids_with_paths_spaces_or_too_much_are_refused() {
    let mut world = World::new().await;
    let long = "a".repeat(101);
    for (id, words) in [
        ("../Acme.Lib", "dots or hyphens"),
        ("Acme/Lib", "dots or hyphens"),
        ("Acme\\Lib", "dots or hyphens"),
        ("..", "dots or hyphens"),
        (".Acme", "dots or hyphens"),
        ("Acme.", "dots or hyphens"),
        ("Acme..Lib", "dots or hyphens"),
        ("Acme Lib", "dots or hyphens"),
        (" Acme.Lib", "dots or hyphens"),
        ("Acme%2fLib", "dots or hyphens"),
        ("Acme'Lib", "dots or hyphens"),
        ("\u{c4}cme", "dots or hyphens"),
        ("$id$", "placeholder"),
        (&long, "more than 100 characters"),
    ] {
        let words = ["<id> in the nuspec", words];
        let reason = "the id in the nuspec is not allowed";
        refuse(&world, &Nupkg::new(id, "1.0.0").bytes(), reason, &words).await;
    }
    let longest = "a".repeat(100);
    let package = Nupkg::new(&longest, "1.0.0").bytes();
    put(&world, PACKAGE, &package).await.expect(201);
    let words = "_1.a-b";
    put(&world, PACKAGE, &Nupkg::new(words, "1.0.0").bytes())
        .await
        .expect(201);
    // An id is one without case, and shown as it came first.
    world.mark().await;
    let again = Nupkg::new("_1.A-B", "1.1.0").bytes();
    put(&world, PACKAGE, &again).await.expect(201);
    assert_eq!(world.source().found("q=_1.a-b").await, ["_1.a-b"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_are_normalised_or_refused() {
    let world = World::new().await;
    let long = format!("1.0.0-{}", "a".repeat(60));
    for (version, words) in [
        ("x", "one to four numbers"),
        ("1.0.0.0.0", "one to four numbers"),
        ("1..0", "one to four numbers"),
        ("-1.0", "one to four numbers"),
        ("1.0.0-", "labels after the -"),
        ("1.0.0-a..b", "labels after the -"),
        ("1.0.0-a_b", "labels after the -"),
        ("1.0.0-beta.01", "must not begin with 0"),
        ("1.0.0+", "metadata after the +"),
        ("1.0.0+a+b", "metadata after the +"),
        ("2147483648.0", "is above 2147483647"),
        ("$version$", "one to four numbers"),
        ("1.0/../2", "one to four numbers"),
        (&long, "more than 64 characters"),
    ] {
        let package = Nupkg::new("Acme.Lib", version).bytes();
        let words = ["<version> in the nuspec", words];
        let reason = "the version in the nuspec is none";
        refuse(&world, &package, reason, &words).await;
    }
    let source = world.source();
    for (id, version, normal, full) in [
        ("Four", "1.0.0.0", "1.0.0", "1.0.0"),
        ("Part", "1.2.3.4", "1.2.3.4", "1.2.3.4"),
        ("Zero", "01.2", "1.2.0", "1.2.0"),
        ("Meta", "1.0.0+meta", "1.0.0", "1.0.0+meta"),
        ("One", "7", "7.0.0", "7.0.0"),
        ("Label", "1.0-BETA01", "1.0.0-beta01", "1.0.0-BETA01"),
        ("Space", " 1.0 ", "1.0.0", "1.0.0"),
    ] {
        source.publish(id, version).await;
        assert_eq!(source.versions(&id.to_lowercase()).await, [normal]);
        let leaves = source.leaves("registration", &id.to_lowercase()).await;
        assert_eq!(leaves[0]["catalogEntry"]["version"], full, "{id}");
        // Metadata is in no address.
        let content = leaves[0]["packageContent"].as_str().unwrap();
        let file = format!("{0}/{normal}/{0}.{normal}.nupkg", id.to_lowercase());
        assert!(content.ends_with(&file), "{content}");
        source.get(source.below(content)).await.expect(200);
    }
}

/// Whoever sends the same or other bytes: the number is taken.
#[tokio::test(flavor = "multi_thread")]
async fn the_same_version_again_is_a_conflict() {
    let mut world = World::new().await;
    let package = Nupkg::new("Acme.Lib", "1.0.0").bytes();
    put(&world, PACKAGE, &package).await.expect(201);
    world.mark().await;
    let reason = "Conflict: this version exists or existed, publish under a new number";
    for version in ["1.0.0", "1.0", "1.0.0.0", "01.0.0", "1.0.0+other"] {
        let package = Nupkg::new("Acme.Lib", version).bytes();
        let answer = put(&world, PACKAGE, &package).await;
        refused_change(&answer, 409, reason, &["acme/Acme.Lib 1.0.0"]);
        world.expect_untouched(version).await;
    }
    assert_eq!(world.source().versions("acme.lib").await, ["1.0.0"]);
    let served = world.source().download("acme.lib", "1.0.0").await;
    assert_eq!(served.expect(200).body, package);
}
