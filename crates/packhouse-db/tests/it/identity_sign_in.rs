//! Tokens, sessions, logins and their failures.

use chrono::TimeDelta;
use packhouse_core::id::{AccountId, PackageId, TokenId};
use packhouse_core::token::{Scope, Scopes, TokenLimits};
use packhouse_db::cli_login::{NewCliLogin, Poll};
use packhouse_db::token::NewToken;
use packhouse_db::{DbError, account, cli_login, session, sign_in_failure, token};
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::identity_account::user;
use crate::package_rows::{at, with};

on_both_engines!(
    a_token_comes_back_as_it_went,
    tokens_are_listed_until_revoked,
    uses_of_tokens_never_go_back,
    sessions_end,
    a_confirmed_login_is_fetched_once,
    failures_count_within_their_window,
);

fn new_token(account: AccountId, hash: &str) -> NewToken {
    NewToken {
        account,
        name: format!("for {hash}"),
        hash: hash.to_owned(),
        first4: "abcd".to_owned(),
        last4: "wxyz".to_owned(),
        scopes: Scopes::of(&[Scope::ReadPackages, Scope::DeletePackages]),
        limits: TokenLimits::default(),
        expires_at: None,
    }
}

async fn a_token_comes_back_as_it_went(test: TestDatabase) {
    let (ada, new) = with(&test.db, |conn| {
        let ada = user(conn, "ada");
        let mut new = new_token(ada, "h1");
        new.expires_at = Some(at(500));
        new.limits.packages = vec![PackageId(7)];
        new.limits.addresses = vec!["10.0.0.0/8".parse().unwrap()];
        let made = token::insert_token(conn, &new, at(1))?;
        assert!(token::find_token_by_hash(conn, "h2")?.is_none());
        let found = token::find_token_by_hash(conn, "h1")?.unwrap();
        assert_eq!((found.token.id, found.token.account), (made.id, ada));
        assert_eq!((found.account.id, found.revoked), (ada, false));
        assert_eq!(found.token.name, "for h1");
        assert_eq!(found.token.last4, "wxyz");
        assert_eq!(
            (found.token.scopes, &found.token.limits),
            (new.scopes, &new.limits)
        );
        assert_eq!(
            (found.token.created_at, found.token.expires_at),
            (at(1), Some(at(500)))
        );
        assert_eq!(found.token.last_used_at, None);
        account::set_disabled(conn, ada, true)?;
        assert!(
            token::find_token_by_hash(conn, "h1")?
                .unwrap()
                .account
                .disabled
        );
        assert!(token::find_token(conn, TokenId(99))?.is_none());
        Ok((ada, new))
    })
    .await;
    let again = test
        .db
        .write(move |conn| token::insert_token(conn, &new, at(2)))
        .await;
    assert!(matches!(again, Err(DbError::Duplicate(_))), "{again:?}");
    let count = test
        .db
        .read(move |conn| token::count_tokens(conn, ada))
        .await;
    assert_eq!(count.unwrap(), 1);
}

async fn tokens_are_listed_until_revoked(test: TestDatabase) {
    with(&test.db, |conn| {
        let (ada, bob) = (user(conn, "ada"), user(conn, "bob"));
        let mut ids = Vec::new();
        for hash in ["a", "b", "c", "d"] {
            ids.push(token::insert_token(conn, &new_token(ada, hash), at(0))?.id);
        }
        token::insert_token(conn, &new_token(bob, "e"), at(0))?;
        assert!(token::revoke_token(conn, ids[2], at(1))?);
        assert!(!token::revoke_token(conn, ids[2], at(2))?);
        assert!(token::find_token_by_hash(conn, "c")?.unwrap().revoked);
        let (_, revoked) = token::find_token(conn, ids[2])?.unwrap();
        assert!(revoked);
        assert_eq!(token::count_tokens(conn, ada)?, 3);
        let mut pages = Vec::new();
        for offset in [0, 2] {
            let page = token::list_tokens(conn, ada, offset, 2)?;
            pages.push(page.iter().map(|token| token.id).collect::<Vec<_>>());
        }
        assert_eq!(pages, [vec![ids[3], ids[1]], vec![ids[0]]]);
        Ok(())
    })
    .await;
}

async fn uses_of_tokens_never_go_back(test: TestDatabase) {
    with(&test.db, |conn| {
        let ada = user(conn, "ada");
        let first = token::insert_token(conn, &new_token(ada, "a"), at(0))?.id;
        let second = token::insert_token(conn, &new_token(ada, "b"), at(0))?.id;
        token::touch_tokens(
            conn,
            &[(second, at(20)), (first, at(10)), (TokenId(99), at(1))],
        )?;
        token::touch_tokens(conn, &[(first, at(30)), (second, at(15))])?;
        let used = |found: Option<(packhouse_core::token::Token, bool)>| {
            found.unwrap().0.last_used_at.unwrap()
        };
        assert_eq!(used(token::find_token(conn, first)?), at(30));
        assert_eq!(used(token::find_token(conn, second)?), at(20));
        Ok(())
    })
    .await;
}

