//! Versions, their files, tags and tombstones.

use packhouse_core::id::{AccountId, TokenId, VersionId};
use packhouse_core::package::{Deprecation, Provenance, VersionName, VersionState};
use packhouse_db::file::{self, Joined, NewFile};
use packhouse_db::tombstone::{self, Tombstone};
use packhouse_db::{AnyConn, DbError, blob, package, tag, version};
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::package_rows::{
    GEM, NPM, at, digests, insert_package, insert_version, new_version, user, with,
};

on_both_engines!(
    a_version_reads_back_as_it_was_written,
    a_version_name_is_taken_until_it_is_deleted,
    versions_go_with_their_package_and_come_back,
    bytes_are_kept_once_and_the_first_place_stands,
    files_are_found_by_version_and_by_package,
    a_file_needs_a_version_and_its_bytes,
    tags_move_and_go_with_their_version,
    a_tombstone_keeps_the_last_deletion,
);

async fn a_version_reads_back_as_it_was_written(database: TestDatabase) {
    with(&database.db, |conn| {
        let ada = user(conn, "ada");
        let package = insert_package(conn, ada, "tool");
        let mut new = new_version(package, "1.0.0-Beta");
        new.readme = Some("# Tool".to_owned());
        new.provenance = Provenance {
            publisher: Some(ada),
            publisher_name: "ada".to_owned(),
            token: Some(TokenId(5)),
            client: Some("npm/11".to_owned()),
            source_repository: Some("git.example/acme/tool".to_owned()),
            source_commit: Some("c0ffee".to_owned()),
            source_ref: Some("refs/heads/main".to_owned()),
        };
        let id = version::insert_version(conn, &new, at(3))?;
        let found = version::find_version(conn, package, "1.0.0-beta")?.unwrap();
        assert_eq!((found.id, found.package), (id, package));
        assert_eq!(found.name.as_str(), "1.0.0-Beta");
        assert_eq!(found.name.key(), "1.0.0-beta");
        assert_eq!(found.state, VersionState::Live);
        assert!(found.listed && found.prerelease);
        assert_eq!(found.metadata, new.metadata);
        assert_eq!(found.provenance, new.provenance);
        assert_eq!((found.created_at, found.deleted_at), (at(3), None));
        assert_eq!(version::readme(conn, id)?.as_deref(), Some("# Tool"));
        assert_eq!(version::readme(conn, VersionId(id.0 + 1))?, None);

        let deprecation = Deprecation {
            text: "use 2".into(),
            detail: Some("{}".into()),
        };
        version::set_deprecation(conn, id, Some(&deprecation))?;
        let summaries = version::list_summaries(conn, package)?;
        assert_eq!(summaries.len(), 1);
        let summary = &summaries[0];
        assert_eq!((summary.id, summary.created_at), (id, at(3)));
        assert_eq!(summary.name, VersionName::new("", "1.0.0-beta"));
        assert_eq!(summary.deprecation, Some(deprecation));
        assert!(summary.prerelease && summary.listed);
        version::set_deprecation(conn, id, None)?;
        assert_eq!(
            version::find_version_by_id(conn, id)?.unwrap().deprecation,
            None
        );
        Ok(())
    })
    .await;
}

async fn a_version_name_is_taken_until_it_is_deleted(database: TestDatabase) {
    let db = &database.db;
    let (package, first) = with(db, |conn| {
        let ada = user(conn, "ada");
        let package = insert_package(conn, ada, "tool");
        Ok((package, insert_version(conn, package, "1.0.0")))
    })
    .await;
    let again = db
        .write(move |conn| version::insert_version(conn, &new_version(package, "1.0.0"), at(1)))
        .await;
    assert!(matches!(again, Err(DbError::Duplicate(_))), "{again:?}");
    let second = with(db, move |conn| {
        assert!(version::find_deleted_version(conn, package, "1.0.0")?.is_none());
        assert!(version::mark_deleted(conn, first, at(2))?);
        assert!(!version::mark_deleted(conn, first, at(3))?);
        assert!(version::find_version(conn, package, "1.0.0")?.is_none());
        let gone = version::find_deleted_version(conn, package, "1.0.0")?.unwrap();
        assert_eq!((gone.id, gone.deleted_at), (first, Some(at(2))));
        assert_eq!(gone.state, VersionState::Deleted);
        let second = insert_version(conn, package, "1.0.0");
        assert!(second > first);
        Ok(second)
    })
    .await;
    let taken = db
        .write(move |conn| version::mark_restored(conn, first))
        .await;
    assert!(matches!(taken, Err(DbError::Duplicate(_))), "{taken:?}");
    with(db, move |conn| {
        assert!(!version::mark_restored(conn, second)?);
        assert!(version::mark_deleted(conn, second, at(4))?);
        let newest = version::find_deleted_version(conn, package, "1.0.0")?.unwrap();
        assert_eq!(newest.id, second);
        assert!(version::mark_restored(conn, first)?);
        let back = version::find_version(conn, package, "1.0.0")?.unwrap();
        assert_eq!((back.id, back.deleted_at), (first, None));
        assert_eq!(back.state, VersionState::Live);
        Ok(())
    })
    .await;
}

