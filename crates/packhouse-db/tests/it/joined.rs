//! Builds, doubted files, announced digests, entries and folders, as far as the use cases do not
//! reach.

use packhouse_core::format::FormatId;
use packhouse_core::id::{AccountId, PackageId, RepositoryId, VersionId};
use packhouse_core::package::{PackageName, VersionState};
use packhouse_core::visibility::Visibility;
use packhouse_db::build::{self, Build};
use packhouse_db::file::{self, Joined, NewFile, joined};
use packhouse_db::package::NewPackage;
use packhouse_db::{AnyConn, DbError, announced_digest, blob, entry, package, version};
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::package_rows::{at, digests, new_version, repository, user, with};

on_both_engines!(
    a_build_opens_is_due_and_is_live,
    only_what_was_seen_is_cleared,
    a_path_is_one_live_packages,
    other_bytes_are_not_doubted,
    the_last_announced_digest_counts,
    what_hangs_on_a_version_goes_with_it,
    an_empty_package_goes,
);

const MAVEN: FormatId = FormatId::new("maven");

fn package_at(owner: AccountId, home: RepositoryId, name: &str) -> NewPackage {
    NewPackage {
        owner,
        format: MAVEN,
        name: PackageName::in_repository("libs", name, name.replace(':', "/")),
        repository: Some(home),
        inherits: true,
        visibility: Visibility::Private,
        description: None,
    }
}

/// An open version of a package in a repository.
fn open(conn: &mut AnyConn) -> (RepositoryId, PackageId, VersionId) {
    let ada = user(conn, "ada");
    let home = repository(conn, ada, "libs", Visibility::Private);
    let new = package_at(ada, home, "acme:lib");
    let package = package::insert_package(conn, &new, at(0)).unwrap().id;
    let mut new = new_version(package, "1.0");
    new.state = VersionState::Open;
    let version = version::insert_version(conn, &new, at(0)).unwrap();
    (home, package, version)
}

fn put(
    conn: &mut AnyConn,
    version: VersionId,
    build: &str,
    seed: u8,
) -> packhouse_core::id::FileId {
    blob::insert_blob(conn, &digests(seed), &format!("at/{seed}"), at(0)).unwrap();
    let new = NewFile {
        version,
        name: format!("{build}{seed}"),
        content_type: "text/plain".to_owned(),
        sha256: digests(seed).sha256,
        joined: Joined {
            build: Some(build.to_owned()),
            part: Some(format!("part{seed}")),
            publisher: None,
        },
    };
    file::insert_file(conn, &new, at(1)).unwrap()
}

async fn a_build_opens_is_due_and_is_live(database: TestDatabase) {
    with(&database.db, |conn| {
        let (_, package, version) = open(conn);
        let of = (version, package);
        let publisher = Some(AccountId(7));
        let first = build::touch(conn, of, "b1", publisher, at(1), at(31))?;
        let expected = Build {
            version,
            package,
            name: "b1".to_owned(),
            state: VersionState::Open,
            publisher,
            created_at: at(1),
            touched_at: at(1),
            due_at: Some(at(31)),
        };
        assert_eq!(first, expected);
        // Who puts more of it does not become its publisher.
        let again = build::touch(conn, of, "b1", None, at(5), at(35))?;
        let expected = Build {
            touched_at: at(5),
            due_at: Some(at(35)),
            ..expected
        };
        assert_eq!(again, expected);
        assert_eq!(build::find(conn, version, "b1")?, Some(again.clone()));
        assert_eq!(build::find(conn, version, "b2")?, None);
        for (now, due) in [(34, false), (35, true)] {
            assert_eq!(build::any_due(conn, package, at(now))?, due);
            assert!(!build::any_due(conn, PackageId(package.0 + 1), at(now))?);
            let listed = build::list_due(conn, None, at(now), 10)?;
            assert_eq!(listed.len(), usize::from(due));
        }
        assert!(build::publish(conn, &again)?);
        assert!(!build::publish(conn, &again)?);
        // A live one is touched and not due.
        let live = build::touch(conn, of, "b1", None, at(9), at(39))?;
        assert_eq!((live.state, live.due_at), (VersionState::Live, None));
        assert_eq!(live.touched_at, at(9));
        assert!(build::list_open_of_package(conn, package)?.is_empty());
        let named: Vec<_> = build::list_live(conn, version)?;
        assert_eq!(named, [live]);
        Ok(())
    })
    .await;
}

async fn only_what_was_seen_is_cleared(database: TestDatabase) {
    with(&database.db, |conn| {
        let (_, package, version) = open(conn);
        let of = (version, package);
        let seen = build::touch(conn, of, "", None, at(1), at(31))?;
        build::touch(conn, of, "", None, at(40), at(70))?;
        build::clear_due(conn, &seen)?;
        assert!(build::any_due(conn, package, at(70))?);
        let seen = build::find(conn, version, "")?.unwrap();
        build::clear_due(conn, &seen)?;
        assert!(!build::any_due(conn, package, at(70))?);
        // Nor is what was touched since given up.
        assert!(!build::abandon(conn, &seen, at(39))?);
        assert!(build::any_of(conn, version)?);
        assert!(build::abandon(conn, &seen, at(40))?);
        assert!(!build::any_of(conn, version)?);
        Ok(())
    })
    .await;
}

