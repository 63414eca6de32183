//! Pushes: cases 1 to 3 and 5 to 8.

use packhouse_e2e::recorder::Reply;
use packhouse_e2e::rubygems::{Gem, Gemspec, Home};
use packhouse_e2e::{Recorder, Scene, Tap};

use super::expect::{OWNER, PATH, absent, has, home_behind, is_stored, pushed, said};

/// What the public host answers when it wants a second factor; clients know it by its beginning.
const OTP_WANTED: &str = "You have enabled multifactor authentication but no OTP code provided.";

#[test]
fn case_01_a_gem_is_pushed_with_a_bearer_key_and_with_a_raw_one() {
    let scene = Scene::new();
    for gem in Gem::ALL {
        let tap = Tap::before(&scene.server.origin());
        let home = home_behind(&tap, gem, None);
        let token = &scene.token;
        let sent = |name: &str, more: &[&str], home: &Home| {
            let built = Gemspec::new(name, gem.version()).build(home);
            let told = format!("Successfully registered gem: {name} ({})", gem.version());
            home.push(&built, more).ok().says(&told);
            let bytes = std::fs::read(&built).expect("it was built");
            is_stored(&scene, name, gem.version(), &bytes);
            let said = tap.take();
            assert_eq!(said.len(), 1);
            assert_eq!(said[0].line(PATH), "POST /api/v1/gems 200");
            assert!(said[0].request.body == bytes, "{}", said[0].request);
            let answer = &said[0].answer;
            let kind = answer.header("Content-Type");
            assert!(kind.starts_with("text/plain"), "{kind}");
            said[0].request.header("Authorization").to_owned()
        };
        home.write_keys(&format!("---\n:github: Bearer {token}\n"));
        let more = ["--key", "github", "--host", home.base()];
        let shown = sent("acme-bearer", &more, &home);
        assert_eq!(shown, format!("Bearer {token}"));

        home.write_keys(&format!("---\n{}: {token}\n", home.base()));
        assert_eq!(sent("acme-host", &[], &home), *token);
        home.write_keys(&format!("---\n:rubygems_api_key: {token}\n"));
        assert_eq!(sent("acme-default", &[], &home), *token);
        let home = home_behind(&tap, gem, Some(token));
        assert_eq!(sent("acme-environment", &[], &home), *token);
    }
    let numbers = Gem::ALL.map(Gem::version);
    has(&scene, "acme-bearer", &numbers);
    scene.server.check().ok();
}

#[test]
fn case_02_a_host_with_a_slash_at_its_end() {
    let scene = Scene::new();
    for gem in Gem::ALL {
        let tap = Tap::before(&scene.server.origin());
        let home = home_behind(&tap, gem, Some(&scene.token));
        let built = Gemspec::new("acme-a", gem.version()).build(&home);
        let host = format!("{}/", home.base());
        home.push(&built, &["--host", &host])
            .ok()
            .says("Successfully registered gem");
        assert_eq!(said(&tap), ["POST //api/v1/gems 200"]);
    }
    has(&scene, "acme-a", &Gem::ALL.map(Gem::version));
}

#[test]
fn case_03_the_same_bytes_are_fine_again_and_other_bytes_are_not() {
    let scene = Scene::new();
    for gem in Gem::ALL {
        let home = scene.gem_home(gem, OWNER);
        let made = Gemspec::new("acme-a", gem.version());
        let built = made.build(&home);
        let bytes = std::fs::read(&built).expect("it was built");
        home.push(&built, &[]).ok();
        let before = scene.rubygems(OWNER).versions();
        home.push(&built, &[])
            .ok()
            .says("Gem was already pushed: acme-a");
        let other = made.file("other.txt", "other").build(&home);
        home.push(&other, &[])
            .failed()
            .says("Repushing of gem versions is not allowed");
        is_stored(&scene, "acme-a", gem.version(), &bytes);
        assert_eq!(scene.rubygems(OWNER).versions(), before);
    }
}

