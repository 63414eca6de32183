//! What the log tells, and what it must not.

use packhouse_core::actor::Client;
use std::io;
use std::sync::{Arc, Mutex};

use packhouse_registry::login::Asking;
use tracing::Level;

use crate::browser::Browser;
use crate::world::{PASSWORD, World};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[actix_web::test]
async fn secrets_are_not_logged() {
    let log = Log::default();
    let writer = log.clone();
    // For all threads: the database has some of its own.
    tracing_subscriber::fmt()
        .with_max_level(Level::TRACE)
        .with_writer(move || writer.clone())
        .init();
    let world = World::new().await;
    let secret = world.setup_secret().await;
    let mut browser = Browser::new(&world);
    let setup = [
        ("name", "founder"),
        ("password", "a password of the log test"),
        ("password_again", "a password of the log test"),
        ("email", "log@registry.example"),
    ];
    assert_eq!(
        browser
            .fill(&format!("/setup/{secret}"), &setup)
            .await
            .status,
        303
    );
    let session = browser.cookies["packhouse_session"].clone();
    let csrf = browser.get("/").await.csrf();
    let login = world
        .registry()
        .begin_cli_login(&Client::default(), Asking::default())
        .await
        .unwrap();
    let path = format!("/login/cli/{}", login.page);
    assert_eq!(
        browser.fill(&path, &[("answer", "confirm")]).await.status,
        200
    );
    let gone = browser.get(&path).await;
    assert_eq!(gone.status, 404);
    let wrong = [("name", "founder"), ("password", PASSWORD)];
    let mut other = Browser::new(&world);
    assert_eq!(other.fill("/login", &wrong).await.status, 401);

    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for told in [
        "POST /setup/{secret} 303",
        "POST /login/cli/{page} 200",
        "POST /login 401",
        "founder",
    ] {
        assert!(text.contains(told), "{told}: {text}");
    }
    let secrets = [
        secret.as_str(),
        &session,
        &csrf,
        &login.page,
        &login.poll,
        "a password of the log test",
        "log@registry.example",
    ];
    for secret in secrets {
        assert!(!text.contains(secret), "{secret} is in the log");
    }
}
