//! What every page refuses.

use actix_web::test::TestRequest;

use crate::browser::Browser;
use crate::world::{PASSWORD, World};

#[actix_web::test]
async fn forms_from_elsewhere_are_refused() {
    let world = World::new().await;
    world.user("someone").await;
    let secret = "0123456789012345678901234567890123456789012";
    let fields = [
        ("name", "someone"),
        ("password", PASSWORD),
        ("csrf", secret),
    ];

    // No cookie; another cookie; a cookie of another form than ours.
    let mut browser = Browser::new(&world);
    assert_eq!(browser.post("/login", &fields).await.status, 403);
    browser.get("/login").await;
    assert_eq!(browser.post("/login", &fields).await.status, 403);
    browser.cookies.insert("packhouse_form".into(), "x".into());
    let short = [("name", "someone"), ("password", PASSWORD), ("csrf", "x")];
    let answer = browser.post("/login", &short).await;
    assert_eq!(answer.status, 403);
    assert!(answer.text.contains("href=\"/login\""), "{}", answer.text);

    let open = world.registry().renew_setup_secret().await.unwrap();
    assert_eq!(open, None);
    assert_eq!(browser.post("/setup/x", &short).await.status, 403);

    // The right token with an origin that is not ours, and with one that is.
    for (name, value, expected) in [
        ("origin", "https://other.example", 403),
        ("sec-fetch-site", "cross-site", 403),
        ("sec-fetch-site", "same-site", 403),
        ("origin", "null", 303),
        ("origin", "http://registry.example", 303),
        ("sec-fetch-site", "same-origin", 303),
    ] {
        let mut browser = Browser::new(&world);
        let csrf = browser.get("/login").await.csrf();
        let fields = [("name", "someone"), ("password", PASSWORD), ("csrf", &csrf)];
        let request = TestRequest::post()
            .uri("/login")
            .insert_header((name, value))
            .set_form(fields);
        assert_eq!(
            browser.send(request).await.status,
            expected,
            "{name}: {value}"
        );
    }
}

#[actix_web::test]
async fn bodies_have_a_limit_and_a_type() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let long = "a".repeat(64 * 1024);
    assert_eq!(browser.fill("/login", &[("name", &long)]).await.status, 413);
    let json = TestRequest::post().uri("/login").set_json("{}");
    assert_eq!(browser.send(json).await.status, 400);
}

#[actix_web::test]
async fn wrong_methods_are_told_the_right_ones() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let answer = browser.get("/logout").await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("allow")),
        (405, Some("POST"))
    );
    let answer = browser.send(TestRequest::delete().uri("/login")).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("allow")),
        (405, Some("GET, HEAD, POST"))
    );
    assert_eq!(
        browser
            .send(TestRequest::default().uri("/login"))
            .await
            .status,
        200
    );
}

#[actix_web::test]
async fn styles_are_kept_by_browsers() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let page = browser.get("/").await;
    let href = page
        .between("<link rel=\"stylesheet\" href=\"", "\"")
        .unwrap();
    let answer = browser.get(&href).await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("content-type"),
        Some("text/css; charset=utf-8")
    );
    assert_eq!(
        answer.header("cache-control"),
        Some("public, max-age=31536000, immutable")
    );
    let plain = browser.get("/static/style.css").await;
    assert_eq!(plain.header("cache-control"), Some("no-cache"));
    let etag = plain.header("etag").unwrap().to_owned();
    let known = TestRequest::get()
        .uri("/static/style.css")
        .insert_header(("if-none-match", etag));
    assert_eq!(browser.send(known).await.status, 304);
    let icon = page.between("<link rel=\"icon\" href=\"", "\"").unwrap();
    assert_eq!(
        browser.get(&icon).await.header("content-type"),
        Some("image/svg+xml")
    );
    for missing in [
        "/static/none.css",
        "/static/..%2Ftemplates%2Fbase.html",
        "/static/",
    ] {
        assert_eq!(browser.get(missing).await.status, 404, "{missing}");
    }
}