async fn versions_go_with_their_package_and_come_back(database: TestDatabase) {
    with(&database.db, |conn| {
        let ada = user(conn, "ada");
        let package = insert_package(conn, ada, "tool");
        let ids: Vec<_> = (0..5)
            .map(|n| insert_version(conn, package, &format!("1.{n}.0")))
            .collect();
        let mut open = new_version(package, "2.0.0");
        open.state = VersionState::Open;
        let open = version::insert_version(conn, &open, at(0))?;
        let other = insert_package(conn, ada, "other");
        insert_version(conn, other, "1.0.0");

        let names = |list: Vec<packhouse_core::package::Version>| -> Vec<VersionId> {
            list.into_iter().map(|version| version.id).collect()
        };
        let page = version::list_versions(conn, package, None, 3)?;
        assert_eq!(names(page), ids[..3]);
        let page = version::list_versions(conn, package, Some(ids[2]), 3)?;
        assert_eq!(names(page), ids[3..]);

        // One goes alone first; it stays behind when the package comes back.
        version::mark_deleted(conn, ids[1], at(5))?;
        let gone = version::mark_all_deleted(conn, package, at(6))?;
        assert_eq!(gone, [ids[0], ids[2], ids[3], ids[4]]);
        assert_eq!(version::list_summaries(conn, package)?.len(), 0);
        assert_eq!(names(version::list_deleted_at(conn, package, at(6))?), gone);
        assert_eq!(
            version::find_version(conn, package, "2.0.0")?.map(|version| version.id),
            Some(open)
        );
        for id in gone {
            assert!(version::mark_restored(conn, id)?);
        }
        let back = version::list_summaries(conn, package)?;
        let back: Vec<_> = back.into_iter().map(|summary| summary.id).collect();
        assert_eq!(back, [ids[0], ids[2], ids[3], ids[4]]);
        assert_eq!(version::list_summaries(conn, other)?.len(), 1);
        Ok(())
    })
    .await;
}

async fn bytes_are_kept_once_and_the_first_place_stands(database: TestDatabase) {
    with(&database.db, |conn| {
        let one = digests(1);
        assert_eq!(blob::insert_blob(conn, &one, "here", at(1))?, "here");
        assert_eq!(blob::insert_blob(conn, &one, "there", at(2))?, "here");
        assert_eq!(
            blob::insert_blob(conn, &digests(2), "there", at(2))?,
            "there"
        );
        assert_eq!(
            blob::find_blob(conn, &one.sha256)?,
            Some((one, "here".to_owned()))
        );
        assert_eq!(blob::find_blob(conn, &digests(3).sha256)?, None);
        Ok(())
    })
    .await;
}

fn put(conn: &mut AnyConn, version: VersionId, name: &str, seed: u8) {
    blob::insert_blob(conn, &digests(seed), &format!("at/{seed}"), at(0)).unwrap();
    let new = NewFile {
        version,
        name: name.to_owned(),
        content_type: "application/octet-stream".to_owned(),
        sha256: digests(seed).sha256,
        joined: Joined::default(),
    };
    file::insert_file(conn, &new, at(4)).unwrap();
}

async fn files_are_found_by_version_and_by_package(database: TestDatabase) {
    with(&database.db, |conn| {
        let ada = user(conn, "ada");
        let package = insert_package(conn, ada, "tool");
        let other = insert_package(conn, ada, "other");
        let one = insert_version(conn, package, "1.0.0");
        let two = insert_version(conn, package, "2.0.0");
        let foreign = insert_version(conn, other, "1.0.0");
        put(conn, two, "tool-2.0.0.tgz", 2);
        put(conn, one, "tool-1.0.0.tgz", 1);
        put(conn, one, "tool-1.0.0.sig", 3);
        put(conn, foreign, "tool-1.0.0.tgz", 1);

        let (version, found) = file::find_package_file(conn, package, "tool-1.0.0.tgz")?.unwrap();
        assert_eq!(version, one);
        assert_eq!(found.location, "at/1");
        assert_eq!(found.file.digests, digests(1));
        assert_eq!(found.file.version, one);
        assert_eq!(found.file.content_type, "application/octet-stream");
        assert_eq!(found.file.created_at, at(4));
        assert!(file::find_package_file(conn, other, "tool-2.0.0.tgz")?.is_none());

        let names: Vec<_> = file::list_files(conn, one)?
            .into_iter()
            .map(|stored| stored.file.name)
            .collect();
        assert_eq!(names, ["tool-1.0.0.tgz", "tool-1.0.0.sig"]);

        version::mark_deleted(conn, one, at(5))?;
        assert!(file::find_package_file(conn, package, "tool-1.0.0.tgz")?.is_none());
        assert_eq!(file::list_files(conn, one)?.len(), 2);
        let again = insert_version(conn, package, "1.0.0");
        put(conn, again, "tool-1.0.0.tgz", 4);
        let (version, stored) = file::find_package_file(conn, package, "tool-1.0.0.tgz")?.unwrap();
        assert_eq!((version, stored.location.as_str()), (again, "at/4"));
        Ok(())
    })
    .await;
}