/// Nobody is asked for anything, which would hold up a machine that builds.
#[test]
fn case_05_a_key_that_is_wrong_or_only_reads_is_refused_with_words() {
    let scene = Scene::new();
    pushed(&scene, &[Gemspec::new("acme-old", "1.0.0")]);
    let wrong = format!("{}x", scene.token);
    let reads = scene.create_token("alice", "read:packages", &[]);
    for gem in Gem::ALL {
        for (key, told) in [
            (&wrong, "unknown, expired or revoked"),
            (&reads, "write:packages"),
        ] {
            let tap = Tap::before(&scene.server.origin());
            let home = home_behind(&tap, gem, Some(key));
            for name in ["acme-new", "acme-old"] {
                let built = Gemspec::new(name, "2.0.0").build(&home);
                home.push(&built, &[]).failed().says(told);
                // With a terminal a client could ask; it ends by itself all the same.
                let file = built.display().to_string();
                let (status, screen) = home.gem_at_terminal(&["push", &file]).finish();
                assert!(!status.success() && screen.contains(told), "{screen}");
            }
            let status = if *key == wrong { 401 } else { 403 };
            let line = format!("POST /api/v1/gems {status}");
            assert_eq!(said(&tap), [(); 4].map(|()| line.clone()));
        }
    }
    absent(&scene, "acme-new");
    has(&scene, "acme-old", &["1.0.0"]);
}

/// The first answer is one that the server never gives; the code that follows it does no harm there.
#[test]
fn case_06_a_code_goes_along_in_its_header() {
    let scene = Scene::new();
    for gem in Gem::ALL {
        let stand_in = Recorder::start(|_, seen| {
            let answer = match (seen.target.as_str(), seen.header("OTP")) {
                ("/rubygems/acme/api/v1/gems", "123456") => Reply::status(200),
                ("/rubygems/acme/api/v1/gems", _) => Reply::status(401),
                _ => return Reply::status(404),
            };
            answer.content(OTP_WANTED)
        });
        let home = Home::new(gem, &format!("{}{PATH}", stand_in.origin()), Some("key"));
        let built = Gemspec::new("acme-a", gem.version()).build(&home);
        let file = built.display().to_string();
        let mut dialogue = home.gem_at_terminal(&["push", &file]);
        dialogue.wait_for("Code:");
        dialogue.answer("123456");
        let (status, screen) = dialogue.finish();
        assert!(status.success(), "{screen}");
        let seen = stand_in.take();
        let codes: Vec<_> = seen
            .iter()
            .filter(|seen| seen.target.ends_with("/api/v1/gems"))
            .map(|seen| seen.header("OTP"))
            .collect();
        assert_eq!(codes, ["", "123456"], "{gem:?}");

        let home = scene.gem_home(gem, OWNER);
        home.push(&built, &["--otp", "123456"]).ok();
    }
    has(&scene, "acme-a", &Gem::ALL.map(Gem::version));
}

/// The newer generations send it along with the gem, in a form.
#[test]
fn case_07_an_attestation_goes_along() {
    let scene = Scene::new();
    let newer = &Gem::ALL[1..];
    for gem in newer {
        let tap = Tap::before(&scene.server.origin());
        let home = home_behind(&tap, *gem, Some(&scene.token));
        let built = Gemspec::new("acme-a", gem.version()).build(&home);
        let bundle = r#"{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json"}"#;
        let file = home.write("bundle.json", bundle).display().to_string();
        home.push(&built, &["--attestation", &file])
            .ok()
            .says("Successfully registered gem: acme-a");
        let said = tap.take();
        assert_eq!(said.len(), 1);
        let kind = said[0].request.header("Content-Type");
        assert!(kind.starts_with("multipart/form-data"), "{kind}");
        let bytes = std::fs::read(&built).expect("it was built");
        is_stored(&scene, "acme-a", gem.version(), &bytes);
    }
}

/// Which hosts a gem may go to is the client's affair: it stops before it sends anything, and takes
/// the one that is allowed when it is told of none.
#[test]
fn case_08_a_gem_goes_only_where_its_gemspec_lets_it() {
    let scene = Scene::new();
    for gem in Gem::ALL {
        let tap = Tap::before(&scene.server.origin());
        let home = home_behind(&tap, gem, Some(&scene.token));
        let made = Gemspec::new("acme-a", gem.version());
        let elsewhere = made
            .clone()
            .metadata("allowed_push_host", "https://registry.example")
            .build(&home);
        home.push(&elsewhere, &["--host", home.base()])
            .failed()
            .says("is not allowed by the gemspec");
        assert_eq!(said(&tap), [""; 0]);

        let here = made.metadata("allowed_push_host", home.base());
        let mut lost = Home::new(gem, "http://127.0.0.1:9/rubygems/acme", None);
        lost.set("GEM_HOST_API_KEY", &scene.token);
        lost.push(&here.build(&lost), &[])
            .ok()
            .says("Successfully registered gem");
        assert_eq!(said(&tap), ["POST /api/v1/gems 200"]);
    }
    has(&scene, "acme-a", &Gem::ALL.map(Gem::version));
}
