//! Search: what matches, who sees it, and that no text is query syntax.

use packhouse_core::id::PackageId;
use packhouse_core::package::{Deprecation, Provenance, Traits, VersionName};
use packhouse_core::visibility::Visibility;
use packhouse_db::readable::Viewer;
use packhouse_db::search::{self, Property, SearchQuery, Shown};
use packhouse_db::{AnyConn, package, version};
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::package_rows::{
    GEM, NPM, at, find_account, insert_version, new_package, new_version, user, with,
};

on_both_engines!(
    words_match_and_the_last_may_be_a_start,
    a_better_match_comes_first,
    filters_narrow_and_can_stand_alone,
    properties_are_those_of_the_latest_version,
    nothing_asked_is_nothing_found,
    no_text_is_query_syntax,
    what_is_hidden_counts_on_no_page,
    a_document_follows_its_package,
    names_narrow_and_can_stand_alone,
    only_versions_that_lists_show_count,
);

/// Publishes a public npm package with one version and puts it into search.
fn publish(
    conn: &mut AnyConn,
    owner: &str,
    name: &str,
    description: &str,
    keywords: &[&str],
) -> PackageId {
    let owner = find_account(conn, owner);
    let mut new = new_package(owner, name);
    new.visibility = Visibility::Public;
    let id = package::insert_package(conn, &new, at(0)).unwrap().id;
    let latest = insert_version(conn, id, "1.0.0");
    package::set_latest(conn, id, Some(latest), 1, Some(description)).unwrap();
    document(conn, id, name, description, keywords);
    id
}

fn document(conn: &mut AnyConn, id: PackageId, name: &str, text: &str, keywords: &[&str]) {
    let keywords: Vec<_> = keywords.iter().map(|&keyword| keyword.to_owned()).collect();
    search::upsert_document(conn, id, name, Some(text), &keywords).unwrap();
}

fn words(text: &str) -> SearchQuery {
    SearchQuery {
        words: text.split_whitespace().map(str::to_owned).collect(),
        ..SearchQuery::default()
    }
}

/// Gives the names found, in order; their number must be the total.
fn found(conn: &mut AnyConn, query: &SearchQuery) -> Vec<String> {
    let (page, total) = search::search(conn, &Viewer::ANONYMOUS, query, 0, 100).unwrap();
    assert_eq!(i64::try_from(page.len()).unwrap(), total, "{query:?}");
    let names = page.into_iter().map(|record| record.package.name);
    names.map(|name| name.as_str().to_owned()).collect()
}

/// As [`found`], where the order says nothing.
fn set(conn: &mut AnyConn, query: &SearchQuery) -> Vec<String> {
    let mut names = found(conn, query);
    names.sort();
    names
}

async fn words_match_and_the_last_may_be_a_start(database: TestDatabase) {
    with(&database.db, |conn| {
        user(conn, "acme");
        publish(
            conn,
            "acme",
            "left-pad",
            "Pads strings on one side",
            &["text"],
        );
        publish(
            conn,
            "acme",
            "padlock",
            "Keeps things shut",
            &["Security Tool"],
        );
        publish(
            conn,
            "acme",
            "éclair.js",
            "A 2x faster Kuchen for 東京",
            &["left"],
        );
        for (asked, expected) in [
            ("left-pad", &["left-pad"][..]),
            ("LEFT-PA", &["left-pad"]),
            ("pad", &["left-pad", "padlock"]),
            ("pa left", &[]),
            ("pads left", &["left-pad"]),
            ("left pads", &["left-pad"]),
            ("pad-left", &[]),
            ("lef", &["left-pad", "éclair.js"]),
            ("sid", &["left-pad"]),
            ("sid string", &[]),
            ("secur", &["padlock"]),
            ("security tool", &["padlock"]),
            ("tool keeps", &["padlock"]),
            ("éclair", &["éclair.js"]),
            ("ÉCL", &["éclair.js"]),
            ("eclair", &[]),
            ("eclair.js", &[]),
            ("js", &["éclair.js"]),
            ("2x", &["éclair.js"]),
            ("東", &["éclair.js"]),
            ("absent", &[]),
            // The last word of one part and the first of another are no phrase.
            ("pad-pads", &[]),
            ("side-text", &[]),
        ] {
            assert_eq!(set(conn, &words(asked)), expected, "{asked}");
        }
        Ok(())
    })
    .await;
}

