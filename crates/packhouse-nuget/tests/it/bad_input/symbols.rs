//! Symbols that are none, and packages at the wrong address.

use super::{PACKAGE, SYMBOLS, WHY, put};
use crate::pack::{Nupkg, pdb, snupkg};
use crate::raw::refused_change;
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_symbols_is_refused() {
    let mut world = World::new().await;
    world.source().publish("Acme.Lib", "1.0.0").await;
    world.mark().await;
    let good = pdb([1; 16], "");
    let of = |pdbs: &[(&str, &[u8])]| snupkg("Acme.Lib", "1.0.0", pdbs);
    let mut other = good.clone();
    other.push(0);
    for (body, words) in [
        (Nupkg::new("Acme.Lib", "1.0.0").bytes(), "SymbolsPackage"),
        (of(&[]), "no .pdb"),
        (
            of(&[("a.pdb", &good), ("lib/a.dll", b"MZ")]),
            "\"lib/a.dll\"",
        ),
        (
            of(&[("a.pdb", b"Microsoft C/C++ MSF 7.00\r\n")]),
            "Windows PDB",
        ),
        (of(&[("a.pdb", b"MZ")]), "not a portable PDB"),
        (of(&[("a.pdb", &good[..40])]), "not a portable PDB"),
        (
            of(&[("a/x.pdb", &good), ("b/X.pdb", &other)]),
            "same name and number",
        ),
        (of(&[("../a.pdb", &good)]), "\"../a.pdb\""),
        (b"nothing of the kind".to_vec(), "not a zip archive"),
    ] {
        let answer = put(&world, SYMBOLS, &body).await;
        refused_change(&answer, 400, WHY, &[words]);
        world.expect_untouched(words).await;
    }
    let symbols = of(&[("a.pdb", &good)]);
    let answer = put(&world, PACKAGE, &symbols).await;
    refused_change(&answer, 400, WHY, &["symbol address", ".snupkg"]);
    world.expect_untouched("symbols are no package").await;
    put(&world, SYMBOLS, &symbols).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_nothing_has_lead_nowhere() {
    let world = World::new().await;
    let source = world.source();
    source.publish("Acme.Lib", "1.0.0").await;
    let symbols = snupkg("Acme.Lib", "1.0.0", &[("a.pdb", &pdb([1; 16], ""))]);
    put(&world, SYMBOLS, &symbols).await.expect(201);
    let key = crate::pack::KEY_OF_ONES;
    for (below, status) in [
        (format!("symbols/a.pdb/{key}/a.pdb"), 200),
        (format!("symbols/b.pdb/{key}/b.pdb"), 404),
        (format!("symbols/a.pdb/{key}/b.pdb"), 404),
        (format!("symbols/a.pdb/{}/a.pdb", &key[..32]), 404),
        ("symbols/a.pdb/%2e%2e%2fx/a.pdb".to_owned(), 404),
        (format!("symbols/a.pdb/{key}"), 404),
    ] {
        let answer = source.get(&below).await;
        assert_eq!(answer.status, status, "{below}");
    }
}
