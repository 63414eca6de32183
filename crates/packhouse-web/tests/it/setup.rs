//! The first account.

use packhouse_core::actor::Client;

use crate::browser::Browser;
use crate::world::{PASSWORD, World};

const GOOD: [(&str, &str); 4] = [
    ("name", "Founder"),
    ("password", PASSWORD),
    ("password_again", PASSWORD),
    ("email", "founder@registry.example"),
];

#[actix_web::test]
async fn the_first_account_is_made_once() {
    let world = World::new().await;
    let secret = world.setup_secret().await;
    let path = format!("/setup/{secret}");
    let mut browser = Browser::new(&world);

    let answer = browser.fill(&path, &GOOD).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    assert_eq!(answer.header("location"), Some("/"));
    let home = browser.get("/").await;
    assert!(
        home.text.contains("http://registry.example/npm/"),
        "{}",
        home.text
    );
    assert!(
        home.text.contains("packhouse admin token create Founder "),
        "{}",
        home.text
    );
    assert!(
        home.text.contains("npm login --scope=@founder "),
        "{}",
        home.text
    );

    let proved = world
        .registry()
        .prove("founder", PASSWORD.into(), &Client::default())
        .await;
    let account = proved.unwrap().account;
    assert!(account.site_admin);
    assert_eq!(account.email.as_deref(), Some("founder@registry.example"));

    let mut other = Browser::new(&world);
    assert_eq!(other.get(&path).await.status, 404);
    // A form opened before, sent after: the token is right, the address is used.
    let csrf = other.get("/login").await.csrf();
    let mut late = GOOD.to_vec();
    late.extend([("csrf", csrf.as_str())]);
    let late = other.post(&path, &late).await;
    assert_eq!(late.status, 404);
    assert!(
        late.text.contains("does not work (any more)"),
        "{}",
        late.text
    );
    assert!(late.text.contains("href=\"/\""), "{}", late.text);
}

#[actix_web::test]
async fn what_is_wrong_is_said_above_the_same_form() {
    let world = World::new().await;
    let secret = world.setup_secret().await;
    let path = format!("/setup/{secret}");
    let mut browser = Browser::new(&world);
    for (field, value, told) in [
        ("name", "no--name", "Bad account name"),
        ("name", "login", "reserved"),
        (
            "password_again",
            "something else",
            "The two passwords differ",
        ),
        ("email", "nowhere", "This is no e-mail address"),
    ] {
        let mut fields = GOOD;
        fields
            .iter_mut()
            .filter(|(name, _)| *name == field)
            .for_each(|pair| pair.1 = value);
        let answer = browser.fill(&path, &fields).await;
        assert_eq!(answer.status, 400, "{field} {value}");
        assert!(answer.text.contains(told), "{told}: {}", answer.text);
        assert!(
            answer.text.contains("name=\"password_again\""),
            "{}",
            answer.text
        );
        assert!(!answer.text.contains(PASSWORD), "{}", answer.text);
    }
    let short = [
        ("name", "a"),
        ("password", "short"),
        ("password_again", "short"),
    ];
    let answer = browser.fill(&path, &short).await;
    assert_eq!(answer.status, 400);
    assert!(
        answer.text.contains("8 to 1024 characters"),
        "{}",
        answer.text
    );
    assert!(world.registry().setup_is_open(&secret).await.unwrap());
}

#[actix_web::test]
async fn a_wrong_secret_is_not_found() {
    let world = World::new().await;
    world.setup_secret().await;
    assert_eq!(Browser::new(&world).get("/setup/guessed").await.status, 404);
}
