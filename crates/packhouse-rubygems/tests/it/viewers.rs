//! Lists tell each reader of what he may read, and all of them of the same (case 25).

use packhouse_core::permission::Role;
use packhouse_core::visibility::Visibility;
use packhouse_rubygems::lists::Lists;
use packhouse_rubygems::route::Specs;
use packhouse_rubygems::versions::Live;
use packhouse_testkit::app::token_spec;

use crate::world::gem::Gem;
use crate::world::{Source, World, address};

const GEMS: [&str; 3] = ["hidden", "inner", "shown"];

/// Insists that somebody is told of these gems, at every address, and of no others.
async fn sees(source: &Source, who: &str, gems: &[&str]) {
    let versions = source.text("versions").await;
    let live = Live::read(&versions);
    let listed: Vec<_> = live.gems().iter().map(|gem| gem.name).collect();
    assert_eq!(listed, gems, "versions of {who}");
    let names = match gems {
        [] => "---\n\n".to_owned(),
        gems => format!("---\n{}\n", gems.join("\n")),
    };
    assert_eq!(source.text("names").await, names, "names of {who}");
    let lists = Lists::draw(&live);
    for (which, list) in [
        (Specs::Released, &lists.specs),
        (Specs::Latest, &lists.latest),
        (Specs::Prerelease, &lists.prerelease),
    ] {
        assert_eq!(&source.specs(which).await, list, "{which:?} of {who}");
        for gem in GEMS {
            let there = list.windows(gem.len()).any(|bytes| bytes == gem.as_bytes());
            assert_eq!(there, gems.contains(&gem), "{gem} in {which:?} of {who}");
        }
    }
    let found = source.json("api/v1/search.json?query=").await;
    let mut found: Vec<_> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|gem| gem["name"].as_str().unwrap().to_owned())
        .collect();
    found.sort();
    assert_eq!(found, gems, "search of {who}");
    let all = format!("api/v1/dependencies.json?gems={}", GEMS.join(","));
    let needs = source.json(&all).await;
    let told = needs.as_array().unwrap().iter();
    let mut told: Vec<_> = told.map(|row| row["name"].as_str().unwrap()).collect();
    told.dedup();
    assert_eq!(told, gems, "needs for {who}");
    for gem in GEMS {
        let wanted = if gems.contains(&gem) { 200 } else { 404 };
        for below in [
            format!("info/{gem}"),
            format!("gems/{gem}-1.0.gem"),
            format!("gems/{gem}-2.0.rc1.gem"),
            format!("quick/Marshal.4.8/{gem}-1.0.gemspec.rz"),
            format!("api/v1/gems/{gem}.json"),
            format!("api/v1/versions/{gem}.json"),
            format!("api/v1/versions/{gem}/latest.json"),
            format!("api/v2/rubygems/{gem}/versions/1.0.json"),
            format!("api/v1/gems/{gem}/owners.yaml"),
        ] {
            let answer = source.get(&below).await;
            assert_eq!(answer.status, wanted, "{below} for {who}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn case_25_every_list_tells_a_reader_of_what_he_may_read() {
    let world = World::new().await;
    for name in GEMS {
        let (first, second) = (Gem::new(name, "1.0"), Gem::new(name, "2.0.rc1"));
        world.source().push_all(&[first, second]).await;
    }
    world.show("shown", Visibility::Public).await;
    world.show("inner", Visibility::Internal).await;
    let sam = Source::of(&world.app.user("sam").await, "acme");
    let rita = world.member("rita", "hidden", Role::Read).await;
    sees(&world.stranger(), "a stranger", &["shown"]).await;
    sees(&sam, "an outsider", &["inner", "shown"]).await;
    sees(&rita, "a reader", &GEMS).await;
    sees(&world.source(), "the owner", &GEMS).await;
    // A token can only narrow it.
    let only = vec![address("shown")];
    let limits = world.app.registry.token_limits(vec![], vec![], only).await;
    let spec = packhouse_registry::token::TokenSpec {
        limits: limits.unwrap(),
        ..token_spec()
    };
    let token = world.app.token("ada", spec).await.secret;
    let narrow = Source::of(&world.app.client(Some(&token)), "acme");
    sees(&narrow, "a token for one gem", &["shown"]).await;
    // All changes count at the next request.
    world.app.grant(&address("hidden"), "rita", None).await;
    sees(&rita, "a reader no more", &["inner", "shown"]).await;
    world.show("hidden", Visibility::Internal).await;
    sees(&sam, "an outsider again", &GEMS).await;
    world.show("shown", Visibility::Private).await;
    sees(&sam, "an outsider after all", &["hidden", "inner"]).await;
    world.show("hidden", Visibility::Public).await;
    sees(&world.stranger(), "a stranger again", &["hidden"]).await;
    // A yank is one for all.
    for source in [&world.source(), &rita] {
        source.text("versions").await;
    }
    world.source().yank("inner", "1.0", None).await.expect(200);
    world
        .source()
        .yank("inner", "2.0.rc1", None)
        .await
        .expect(200);
    assert_eq!(sam.text("names").await, "---\nhidden\n");
    assert_eq!(world.source().text("names").await, "---\nhidden\nshown\n");
}

/// What a list says of a gem that a reader may read is the digest of the document that he gets.
#[tokio::test(flavor = "multi_thread")]
async fn digests_are_right_for_every_reader() {
    let world = World::new().await;
    for (name, number) in [
        ("a", "1.0"),
        ("b", "1.0"),
        ("a", "1.1"),
        ("b", "1.1"),
        ("a", "1.2"),
    ] {
        world.source().publish(name, number).await;
    }
    world.source().yank("a", "1.1", None).await.expect(200);
    world.show("a", Visibility::Public).await;
    let rita = world.member("rita", "b", Role::Read).await;
    for source in [world.stranger(), rita, world.source()] {
        let versions = source.text("versions").await;
        for gem in Live::read(&versions).gems() {
            let info = source.get(&format!("info/{}", gem.name)).await.expect(200);
            assert_eq!(packhouse_rubygems::info::md5_hex(&info.body), gem.md5);
        }
    }
}
