//! Names that are taken: by another spelling, by another gem, by what was yanked.

use super::refuse;
use crate::world::World;
use crate::world::gem::Gem;

const REPUSH: &str = "Repushing of gem versions is not allowed";

/// Pushes a gem whose name is taken.
async fn taken(world: &World, gem: &Gem, words: &[&str]) -> String {
    let told = refuse(world, gem.bytes(), 409, words).await;
    assert!(told.starts_with(REPUSH), "{told}");
    let normal = format!("gems/{}.gem", gem.full());
    let served = world.source().get(&normal).await;
    assert!(served.status == 404 || served.body != gem.bytes());
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_the_same_however_many_zeros_it_has() {
    let mut world = World::new().await;
    world.source().publish("a", "1.0.0").await;
    world.mark().await;
    for number in ["1.0", "1", "1.0.0.0"] {
        taken(&world, &Gem::new("a", number), &["a 1.0.0"]).await;
    }
    // On another platform it is another version, with zeros of its own.
    let java = Gem::new("a", "1.0").on("java");
    world.source().push(&java).await.expect(200);
    world.mark().await;
    taken(&world, &Gem::new("a", "1").on("jruby"), &["a 1.0-java"]).await;
    // Yanked numbers are never used again, in no spelling.
    world.source().yank("a", "1.0.0", None).await.expect(200);
    world.mark().await;
    taken(&world, &Gem::new("a", "1.0"), &["a 1.0.0"]).await;
    taken(&world, &Gem::new("a", "1.0.0"), &["a 1.0.0"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn platforms_that_clients_read_as_one_are_one() {
    let mut world = World::new().await;
    for (first, second) in [
        ("x86-linux", "i686-linux"),
        ("arm64-darwin22", "arm64-darwin-22"),
        ("java", "jruby"),
    ] {
        let number = format!("1.{}", first.len());
        let gem = Gem::new("a", &number).on(first);
        world.source().push(&gem).await.expect(200);
        world.mark().await;
        let other = Gem::new("a", &number).on(second);
        taken(&world, &other, &[&format!("a {number}-{first}")]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_the_same_in_any_case() {
    let mut world = World::new().await;
    world.source().publish("Rack", "1.0").await;
    world.mark().await;
    for name in ["rack", "RACK"] {
        taken(&world, &Gem::new(name, "2.0"), &["Rack"]).await;
        world
            .source()
            .get(&format!("info/{name}"))
            .await
            .expect(404);
    }
    world.source().publish("Rack", "2.0").await;
    assert_eq!(world.source().text("names").await, "---\nRack\n");
}

/// `a-1-2` is version 2 of `a-1`, or version 1 of `a` on the platform 2; whose it was first, whoever
/// pushes the other is not told.
#[tokio::test(flavor = "multi_thread")]
async fn two_gems_cannot_have_one_file() {
    let mut world = World::new().await;
    let long = Gem::new("secret-1", "2");
    let short = Gem::new("secret", "1").on("2");
    assert_eq!(long.full(), short.full());
    world.source().push(&long).await.expect(200);
    world.mark().await;
    let told = taken(&world, &short, &["another package"]).await;
    assert!(!told.contains("secret-1"), "{told}");
    assert!(world.package("secret").await.is_none());
    let served = world.source().get("gems/secret-1-2.gem").await;
    assert_eq!(served.expect(200).body, long.bytes());
    // Also after it is gone.
    world.source().yank("secret-1", "2", None).await.expect(200);
    world.mark().await;
    taken(&world, &short, &["another package"]).await;
    // The other way round.
    let (short, long) = (Gem::new("b", "1").on("2"), Gem::new("b-1", "2"));
    world.source().push(&short).await.expect(200);
    world.mark().await;
    taken(&world, &long, &["another package"]).await;
}
