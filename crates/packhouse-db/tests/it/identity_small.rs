//! Settings, signing keys, events and download counts.

use chrono::NaiveDate;
use packhouse_core::event::EventKind;
use packhouse_core::id::{AccountId, EventId, PackageId, RepositoryId, TokenId, VersionId};
use packhouse_db::event::NewEvent;
use packhouse_db::signing_key::SigningKey;
use packhouse_db::{download, event, setting, signing_key};
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::package_rows::{at, insert_package, insert_version, user, with};

on_both_engines!(
    a_setting_has_one_value,
    of_many_that_insert_a_setting_one_wins,
    the_newest_valid_key_signs,
    events_come_in_order,
    downloads_add_up,
);

async fn a_setting_has_one_value(test: TestDatabase) {
    with(&test.db, |conn| {
        assert_eq!(setting::get(conn, "a")?, None);
        setting::set(conn, "a", "1")?;
        setting::set(conn, "a", "2")?;
        assert!(!setting::insert_if_absent(conn, "a", "3")?);
        assert_eq!(setting::get(conn, "a")?.as_deref(), Some("2"));
        assert!(setting::delete(conn, "a")?);
        assert!(!setting::delete(conn, "a")?);
        assert!(setting::insert_if_absent(conn, "a", "3")?);
        assert_eq!(setting::get(conn, "a")?.as_deref(), Some("3"));
        Ok(())
    })
    .await;
}

async fn of_many_that_insert_a_setting_one_wins(test: TestDatabase) {
    let tries: Vec<_> = (0..20)
        .map(|n: i32| {
            let db = test.db.clone();
            tokio::spawn(async move {
                let value = n.to_string();
                db.write(move |conn| setting::insert_if_absent(conn, "key", &value))
                    .await
            })
        })
        .collect();
    let mut winners = Vec::new();
    for (n, attempt) in tries.into_iter().enumerate() {
        if attempt.await.unwrap().unwrap() {
            winners.push(n.to_string());
        }
    }
    let stored = test
        .db
        .read(|conn| setting::get(conn, "key"))
        .await
        .unwrap();
    assert_eq!(winners, [stored.unwrap()]);
}

async fn the_newest_valid_key_signs(test: TestDatabase) {
    let key = |id: &str, made: i64, expires: Option<i64>| SigningKey {
        key_id: id.to_owned(),
        public_key: format!("public {id}"),
        private_key: format!("private {id}"),
        created_at: at(made),
        expires_at: expires.map(at),
    };
    let keys = [
        key("old", 1, None),
        key("new", 2, Some(50)),
        key("older", 0, None),
    ];
    assert!(!format!("{keys:?}").contains("private old"));
    with(&test.db, move |conn| {
        assert_eq!(signing_key::find_current(conn, at(0))?, None);
        for key in &keys {
            signing_key::insert(conn, key)?;
        }
        let [old, new, older] = keys;
        assert_eq!(signing_key::find_current(conn, at(49))?, Some(new.clone()));
        assert_eq!(signing_key::find_current(conn, at(50))?, Some(old.clone()));
        assert_eq!(signing_key::list(conn)?, [new, old, older]);
        Ok(())
    })
    .await;
}

async fn events_come_in_order(test: TestDatabase) {
    with(&test.db, |conn| {
        let mut new = NewEvent {
            at: at(0),
            kind: EventKind::PackageCreated,
            actor: Some(AccountId(1)),
            actor_name: "ada".to_owned(),
            token: Some(TokenId(2)),
            address: Some("192.0.2.1".to_owned()),
            owner: Some(AccountId(3)),
            repository: Some(RepositoryId(4)),
            package: Some(PackageId(5)),
            version: Some(VersionId(6)),
            detail: "{\"a\":1}".to_owned(),
        };
        let first = event::insert(conn, &new)?;
        new.kind = EventKind::VersionPublished;
        let second = event::insert(conn, &new)?;
        new.package = None;
        new.actor = None;
        let third = event::insert(conn, &new)?;
        assert!(first < second && second < third);

        let all = event::list(conn, EventId(0), 2)?;
        assert_eq!(
            all.iter().map(|event| event.id).collect::<Vec<_>>(),
            [first, second]
        );
        let read = &all[0];
        assert_eq!((read.at, read.kind), (at(0), EventKind::PackageCreated));
        assert_eq!(
            (read.actor, read.actor_name.as_str()),
            (Some(AccountId(1)), "ada")
        );
        assert_eq!(
            (read.token, read.address.as_deref()),
            (Some(TokenId(2)), Some("192.0.2.1"))
        );
        assert_eq!(
            (read.owner, read.repository),
            (Some(AccountId(3)), Some(RepositoryId(4)))
        );
        assert_eq!(
            (read.package, read.version),
            (Some(PackageId(5)), Some(VersionId(6)))
        );
        assert_eq!(read.detail, "{\"a\":1}");
        let rest = event::list(conn, second, 10)?;
        assert_eq!(rest.len(), 1);
        assert_eq!((rest[0].id, rest[0].actor), (third, None));
        Ok(())
    })
    .await;
}

async fn downloads_add_up(test: TestDatabase) {
    with(&test.db, |conn| {
        let ada = user(conn, "ada");
        let package = insert_package(conn, ada, "x");
        let (one, two) = (
            insert_version(conn, package, "1.0.0"),
            insert_version(conn, package, "2.0.0"),
        );
        let day = |n| NaiveDate::from_ymd_opt(2026, 1, n).unwrap();
        let gone = VersionId(9_999);
        download::add(
            conn,
            &[(one, day(1), 2), (gone, day(1), 8), (one, day(1), 3)],
        )?;
        download::add(
            conn,
            &[(one, day(2), 5), (one, day(1), 1), (two, day(1), 7)],
        )?;
        download::add(conn, &[])?;
        download::add(conn, &[(gone, day(1), 8)])?;
        assert_eq!(download::total(conn, one)?, 11);
        assert_eq!(download::total(conn, two)?, 7);
        assert_eq!(download::total(conn, gone)?, 0);
        let many: Vec<_> = (0..1_200)
            .map(|n| (two, day(1) + chrono::Days::new(n), 1))
            .collect();
        download::add(conn, &many)?;
        assert_eq!(download::total(conn, two)?, 1_207);
        Ok(())
    })
    .await;
}
