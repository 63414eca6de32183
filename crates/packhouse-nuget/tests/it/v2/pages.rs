//! Feeds page by page.

use std::collections::BTreeSet;

use futures_util::{StreamExt, stream};

use crate::feed::Feed;
use crate::pack::Nupkg;
use crate::world::{World, escaped};

const PACKAGES: usize = 25;
const VERSIONS: usize = 13;

/// Twenty-five packages of thirteen versions each.
async fn stocked() -> World {
    let world = World::new().await;
    let source = world.source();
    let all: Vec<_> = (0..PACKAGES * VERSIONS)
        .map(|number| {
            let (package, version) = (number / VERSIONS, number % VERSIONS);
            Nupkg::new(&format!("Acme.P{package:02}"), &format!("1.{version}.0"))
        })
        .collect();
    let pushes = stream::iter(&all).map(|package| source.push(package));
    let answers: Vec<_> = pushes.buffer_unordered(8).collect().await;
    for answer in answers {
        answer.expect(201);
    }
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn next_links_lead_to_every_version_once() {
    let world = stocked().await;
    let source = world.source();
    let all = PACKAGES * VERSIONS;
    for (below, expected) in [
        ("v2/Packages()", all),
        ("v2/Packages()?$orderby=Id", all),
        ("v2/Packages()?$orderby=Version%20desc", all),
        ("v2/Packages", all),
        ("v2/Packages()?$skip=50", all - 50),
        ("v2/Packages()?$inlinecount=allpages", all),
        ("v2/Search()?searchTerm='acme'", all),
        (
            "v2/Search()?searchTerm=''&$filter=IsLatestVersion",
            PACKAGES,
        ),
        ("v2/FindPackagesById()?id='Acme.P03'", VERSIONS),
    ] {
        let entries = Feed::whole(&source, below).await;
        let seen: BTreeSet<_> = entries
            .iter()
            .map(|entry| (entry.text("Id"), entry.text("Version")))
            .collect();
        assert_eq!(entries.len(), expected, "{below}");
        assert_eq!(seen.len(), expected, "{below}: each comes once");
    }
    // The order holds over pages, and the next page asks for the same.
    let filter = escaped("startswith(Id,'Acme.P1') or Id eq 'Acme.P05'");
    let below = format!("v2/Packages()?$filter={filter}&$orderby=Id%20desc&semVerLevel=2.0.0");
    let entries = Feed::whole(&source, &below).await;
    let ids: Vec<_> = entries.iter().map(|entry| entry.text("Id")).collect();
    assert_eq!(ids.len(), 11 * VERSIONS);
    assert!(ids.windows(2).all(|two| two[0] >= two[1]));
    // A part of them that was counted: no link, or clients of 2.x would go on for ever.
    let first = Feed::get(&source, "v2/Packages()").await;
    assert_eq!((first.entries.len(), first.next.is_some()), (100, true));
    assert_eq!(first.count, None);
    for (below, expected) in [
        ("v2/Packages()?$top=30", 30),
        ("v2/Packages()?$top=100", 100),
        ("v2/Packages()?$top=0", 0),
        ("v2/Packages()?$top=30&$skip=310", 15),
        ("v2/Packages()?$skip=325", 0),
        ("v2/Packages()?$skip=1000", 0),
    ] {
        let feed = Feed::get(&source, below).await;
        assert_eq!(feed.entries.len(), expected, "{below}");
        assert_eq!(feed.next, None, "{below}");
    }
    let counted = "v2/Packages()?$top=1&$inlinecount=allpages";
    let feed = Feed::get(&source, counted).await;
    assert_eq!(feed.count.as_deref(), Some("325"));
    let counted = source.get("v2/Packages()/$count?$top=10").await.expect(200);
    assert_eq!(counted.text(), "325");
}
