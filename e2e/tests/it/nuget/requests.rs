//! What the clients put on the wire, which the server is built for: NuGet notes §6, §8 and §9. When
//! a test here fails after a client was replaced, the server's own tests have to follow.

use packhouse_e2e::Recorder;
use packhouse_e2e::nuget::{Exe, Home, Nupkg, SOURCE, Source};
use packhouse_e2e::process::Ran;
use packhouse_e2e::recorder::Seen;

use super::stand_in::{self, NOBODY};

/// `any:secret` as Basic shows it.
const BASIC: &str = "Basic YW55OnNlY3JldA==";

/// Makes a home whose source is the recorder's `path`, with credentials.
fn home(recorder: &Recorder, path: &str) -> Home {
    let url = format!("{}{path}", recorder.origin());
    Home::new(&[Source::new(SOURCE, &url).with_password("any", "secret")])
}

fn lines(seen: &[Seen]) -> Vec<String> {
    seen.iter().map(Seen::line).collect()
}

/// Pushes with the SDK and with both newer versions of nuget.exe, each from a home of its own, and
/// gives what was sent to `check`.
fn each_pushes(recorder: &Recorder, key: Option<&str>, check: impl Fn(&[Seen], &[u8])) {
    let package = Nupkg::new("Acme.A", "1.0.0").file("text.txt", "a text");
    let push = |push: &dyn Fn(&Home) -> Ran| {
        push(&home(recorder, "/index.json"))
            .ok()
            .says("Your package was pushed.");
        check(&recorder.take(), &package.bytes());
    };
    push(&|home| home.dotnet().push(&package.write(home), SOURCE, key, &[]));
    for exe in [Exe::V4, Exe::V5] {
        push(&|home| home.nuget(exe).push(&package.write(home), SOURCE, key, &[]));
    }
}

/// Asserts that a request uploads `package` as .NET does: in chunks, in a part whose names are not
/// quoted.
fn uploads(seen: &Seen, package: &[u8]) {
    assert_eq!(seen.header("Transfer-Encoding"), "chunked", "{seen}");
    assert_eq!(seen.header("Content-Length"), "", "{seen}");
    let kind = seen.header("Content-Type");
    let boundary = kind
        .strip_prefix("multipart/form-data; boundary=\"")
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or_else(|| panic!("{seen}"));
    let mut body = format!(
        "--{boundary}\r\nContent-Type: application/octet-stream\r\nContent-Disposition: form-data; \
         name=package; filename=package.nupkg; filename*=utf-8''package.nupkg\r\n\r\n"
    )
    .into_bytes();
    body.extend(package);
    body.extend(format!("\r\n--{boundary}--\r\n").bytes());
    assert!(
        seen.body == body,
        "{seen}{}",
        String::from_utf8_lossy(&seen.body)
    );
}

#[test]
fn a_push_goes_to_the_address_with_a_slash() {
    let recorder = stand_in::start(true);
    each_pushes(&recorder, Some("key"), |seen, package| {
        let expected = ["GET /index.json HTTP/1.1", "PUT /package/ HTTP/1.1"];
        assert_eq!(lines(seen), expected);
        assert_eq!(seen[0].header("X-NuGet-ApiKey"), "");
        assert_eq!(seen[1].header("X-NuGet-ApiKey"), "key");
        assert_eq!(seen[1].header("Authorization"), "");
        uploads(&seen[1], package);
    });
}

/// Nobody shows credentials unasked; then everybody sends the whole body once more.
#[test]
fn credentials_are_shown_after_a_401() {
    let recorder = stand_in::start(false);
    each_pushes(&recorder, None, |seen, package| {
        let uploaded: Vec<_> = seen.iter().filter(|seen| seen.method == "PUT").collect();
        let shown: Vec<_> = uploaded
            .iter()
            .map(|seen| seen.header("Authorization"))
            .collect();
        assert_eq!(shown, ["", BASIC]);
        for seen in uploaded {
            uploads(seen, package);
        }
    });
}

/// For an address that is no source of the settings the SDK knows no credentials, and says so with
/// an empty name and an empty password; the key goes along all the same.
#[test]
fn empty_credentials_are_shown_to_an_unknown_address() {
    let recorder = stand_in::start(false);
    let home = home(&recorder, "/index.json");
    let package = Nupkg::new("Acme.A", "1.0.0");
    let address = format!("{}/else", recorder.origin());
    let file = package.write(&home);
    let pushed = home.dotnet().push(&file, &address, Some("key"), &[]);
    pushed.failed().says("401");
    let seen = recorder.take();
    let shown: Vec<_> = seen
        .iter()
        .map(|seen| seen.header("Authorization"))
        .collect();
    assert_eq!(shown, ["", NOBODY]);
    for seen in &seen {
        assert_eq!(seen.line(), "PUT /else/ HTTP/1.1");
        assert_eq!(seen.header("X-NuGet-ApiKey"), "key");
        uploads(seen, &package.bytes());
    }
}

/// 4.9 on Mono finds the credentials of a source of version 3 at that source's own address; when it
/// remembers what is there, it tries empty ones at others first.
#[test]
fn nuget_4_tries_empty_credentials_first() {
    let recorder = stand_in::start(false);
    let home = home(&recorder, "/index.json");
    let shown = || {
        home.nuget(Exe::V4).list("acme", SOURCE, &[]).ok();
        let seen = recorder.take();
        let at_root = seen.iter().filter(|seen| seen.target == "/v2");
        let shown = at_root.map(|seen| seen.header("Authorization").to_owned());
        shown.collect::<Vec<_>>()
    };
    assert_eq!(shown(), ["", BASIC]);
    assert_eq!(shown(), ["", NOBODY, NOBODY, BASIC]);
}

