use clap::{CommandFactory, Parser};
use packhouse_core::account::OrganisationRole;
use packhouse_core::permission::Role;

use super::admin::{AdminCommand, OrgCommand, PackageCommand, TokenCommand, UserCommand};
use super::value::{PackageText, RoleOrNone, duration};
use super::{Cli, Command};

fn parse(words: &str) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(std::iter::once("packhouse").chain(words.split_whitespace()))
}

fn admin(words: &str) -> AdminCommand {
    match parse(words).unwrap().command {
        Some(Command::Admin(command)) => command,
        other => panic!("{words}: {other:?}"),
    }
}

#[test]
fn the_commands_fit_together() {
    Cli::command().debug_assert();
}

#[test]
fn every_documented_command_is_understood() {
    for words in [
        "",
        "serve",
        "--data D --listen 127.0.0.1:0 --public-url https://p.example",
        "serve --config F --database-url sqlite:///x --storage-url s3://b/p",
        "migrate",
        "gc",
        "gc --dry-run",
        "check",
        "check --repair",
        "backup F",
        "restore F",
        "config show",
        "config check",
        "admin user create ann --password-stdin",
        "admin user create ann --email a@b.example --site-admin --password-stdin",
        "admin user password ann --password-stdin",
        "admin user disable ann",
        "admin user enable ann",
        "admin org create acme --owner ann",
        "admin org member acme bob",
        "admin org member acme bob --role none",
        "admin team create acme/core --member ann --member bob",
        "admin team member acme/core bob --role none",
        "admin repo create acme/tools --visibility internal",
        "admin repo visibility acme/tools public",
        "admin repo source acme/tools add https://git.example/acme/tools",
        "admin repo source acme/tools remove https://git.example/acme/tools",
        "admin grant acme/tools bob write",
        "admin grant acme/tools acme/core none",
        "admin package list acme",
        "admin package visibility npm acme/x inherit",
        "admin package link npm @acme/x acme/tools",
        "admin package link npm acme/x none",
        "admin package grant npm acme/x acme/core admin",
        "admin package delete npm acme/x",
        "admin package restore npm acme/x 1.0.0",
        "admin token list ann",
        "admin token revoke 7",
        "admin token create ann --name ci --scopes read:packages,write:packages",
        "admin token create ann --name ci --scopes read:packages --expires-in 30d --owner acme \
         --repo acme/tools --package npm:acme/x",
    ] {
        assert!(
            parse(words).is_ok(),
            "{words}: {}",
            parse(words).unwrap_err()
        );
    }
}

#[test]
fn wrong_usage_is_refused_with_code_2() {
    for words in [
        "dance",
        "serve --port 80",
        "gc --repair",
        "backup",
        "config",
        "admin",
        "admin user create ann",
        "admin user create a--n --password-stdin",
        "admin user create login --password-stdin",
        "admin org create acme",
        "admin org member acme bob --role admin",
        "admin team create acme",
        "admin repo create tools",
        "admin repo create acme/tools --visibility secret",
        "admin repo source acme/tools change https://git.example/acme/tools",
        "admin grant acme/tools bob owner",
        "admin package visibility npm acme/x secret",
        "admin package delete npm x",
        "admin token create ann --scopes read:packages",
        "admin token create ann --name ci --scopes repo",
        "admin token create ann --name ci --scopes read:packages --expires-in soon",
        "admin token create ann --name ci --scopes read:packages --package acme/x",
        "admin token revoke it",
    ] {
        let error = parse(words)
            .err()
            .unwrap_or_else(|| panic!("{words} was taken"));
        assert_eq!(error.exit_code(), 2, "{words}");
    }
}

#[test]
fn settings_stand_anywhere() {
    for words in [
        "--data D admin user disable ann",
        "admin --data D user disable ann",
        "admin user disable ann --data D",
    ] {
        let cli = parse(words).unwrap();
        assert_eq!(cli.flags.layer().data.as_deref(), Some("D"), "{words}");
        let is_disable = matches!(
            cli.command,
            Some(Command::Admin(AdminCommand::User(
                UserCommand::Disable { .. }
            )))
        );
        assert!(is_disable, "{words}");
    }
}

#[test]
fn words_mean_what_they_say() {
    let AdminCommand::Org(OrgCommand::Member { role, .. }) = admin("admin org member acme bob")
    else {
        panic!("another command");
    };
    assert_eq!(role, RoleOrNone(Some(OrganisationRole::Member)));

    let AdminCommand::Grant { role, .. } = admin("admin grant acme/x bob none") else {
        panic!("another command");
    };
    assert_eq!(role, RoleOrNone::<Role>(None));

    let AdminCommand::Package(PackageCommand::Delete { package, version }) =
        admin("admin package delete npm @Acme/x 1.0.0")
    else {
        panic!("another command");
    };
    let expected = PackageText {
        owner: "acme".to_owned(),
        name: "x".to_owned(),
    };
    assert_eq!((package.kind.as_str(), package.name), ("npm", expected));
    assert_eq!(version.as_deref(), Some("1.0.0"));

    let words = "admin token create ann --name ci --scopes write:packages --package maven:a/r/g:n";
    let AdminCommand::Token(TokenCommand::Create(create)) = admin(words) else {
        panic!("another command");
    };
    assert_eq!(create.packages[0].kind, "maven");
    assert_eq!(create.packages[0].package.name, "r/g:n");
}

#[test]
fn time_spans_have_a_unit() {
    for (text, seconds) in [
        ("45s", 45),
        ("90m", 5400),
        ("12h", 43_200),
        ("30d", 2_592_000),
    ] {
        assert_eq!(duration(text).unwrap().num_seconds(), seconds, "{text}");
    }
    assert_eq!(duration("2w").unwrap().num_days(), 14);
    for bad in [
        "",
        "30",
        "d",
        "-1d",
        "0d",
        "1.5h",
        "1y",
        "99999999999999w",
        "40000d",
    ] {
        assert!(duration(bad).is_err(), "{bad}");
    }
}
