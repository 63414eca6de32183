//! The whole table of `management-api.md` §3, as `design.md` §3 changes it.

use super::*;

const SCOPES_ALL: [Scope; 3] = Scope::ALL;

fn account(standing: Standing, scopes: Option<&[Scope]>) -> ActorFacts {
    let token = scopes.map(|scopes| TokenFacts {
        scopes: Scopes::of(scopes),
        covers: true,
    });
    ActorFacts::Account {
        site_admin: false,
        standing,
        token,
        stated: None,
    }
}

fn live(visibility: Visibility, role: Option<Role>) -> ObjectFacts {
    ObjectFacts::Live(AccessFacts { visibility, role })
}

fn check(actor: ActorFacts, object: ObjectFacts, expected: [&str; 7]) {
    let given = Action::ALL.map(|action| match decide(&Facts { actor, object }, action) {
        Decision::Allow => "allow",
        Decision::Deny(_) => "deny",
        Decision::Hide => "hide",
    });
    assert_eq!(given, expected, "{actor:?} on {object:?}");
}

const HIDDEN: [&str; 7] = ["hide"; 7];
/// Read only; the rest is denied. Restore of a thing that is not deleted hides for everyone.
const READS: [&str; 7] = ["allow", "deny", "deny", "deny", "deny", "hide", "deny"];
const WRITES: [&str; 7] = ["allow", "allow", "allow", "allow", "deny", "hide", "deny"];
const ADMINS: [&str; 7] = ["allow", "allow", "allow", "allow", "allow", "hide", "allow"];
const SEES_ONLY: [&str; 7] = ["allow", "deny", "deny", "deny", "deny", "hide", "deny"];

#[test]
fn roles_on_a_live_object() {
    use Visibility::{Internal, Private, Public};
    for role in [None, Some(Role::Read), Some(Role::Write), Some(Role::Admin)] {
        for visibility in Visibility::ALL {
            let object = live(visibility, role);
            let by_role = match role {
                Some(Role::Admin) => ADMINS,
                Some(Role::Write) => WRITES,
                Some(Role::Read) => READS,
                None if visibility == Private => HIDDEN,
                None => SEES_ONLY,
            };
            for standing in [Standing::Stranger, Standing::Member] {
                check(account(standing, None), object, by_role);
                check(account(standing, Some(&SCOPES_ALL)), object, by_role);
            }
            check(account(Standing::Owner, None), object, ADMINS);
            let site_admin = ActorFacts::Account {
                site_admin: true,
                standing: Standing::Stranger,
                token: None,
                stated: None,
            };
            check(site_admin, object, ADMINS);
        }
    }
    check(ActorFacts::Anonymous, live(Public, None), SEES_ONLY);
    check(ActorFacts::Anonymous, live(Internal, None), HIDDEN);
    check(ActorFacts::Anonymous, live(Private, None), HIDDEN);
}

#[test]
fn scopes_narrow_even_an_owner() {
    use Scope::{DeletePackages as D, ReadPackages as R, WritePackages as W};
    let private = live(Visibility::Private, None);
    let public = live(Visibility::Public, None);
    let cases: [(&[Scope], [&str; 7], [&str; 7]); 5] = [
        (&[], HIDDEN, SEES_ONLY),
        (&[R], READS, READS),
        (
            &[W],
            ["allow", "allow", "allow", "allow", "deny", "hide", "allow"],
            ["allow", "allow", "allow", "allow", "deny", "hide", "allow"],
        ),
        (
            &[R, D],
            ["allow", "deny", "deny", "deny", "allow", "hide", "deny"],
            ["allow", "deny", "deny", "deny", "allow", "hide", "deny"],
        ),
        // Deleting does not imply reading.
        (&[D], HIDDEN, SEES_ONLY),
    ];
    for (scopes, on_private, on_public) in cases {
        check(account(Standing::Owner, Some(scopes)), private, on_private);
        check(account(Standing::Owner, Some(scopes)), public, on_public);
    }
}

#[test]
fn a_token_limited_to_other_things_sees_what_is_public_and_no_more() {
    let token = TokenFacts {
        scopes: Scopes::all(),
        covers: false,
    };
    let actor = ActorFacts::Account {
        site_admin: true,
        standing: Standing::Owner,
        token: Some(token),
        stated: None,
    };
    check(
        actor,
        live(Visibility::Public, Some(Role::Admin)),
        SEES_ONLY,
    );
    check(actor, live(Visibility::Internal, Some(Role::Admin)), HIDDEN);
    check(actor, live(Visibility::Private, Some(Role::Admin)), HIDDEN);
}

