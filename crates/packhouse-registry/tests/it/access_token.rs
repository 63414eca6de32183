//! Access tokens: upper bounds, bound to a credential that is looked up each time.

use chrono::TimeDelta;
use packhouse_core::actor::{Actor, Client};
use packhouse_core::error::ErrorKind;
use packhouse_core::permission::{Action, Actions};
use packhouse_core::token::TokenLimits;
use packhouse_registry::Error;
use packhouse_registry::access_token::{GRACE, LIFETIME, Wanted, Wish};
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::world::{Push, World, content, refused};

on_both_engines!(
    it_states_what_was_asked_and_allowed,
    it_is_good_for_what_it_states,
    it_speaks_for_packages_alone,
    it_ends_with_its_credential,
    it_ends_by_itself_and_uploads_go_on_a_little,
    nobody_in_particular_has_one_too,
    it_cannot_be_made_up,
);

const PULL: &[Action] = &[Action::Read];
const PUSH: &[Action] = &[Action::Publish];

fn wish(name: &str, wanted: &[&'static [Action]]) -> Wish {
    Wish {
        address: content(name),
        wanted: wanted
            .iter()
            .map(|actions| Wanted {
                states: Actions::of(actions),
                when: actions,
            })
            .collect(),
    }
}

async fn issue(world: &World, actor: &Actor, wishes: Vec<Wish>) -> (String, Vec<Vec<bool>>) {
    let made = world
        .registry
        .issue_access_token(actor, content("a/b").format, false, wishes)
        .await
        .unwrap();
    assert_eq!(made.expires_in, LIFETIME);
    (made.text, made.granted)
}

async fn bearer(world: &World, text: &str, going_on: bool) -> Result<Actor, Error> {
    world
        .registry
        .authenticate_any(text, &world.client, going_on)
        .await
}

async fn it_states_what_was_asked_and_allowed(database: TestDatabase) {
    let world = World::new(database);
    let (ada, eve) = (world.user("ada").await, world.user("eve").await);
    world
        .push(&ada, "ada/x", Push::new("one", &["1"]))
        .await
        .unwrap();
    let wishes = || {
        vec![
            wish("ada/x", &[PULL, PUSH]),
            wish("ada/new", &[PULL, PUSH]),
            wish("nobody/x", &[PULL, PUSH]),
        ]
    };
    let all = world
        .token("ada", "write:packages", TokenLimits::default())
        .await;
    let reads = world
        .token("ada", "read:packages", TokenLimits::default())
        .await;
    let eves = world
        .token("eve", "write:packages", TokenLimits::default())
        .await;
    let nothing = vec![vec![false, false]; 3];
    for (actor, granted) in [
        (
            &all,
            vec![vec![true, true], vec![false, true], vec![false, false]],
        ),
        (
            &reads,
            vec![vec![true, false], vec![false, false], vec![false, false]],
        ),
        (&eves, nothing.clone()),
        (&Actor::Anonymous, nothing),
    ] {
        assert_eq!(issue(&world, actor, wishes()).await.1, granted);
    }
    drop(eve);
}

async fn it_is_good_for_what_it_states(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    for name in ["ada/x", "ada/y"] {
        world
            .push(&ada, name, Push::new("one", &["1"]))
            .await
            .unwrap();
    }
    let token = world
        .token("ada", "write:packages", TokenLimits::default())
        .await;
    let (text, _) = issue(&world, &token, vec![wish("ada/x", &[PULL])]).await;
    let actor = bearer(&world, &text, false).await.unwrap();
    let ask = async |name: &str, action| {
        let asked = world
            .registry
            .authorize(&actor, &content(name), action)
            .await;
        asked.map(drop)
    };
    ask("ada/x", Action::Read).await.unwrap();
    for (name, action) in [
        ("ada/x", Action::Publish),
        ("ada/y", Action::Read),
        ("ada/new", Action::Publish),
    ] {
        let refusal = ask(name, action).await;
        assert!(matches!(refusal, Err(Error::Unstated { .. })), "{name}");
        assert_eq!(refused(refusal), ErrorKind::Unauthenticated);
    }
    // What the account may not do anyway is refused as ever.
    let refusal = ask("ada/x", Action::Delete).await;
    assert_eq!(refused(refusal), ErrorKind::Forbidden);
    let refusal = ask("nobody/x", Action::Read).await;
    assert_eq!(refused(refusal), ErrorKind::NotFound);
}

async fn it_ends_with_its_credential(database: TestDatabase) {
    let world = World::new(database);
    world.user("ada").await;
    let token = world
        .token("ada", "write:packages", TokenLimits::default())
        .await;
    let (by_token, _) = issue(&world, &token, vec![]).await;
    bearer(&world, &by_token, false).await.unwrap();
    let id = token.token().unwrap();
    world
        .registry
        .revoke_token(&Actor::System, &world.client, id)
        .await
        .unwrap();
    assert!(matches!(
        bearer(&world, &by_token, false).await,
        Err(Error::BadCredential)
    ));
    // The same for a password.
    let hash = async |hash: &'static str| {
        let id = world.account_id("ada").await;
        world
            .db(move |conn| packhouse_db::account::set_password_hash(conn, id, hash))
            .await;
    };
    hash("one").await;
    let session = world.session_of("ada").await;
    let (by_password, _) = issue(&world, &session, vec![]).await;
    bearer(&world, &by_password, false).await.unwrap();
    hash("two").await;
    assert!(matches!(
        bearer(&world, &by_password, false).await,
        Err(Error::BadCredential)
    ));
    let (by_password, _) = issue(&world, &session, vec![]).await;
    bearer(&world, &by_password, false).await.unwrap();
    let id = world.account_id("ada").await;
    world
        .db(move |conn| packhouse_db::account::set_disabled(conn, id, true))
        .await;
    assert!(matches!(
        bearer(&world, &by_password, false).await,
        Err(Error::BadCredential)
    ));
}