async fn a_better_match_comes_first(database: TestDatabase) {
    with(&database.db, |conn| {
        user(conn, "acme");
        publish(
            conn,
            "acme",
            "thing",
            "can parse and more, one, two, three",
            &[],
        );
        publish(conn, "acme", "reader", "reads", &["parse"]);
        publish(conn, "acme", "parse-args", "reads arguments", &[]);
        publish(
            conn,
            "acme",
            "parse",
            "all of it, and a long text about what else it does",
            &[],
        );
        assert_eq!(
            found(conn, &words("parse")),
            ["parse", "parse-args", "reader", "thing"]
        );
        Ok(())
    })
    .await;
}

async fn filters_narrow_and_can_stand_alone(database: TestDatabase) {
    with(&database.db, |conn| {
        let (acme, _) = (user(conn, "acme"), user(conn, "bob"));
        let one = publish(conn, "acme", "one", "pads", &["date-picker", "ui"]);
        publish(conn, "bob", "two", "pads", &["date", "picker"]);
        let mut gem = new_package(acme, "three");
        gem.format = GEM;
        gem.visibility = Visibility::Public;
        let gem = package::insert_package(conn, &gem, at(5))?.id;
        package::set_latest(conn, gem, None, 1, None)?;
        document(conn, gem, "three", "pads", &[]);
        let mut by_ada = new_version(one, "1.1.0");
        by_ada.provenance = Provenance {
            publisher_name: "Ada".to_owned(),
            ..Provenance::default()
        };
        let by_ada = version::insert_version(conn, &by_ada, at(1))?;

        let owner = |key: &str| SearchQuery {
            owner_key: Some(key.to_owned()),
            ..SearchQuery::default()
        };
        let keyword = |text: &str| SearchQuery {
            keywords: vec![text.to_owned()],
            ..SearchQuery::default()
        };
        let publisher = SearchQuery {
            publishers: vec!["ada".to_owned()],
            ..SearchQuery::default()
        };
        let in_npm = |query| SearchQuery {
            format: Some(NPM),
            ..query
        };
        assert_eq!(set(conn, &words("pads")), ["one", "three", "two"]);
        assert_eq!(set(conn, &in_npm(words("pads"))), ["one", "two"]);
        assert_eq!(set(conn, &owner("acme")), ["one", "three"]);
        assert_eq!(set(conn, &in_npm(owner("acme"))), ["one"]);
        assert_eq!(set(conn, &owner("nobody")).len(), 0);
        assert_eq!(set(conn, &keyword("Date-Picker")), ["one"]);
        assert_eq!(set(conn, &keyword("date")), ["two"]);
        assert_eq!(set(conn, &keyword("pads")).len(), 0);
        assert_eq!(set(conn, &publisher), ["one"]);
        let both = SearchQuery {
            owner_key: Some("bob".to_owned()),
            ..words("pads")
        };
        assert_eq!(set(conn, &both), ["two"]);
        let two_publishers = SearchQuery {
            publishers: vec!["ada".to_owned(), "bob".to_owned()],
            ..SearchQuery::default()
        };
        assert_eq!(set(conn, &two_publishers).len(), 0);
        version::mark_deleted(conn, by_ada, at(2))?;
        assert_eq!(set(conn, &publisher).len(), 0);
        // Without words the newest change comes first.
        assert_eq!(found(conn, &owner("acme")), ["three", "one"]);
        Ok(())
    })
    .await;
}

