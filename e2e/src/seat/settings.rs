//! The settings files and variables that tie a client to its registry.

use super::{Credential, SCOPE, Seat, base64};
use crate::client::Family;

/// Writes the settings files of a new seat.
pub(super) fn write(seat: &Seat, credential: &Credential) {
    let text = match seat.client.family() {
        Family::YarnBerry => yarnrc(&seat.registry, credential),
        _ => npmrc(&seat.registry, credential),
    };
    std::fs::write(seat.settings_file(), text).expect("settings can be written");
    if seat.client.family() == Family::YarnClassic {
        // Its own file wins over `.npmrc` when it has a registry built in.
        let text = format!("registry \"{}\"\n", seat.registry);
        std::fs::write(seat.home().join(".yarnrc"), text).expect("settings can be written");
    }
}

/// Gives the variables of each run: where settings and caches are, and silence about news.
pub(super) fn environment(seat: &Seat) -> Vec<(String, String)> {
    let home = seat.home().to_string_lossy().into_owned();
    let at = |name: &str| format!("{home}/{name}");
    let mut variables = vec![
        ("XDG_CACHE_HOME", at(".cache")),
        ("XDG_DATA_HOME", at(".local/share")),
        ("XDG_CONFIG_HOME", at(".config")),
        ("XDG_STATE_HOME", at(".local/state")),
    ];
    match seat.client.family() {
        Family::Npm | Family::Pnpm => variables.extend([
            ("npm_config_userconfig", at(".npmrc")),
            ("npm_config_globalconfig", at("global-npmrc")),
            ("npm_config_cache", at("cache")),
            ("npm_config_prefix", at("prefix")),
            ("npm_config_update_notifier", "false".to_owned()),
            ("npm_config_fund", "false".to_owned()),
            // A program that is nowhere: npm 6 opens an address at once where it finds a browser,
            // and shows it where it finds none.
            ("npm_config_browser", "no-browser-in-tests".to_owned()),
        ]),
        // As root it would keep its settings in a folder of the whole machine, unless it takes the
        // root for a pretended one.
        Family::YarnClassic => variables.extend([
            ("FAKEROOTKEY", "1".to_owned()),
            ("npm_config_userconfig", at(".npmrc")),
            ("YARN_CACHE_FOLDER", at("cache")),
            ("YARN_ENABLE_TELEMETRY", "0".to_owned()),
            ("YARN_DISABLE_SELF_UPDATE_CHECK", "true".to_owned()),
        ]),
        Family::YarnBerry => variables.extend([
            ("YARN_GLOBAL_FOLDER", at("cache")),
            ("YARN_RC_FILENAME", ".yarnrc.yml".to_owned()),
        ]),
        Family::Bun => variables.extend([
            ("BUN_INSTALL_CACHE_DIR", at("cache")),
            ("BUN_INSTALL", at(".bun")),
            ("DO_NOT_TRACK", "1".to_owned()),
        ]),
    }
    variables
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect()
}

fn npmrc(registry: &str, credential: &Credential) -> String {
    let key = registry.trim_start_matches("http:");
    let login = match credential {
        Credential::None => String::new(),
        Credential::Token(token) => format!("{key}:_authToken={token}\n"),
        Credential::Auth(user, token) => {
            format!("{key}:_auth={}\n", base64(&format!("{user}:{token}")))
        }
        Credential::UserAndPassword(user, token) => {
            format!("{key}:username={user}\n{key}:_password={}\n", base64(token))
        }
    };
    format!("registry={registry}\n{SCOPE}:registry={registry}\n{login}")
}

fn yarnrc(registry: &str, credential: &Credential) -> String {
    let login = match credential {
        Credential::None => String::new(),
        Credential::Token(token) => format!("    npmAuthToken: \"{token}\"\n"),
        Credential::Auth(user, token) | Credential::UserAndPassword(user, token) => {
            format!(
                "    npmAuthIdent: \"{}\"\n",
                base64(&format!("{user}:{token}"))
            )
        }
    };
    let scope = SCOPE.trim_start_matches('@');
    format!(
        "npmRegistryServer: \"{registry}\"
npmPublishRegistry: \"{registry}\"
npmScopes:
  {scope}:
    npmRegistryServer: \"{registry}\"
    npmPublishRegistry: \"{registry}\"
    npmAlwaysAuth: true
{login}unsafeHttpWhitelist: [\"127.0.0.1\"]
httpsProxy: \"{nowhere}\"
npmPreapprovedPackages: [\"{SCOPE}/*\"]
enableTelemetry: false
enableGlobalCache: true
nodeLinker: node-modules
",
        nowhere = super::NOWHERE,
    )
}
