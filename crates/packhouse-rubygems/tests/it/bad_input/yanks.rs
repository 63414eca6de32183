//! Forms of a yank that are cut off or say too little, and yanks by those who may not.

use packhouse_core::permission::Role;
use packhouse_core::visibility::Visibility;
use packhouse_testkit::app::send;
use reqwest::Method;

use crate::world::{Source, World, refused};

async fn world() -> World {
    let mut world = World::new().await;
    world.source().publish("a", "1.0").await;
    world.show("a", Visibility::Public).await;
    world.mark().await;
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_that_are_cut_off_are_refused() {
    let world = world().await;
    let source = world.source();
    let long = format!("gem_name=a&version=1.0&x={}", "x".repeat(70_000));
    for (form, status, words) in [
        (&b""[..], 400, &["gem_name"][..]),
        (b"gem_name", 400, &["gem_name"]),
        (b"gem_name=a", 400, &["version"]),
        (b"gem_name=a&versi", 400, &["version"]),
        (b"gem_name=a&version=", 400, &["version"]),
        (b"gem_name=&version=1.0", 400, &["gem_name"]),
        (b"version=1.0", 400, &["gem_name"]),
        (
            b"{\"gem_name\":\"a\",\"version\":\"1.0\"}",
            400,
            &["gem_name"],
        ),
        (b"gem_name=a&version=1.0&platform=\xff", 400, &["UTF-8"]),
        (b"gem_name=a&version=1.", 404, &["1."]),
        (b"gem_name=a&version=%00", 404, &["version"]),
        (b"gem_name=A&version=1.0.0", 404, &["1.0.0"]),
        (long.as_bytes(), 413, &["limit"]),
    ] {
        let request = source.request(Method::DELETE, "api/v1/gems/yank");
        let answer = send(request.body(form.to_vec())).await;
        let told = refused(&answer, status, words);
        world.expect_untouched(&told).await;
    }
    source.get("gems/a-1.0.gem").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_yank_needs_an_admin() {
    let mut world = world().await;
    let outside = world.app.user("sam").await;
    let sam = Source::of(&outside, "acme");
    let rita = world.member("rita", "a", Role::Read).await;
    let wes = world.member("wes", "a", Role::Write).await;
    let adam = world.member("adam", "a", Role::Admin).await;
    world.mark().await;
    for source in [&sam, &rita, &wes] {
        let told = refused(&source.yank("a", "1.0", None).await, 403, &["acme/a"]);
        world.expect_untouched(&told).await;
    }
    refused(
        &world.stranger().yank("a", "1.0", None).await,
        401,
        &["sign-in"],
    );
    for number in ["1.0", "2.0"] {
        let hidden = refused(&sam.yank("b", number, None).await, 403, &["acme/b"]);
        world.expect_untouched(&hidden).await;
    }
    adam.yank("a", "1.0", None).await.expect(200);
}
