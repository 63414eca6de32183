//! Symbols beside packages.

use packhouse_core::visibility::Visibility;

use crate::pack::{KEY_OF_ONES, Nupkg, pdb, snupkg};
use crate::raw::{Connection, refused_change};
use crate::world::World;

const LIB: &str = "lib/net8.0/Acme.Lib.pdb";

#[tokio::test(flavor = "multi_thread")]
async fn case_10_symbols_follow_their_package_and_are_served_by_key() {
    let world = World::new().await;
    let source = world.source();
    source
        .push(&Nupkg::new("Acme.Lib", "1.0.0-RC.1+build"))
        .await
        .expect(201);
    let first = pdb([1; 16], "first");
    let symbols = snupkg("acme.lib", "1.0.0-rc.1", &[(LIB, &first)]);
    source.send("symbolpackage/", &symbols).await.expect(201);
    let asked = format!("symbols/Acme.Lib.pdb/{KEY_OF_ONES}/Acme.Lib.pdb");
    for at in [&asked, &asked.to_uppercase().replace("SYMBOLS", "symbols")] {
        let served = source.get(at).await.expect(200);
        assert_eq!(served.body, first);
        let kind = served.header("content-type");
        assert_eq!(kind, Some("application/octet-stream"));
        assert_eq!(served.header("cache-control"), Some("private, no-cache"));
    }
    // Again: that is how symbols are replaced.
    source.send("symbolpackage", &symbols).await.expect(201);
    let second = pdb([2; 16], "second");
    let symbols = snupkg("Acme.Lib", "1.0.0-RC.1", &[(LIB, &second)]);
    source.send("symbolpackage/", &symbols).await.expect(201);
    source.get(&asked).await.expect(404);
    let asked = asked.replace("01", "02");
    assert_eq!(source.get(&asked).await.expect(200).body, second);
    // As hidden as the package itself.
    let stranger = world.stranger();
    stranger.get(&asked).await.expect(401);
    world.show("Acme.Lib", Visibility::Public).await;
    assert_eq!(stranger.get(&asked).await.expect(200).body, second);
    stranger.get(&asked.replace("02", "03")).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn case_11_symbols_of_nothing_are_refused() {
    let mut world = World::new().await;
    let source = world.source();
    source.publish("Acme.Lib", "1.0.0").await;
    source.publish("Acme.Lib", "1.1.0").await;
    world.delete("Acme.Lib", &["1.1.0"]).await;
    world.mark().await;
    let mut connection = Connection::open(&world.app).await;
    let headers = [("X-NuGet-ApiKey", &*world.key)];
    for (id, version) in [
        ("Acme.None", "1.0.0"),
        ("Acme.Lib", "2.0.0"),
        ("Acme.Lib", "1.1.0"),
    ] {
        let symbols = snupkg(id, version, &[(LIB, &pdb([1; 16], ""))]);
        let path = "/nuget/acme/symbolpackage/";
        let answer = connection.put(path, &headers, &symbols).await;
        refused_change(&answer, 404, "Not Found", &[id, "was not found"]);
    }
    world.expect_untouched("nothing was stored").await;
}