/// 2.8 asks for the source before anything else, over HTTP/1.0, and ends its part with a bare line
/// feed.
#[test]
fn nuget_2_pushes_over_http_1_0() {
    let recorder = stand_in::start(false);
    let home = home(&recorder, "/v2/");
    let package = Nupkg::new("Acme.A", "1.0.0").file("text.txt", "a text");
    let file = package.write(&home);
    let nuget = home.nuget(Exe::V2);
    nuget.push(&file, SOURCE, Some("key"), &[]).ok();
    let seen = recorder.take();
    let (asked, put) = seen.split_at(seen.len() - 2);
    assert!(
        asked.iter().all(|seen| seen.line() == "GET /v2/ HTTP/1.0"),
        "{:?}",
        lines(&seen)
    );
    assert_eq!(lines(put), ["PUT /v2/ HTTP/1.0", "PUT /v2/ HTTP/1.0"]);
    assert_eq!(put[0].header("Authorization"), "");
    assert_eq!(put[1].header("Authorization"), BASIC);
    for seen in put {
        let version = format!("NuGet Command Line/{}", Exe::V2.version());
        assert!(seen.header("User-Agent").starts_with(&version), "{seen}");
        assert_eq!(seen.header("X-NuGet-ApiKey"), "key");
        assert_eq!(seen.header("Content-Length"), seen.body.len().to_string());
        let kind = seen.header("Content-Type");
        let boundary = kind
            .strip_prefix("multipart/form-data; boundary=")
            .unwrap_or_else(|| panic!("{seen}"));
        let mut body = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"package\"; \
             filename=\"package\"\r\nContent-Type: application/octet-stream\r\n\r\n"
        )
        .into_bytes();
        body.extend(package.bytes());
        body.extend(format!("\n--{boundary}--").bytes());
        assert!(
            seen.body == body,
            "{seen}{}",
            String::from_utf8_lossy(&seen.body)
        );
    }
}

/// Symbols go to their own address, with the same key, in a part of the same name.
#[test]
fn symbols_follow_their_package() {
    let recorder = stand_in::start(true);
    let home = home(&recorder, "/index.json");
    let file = Nupkg::new("Acme.A", "1.0.0").write(&home);
    let symbols = Nupkg::new("Acme.A", "1.0.0").package_type("SymbolsPackage");
    home.write("made/Acme.A.1.0.0.snupkg", symbols.bytes());
    home.dotnet().push(&file, SOURCE, Some("key"), &[]).ok();
    let seen = recorder.take();
    let puts = &seen[1..];
    let expected = ["PUT /package/ HTTP/1.1", "PUT /symbolpackage/ HTTP/1.1"];
    assert_eq!(lines(puts), expected);
    assert_eq!(puts[1].header("X-NuGet-ApiKey"), "key");
    uploads(&puts[1], &symbols.bytes());
}

#[test]
fn a_delete_names_the_version_in_its_path() {
    let recorder = stand_in::start(true);
    let three = home(&recorder, "/index.json");
    let key = Some("key");
    let deleted = |ran: Ran| {
        ran.ok().says("was deleted successfully");
        let seen = recorder.take();
        let last = seen.last().expect("something was sent");
        assert_eq!(last.header("X-NuGet-ApiKey"), "key");
        last.line()
    };
    let dotnet = three.dotnet().delete("Acme.A", "1.0", SOURCE, key);
    assert_eq!(deleted(dotnet), "DELETE /package/Acme.A/1.0 HTTP/1.1");
    let newer = three.nuget(Exe::V5).delete("Acme.A", "1.0", SOURCE, key);
    assert_eq!(deleted(newer), "DELETE /package/Acme.A/1.0 HTTP/1.1");
    let two = home(&recorder, "/v2/");
    let older = two.nuget(Exe::V2).delete("Acme.A", "1.0", SOURCE, key);
    assert_eq!(deleted(older), "DELETE /v2/Acme.A/1.0 HTTP/1.0");
}

/// A list is a search in version 2, whichever version the source is known in.
#[test]
fn a_list_is_a_search_in_version_2() {
    let recorder = stand_in::start(true);
    let listed = |ran: Ran| {
        ran.ok().says("No packages found.");
        lines(&recorder.take())
    };
    let two = home(&recorder, "/v2/");
    let older = listed(two.nuget(Exe::V2).list("acme", SOURCE, &[]));
    let expected = [
        "GET /v2/ HTTP/1.0",
        "GET /v2/$metadata HTTP/1.0",
        "GET /v2/Search()?$filter=IsLatestVersion&$orderby=Id&$skip=0&$top=30&searchTerm='acme'\
         &targetFramework=''&includePrerelease=false HTTP/1.1",
    ];
    assert_eq!(older, expected);
    for exe in [Exe::V4, Exe::V5] {
        let three = home(&recorder, "/index.json");
        let newer = listed(three.nuget(exe).list("acme", SOURCE, &[]));
        let expected = [
            "GET /index.json HTTP/1.1",
            "GET /v2 HTTP/1.1",
            "GET /v2/$metadata HTTP/1.1",
            "GET /v2/Search()?$filter=IsLatestVersion&$orderby=Id&searchTerm='acme'\
             &targetFramework=''&includePrerelease=false&$skip=0&$top=30&semVerLevel=2.0.0 HTTP/1.1",
        ];
        assert_eq!(newer, expected, "{exe:?}");
    }
}
