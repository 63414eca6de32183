//! Large gems, and the server's memory under them.

use packhouse_e2e::Scene;
use packhouse_e2e::rubygems::{Gem, Gemspec};

use super::expect::{OWNER, has};

/// What the server may take at any time, in bytes (`design.md` §4).
const MEMORY: u64 = 100_000_000;
/// What is left of that for the program of a release, in bytes: the one that is tested is not
/// optimised and much larger, so its own pages do not count.
const RELEASE: u64 = 20_000_000;

/// Half a gigabyte is pushed, fetched and compared; what is over the limit is refused.
#[test]
fn half_a_gigabyte_is_pushed_in_little_memory_and_more_is_refused() {
    let mut scene = Scene::new();
    let home = scene.gem_home(Gem::V40, OWNER);
    let file = Gemspec::new("acme-large", "1.0.0").write_large(&home, 500);
    home.push(&file, &[])
        .ok()
        .says("Successfully registered gem: acme-large (1.0.0)");
    home.gem(&["fetch", "acme-large"]).ok();
    let fetched = home.path().join("work/acme-large-1.0.0.gem");
    let same = std::process::Command::new("cmp")
        .args([&file, &fetched])
        .status()
        .expect("cmp can be run");
    assert!(same.success(), "other bytes came back");
    for path in [&file, &fetched] {
        std::fs::remove_file(path).expect("it was made");
    }
    let over = Gemspec::new("acme-large", "2.0.0").write_large(&home, 520);
    home.push(&over, &[]).failed().says("536870912 bytes");
    has(&scene, "acme-large", &["1.0.0"]);
    let (_, peak) = scene.server.memory();
    let taken = peak.saturating_sub(scene.server.program_memory());
    assert!(taken < MEMORY - RELEASE, "{taken} bytes");
}
