//! `gem signin`, which asks for a password and keeps a key.

use packhouse_e2e::dialogue::Dialogue;
use packhouse_e2e::rubygems::{Gem, Gemspec, Home};
use packhouse_e2e::scene::PASSWORD;
use packhouse_e2e::{Scene, Tap};

use super::expect::{OWNER, has, home_behind, said};

/// How many scopes the oldest generation asks about, one by one.
const SCOPES: usize = 7;

/// Answers who it is.
fn identify(home: &Home, dialogue: &mut Dialogue, password: &str) {
    let question = match home.generation() {
        Gem::V33 => "Email:",
        Gem::V36 | Gem::V37 | Gem::V40 => "Username/email:",
    };
    dialogue.wait_for(question);
    dialogue.answer("alice");
    dialogue.wait_for("assword:");
    dialogue.answer(password);
}

/// Signs in with what is proposed of all else; gives whether that worked, and the screen.
fn sign_in(home: &Home, password: &str) -> (bool, String) {
    let mut dialogue = home.gem_at_terminal(&["signin"]);
    identify(home, &mut dialogue, password);
    dialogue.wait_for("API Key name");
    dialogue.answer("");
    if home.generation() == Gem::V33 {
        for _ in 0..SCOPES {
            dialogue.wait_for("[yN]");
            dialogue.answer("");
        }
    } else {
        dialogue.wait_for("Do you want to customise scopes?");
        dialogue.answer("");
    }
    let (status, screen) = dialogue.finish();
    (status.success(), screen)
}

#[test]
fn a_key_is_made_with_a_password_and_used_until_it_is_forgotten() {
    let scene = Scene::new();
    for gem in Gem::ALL {
        let tap = Tap::before(&scene.server.origin());
        let home = home_behind(&tap, gem, None);
        let (good, screen) = sign_in(&home, PASSWORD);
        assert!(
            good && screen.contains("Signed in with API key"),
            "{screen}"
        );
        assert!(!screen.contains("pkp_"), "the key is shown: {screen}");
        assert_eq!(said(&tap), ["POST /api/v1/api_key 200"]);
        let kept = home.keys();
        assert!(kept.contains("pkp_"), "{kept}");
        for word in ["wrong", PASSWORD] {
            assert!(!kept.contains(word), "{kept}");
        }

        let built = Gemspec::new("acme-a", gem.version()).build(&home);
        home.push(&built, &[]).ok();
        has(&scene, "acme-a", &[gem.version()]);
        let ran = home.yank("acme-a", gem.version(), &[]).ok();
        ran.says("Successfully deleted gem: acme-a");
        home.gem(&["signout"]).ok();
        assert_eq!(home.keys(), "");
    }
    has(&scene, "acme-a", &[]);
}

#[test]
fn a_wrong_password_makes_no_key() {
    let scene = Scene::new();
    for gem in Gem::ALL {
        let home = scene.gem_home_as(gem, OWNER, None);
        let (good, screen) = sign_in(&home, "wrong");
        assert!(!good, "{screen}");
        assert!(!screen.contains("Signed in"), "{screen}");
        assert_eq!(home.keys(), "");
    }
}

/// A push without a key asks first, and then goes on.
#[test]
fn a_push_without_a_key_signs_in() {
    let scene = Scene::new();
    for gem in Gem::ALL {
        let home = scene.gem_home_as(gem, OWNER, None);
        let built = Gemspec::new("acme-a", gem.version()).build(&home);
        let file = built.display().to_string();
        let mut dialogue = home.gem_at_terminal(&["push", &file]);
        identify(&home, &mut dialogue, PASSWORD);
        let (status, screen) = dialogue.finish();
        assert!(status.success(), "{screen}");
        assert!(screen.contains("Successfully registered gem"), "{screen}");
    }
    has(&scene, "acme-a", &Gem::ALL.map(Gem::version));
}
