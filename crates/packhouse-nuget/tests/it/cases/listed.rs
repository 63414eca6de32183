//! Unlisting and relisting.

use packhouse_testkit::app::send;
use reqwest::Method;

use crate::feed::Feed;
use crate::world::{Source, World, strings};

/// Where a version is shown: search, autocomplete of ids and versions, the old feed's search.
async fn shown(source: &Source) -> [Vec<String>; 5] {
    let found = source.json("query?q=acme").await;
    let searched = found["data"].as_array().unwrap().iter();
    let searched = searched.map(|hit| strings_of(&hit["versions"])).next();
    let ids = source.json("autocomplete?q=acme").await;
    let versions = source.json("autocomplete?id=acme.lib").await;
    let feed = Feed::get(source, "v2/Search()?searchTerm='acme'").await;
    let packages = Feed::get(source, "v2/Packages()").await;
    [
        searched.unwrap_or_default(),
        strings(&ids["data"]),
        strings(&versions["data"]),
        feed.versions(),
        packages.versions(),
    ]
}

fn strings_of(versions: &serde_json::Value) -> Vec<String> {
    let versions = versions.as_array().unwrap().iter();
    versions
        .map(|one| one["version"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn case_24_what_is_unlisted_is_hidden_and_still_there() {
    let mut world = World::new().await;
    let source = world.source();
    source.publish("Acme.Lib", "1.0.0").await;
    source.publish("Acme.Lib", "1.1.0").await;
    let both = || vec!["1.0.0".to_owned(), "1.1.0".to_owned()];
    let before = shown(&source).await;
    let ids = vec!["Acme.Lib".to_owned()];
    assert_eq!(before, [both(), ids.clone(), both(), both(), both()]);
    // As typed, in any spelling; the address of the client has a slash in it twice.
    let gone = source.request(Method::DELETE, "package/ACME.lib/01.1");
    let gone = send(gone).await.expect(204);
    assert!(gone.body.is_empty());
    let old = || vec!["1.0.0".to_owned()];
    assert_eq!(
        shown(&source).await,
        [old(), ids.clone(), old(), old(), old()]
    );
    let found = source.json("query?q=acme").await;
    assert_eq!(found["data"][0]["version"], "1.0.0");
    // An exact restore goes on.
    assert_eq!(source.versions("acme.lib").await, ["1.0.0", "1.1.0"]);
    source.download("acme.lib", "1.1.0").await.expect(200);
    let leaves = source.leaves("registration", "acme.lib").await;
    let entry = &leaves[1]["catalogEntry"];
    assert_eq!(entry["listed"], false);
    assert_eq!(entry["published"], "1900-01-01T00:00:00+00:00");
    let leaf = source.json("registration/acme.lib/1.1.0.json").await;
    assert_eq!(leaf["listed"], false);
    assert_eq!(leaf["published"], "1900-01-01T00:00:00+00:00");
    let feed = Feed::get(&source, "v2/FindPackagesById()?id='Acme.Lib'").await;
    assert_eq!(feed.versions(), ["1.0.0", "1.1.0"]);
    assert_eq!(feed.entries[1].text("Published"), "1900-01-01T00:00:00");
    assert_eq!(feed.entries[0].text("IsLatestVersion"), "true");
    assert_eq!(feed.entries[1].text("IsLatestVersion"), "false");
    // Again: nothing changes.
    world.mark().await;
    source.unlist("Acme.Lib", "1.1.0").await.expect(204);
    world.expect_untouched("it was unlisted already").await;
    // The last one takes the package out of every list.
    source.unlist("Acme.Lib", "1.0.0").await.expect(204);
    let none = || Vec::<String>::new();
    assert_eq!(
        shown(&source).await,
        [none(), none(), none(), none(), none()]
    );
    assert_eq!(source.versions("acme.lib").await.len(), 2);
    source.get("v2/package/acme.lib").await.expect(404);
    source.get("v2/package/acme.lib/1.1.0").await.expect(200);
    // And back.
    for version in ["1.0.0", "1.1.0"] {
        source.relist("Acme.Lib", version).await.expect(200);
    }
    assert_eq!(shown(&source).await, before);
    world.mark().await;
    source.relist("Acme.Lib", "1.1.0").await.expect(200);
    world.expect_untouched("it was listed already").await;
    for (id, version) in [("Acme.Lib", "3.0.0"), ("Acme.Lib", "x")] {
        source.unlist(id, version).await.expect(404);
        source.relist(id, version).await.expect(404);
    }
}

/// Every address that clients of some generation use.
#[tokio::test(flavor = "multi_thread")]
async fn case_24_delete_works_at_every_publish_address() {
    let world = World::new().await;
    let source = world.source();
    for below in ["package", "v2", "v2/package", ""] {
        source
            .publish("Acme.Lib", &format!("1.0.0-x{}", below.len()))
            .await;
        let at = match below {
            "" => format!("Acme.Lib/1.0.0-x{}", below.len()),
            below => format!("{below}/Acme.Lib/1.0.0-x{}", below.len()),
        };
        let gone = send(source.request(Method::DELETE, &at)).await;
        assert_eq!(gone.status, 204, "{at}");
    }
    assert!(source.found("prerelease=true").await.is_empty());
}