async fn sessions_end(test: TestDatabase) {
    with(&test.db, |conn| {
        let (ada, bob) = (user(conn, "ada"), user(conn, "bob"));
        for (hash, who, expires) in [("a", ada, 10), ("b", ada, 90), ("c", bob, 90)] {
            session::insert(conn, hash, who, &format!("csrf-{hash}"), at(0), at(expires))?;
        }
        let (who, csrf) = session::find(conn, "a", at(9))?.unwrap();
        assert_eq!((who.id, csrf.as_str()), (ada, "csrf-a"));
        assert!(session::find(conn, "a", at(10))?.is_none(), "expired");
        assert!(session::find(conn, "d", at(0))?.is_none());
        assert_eq!(session::purge(conn, at(10))?, 1);
        assert!(session::find(conn, "a", at(9))?.is_none(), "purged");
        assert_eq!(session::delete_of_account(conn, ada)?, 1);
        assert!(session::find(conn, "b", at(9))?.is_none());
        assert!(session::delete(conn, "c")?);
        assert!(!session::delete(conn, "c")?);
        Ok(())
    })
    .await;
}

async fn a_confirmed_login_is_fetched_once(test: TestDatabase) {
    with(&test.db, |conn| {
        let ada = user(conn, "ada");
        for name in ["one", "two", "three"] {
            let new = NewCliLogin {
                poll_hash: format!("poll-{name}"),
                page_hash: format!("page-{name}"),
                agent: Some("npm/11".to_owned()),
                address: Some("192.0.2.1".to_owned()),
                hostname: None,
                expires_at: at(60),
            };
            cli_login::insert(conn, &new, at(0))?;
        }
        let shown = cli_login::find_by_page(conn, "page-one", at(1))?.unwrap();
        assert_eq!(shown.agent.as_deref(), Some("npm/11"));
        assert_eq!(shown.address.as_deref(), Some("192.0.2.1"));
        assert_eq!((shown.hostname, shown.account), (None, None));
        assert_eq!((shown.created_at, shown.expires_at), (at(0), at(60)));
        assert!(cli_login::find_by_page(conn, "poll-one", at(1))?.is_none());
        assert!(matches!(
            cli_login::poll(conn, "poll-one", at(1))?,
            Poll::Pending
        ));
        assert!(matches!(
            cli_login::poll(conn, "page-one", at(1))?,
            Poll::Gone
        ));
        assert!(cli_login::confirm(conn, "page-one", ada, at(2))?);
        assert!(
            !cli_login::confirm(conn, "page-one", ada, at(3))?,
            "confirmed already"
        );
        assert!(
            !cli_login::deny(conn, "page-one", at(3))?,
            "confirmed already"
        );
        assert!(!cli_login::deny(conn, "page-three", at(60))?, "expired");
        assert!(cli_login::deny(conn, "page-three", at(3))?);
        assert!(
            !cli_login::deny(conn, "page-three", at(3))?,
            "denied already"
        );
        assert!(matches!(
            cli_login::poll(conn, "poll-three", at(3))?,
            Poll::Gone
        ));
        assert!(matches!(
            cli_login::poll(conn, "poll-two", at(3))?,
            Poll::Pending
        ));
        match cli_login::poll(conn, "poll-one", at(3))? {
            Poll::Confirmed(account, login) => {
                assert_eq!((account, login.account), (ada, Some(ada)));
                assert_eq!(login.agent.as_deref(), Some("npm/11"));
            }
            other => panic!("{other:?}"),
        }
        assert!(matches!(
            cli_login::poll(conn, "poll-one", at(3))?,
            Poll::Gone
        ));

        assert!(
            !cli_login::confirm(conn, "page-two", ada, at(60))?,
            "expired"
        );
        assert!(cli_login::confirm(conn, "page-two", ada, at(59))?);
        assert!(matches!(
            cli_login::poll(conn, "poll-two", at(60))?,
            Poll::Gone
        ));
        assert_eq!(cli_login::purge(conn, at(59))?, 0);
        assert_eq!(cli_login::purge(conn, at(60))?, 1);
        Ok(())
    })
    .await;
}

async fn failures_count_within_their_window(test: TestDatabase) {
    with(&test.db, |conn| {
        let window = TimeDelta::seconds(60);
        for (second, expected) in [(0, 1), (30, 2), (59, 3), (60, 1), (61, 2)] {
            let count = sign_in_failure::record(conn, "ada", at(second), window)?;
            assert_eq!(count, expected, "at {second}");
        }
        assert_eq!(sign_in_failure::failures(conn, "ada", at(119), window)?, 2);
        assert_eq!(sign_in_failure::failures(conn, "ada", at(120), window)?, 0);
        assert_eq!(sign_in_failure::failures(conn, "bob", at(61), window)?, 0);
        sign_in_failure::record(conn, "bob", at(100), window)?;
        assert_eq!(sign_in_failure::purge(conn, at(120), window)?, 1);
        assert_eq!(sign_in_failure::failures(conn, "bob", at(120), window)?, 1);
        sign_in_failure::clear(conn, "bob")?;
        assert_eq!(sign_in_failure::failures(conn, "bob", at(120), window)?, 0);
        Ok(())
    })
    .await;
}
