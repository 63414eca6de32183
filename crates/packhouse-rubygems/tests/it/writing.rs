//! Pushes, yanks and their undoing.

use packhouse_testkit::app::send;
use reqwest::Method;
use serde_json::json;

use crate::world::form::{attestations, gem};
use crate::world::gem::Gem;
use crate::world::{Source, World, basic, refused};

#[tokio::test(flavor = "multi_thread")]
async fn case_01_every_form_of_a_key_pushes() {
    let world = World::new().await;
    for (number, header) in [
        ("1.0", format!("Bearer {}", world.key)),
        ("1.1", world.key.clone()),
        ("1.2", basic("ada", &world.key)),
        ("1.3", basic(&world.key, "")),
    ] {
        let answer = world
            .stranger()
            .authorization(&header)
            .push(&Gem::new("a", number))
            .await;
        let answer = answer.expect(200);
        assert_eq!(
            answer.text(),
            format!("Successfully registered gem: a ({number})\n")
        );
        let kind = answer.header("content-type");
        assert_eq!(kind, Some("text/plain; charset=utf-8"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn case_02_a_slash_too_many_is_no_matter() {
    let world = World::new().await;
    let doubled = Source::of(&world.owner, "acme/");
    doubled.push(&Gem::new("a", "1.0")).await.expect(200);
    let yank = doubled.yank("a", "1.0", None).await;
    assert_eq!(
        yank.expect(200).text(),
        "Successfully deleted gem: a (1.0)\n"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_type_of_a_body_tells_nothing_unless_it_is_a_form() {
    let world = World::new().await;
    for (number, kind) in [
        ("1.0", "application/x-www-form-urlencoded"),
        ("1.1", "text/plain"),
    ] {
        let request = world.source().request(Method::POST, "api/v1/gems");
        let body = Gem::new("a", number).bytes();
        let sent = send(request.header("content-type", kind).body(body)).await;
        sent.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn case_03_the_same_again_is_a_success_and_other_bytes_are_refused() {
    let mut world = World::new().await;
    let source = world.source();
    source.publish("a", "1.0").await;
    world.mark().await;
    let before = source.text("versions").await;
    let again = source.push(&Gem::new("a", "1.0")).await.expect(200);
    assert_eq!(again.text(), "Gem was already pushed: a (1.0)\n");
    world.expect_untouched("the same again").await;
    let other = source.push(&Gem::new("a", "1.0").file("x", b"x")).await;
    let text = refused(&other, 409, &["a 1.0"]);
    assert!(
        text.starts_with("Repushing of gem versions is not allowed"),
        "{text}"
    );
    world.expect_untouched(&text).await;
    assert_eq!(source.text("versions").await, before);
    let served = source.get("gems/a-1.0.gem").await.expect(200);
    assert_eq!(served.body, Gem::new("a", "1.0").bytes());
}

#[tokio::test(flavor = "multi_thread")]
async fn case_04_platforms_of_a_version_are_told_apart() {
    let world = World::new().await;
    let source = world.source();
    let builds = ["ruby", "java", "x86_64-linux"].map(|platform| Gem::new("a", "1.0").on(platform));
    for gem in &builds {
        let told = source.push(gem).await.expect(200).text();
        let version = gem.version();
        assert_eq!(
            told,
            format!("Successfully registered gem: a ({version})\n")
        );
    }
    for gem in &builds {
        let served = source.get(&format!("gems/{}.gem", gem.full())).await;
        assert_eq!(served.expect(200).body, gem.bytes());
    }
    let info = source.text("info/a").await;
    let listed: Vec<_> = info
        .lines()
        .skip(1)
        .map(|line| line.split(' ').next().unwrap())
        .collect();
    assert_eq!(listed, ["1.0", "1.0-java", "1.0-x86_64-linux"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn case_26_a_yank_takes_one_platform_alone() {
    let world = World::new().await;
    let source = world.source();
    for platform in ["ruby", "java", "i686-linux"] {
        source
            .push(&Gem::new("a", "1.0").on(platform))
            .await
            .expect(200);
    }
    let versions = async || -> Vec<String> {
        let info = source.text("info/a").await;
        let lines = info.lines().skip(1);
        lines
            .map(|line| line.split(' ').next().unwrap().to_owned())
            .collect()
    };
    let missing = source.yank("a", "1.1", None).await;
    refused(
        &missing,
        404,
        &["acme/a has no version \"1.1\"", "gem list"],
    );
    refused(
        &source.yank("a", "1.0", Some("mswin32")).await,
        404,
        &["1.0-mswin32"],
    );
    // A gem that is not there is like one that is hidden.
    refused(&source.yank("b", "1.0", None).await, 403, &["acme/b"]);
    let yanked = source.yank("a", "1.0", Some("")).await.expect(200);
    assert_eq!(yanked.text(), "Successfully deleted gem: a (1.0)\n");
    assert_eq!(versions().await, ["1.0-java", "1.0-x86-linux"]);
    refused(
        &source.yank("a", "1.0", Some("ruby")).await,
        404,
        &["yanked already"],
    );
    // As clients normalise it.
    let yanked = source.yank("a", "1.0", Some("x86-linux")).await.expect(200);
    assert_eq!(
        yanked.text(),
        "Successfully deleted gem: a (1.0-i686-linux)\n"
    );
    assert_eq!(versions().await, ["1.0-java"]);
    source.get("gems/a-1.0.gem").await.expect(404);
    source.get("gems/a-1.0-x86-linux.gem").await.expect(404);
    source.get("gems/a-1.0-java.gem").await.expect(200);
    // Some stacks drop the body of a DELETE.
    let below = "api/v1/gems/yank?gem_name=a&version=1.0&platform=java";
    send(source.request(Method::DELETE, below))
        .await
        .expect(200);
    assert_eq!(versions().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn case_27_what_was_yanked_comes_back_by_its_undoing_alone() {
    let mut world = World::new().await;
    let source = world.source();
    source.publish("a", "1.0").await;
    source.publish("a", "1.1").await;
    source.yank("a", "1.0", None).await.expect(200);
    world.mark().await;
    for gem in [Gem::new("a", "1.0"), Gem::new("a", "1.0").file("x", b"x")] {
        let text = refused(&source.push(&gem).await, 409, &["a 1.0", "deleted"]);
        assert!(
            text.starts_with("Repushing of gem versions is not allowed"),
            "{text}"
        );
        world.expect_untouched(&text).await;
    }
    let yanked = source.text("versions").await;
    world.restore("a", "1.0").await;
    let versions = source.text("versions").await;
    let added = versions.strip_prefix(&yanked).unwrap();
    assert!(added.starts_with("a 1.0 "), "{added}");
    assert_eq!(added.lines().count(), 1);
    let info = source.text("info/a").await;
    assert!(info.lines().any(|line| line.starts_with("1.0 |")), "{info}");
    let served = source.get("gems/a-1.0.gem").await.expect(200);
    assert_eq!(served.body, Gem::new("a", "1.0").bytes());
    source
        .get("quick/Marshal.4.8/a-1.0.gemspec.rz")
        .await
        .expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn case_07_attestations_come_beside_a_gem() {
    let world = World::new().await;
    let source = world.source();
    let plain = Gem::new("a", "1.0").bytes();
    let bundle =
        json!([{ "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json" }]).to_string();
    let answer = source
        .push_form(&[gem(&plain), attestations(&bundle)])
        .await;
    assert_eq!(
        answer.expect(200).text(),
        "Successfully registered gem: a (1.0)\n"
    );
    let served = source.get("gems/a-1.0.gem").await.expect(200);
    assert_eq!(served.body, plain);
    let told = source
        .get("api/v1/attestations/a-1.0.json")
        .await
        .expect(200);
    assert_eq!(told.text(), bundle);
    assert_eq!(told.header("content-type"), Some("application/json"));
    // Again the same; then a form without any.
    let again = source
        .push_form(&[gem(&plain), attestations(&bundle)])
        .await;
    assert_eq!(
        again.expect(200).text(),
        "Gem was already pushed: a (1.0)\n"
    );
    let second = Gem::new("a", "1.1").bytes();
    source.push_form(&[gem(&second)]).await.expect(200);
    source
        .get("api/v1/attestations/a-1.1.json")
        .await
        .expect(404);
    source.yank("a", "1.0", None).await.expect(200);
    source
        .get("api/v1/attestations/a-1.0.json")
        .await
        .expect(404);
}

/// Both may win: identical gems. Of gems that differ, one does.
#[tokio::test(flavor = "multi_thread")]
async fn of_pushes_at_once_one_wins() {
    let world = World::new().await;
    let gems: Vec<_> = (0..8_u8)
        .map(|i| Gem::new("a", "1.0").file("x", &[i]))
        .collect();
    let source = world.source();
    let pushes = gems.iter().map(|gem| source.push(gem));
    let answers = futures_util::future::join_all(pushes).await;
    let won: Vec<_> = (0..8).filter(|i| answers[*i].status == 200).collect();
    assert_eq!(won.len(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        assert!(
            matches!(answer.status.as_u16(), 409 | 503),
            "{}",
            answer.text()
        );
    }
    let served = source.get("gems/a-1.0.gem").await.expect(200);
    assert_eq!(served.body, gems[won[0]].bytes());
    let versions = source.text("versions").await;
    assert_eq!(versions.lines().skip(2).count(), 1);
}
