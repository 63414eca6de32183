//! Symbols that are none, and packages at the wrong address.

use super::archives::say;
use super::{PACKAGE, SYMBOLS, bad, put};
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
    let portable = "a pdb is not a portable one";
    for (body, reason, words) in [
        (
            Nupkg::new("Acme.Lib", "1.0.0").bytes(),
            "the nuspec does not say SymbolsPackage",
            "SymbolsPackage",
        ),
        (of(&[]), "the symbols have no pdb in them", "no .pdb"),
        (
            of(&[("a.pdb", &good), ("lib/a.dll", b"MZ")]),
            "the symbols have a file of another kind in them",
            "\"lib/a.dll\"",
        ),
        (
            of(&[("a.pdb", b"Microsoft C/C++ MSF 7.00\r\n")]),
            portable,
            "Windows PDB",
        ),
        (of(&[("a.pdb", b"MZ")]), portable, "not a portable PDB"),
        (
            of(&[("a.pdb", &good[..40])]),
            portable,
            "not a portable PDB",
        ),
        (
            of(&[("a/x.pdb", &good), ("b/X.pdb", &other)]),
            "two pdbs have one name and number",
            "same name and number",
        ),
        (
            of(&[("../a.pdb", &good)]),
            "an entry of the package has a name that is not allowed",
            "\"../a.pdb\"",
        ),
        (
            b"nothing of the kind".to_vec(),
            "the file is not a whole zip archive",
            "not a zip archive",
        ),
    ] {
        let answer = put(&world, SYMBOLS, &body).await;
        refused_change(&answer, 400, &bad(reason), &[words]);
        world.expect_untouched(words).await;
    }
    let symbols = of(&[("a.pdb", &good)]);
    let answer = put(&world, PACKAGE, &symbols).await;
    let reason = bad("these are symbols, push them as a .snupkg");
    refused_change(&answer, 400, &reason, &["symbol address", ".snupkg"]);
    world.expect_untouched("symbols are no package").await;
    put(&world, SYMBOLS, &symbols).await.expect(201);
}

/// They are kept unpacked, so they may not be much more than they say.
#[tokio::test(flavor = "multi_thread")]
async fn symbols_that_unpack_to_too_much_are_refused() {
    let mut world = World::new().await;
    world.source().publish("Acme.Lib", "1.0.0").await;
    world.mark().await;
    let large = "the package is too large when unpacked";
    let long = pdb([1; 16], &"x".repeat(98_765));
    for (length, reason, words) in [
        (3_000_000_000, large, "at most 2147483648"),
        (500_000_000, large, "no package is like that"),
        (
            100,
            "the archive is damaged or ambiguous, pack it anew",
            "more bytes than it says",
        ),
    ] {
        let mut symbols = snupkg("Acme.Lib", "1.0.0", &[("a.pdb", &long)]);
        say(&mut symbols, long.len(), length);
        let answer = put(&world, SYMBOLS, &symbols).await;
        refused_change(&answer, 400, &bad(reason), &[words]);
        world.expect_untouched(words).await;
    }
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