async fn a_file_needs_a_version_and_its_bytes(database: TestDatabase) {
    let db = &database.db;
    let version = with(db, |conn| {
        let ada = user(conn, "ada");
        let package = insert_package(conn, ada, "tool");
        let version = insert_version(conn, package, "1.0.0");
        put(conn, version, "a", 1);
        Ok(version)
    })
    .await;
    let new = move |version, name: &str, seed| NewFile {
        version,
        name: name.to_owned(),
        content_type: "text/plain".to_owned(),
        sha256: digests(seed).sha256,
        joined: Joined::default(),
    };
    let twice = new(version, "a", 1);
    let twice = db
        .write(move |conn| file::insert_file(conn, &twice, at(1)))
        .await;
    assert!(matches!(twice, Err(DbError::Duplicate(_))), "{twice:?}");
    for bad in [new(VersionId(version.0 + 1), "b", 1), new(version, "b", 9)] {
        let refused = db
            .write(move |conn| file::insert_file(conn, &bad, at(1)))
            .await;
        assert!(matches!(refused, Err(DbError::Query(_))), "{refused:?}");
    }
    let files = with(db, move |conn| file::list_files(conn, version)).await;
    assert_eq!(files.len(), 1);
}

async fn tags_move_and_go_with_their_version(database: TestDatabase) {
    with(&database.db, |conn| {
        let ada = user(conn, "ada");
        let package = insert_package(conn, ada, "tool");
        let one = insert_version(conn, package, "1.0.0");
        let two = insert_version(conn, package, "2.0.0");
        package::bump(conn, package, at(1))?;
        assert_eq!(tag::set_tag(conn, package, "latest", one, at(1))?, None);
        assert_eq!(
            tag::set_tag(conn, package, "latest", two, at(2))?,
            Some(one)
        );
        assert_eq!(tag::set_tag(conn, package, "beta", two, at(2))?, None);
        assert_eq!(tag::set_tag(conn, package, "old", one, at(2))?, None);
        let all = |conn: &mut AnyConn| -> Vec<_> {
            let tags = tag::list_tags(conn, package).unwrap();
            tags.into_iter()
                .map(|tag| (tag.name, tag.version))
                .collect()
        };
        let named = |name: &str, version| (name.to_owned(), version);
        assert_eq!(
            all(conn),
            [named("beta", two), named("latest", two), named("old", one)]
        );
        let pair = |tag: &str, version: &str| (tag.to_owned(), version.to_owned());
        let (newer, older) = (
            [pair("beta", "2.0.0"), pair("latest", "2.0.0")],
            [pair("old", "1.0.0")],
        );
        assert_eq!(
            tag::list_tag_names(conn, package)?,
            [newer.as_slice(), older.as_slice()].concat()
        );
        assert!(version::mark_deleted(conn, two, at(3))?);
        assert_eq!(tag::list_tag_names(conn, package)?, older);
        assert_eq!(tag::remove_tags_of_version(conn, two)?, ["beta", "latest"]);
        assert_eq!(tag::remove_tags_of_version(conn, two)?.len(), 0);
        assert_eq!(all(conn), [named("old", one)]);
        assert_eq!(tag::remove_tag(conn, package, "old")?, Some(one));
        assert_eq!(tag::remove_tag(conn, package, "old")?, None);
        Ok(())
    })
    .await;
}

async fn a_tombstone_keeps_the_last_deletion(database: TestDatabase) {
    with(&database.db, |conn| {
        let ada = user(conn, "ada");
        let bytes = Some(digests(7).sha256);
        let find = |conn: &mut AnyConn, owner: AccountId, format, key: &str| {
            tombstone::find(conn, owner, format, "tool", key).unwrap()
        };
        assert_eq!(find(conn, ada, NPM, "1.0.0"), None);
        tombstone::insert(conn, ada, NPM, "tool", "1.0.0", VersionId(3), bytes, at(1))?;
        let first = Tombstone {
            version: VersionId(3),
            sha256: bytes,
            deleted_at: at(1),
        };
        assert_eq!(find(conn, ada, NPM, "1.0.0"), Some(first));
        assert_eq!(find(conn, ada, GEM, "1.0.0"), None);
        assert_eq!(find(conn, ada, NPM, "1.0.1"), None);
        tombstone::insert(conn, ada, NPM, "tool", "1.0.0", VersionId(4), None, at(2))?;
        let second = Tombstone {
            version: VersionId(4),
            sha256: None,
            deleted_at: at(2),
        };
        assert_eq!(find(conn, ada, NPM, "1.0.0"), Some(second));
        assert!(tombstone::remove(conn, ada, NPM, "tool", "1.0.0")?);
        assert!(!tombstone::remove(conn, ada, NPM, "tool", "1.0.0")?);
        assert_eq!(find(conn, ada, NPM, "1.0.0"), None);
        Ok(())
    })
    .await;
}
