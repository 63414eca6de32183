//! Digests that come in requests of their own.

use chrono::TimeDelta;
use packhouse_core::actor::Actor;
use packhouse_core::error::ErrorKind;
use packhouse_registry::announce::Check;
use packhouse_registry::publish::Put;
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::complete::bob;
use crate::put::acme;
use crate::world::{Part, refused};

on_both_engines!(
    a_digest_after_its_file_is_compared,
    a_digest_before_its_file_is_kept_and_compared,
    a_file_that_does_not_fit_ends_what_was_announced,
    only_who_put_a_file_can_doubt_it,
    a_listed_file_cannot_be_doubted,
    what_was_announced_long_ago_does_not_count,
    all_digests_are_known,
    file_and_digest_at_once_are_compared,
    only_writers_announce,
);

const LIB: &str = "acme/libs/com:acme:lib";

fn main_file() -> Part {
    Part::new(LIB, "1.0", "main").bytes("whole")
}

async fn a_digest_after_its_file_is_compared(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    world.put(&ada, main_file()).await.unwrap();
    let revision = async || world.parts_record(LIB).await.unwrap().package.revision;
    let start = revision().await;
    let fits = world.announce(&ada, &main_file(), "whole").await;
    assert_eq!((fits.unwrap(), revision().await), (Check::Fits, start));
    let differs = world.announce(&ada, &main_file(), "other").await;
    let text = differs.as_ref().unwrap_err().to_string();
    for bytes in ["whole", "other"] {
        let part = main_file().bytes(bytes).staged(&world.registry).await;
        assert!(text.contains(&part.digests().sha256.to_string()), "{text}");
    }
    assert_eq!(refused(differs), ErrorKind::Invalid);
    // Not handed out, until it is put again: another digest that fits does not settle it.
    assert!(world.handed_out(&[main_file()]).await.is_empty());
    assert_eq!(revision().await, start + 1);
    let fits = world.announce(&ada, &main_file(), "whole").await;
    assert_eq!((fits.unwrap(), revision().await), (Check::Fits, start + 1));
    assert!(world.handed_out(&[main_file()]).await.is_empty());
    let again = world.put(&ada, main_file()).await.unwrap();
    assert_eq!((again, revision().await), (Put::Replaced, start + 2));
    assert_eq!(world.handed_out(&[main_file()]).await, ["1.0/main"]);
    let fits = world.announce(&ada, &main_file(), "whole").await;
    assert_eq!((fits.unwrap(), revision().await), (Check::Fits, start + 2));
}

async fn a_digest_before_its_file_is_kept_and_compared(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    // Neither package nor version nor file are there.
    let kept = world.announce(&ada, &main_file(), "whole").await.unwrap();
    assert_eq!(kept, Check::Kept);
    assert!(world.parts_record(LIB).await.is_none());
    assert_eq!(world.put(&ada, main_file()).await.unwrap(), Put::New);
    for part in ["sources", "javadoc"] {
        let revision = world.parts_record(LIB).await.unwrap().package.revision;
        let part = Part::new(LIB, "1.0", part).bytes("more");
        let kept = world.announce(&ada, &part, "more").await.unwrap();
        assert_eq!(kept, Check::Kept);
        let after = world.parts_record(LIB).await.unwrap().package.revision;
        assert_eq!(after, revision);
        assert_eq!(world.put(&ada, part).await.unwrap(), Put::New);
    }
    // The last one counts.
    let doc = Part::new(LIB, "1.0", "doc").bytes("new");
    for bytes in ["old", "new"] {
        world.announce(&ada, &doc, bytes).await.unwrap();
    }
    assert_eq!(world.put(&ada, doc).await.unwrap(), Put::New);
    assert_eq!(world.registry.purge_announced().await.unwrap(), 0);
}

async fn a_file_that_does_not_fit_ends_what_was_announced(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    world.put(&ada, Part::new(LIB, "1.0", "pom")).await.unwrap();
    for part in [main_file(), Part::new("acme/libs/new", "1.0", "main")] {
        world.announce(&ada, &part, "other").await.unwrap();
        let sha1 = "0".repeat(40);
        world.announce_as(&ada, &part, "sha1", &sha1).await.unwrap();
        let refusal = world.put(&ada, part.clone()).await;
        let text = refusal.as_ref().unwrap_err().to_string();
        assert!(text.contains("was announced"), "{text}");
        assert_eq!(refused(refusal), ErrorKind::Invalid);
        assert!(
            world
                .handed_out(std::slice::from_ref(&part))
                .await
                .is_empty()
        );
        // Both were forgotten: the same file is taken now.
        assert_eq!(world.put(&ada, part).await.unwrap(), Put::New);
    }
    world.clock.advance(TimeDelta::hours(2));
    assert_eq!(world.registry.purge_announced().await.unwrap(), 0);
}