async fn properties_are_those_of_the_latest_version(database: TestDatabase) {
    with(&database.db, |conn| {
        user(conn, "acme");
        for (name, version, deprecation) in [
            ("early", "0.9.9", None),
            ("first", "1.0.0", None),
            ("left", "0.1.0", Some("use first")),
            ("old", "10.0.0", Some("use first")),
            ("rc", "2.0.0-rc.1", None),
            ("zero", "0", None),
        ] {
            let id = publish(conn, "acme", name, "thing", &[]);
            // The version 1.0.0 that is there already does not count.
            let mut new = new_version(id, version);
            new.name = VersionName::new(version, format!("{version} again"));
            let latest = version::insert_version(conn, &new, at(1))?;
            let deprecation = deprecation.map(Deprecation::new);
            version::set_deprecation(conn, latest, deprecation.as_ref())?;
            package::set_latest(conn, id, Some(latest), 2, None)?;
        }
        let (deprecated, unstable) = (Property::Deprecated, Property::Unstable);
        for (is, not, expected) in [
            (vec![unstable], vec![], &["early", "left", "rc", "zero"][..]),
            (vec![deprecated], vec![], &["left", "old"]),
            (vec![deprecated, unstable], vec![], &["left"]),
            (vec![unstable], vec![deprecated], &["early", "rc", "zero"]),
            (vec![unstable], vec![unstable], &[]),
            (vec![], vec![unstable], &["first", "old"]),
            (vec![], vec![deprecated, unstable], &["first"]),
        ] {
            let mut query = SearchQuery {
                is,
                not,
                ..words("thing")
            };
            assert_eq!(set(conn, &query), expected, "{query:?}");
            // Counted and paged as filtered.
            let (page, total) = search::search(conn, &Viewer::ANONYMOUS, &query, 1, 1)?;
            assert_eq!(total as usize, expected.len(), "{query:?}");
            assert_eq!(page.len(), usize::from(expected.len() > 1), "{query:?}");
            // What packages are can be asked alone, what they are not cannot.
            query.words.clear();
            let alone: &[&str] = if query.is.is_empty() { &[] } else { expected };
            assert_eq!(set(conn, &query), alone, "{query:?}");
        }
        Ok(())
    })
    .await;
}

async fn nothing_asked_is_nothing_found(database: TestDatabase) {
    with(&database.db, |conn| {
        user(conn, "acme");
        publish(conn, "acme", "one", "text", &[]);
        let only_format = SearchQuery {
            format: Some(NPM),
            ..SearchQuery::default()
        };
        assert_eq!(found(conn, &SearchQuery::default()).len(), 0);
        assert_eq!(found(conn, &only_format).len(), 0);
        Ok(())
    })
    .await;
}

async fn no_text_is_query_syntax(database: TestDatabase) {
    with(&database.db, |conn| {
        user(conn, "acme");
        publish(
            conn,
            "acme",
            "one",
            "it's \"quoted\" \\ and:odd & (more) | 'less'",
            &["a'b\\"],
        );
        for text in [
            "\"",
            "'",
            "*",
            "one\"",
            "one'",
            "\\",
            "one\\",
            ":*",
            "(",
            "one OR",
            "NOT one",
            "one NEAR",
            "name:one",
            "one & !",
            "<->",
            "-one",
            "^one",
            "%",
            "_",
            "one; DROP TABLE",
            "{name}",
            "one\0",
            "' OR 1=1 --",
            "𝔘𝔫𝔦",
        ] {
            let whole = SearchQuery {
                words: vec![text.to_owned()],
                ..SearchQuery::default()
            };
            let keyword = SearchQuery {
                keywords: vec![text.to_owned()],
                owner_key: Some(text.to_owned()),
                publishers: vec![text.to_owned()],
                ..SearchQuery::default()
            };
            found(conn, &words(text));
            found(conn, &whole);
            assert_eq!(found(conn, &keyword).len(), 0, "{text}");
        }
        for text in [
            "one\"", "one\\", "-one", "^one", "quoted", "it's", "\"quoted", "'less'",
        ] {
            assert_eq!(found(conn, &words(text)), ["one"], "{text}");
        }
        for text in ["NOT one", "one OR", "name:one", "_", "%"] {
            assert_eq!(found(conn, &words(text)).len(), 0, "{text}");
        }
        Ok(())
    })
    .await;
}

async fn what_is_hidden_counts_on_no_page(database: TestDatabase) {
    with(&database.db, |conn| {
        let ada = user(conn, "ada");
        let mut shown = Vec::new();
        for n in 0..9 {
            let id = publish(conn, "ada", &format!("tool-{n}"), "same text", &[]);
            if n % 3 == 0 {
                package::set_visibility(conn, id, false, Visibility::Private)?;
            } else {
                shown.push(id);
            }
        }
        let mut page = |viewer: &Viewer, offset, limit| {
            let (page, total) =
                search::search(conn, viewer, &words("tool"), offset, limit).unwrap();
            let ids: Vec<_> = page.into_iter().map(|record| record.package.id).collect();
            (ids, total)
        };
        assert_eq!(page(&Viewer::ANONYMOUS, 0, 4), (shown[..4].to_vec(), 6));
        assert_eq!(page(&Viewer::ANONYMOUS, 4, 4), (shown[4..].to_vec(), 6));
        assert_eq!(page(&Viewer::ANONYMOUS, 8, 4), (Vec::new(), 6));
        let owner = Viewer {
            account: Some(ada),
            ..Viewer::ANONYMOUS
        };
        assert_eq!(page(&owner, 0, 1).1, 9);
        assert_eq!(page(&Viewer::SYSTEM, 0, 1).1, 9);
        Ok(())
    })
    .await;
}