async fn it_ends_by_itself_and_uploads_go_on_a_little(database: TestDatabase) {
    let world = World::new(database);
    world.user("ada").await;
    let token = world
        .token("ada", "write:packages", TokenLimits::default())
        .await;
    let (text, _) = issue(&world, &token, vec![]).await;
    world.clock.advance(TimeDelta::seconds(LIFETIME - 1));
    bearer(&world, &text, false).await.unwrap();
    world.clock.advance(TimeDelta::seconds(1));
    assert!(matches!(
        bearer(&world, &text, false).await,
        Err(Error::BadCredential)
    ));
    world.clock.advance(TimeDelta::seconds(GRACE - 1));
    bearer(&world, &text, true).await.unwrap();
    world.clock.advance(TimeDelta::seconds(1));
    assert!(matches!(
        bearer(&world, &text, true).await,
        Err(Error::BadCredential)
    ));
}

async fn nobody_in_particular_has_one_too(database: TestDatabase) {
    let world = World::new(database);
    let (text, _) = issue(&world, &Actor::Anonymous, vec![]).await;
    let actor = bearer(&world, &text, false).await.unwrap();
    assert!(matches!(actor, Actor::Anonymous));
    // Replicas take each other's.
    let other = world.replica();
    let client = Client::default();
    other.authenticate_any(&text, &client, false).await.unwrap();
}

async fn it_cannot_be_made_up(database: TestDatabase) {
    let world = World::new(database);
    world.user("ada").await;
    let token = world
        .token("ada", "write:packages", TokenLimits::default())
        .await;
    let (text, _) = issue(&world, &token, vec![]).await;
    let (body, sum) = text.split_once('.').unwrap();
    let (other, _) = issue(&world, &Actor::Anonymous, vec![]).await;
    let (other_body, _) = other.split_once('.').unwrap();
    for forged in [
        format!("{other_body}.{sum}"),
        format!("{body}."),
        body.to_owned(),
        format!("{body}.{}", &sum[1..]),
        "pka_".to_owned(),
        "pka_.".to_owned(),
        "pka_???.???".to_owned(),
    ] {
        let refusal = bearer(&world, &forged, false).await;
        assert!(matches!(refusal, Err(Error::BadCredential)), "{forged}");
    }
}

async fn it_speaks_for_packages_alone(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.site_admin("ada").await;
    world
        .push(&ada, "ada/x", Push::new("one", &["1"]))
        .await
        .unwrap();
    let (registry, client) = (&world.registry, &world.client);
    let token = world
        .token("ada", "write:packages", TokenLimits::default())
        .await;
    for actor in [&ada, &token] {
        let (text, _) = issue(&world, actor, vec![wish("ada/x", &[PULL])]).await;
        let bearer = bearer(&world, &text, false).await;
        // Made from a session it has no password to stand for.
        let Ok(bearer) = bearer else { continue };
        let least = packhouse_core::permission::Standing::Stranger;
        let owner = registry.authorize_owner(&bearer, "ada", least).await;
        assert_eq!(refused(owner), ErrorKind::NotFound);
        let keys = registry.owner_keys(&bearer, "ada").await;
        assert_eq!(refused(keys), ErrorKind::NotFound);
        let another = world
            .token("ada", "read:packages", TokenLimits::default())
            .await;
        let id = another.token().unwrap();
        let revoked = registry.revoke_token(&bearer, client, id).await;
        assert_eq!(refused(revoked), ErrorKind::Forbidden);
        let names = registry
            .readable_names(&bearer, content("a/b").format, None, 10)
            .await;
        assert_eq!(names.unwrap(), Vec::<String>::new());
    }
}
