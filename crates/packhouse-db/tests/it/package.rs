//! Packages and their records.

use packhouse_core::id::VersionId;
use packhouse_core::visibility::Visibility;
use packhouse_db::package::{self, PackageRecord};
use packhouse_db::{AnyConn, DbError};
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::package_rows::{
    GEM, NPM, account, at, insert_package, new_package, repository, user, with,
};

on_both_engines!(
    a_name_belongs_to_one_live_package_per_owner_and_format,
    a_change_raises_the_revision_of_a_live_package_only,
    a_record_holds_owner_and_repository,
    a_package_comes_back_as_it_went,
    lists_page_through_live_packages_with_versions,
    two_changes_of_one_package_come_one_after_the_other,
);

fn find(conn: &mut AnyConn, owner: &str, name: &str) -> Option<PackageRecord> {
    package::find_record(conn, owner, NPM, name).unwrap()
}

async fn a_name_belongs_to_one_live_package_per_owner_and_format(database: TestDatabase) {
    let db = &database.db;
    let (ada, bob) = with(db, |conn| Ok((user(conn, "ada"), user(conn, "bob")))).await;
    let first = with(db, move |conn| {
        let mut new = new_package(ada, "Tool");
        new.description = Some("does it".to_owned());
        package::insert_package(conn, &new, at(7))
    })
    .await;
    let again = db
        .write(move |conn| package::insert_package(conn, &new_package(ada, "tool"), at(8)))
        .await;
    assert!(matches!(again, Err(DbError::Duplicate(_))), "{again:?}");
    with(db, move |conn| {
        let mut gem = new_package(ada, "tool");
        gem.format = GEM;
        let others = [gem, new_package(bob, "tool")];
        for new in &others {
            assert_ne!(package::insert_package(conn, new, at(9))?.id, first.id);
        }
        let found = package::find_package(conn, ada, NPM, "tool")?.unwrap();
        assert_eq!(found.id, first.id);
        assert_eq!(found.name.as_str(), "Tool");
        assert_eq!(found.name.key(), "tool");
        assert_eq!((found.revision, found.inherits), (1, false));
        assert_eq!(found.visibility, Visibility::Private);
        assert_eq!(found.description.as_deref(), Some("does it"));
        assert_eq!((found.created_at, found.updated_at), (at(7), at(7)));
        assert!(package::find_package(conn, ada, NPM, "Tool")?.is_none());
        assert!(package::find_package(conn, bob, GEM, "tool")?.is_none());
        Ok(())
    })
    .await;
}

async fn a_change_raises_the_revision_of_a_live_package_only(database: TestDatabase) {
    with(&database.db, |conn| {
        let ada = user(conn, "ada");
        let id = insert_package(conn, ada, "tool");
        assert_eq!(package::bump(conn, id, at(1))?, Some(2));
        assert_eq!(package::bump(conn, id, at(2))?, Some(3));
        let found = package::find_package(conn, ada, NPM, "tool")?.unwrap();
        assert_eq!((found.revision, found.updated_at), (3, at(2)));
        assert!(package::mark_deleted(conn, id, at(3))?);
        assert_eq!(package::bump(conn, id, at(4))?, None);
        Ok(())
    })
    .await;
}

async fn a_record_holds_owner_and_repository(database: TestDatabase) {
    with(&database.db, |conn| {
        let acme = account(conn, "organisation", "Acme", Some("write"));
        let tools = repository(conn, acme, "Tools", Visibility::Internal);
        let id = insert_package(conn, acme, "x");
        let bare = find(conn, "acme", "x").unwrap();
        assert!(bare.repository.is_none() && bare.inherited_from().is_none());
        assert_eq!((bare.latest, bare.live_versions), (None, 0));

        package::set_repository(conn, id, Some(tools), true)?;
        package::set_latest(conn, id, Some(VersionId(9)), 4, Some("new"))?;
        let record = find(conn, "acme", "x").unwrap();
        assert_eq!(record.owner.id, acme);
        assert_eq!(record.owner.name.as_str(), "Acme");
        let base_role = record.owner.policy.base_role.map(|role| role.as_str());
        assert_eq!(base_role, Some("write"));
        let linked = record.inherited_from().unwrap();
        assert_eq!(linked.id, tools);
        assert_eq!(linked.name.as_str(), "Tools");
        assert_eq!(linked.visibility, Visibility::Internal);
        assert_eq!(
            (record.latest, record.live_versions),
            (Some(VersionId(9)), 4)
        );
        assert_eq!(record.package.description.as_deref(), Some("new"));

        package::set_visibility(conn, id, false, Visibility::Public)?;
        let own = package::find_record_by_id(conn, id)?.unwrap();
        assert_eq!(own.package.visibility, Visibility::Public);
        assert_eq!(own.repository.as_ref().unwrap().id, tools);
        assert!(own.inherited_from().is_none());
        assert!(find(conn, "acme", "y").is_none() && find(conn, "nobody", "x").is_none());
        Ok(())
    })
    .await;
}

