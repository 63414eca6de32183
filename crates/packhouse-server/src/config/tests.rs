use std::ffi::OsString;
use std::path::Path;

use secrecy::ExposeSecret;

use super::{Config, ConfigError, Layer};

struct World {
    folder: tempfile::TempDir,
    variables: Vec<(OsString, OsString)>,
    flags: Layer,
}

impl World {
    fn new(file: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("packhouse.toml"), file).unwrap();
        Self {
            folder,
            variables: Vec::new(),
            flags: Layer::default(),
        }
    }

    fn env(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    fn try_load(self, file: Option<&Path>) -> Result<Config, ConfigError> {
        Config::load_from(
            self.flags,
            file,
            self.folder.path(),
            self.variables.into_iter(),
        )
    }

    fn load(self) -> Config {
        self.try_load(None).unwrap()
    }

    fn error(self) -> String {
        self.try_load(None).unwrap_err().to_string()
    }
}

#[test]
fn with_nothing_said_everything_lies_in_the_data_folder() {
    let config = World::new("").load();
    let data = std::path::absolute("./data").unwrap();
    assert_eq!(config.data, data);
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    let database = format!("sqlite://{}/packhouse.db", data.display());
    assert_eq!(config.database_url.expose_secret(), database);
    assert_eq!(config.storage_url.to_file_path().unwrap(), data);
    assert_eq!(config.limits.npm.0, 512 << 20);
    assert_eq!(config.limits.npm_metadata.0, 32 << 20);
    assert!(config.tls.is_none() && config.hosts.is_empty() && config.public_url.is_none());
}

#[test]
fn flags_stand_over_the_environment_over_the_file() {
    let file = "listen = '127.0.0.1:1'\ndata = '/file'\n[limits]\nnpm = '1MB'\njson = 77";
    let world = || {
        World::new(file)
            .env("PACKHOUSE_LISTEN", "127.0.0.1:2")
            .env("PACKHOUSE__LIMITS__NPM", "2MB")
            .env("PACKHOUSE__LIMITS__NPM_METADATA", "3KiB")
            .env("PACKHOUSE_DATA", "")
    };
    let config = world().load();
    assert_eq!(config.listen.port(), 2);
    assert_eq!(
        config.data,
        Path::new("/file"),
        "an empty variable is not set"
    );
    let limits = config.limits.of_protocols();
    assert_eq!((limits.npm, limits.npm_metadata), (2_000_000, 3072));
    assert_eq!(limits.json, 77);

    let mut world = world();
    world.flags.listen = Some("127.0.0.1:3".to_owned());
    assert_eq!(world.load().listen.port(), 3);
}

#[test]
fn a_named_file_counts_instead_of_the_usual_one() {
    let other = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(other.path(), "listen = '127.0.0.1:9'").unwrap();
    let usual = "listen = '127.0.0.1:1'";
    let config = World::new(usual).try_load(Some(other.path())).unwrap();
    assert_eq!(config.listen.port(), 9);

    let name = other.path().to_str().unwrap();
    let config = World::new(usual).env("PACKHOUSE_CONFIG", name).load();
    assert_eq!(config.listen.port(), 9);

    let missing = World::new(usual).try_load(Some(Path::new("/no/such/file")));
    assert!(matches!(missing, Err(ConfigError::Unreadable { .. })));
}

#[test]
fn lists_are_one_text_or_many_or_have_commas() {
    let file = "trusted_proxies = ['10.0.0.0/8', '::1']\n[hosts]\nnpm = 'NPM.example'";
    let world = World::new(file).env("PACKHOUSE__LINKS__HOSTS", "git.example, Forge.example:8443");
    let config = world.load();
    let proxies: Vec<_> = config
        .trusted_proxies
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(proxies, ["10.0.0.0/8", "::1/128"]);
    assert_eq!(config.hosts, [("npm.example".to_owned(), "/npm")]);
    assert_eq!(config.link_hosts, ["git.example", "forge.example:8443"]);
}