#[test]
fn creating_needs_a_place_in_the_owner() {
    let open = ObjectFacts::Absent {
        members_create: true,
    };
    let closed = ObjectFacts::Absent {
        members_create: false,
    };
    let creates = ["hide", "allow", "allow", "hide", "hide", "hide", "hide"];
    check(account(Standing::Owner, None), closed, creates);
    check(account(Standing::Member, None), open, creates);
    check(account(Standing::Member, None), closed, HIDDEN);
    check(account(Standing::Stranger, None), open, HIDDEN);
    check(ActorFacts::Anonymous, open, HIDDEN);
    // A member's read-only token must not tell a free name from a hidden package.
    check(
        account(Standing::Member, Some(&[Scope::ReadPackages])),
        open,
        HIDDEN,
    );
    let told = ["hide", "deny", "deny", "hide", "hide", "hide", "hide"];
    check(
        account(Standing::Owner, Some(&[Scope::ReadPackages])),
        open,
        told,
    );
}

#[test]
fn deleted_things_are_there_for_restore_alone() {
    let restore = ["hide", "hide", "hide", "hide", "hide", "allow", "hide"];
    for visibility in Visibility::ALL {
        for role in [None, Some(Role::Read), Some(Role::Write)] {
            let object = ObjectFacts::Deleted(AccessFacts { visibility, role });
            check(account(Standing::Member, None), object, HIDDEN);
            check(ActorFacts::Anonymous, object, HIDDEN);
            check(account(Standing::Owner, None), object, restore);
        }
        let object = ObjectFacts::Deleted(AccessFacts {
            visibility,
            role: Some(Role::Admin),
        });
        check(
            account(Standing::Stranger, Some(&SCOPES_ALL)),
            object,
            restore,
        );
    }
}

#[test]
fn nothing_can_be_done_nowhere() {
    for actor in [
        ActorFacts::Anonymous,
        ActorFacts::System,
        account(Standing::Stranger, None),
        account(Standing::Stranger, Some(&SCOPES_ALL)),
    ] {
        check(actor, ObjectFacts::Nowhere, HIDDEN);
    }
}

#[test]
fn the_servers_own_commands_may_do_everything() {
    check(
        ActorFacts::System,
        live(Visibility::Private, None),
        ["allow"; 7],
    );
    let deleted = ObjectFacts::Deleted(AccessFacts {
        visibility: Visibility::Private,
        role: None,
    });
    let restore = ["hide", "hide", "hide", "hide", "hide", "allow", "hide"];
    check(ActorFacts::System, deleted, restore);
}

#[test]
fn denials_say_what_is_missing() {
    let ask = |actor, object, action| decide(&Facts { actor, object }, action);
    let reader = live(Visibility::Private, Some(Role::Read));
    let given = ask(account(Standing::Member, None), reader, Action::Publish);
    assert_eq!(given, Decision::Deny(Denial::Role(Role::Write)));
    let narrow = account(Standing::Owner, Some(&[Scope::ReadPackages]));
    let given = ask(narrow, reader, Action::Publish);
    assert_eq!(given, Decision::Deny(Denial::Scope(Scope::WritePackages)));
    let elsewhere = ActorFacts::Account {
        site_admin: false,
        standing: Standing::Owner,
        token: Some(TokenFacts {
            scopes: Scopes::all(),
            covers: false,
        }),
        stated: None,
    };
    let given = ask(elsewhere, live(Visibility::Public, None), Action::Publish);
    assert_eq!(given, Decision::Deny(Denial::Limit));
}

/// What an access token states narrows what is allowed by right, and nothing else changes.
#[test]
fn an_access_token_is_an_upper_bound() {
    let holder = |standing, stated: &[Action]| ActorFacts::Account {
        site_admin: false,
        standing,
        token: None,
        stated: Some(Actions::of(stated)),
    };
    let (public, private) = (
        live(Visibility::Public, None),
        live(Visibility::Private, None),
    );
    let check = |actor, object, action, expected| {
        let facts = Facts { actor, object };
        assert_eq!(decide(&facts, action), expected, "{facts:?} {action:?}");
    };
    let unstated = Decision::Deny(Denial::Unstated);
    let owner = holder(Standing::Owner, &[Action::Read]);
    check(owner, private, Action::Read, Decision::Allow);
    check(owner, private, Action::Publish, unstated);
    check(owner, private, Action::Delete, unstated);
    let empty = holder(Standing::Owner, &[]);
    check(empty, private, Action::Read, unstated);
    check(empty, public, Action::Read, Decision::Allow);
    let absent = ObjectFacts::Absent {
        members_create: true,
    };
    check(empty, absent, Action::Publish, unstated);
    let greedy = holder(Standing::Stranger, &Action::ALL);
    check(greedy, private, Action::Read, Decision::Hide);
    check(
        greedy,
        public,
        Action::Publish,
        Decision::Deny(Denial::Role(Role::Write)),
    );
    check(greedy, absent, Action::Publish, Decision::Hide);
}