async fn a_path_is_one_live_packages(database: TestDatabase) {
    let (home, first) = with(&database.db, |conn| {
        let (home, package, _) = open(conn);
        Ok((home, package))
    })
    .await;
    // Under another name of another repository, at the same path.
    let second = move |conn: &mut AnyConn| {
        let owner = crate::package_rows::find_account(conn, "ada");
        let mut new = package_at(owner, home, "acme:lib");
        new.name = PackageName::in_repository("more", "acme:lib", "acme/lib");
        package::insert_package(conn, &new, at(1)).map(|package| package.id)
    };
    let refused = database.db.write(second).await;
    assert!(matches!(refused, Err(DbError::Duplicate(_))), "{refused:?}");
    with(&database.db, move |conn| {
        package::mark_deleted(conn, first, at(2)).map(drop)
    })
    .await;
    database.db.write(second).await.unwrap();
    let back = database
        .db
        .write(move |conn| package::mark_restored(conn, first, at(3)))
        .await;
    assert!(matches!(back, Err(DbError::Duplicate(_))), "{back:?}");
}

async fn other_bytes_are_not_doubted(database: TestDatabase) {
    with(&database.db, |conn| {
        let (_, _, version) = open(conn);
        let id = put(conn, version, "", 1);
        blob::insert_blob(conn, &digests(2), "at/2", at(0))?;
        joined::replace(conn, id, &digests(2).sha256, None, at(2))?;
        joined::set_suspect(conn, id, &digests(1).sha256, true)?;
        assert_eq!(joined::find_suspect(conn, version, "")?, None);
        let sound = joined::list_sound(conn, version)?;
        assert_eq!(sound, [("1".to_owned(), digests(2).sha256)]);
        joined::set_suspect(conn, id, &digests(2).sha256, true)?;
        assert!(joined::find_suspect(conn, version, "")?.is_some());
        assert_eq!(joined::find_suspect(conn, version, "b1")?, None);
        assert!(joined::list_sound(conn, version)?.is_empty());
        assert_eq!(joined::list_parts(conn, version, "")?, ["part1"]);
        Ok(())
    })
    .await;
}

async fn the_last_announced_digest_counts(database: TestDatabase) {
    with(&database.db, |conn| {
        let (home, _, _) = open(conn);
        let path = "acme/lib/1.0/a";
        for (algorithm, value, seconds) in [("sha1", "a", 1), ("md5", "b", 2), ("sha1", "c", 3)] {
            let account = Some(AccountId(1));
            announced_digest::announce(conn, home, path, (algorithm, value), account, at(seconds))?;
        }
        let listed = |conn: &mut AnyConn, since| {
            let account = Some(AccountId(1));
            let found = announced_digest::list(conn, home, path, account, at(since)).unwrap();
            let shown = found.into_iter().map(|(name, value)| name + &value);
            shown.collect::<Vec<_>>()
        };
        assert_eq!(listed(conn, 0), ["md5b", "sha1c"]);
        assert_eq!(listed(conn, 2), ["sha1c"]);
        assert_eq!(announced_digest::purge(conn, at(2))?, 1);
        assert_eq!(listed(conn, 0), ["sha1c"]);
        announced_digest::forget(conn, None, path)?;
        announced_digest::forget(conn, Some(home), "acme/lib/1.0/b")?;
        assert_eq!(listed(conn, 0), ["sha1c"]);
        announced_digest::forget(conn, Some(home), path)?;
        assert!(listed(conn, 0).is_empty());
        Ok(())
    })
    .await;
}

async fn what_hangs_on_a_version_goes_with_it(database: TestDatabase) {
    with(&database.db, |conn| {
        let (_, package, version) = open(conn);
        for name in ["", "b1"] {
            put(conn, version, name, 1);
            build::touch(conn, (version, package), name, None, at(1), at(2))?;
        }
        entry::set(conn, package, "topic", ("name", "one"))?;
        assert!(!entry::differs(conn, package, "topic", ("name", "one"))?);
        assert!(entry::differs(conn, package, "topic", ("name", "two"))?);
        assert!(entry::differs(conn, package, "topic", ("other", "one"))?);
        version::discard_open(conn, version)?;
        assert!(build::list(conn, version)?.is_empty());
        assert!(file::list_files(conn, version)?.is_empty());
        assert!(!build::any_due(conn, package, at(9))?);
        assert!(!entry::differs(conn, package, "topic", ("name", "one"))?);
        Ok(())
    })
    .await;
}

async fn an_empty_package_goes(database: TestDatabase) {
    with(&database.db, |conn| {
        let (_, package, version) = open(conn);
        entry::set(conn, package, "topic", ("name", "one"))?;
        assert!(package::hold(conn, package)?);
        assert!(!package::remove_empty(conn, package)?);
        version::discard_open(conn, version)?;
        let before = package::find_record_by_id(conn, package)?.unwrap();
        assert_eq!(before.package.revision, 1);
        package::mark_deleted(conn, package, at(1))?;
        assert!(!package::hold(conn, package)?);
        assert!(!package::remove_empty(conn, package)?);
        package::mark_restored(conn, package, at(2))?;
        assert!(package::remove_empty(conn, package)?);
        assert!(package::find_record_by_id(conn, package)?.is_none());
        assert!(entry::differs(conn, package, "topic", ("name", "one"))?);
        Ok(())
    })
    .await;
}