async fn only_who_put_a_file_can_doubt_it(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    let bob = bob(&world).await;
    world.put(&ada, main_file()).await.unwrap();
    for actor in [&bob, &Actor::System] {
        let differs = world.announce(actor, &main_file(), "other").await;
        assert_eq!(refused(differs), ErrorKind::Invalid);
        assert_eq!(world.handed_out(&[main_file()]).await, ["1.0/main"]);
    }
    // Nor can anybody else put it again.
    refused(world.announce(&ada, &main_file(), "new").await);
    refused(world.put(&bob, main_file().bytes("new")).await);
    assert!(world.handed_out(&[main_file()]).await.is_empty());
    let new = main_file().bytes("new");
    assert_eq!(world.put(&ada, new).await.unwrap(), Put::Replaced);
    assert_eq!(world.handed_out(&[main_file()]).await, ["1.0/main"]);
}

async fn a_listed_file_cannot_be_doubted(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    world.put(&ada, main_file()).await.unwrap();
    assert_eq!(world.complete(&ada, LIB, &["1.0"]).await.unwrap(), 1);
    let differs = world.announce(&ada, &main_file(), "other").await;
    assert_eq!(refused(differs), ErrorKind::Invalid);
    assert_eq!(world.handed_out(&[main_file()]).await, ["1.0/main"]);
    let same = world.put(&ada, main_file()).await.unwrap();
    assert_eq!(same, Put::Same);
}

async fn what_was_announced_long_ago_does_not_count(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    for part in ["one", "two"] {
        let part = Part::new(LIB, "1.0", part);
        world.announce(&ada, &part, "other").await.unwrap();
    }
    world.clock.advance(TimeDelta::minutes(59));
    assert_eq!(world.registry.purge_announced().await.unwrap(), 0);
    let late = Part::new(LIB, "1.0", "late");
    world.announce(&ada, &late, "other").await.unwrap();
    world.clock.advance(TimeDelta::minutes(1));
    let one = Part::new(LIB, "1.0", "one");
    assert_eq!(world.put(&ada, one).await.unwrap(), Put::New);
    // Taking the file forgot the one, the purge the other.
    assert_eq!(world.registry.purge_announced().await.unwrap(), 1);
    assert_eq!(refused(world.put(&ada, late).await), ErrorKind::Invalid);
}

async fn all_digests_are_known(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    let part = main_file();
    let digests = *part.staged(&world.registry).await.digests();
    let known = [
        ("md5", digests.md5.unwrap().to_string()),
        ("sha1", digests.sha1.unwrap().to_string()),
        ("sha256", digests.sha256.to_string()),
        ("sha512", digests.sha512.unwrap().to_string()),
    ];
    for (algorithm, value) in &known {
        let kept = world.announce_as(&ada, &part, algorithm, value).await;
        assert_eq!(kept.unwrap(), Check::Kept);
    }
    assert_eq!(world.put(&ada, part.clone()).await.unwrap(), Put::New);
    for (algorithm, value) in &known {
        let fits = world.announce_as(&ada, &part, algorithm, value).await;
        assert_eq!(fits.unwrap(), Check::Fits);
        let wrong = "0".repeat(value.len());
        let differs = world.announce_as(&ada, &part, algorithm, &wrong).await;
        let text = differs.unwrap_err().to_string();
        assert!(text.contains(value) && text.contains(algorithm), "{text}");
    }
}

async fn file_and_digest_at_once_are_compared(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    world.put(&ada, Part::new(LIB, "1.0", "pom")).await.unwrap();
    for round in 0..20 {
        let part = Part::new(LIB, "1.0", &format!("part{round}"));
        // Through two servers, which share nothing but the database.
        let (registry, client) = (world.replica(), world.client.clone());
        let (put, actor) = (part.clone().ready(&registry).await, ada.clone());
        let putting = tokio::spawn(async move { registry.put_file(&actor, &client, put).await });
        let announced = world.announce(&ada, &part, "other").await;
        let put = putting.await.unwrap();
        // Whichever came first: one of the two is refused, and the file is not handed out.
        match (&put, &announced) {
            (Ok(Put::New), Err(_)) | (Err(_), Ok(Check::Kept)) => {}
            _ => panic!("{put:?} {announced:?}"),
        }
        assert!(world.handed_out(&[part]).await.is_empty(), "{round}");
    }
}

async fn only_writers_announce(database: TestDatabase) {
    let (world, _) = acme(database).await;
    let eve = world.user("eve").await;
    for (actor, kind) in [
        (&Actor::Anonymous, ErrorKind::Unauthenticated),
        (&eve, ErrorKind::Forbidden),
    ] {
        let refusal = world.announce(actor, &main_file(), "whole").await;
        assert_eq!(refused(refusal), kind);
    }
    let nowhere = Part::new("acme/none/lib", "1.0", "main");
    let root = world.site_admin("root").await;
    let refusal = world.announce(&root, &nowhere, "whole").await;
    assert_eq!(refused(refusal), ErrorKind::Forbidden);
    assert_eq!(world.registry.purge_announced().await.unwrap(), 0);
}