#[test]
fn what_is_unknown_or_unusable_is_named() {
    for (file, named) in [
        ("colour = 'red'", "colour"),
        ("[tls]\nciphers = 'all'", "ciphers"),
        ("[colours]\nred = 1", "colours"),
        ("[limits]\nnpm = 'much'", "much"),
        ("listen = 'here'", "listen"),
        ("database_url = 'mysql://u:secret@h/x'", "database_url"),
        ("database_url = 'sqlite://relative.db'", "database_url"),
        ("storage_url = 'ftp://h/x'", "storage_url"),
        ("storage_url = '/plain/path'", "storage_url"),
        ("public_url = 'packages.example'", "public_url"),
        ("public_url = 'https://u:p@packages.example'", "public_url"),
        ("public_url = 'https://packages.example/x'", "public_url"),
        ("trusted_proxies = 'proxy.example'", "trusted_proxies"),
        ("[tls]\ncert = 'c.pem'", "tls.key"),
        ("[hosts]\nrubygems = 'gems.example/acme'", "hosts.rubygems"),
        ("[hosts]\nnpm = 'https://npm.example'", "hosts.npm"),
        ("[hosts]\nnpm = ['a.example', 'A.example']", "hosts.npm"),
        ("[s3]\naccess_key = 'k'", "s3.secret_key"),
        ("[s3]\nendpoint = 'http://s3.example'", "s3.endpoint"),
    ] {
        let error = World::new(file).error();
        assert!(error.contains(named), "{file}: {error}");
        assert!(!error.contains("secret@"), "{file}: {error}");
    }
    for (name, value) in [
        ("PACKHOUSE__COLOUR", "red"),
        ("PACKHOUSE__LIMITS__PIP", "1MB"),
        ("PACKHOUSE__LIMITS__NPM", "much"),
        ("PACKHOUSE__S3__ALLOW_HTTP", "perhaps"),
    ] {
        let error = World::new("").env(name, value).error();
        assert!(error.contains(name), "{error}");
    }
}

#[test]
fn the_variables_of_aws_fill_what_nobody_said() {
    let aws = |world: World| {
        world
            .env("AWS_ACCESS_KEY_ID", "theirs")
            .env("AWS_SECRET_ACCESS_KEY", "hush")
            .env("AWS_DEFAULT_REGION", "far")
            .env("AWS_REGION", "near")
            .env("AWS_ENDPOINT_URL", "https://s3.example")
    };
    let s3 = aws(World::new("")).load().s3;
    assert_eq!(s3.access_key.as_deref(), Some("theirs"));
    assert_eq!(s3.region.as_deref(), Some("near"));
    assert_eq!(s3.endpoint.as_deref(), Some("https://s3.example"));

    let ours = "[s3]\naccess_key = 'ours'\nregion = 'here'";
    let world = World::new(ours).env("PACKHOUSE__S3__SECRET_KEY", "quiet");
    let s3 = aws(world).load().s3;
    assert_eq!(s3.access_key.as_deref(), Some("ours"));
    assert_eq!(s3.secret_key.unwrap().expose_secret(), "quiet");
    assert_eq!(s3.region.as_deref(), Some("here"));

    let half = aws(World::new("[s3]\naccess_key = 'ours'")).error();
    assert!(half.contains("s3.secret_key"), "{half}");
}

#[test]
fn the_public_address_is_the_real_one_unless_it_is_set() {
    let at = |file: &str, address: &str| {
        let config = World::new(file).load();
        let url = config.public_url_at(address.parse().unwrap());
        url.map(String::from).map_err(|error| error.to_string())
    };
    assert_eq!(at("", "127.0.0.1:4873").unwrap(), "http://127.0.0.1:4873/");
    assert_eq!(at("", "[::1]:80").unwrap(), "http://[::1]/");
    let tls = "[tls]\ncert = 'c'\nkey = 'k'";
    assert_eq!(
        at(tls, "127.0.0.1:8443").unwrap(),
        "https://127.0.0.1:8443/"
    );
    let set = "public_url = 'https://packages.example'";
    assert_eq!(at(set, "0.0.0.0:80").unwrap(), "https://packages.example/");
    for everywhere in ["0.0.0.0:80", "[::]:80", "[::ffff:0.0.0.0]:80"] {
        assert!(
            at("", everywhere).unwrap_err().starts_with("public_url"),
            "{everywhere}"
        );
    }
}

#[test]
fn what_is_shown_can_be_loaded_and_holds_no_secret() {
    let file = "database_url = 'postgres://u:hush1@h/x'\npublic_url = 'https://p.example'\n\
                [hosts]\nnpm = ['npm.example']\n[limits]\nnpm = '100MB'\n\
                [s3]\naccess_key = 'k'\nsecret_key = 'hush2'";
    let shown = World::new(file).load().show().unwrap();
    assert!(!shown.contains("hush"), "{shown}");
    let again = World::new(&shown).load();
    assert_eq!(again.limits.npm.0, 100_000_000);
    assert_eq!(again.hosts, [("npm.example".to_owned(), "/npm")]);
    assert_eq!(again.show().unwrap(), shown);
}
