//! The way of somebody new: start, set-up address, first account, token, publish, install.

use packhouse_e2e::scene::PASSWORD;
use packhouse_e2e::web::Browser;
use packhouse_e2e::{Client, Credential, Project, Seat, Server};

/// Gives the set-up address from what the server printed.
fn set_up_address(server: &Server) -> String {
    let log = server.log();
    let at = log.find("/setup/");
    let at = at.unwrap_or_else(|| panic!("no set-up address is printed:\n{log}"));
    let begin = log[..at].rfind("http://").expect("the address is whole");
    let rest = &log[begin..];
    let end = rest
        .find(|c: char| c.is_whitespace() || c == '"')
        .unwrap_or(rest.len());
    rest[..end].to_owned()
}

#[test]
fn a_newcomer_sets_up_logs_in_publishes_and_installs() {
    let server = Server::start();
    let address = set_up_address(&server);
    assert!(address.starts_with(&server.origin()), "{address}");
    Browser::at(&server).set_up(&address, "ada");

    let seat = Seat::new(Client::Npm11, &server.npm(), &Credential::None);
    let project = Project::package("@ada/hello", "1.0.0");
    let mut npm = seat.talk(&project, &["login", "--auth-type=legacy"]);
    npm.wait_for("sername:");
    npm.answer("ada");
    npm.wait_for("assword:");
    npm.answer(PASSWORD);
    let (status, screen) = npm.finish();
    assert!(status.success(), "{screen}");

    seat.publish(&project, &[]).ok().says("@ada/hello@1.0.0");
    let consumer = Project::consumer(&[("@ada/hello", "^1.0.0")]);
    seat.install(&consumer, &[]).ok();
    assert_eq!(consumer.installed_version("@ada/hello"), "1.0.0");
}

#[test]
fn the_set_up_address_works_once() {
    let mut server = Server::start();
    let first = set_up_address(&server);
    assert!(server.stop().success());
    server.start_again(&[]);
    let log = server.log();
    assert_eq!(log.matches("no account yet").count(), 2, "{log}");
    let second = log
        .rsplit("/setup/")
        .next()
        .expect("there is a second address");
    let secret = second.split(|c: char| c.is_whitespace() || c == '"').next();
    let second = format!("{}/setup/{}", server.origin(), secret.unwrap_or_default());
    assert_ne!(first, second, "each start makes a new address");

    let refused = Browser::at(&server).open(&first).response.status;
    assert!(matches!(refused, 403 | 404 | 410), "{refused}");
    Browser::at(&server).set_up(&second, "ada");
    let refused = Browser::at(&server).open(&second).response.status;
    assert!(matches!(refused, 403 | 404 | 410), "{refused}");
    assert!(server.stop().success());
    server.start_again(&[]);
    assert_eq!(
        server.log().matches("no account yet").count(),
        2,
        "an account exists"
    );
}

#[test]
fn an_account_from_the_command_line_needs_no_page() {
    let server = Server::start();
    let stdin = format!("{PASSWORD}\n");
    let words = ["user", "create", "ada", "--site-admin", "--password-stdin"];
    server.admin(&words, &stdin);
    let scopes = "read:packages,write:packages";
    let words = [
        "token", "create", "ada", "--name", "laptop", "--scopes", scopes,
    ];
    let token = server.admin(&words, "");
    let seat = Seat::new(Client::Npm10, &server.npm(), &Credential::Token(token));
    seat.publish(&Project::package("@ada/hello", "1.0.0"), &[])
        .ok();
}