async fn a_document_follows_its_package(database: TestDatabase) {
    with(&database.db, |conn| {
        user(conn, "acme");
        let id = publish(conn, "acme", "one", "first", &[]);
        document(conn, id, "one", "second", &["new"]);
        assert_eq!(found(conn, &words("first")).len(), 0);
        assert_eq!(found(conn, &words("second")), ["one"]);
        package::set_latest(conn, id, None, 0, None)?;
        assert_eq!(found(conn, &words("second")).len(), 0);
        package::set_latest(conn, id, None, 1, None)?;
        package::mark_deleted(conn, id, at(1))?;
        assert_eq!(found(conn, &words("second")).len(), 0);
        package::mark_restored(conn, id, at(2))?;
        search::delete_document(conn, id)?;
        search::delete_document(conn, id)?;
        assert_eq!(found(conn, &words("second")).len(), 0);
        // Caps: far more words than are kept.
        let long: String = (0..20_000).map(|n| format!("w{n} ")).collect();
        document(conn, id, "one", &long, &[&long]);
        assert_eq!(found(conn, &words("w999")), ["one"]);
        assert_eq!(found(conn, &words("w5000")).len(), 0);
        Ok(())
    })
    .await;
}

async fn names_narrow_and_can_stand_alone(database: TestDatabase) {
    with(&database.db, |conn| {
        user(conn, "acme");
        for name in ["Acme.Tool", "Acme.Tools", "acme_tool", "Other"] {
            publish(conn, "acme", name, "thing", &[]);
        }
        let query = |key: Option<&str>, prefix: Option<&str>| SearchQuery {
            name_key: key.map(str::to_owned),
            name_prefix: prefix.map(str::to_owned),
            by_name: true,
            ..SearchQuery::default()
        };
        for (asked, expected) in [
            (query(Some("acme.tool"), None), &["Acme.Tool"][..]),
            (query(Some("acme.too"), None), &[]),
            (query(None, Some("acme.")), &["Acme.Tool", "Acme.Tools"]),
            (query(None, Some("acme_")), &["acme_tool"]),
            (query(None, Some("%")), &[]),
            (query(None, Some("\\")), &[]),
            (query(None, Some("a\0")), &[]),
        ] {
            assert_eq!(found(conn, &asked), expected, "{asked:?}");
        }
        let camel = publish(conn, "acme", "FooBarJson", "thing", &[]);
        assert!(camel.0 > 0);
        assert_eq!(found(conn, &words("bar")), ["FooBarJson"]);
        Ok(())
    })
    .await;
}

async fn only_versions_that_lists_show_count(database: TestDatabase) {
    with(&database.db, |conn| {
        user(conn, "acme");
        for (name, version, listed, traits) in [
            ("early", "2.0.0-rc.1", true, ""),
            ("gone", "2.0.0", false, ""),
            ("new", "2.0.0", true, "semver2"),
            ("tool", "2.0.0", true, "type:tool"),
        ] {
            let id = publish(conn, "acme", name, "thing", &[]);
            // The version 1.0.0 that is there already is not shown.
            for old in version::list_summaries(conn, id)? {
                version::set_listed(conn, old.id, false)?;
            }
            let mut new = new_version(id, version);
            (new.listed, new.traits) = (listed, Traits::of([traits]));
            version::insert_version(conn, &new, at(1))?;
        }
        let query = |prereleases: bool, with: &str, without: &str| SearchQuery {
            shown: Some(Shown {
                prereleases,
                with: with.split_whitespace().map(str::to_owned).collect(),
                without: Some(without.to_owned()).filter(|name| !name.is_empty()),
            }),
            by_name: true,
            ..words("thing")
        };
        for (asked, expected) in [
            (query(false, "", ""), &["new", "tool"][..]),
            (query(true, "", ""), &["early", "new", "tool"]),
            (query(true, "", "semver2"), &["early", "tool"]),
            (query(false, "type:tool", "semver2"), &["tool"]),
            (query(false, "type:tool type:other", "semver2"), &["tool"]),
            (query(true, "type:too", ""), &[]),
            (query(true, "type\0", ""), &[]),
            (query(true, "type:t__l", ""), &[]),
        ] {
            assert_eq!(found(conn, &asked), expected, "{asked:?}");
        }
        Ok(())
    })
    .await;
}