async fn a_package_comes_back_as_it_went(database: TestDatabase) {
    let db = &database.db;
    let (ada, old) = with(db, |conn| {
        let ada = user(conn, "ada");
        let old = insert_package(conn, ada, "tool");
        assert!(package::find_deleted_record(conn, "ada", NPM, "tool")?.is_none());
        assert!(package::mark_deleted(conn, old, at(5))?);
        assert!(!package::mark_deleted(conn, old, at(6))?);
        assert!(find(conn, "ada", "tool").is_none());
        assert!(package::find_package(conn, ada, NPM, "tool")?.is_none());
        let by_id = package::find_record_by_id(conn, old)?.unwrap();
        assert_eq!(by_id.package.deleted_at, Some(at(5)));

        assert!(package::mark_restored(conn, old, at(8))?);
        assert!(!package::mark_restored(conn, old, at(9))?);
        let restored = find(conn, "ada", "tool").unwrap().package;
        assert_eq!((restored.revision, restored.updated_at), (2, at(8)));
        assert_eq!(restored.deleted_at, None);

        // The one that was deleted last is the one to restore.
        assert!(package::mark_deleted(conn, old, at(10))?);
        let newer = insert_package(conn, ada, "tool");
        assert!(package::mark_deleted(conn, newer, at(11))?);
        let found = package::find_deleted_record(conn, "ada", NPM, "tool")?.unwrap();
        assert_eq!(found.package.id, newer);
        Ok((ada, old))
    })
    .await;
    with(db, move |conn| Ok(insert_package(conn, ada, "tool"))).await;
    let taken = db
        .write(move |conn| package::mark_restored(conn, old, at(12)))
        .await;
    assert!(matches!(taken, Err(DbError::Duplicate(_))), "{taken:?}");
}

async fn lists_page_through_live_packages_with_versions(database: TestDatabase) {
    with(&database.db, |conn| {
        let (ada, bob) = (user(conn, "ada"), user(conn, "bob"));
        let mut ids = Vec::new();
        for name in ["a", "b", "c", "gone", "empty"] {
            let id = insert_package(conn, ada, name);
            package::set_latest(conn, id, None, i64::from(name != "empty"), None)?;
            ids.push(id);
        }
        package::mark_deleted(conn, ids[3], at(1))?;
        let mut gem = new_package(ada, "a");
        gem.format = GEM;
        let gem = package::insert_package(conn, &gem, at(1))?.id;
        package::set_latest(conn, gem, None, 1, None)?;
        let other = insert_package(conn, bob, "a");
        package::set_latest(conn, other, None, 1, None)?;

        let mut list = |format, after, limit| -> Result<Vec<_>, DbError> {
            let page = package::list_packages(conn, ada, format, after, limit)?;
            Ok(page.into_iter().map(|record| record.package.id).collect())
        };
        assert_eq!(list(None, None, 10)?, [ids[0], ids[1], ids[2], gem]);
        assert_eq!(list(Some(NPM), None, 2)?, [ids[0], ids[1]]);
        assert_eq!(list(Some(NPM), Some(ids[1]), 2)?, [ids[2]]);
        assert_eq!(list(Some(GEM), Some(gem), 2)?, []);
        Ok(())
    })
    .await;
}

/// Every one of many concurrent changes gets a revision of its own, so the row is held from the
/// first statement on.
async fn two_changes_of_one_package_come_one_after_the_other(database: TestDatabase) {
    let db = &database.db;
    let id = with(db, |conn| {
        let ada = user(conn, "ada");
        Ok(insert_package(conn, ada, "tool"))
    })
    .await;
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let db = db.clone();
            tokio::spawn(async move {
                with(&db, move |conn| {
                    let revision = package::bump(conn, id, at(1))?.unwrap();
                    let record = package::find_record_by_id(conn, id)?.unwrap();
                    assert_eq!(record.package.revision, revision);
                    package::set_latest(conn, id, None, record.live_versions + 1, None)?;
                    Ok(revision)
                })
                .await
            })
        })
        .collect();
    let mut revisions = Vec::new();
    for task in tasks {
        revisions.push(task.await.unwrap());
    }
    revisions.sort_unstable();
    assert_eq!(revisions, (2..22).collect::<Vec<_>>());
    let record = with(db, move |conn| package::find_record_by_id(conn, id)).await;
    assert_eq!(record.unwrap().live_versions, 20);
}
