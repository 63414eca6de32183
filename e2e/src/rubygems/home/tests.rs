use super::super::{Gem, Gemfile};
use super::{Home, assert_loopback};
use crate::recorder::{Recorder, Reply};

#[test]
fn each_generation_is_what_it_is_called() {
    for gem in Gem::ALL {
        let home = Home::new(gem, "http://127.0.0.1:9/rubygems/acme", None);
        let said = home.gem(&["--version"]).ok().stdout;
        assert_eq!(said.trim(), gem.version());
        let project = Gemfile::new("http://127.0.0.1:9/").write(&home, "app");
        let said = home.bundle(&project, &["--version"]).ok().stdout;
        let version = said.trim().trim_start_matches("Bundler version ");
        assert_eq!(version, gem.bundler());
        let said = home.ruby("puts Gem::VERSION").ok().stdout;
        assert_eq!(said.trim(), gem.version());
    }
}

/// Whatever is not on loopback is asked of the proxy, which in all other homes is nobody.
#[test]
fn no_other_machine_is_reached() {
    for gem in Gem::ALL {
        let proxy = Recorder::start(|_, _| Reply::status(403));
        let mut home = Home::new(gem, "http://127.0.0.1:9/rubygems/acme", None);
        home.set("http_proxy", proxy.origin());
        home.set("HTTP_PROXY", proxy.origin());
        home.write(
            ".gemrc",
            "---\n:sources:\n- http://registry.example/gems/\n",
        );
        home.gem(&["fetch", "acme-a"]).says("acme-a");
        let project = Gemfile::new("http://127.0.0.1:9/").write(&home, "app");
        let gemfile = "source \"http://registry.example/bundler/\"\ngem \"acme-a\"\n";
        home.write("app/Gemfile", gemfile);
        home.bundle(&project, &["lock"]).failed();
        let seen = proxy.take();
        for path in ["/gems/", "/bundler/"] {
            let begin = format!("http://registry.example{path}");
            let asked = seen.iter().any(|seen| seen.target.starts_with(&begin));
            assert!(asked, "{gem:?} did not ask the proxy for {path}: {seen:?}");
        }
    }
}

#[test]
fn addresses_are_on_loopback() {
    assert_loopback("http://127.0.0.1:80/rubygems/acme");
    assert_loopback("http://any:secret@127.0.0.1:80/");
    for url in [
        "http://registry.example/",
        "http://127.0.0.1.registry.example/",
        "http://127.0.0.1:80@registry.example/",
        "ftp://127.0.0.1:80/",
    ] {
        let refused = std::panic::catch_unwind(|| assert_loopback(url));
        assert!(refused.is_err(), "{url} was let through");
    }
}
