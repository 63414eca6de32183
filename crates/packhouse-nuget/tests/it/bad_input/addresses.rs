//! Addresses that lead nowhere, and whatever else somebody may type.

use packhouse_nuget::route::Route;
use reqwest::Method;

use crate::raw;
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn addresses_that_lead_nowhere() {
    let mut world = World::new().await;
    world.public("Acme.Lib", "1.0.0").await;
    let key = world.key.clone();
    world.mark().await;
    for (method, path, status) in [
        ("GET", "/nuget", 404),
        ("GET", "/nuget/", 404),
        ("GET", "/nuget//index.json", 404),
        ("GET", "/nuget/acme/nothing", 404),
        ("GET", "/nuget/acme//index.json", 404),
        // Of two parts is the address by which old clients delete.
        ("GET", "/nuget/acme/index.json/x", 404),
        ("GET", "/nuget/acme/INDEX.JSON", 404),
        ("GET", "/nuget/acme/download", 404),
        ("GET", "/nuget/acme/download/Acme.Lib", 404),
        ("GET", "/nuget/acme/download/%2e%2e/index.json", 404),
        ("GET", "/nuget/acme/download/a%2fb/index.json", 404),
        (
            "GET",
            "/nuget/acme/download/acme.lib/x/acme.lib.x.nupkg",
            404,
        ),
        ("GET", "/nuget/acme/registration/acme.lib", 404),
        ("GET", "/nuget/acme/registration/acme.lib/x.json", 404),
        (
            "GET",
            "/nuget/acme/registration/acme.lib/page/1.0.0/1.0.0",
            404,
        ),
        (
            "GET",
            "/nuget/acme/registration/acme.lib/page/x/y.json",
            404,
        ),
        ("GET", "/nuget/acme/vulnerabilities/none.json", 404),
        ("GET", "/nuget/acme/download/a%00b/index.json", 400),
        ("GET", "/nuget/acme/download/%ff/index.json", 400),
        ("GET", "/nuget/acme/v2/Packages(Id='x')", 404),
        ("GET", "/nuget/acme/v2/Packages(Id='x',Version='", 404),
        ("GET", "/nuget/acme/v2/Other()", 404),
        ("PUT", "/nuget", 404),
        ("PUT", "/nuget/acme/index.json", 405),
        ("PUT", "/nuget/acme/download/acme.lib/index.json", 405),
        ("DELETE", "/nuget/acme/package", 405),
        ("POST", "/nuget/acme/package", 405),
        ("GET", "/nuget/acme/symbolpackage", 405),
        ("GET", "/nuget/acme/v2/$batch", 405),
    ] {
        let answer = raw::ask(&world.app, method, path, Some(&key)).await;
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.text());
        let json: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        assert!(json["error"].is_string(), "{method} {path}");
        let allow = answer.headers("allow");
        assert_eq!(allow.len(), usize::from(status == 405), "{method} {path}");
    }
    world.expect_untouched("nothing was kept").await;
}

/// A small generator of numbers, so that a failure can be had again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }
}

const PARTS: [&str; 44] = [
    "index.json",
    "download",
    "registration",
    "registration-semver1",
    "page",
    "query",
    "autocomplete",
    "package",
    "symbolpackage",
    "symbols",
    "v2",
    "$metadata",
    "$count",
    "$batch",
    "Packages",
    "Packages()",
    "Packages(Id='Acme.Lib',Version='1.0.0')",
    "Packages(Id='Acme.Lib',Version='')",
    "Packages(Version='1',Id='''')",
    "FindPackagesById()",
    "Search()",
    "GetUpdates()",
    "vulnerabilities",
    "all.json",
    "Acme.Lib",
    "acme.lib",
    "1.0.0",
    "1.0.0.json",
    "1.0.0-x.1+y",
    "acme.lib.1.0.0.nupkg",
    "acme.lib.nuspec",
    "readme",
    "icon",
    "license",
    "a.pdb",
    "",
    ".",
    "..",
    "%2e%2e",
    "%2F",
    "%25",
    "%E4%B8%AD",
    "a%20b+c",
    "99999999999999999999",
];

const QUERIES: [&str; 24] = [
    "",
    "q=",
    "q=%00",
    "q=%ff%fe",
    "q=\"*%25_'--",
    "q=id:&take=-1&skip=-1",
    "q=a%20OR%20b%20NEAR(&take=99999999999999999999",
    "take=x&skip=y&prerelease=maybe&semVerLevel=two",
    "skip=9223372036854775807&take=9223372036854775807",
    "id=%00&prerelease=true",
    "id='&semVerLevel=2.0.0",
    "packageType=%27%22",
    "$filter=",
    "$filter=Id%20eq%20'%00'",
    "$filter=substringof('%25',Id)%20or%20not%20IsLatestVersion",
    "$filter=((((((",
    "$orderby=Id%20desc,Title,Version,Published",
    "$top=18446744073709551615&$skip=18446744073709551615",
    "$top=-1",
    "$skip=1&$skip=2",
    "id='Acme.Lib'&$select=Id&$inlinecount=allpages",
    "searchTerm='%00%ff'&includePrerelease=true&targetFramework='net45'",
    "packageIds='Acme.Lib|%00'&versions='0.1|0.1'&versionConstraints='(,|['",
    "packageIds='Acme.Lib'&versions='x'",
];

/// Whatever is asked, the server has an answer that is no failure of its own.
#[tokio::test(flavor = "multi_thread")]
async fn no_address_makes_the_server_fail() {
    let world = World::new().await;
    world.source().publish("Acme.Lib", "1.0.0").await;
    let owner = world.source();
    let stranger = world.stranger();
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut seen = std::collections::BTreeMap::new();
    let samples: Vec<_> = Route::samples("acme", "Acme.Lib", "1.0.0")
        .iter()
        .map(|route| route.path().strip_prefix("acme/").unwrap().to_owned())
        .collect();
    for round in 0..3_000 {
        let mut parts: Vec<String> = match dice.roll(3) {
            0 => Vec::new(),
            _ => samples[dice.roll(samples.len())]
                .split('/')
                .map(str::to_owned)
                .collect(),
        };
        for _ in 0..=dice.roll(3) {
            let part = PARTS[dice.roll(PARTS.len())].to_owned();
            match (parts.is_empty(), dice.roll(3)) {
                (false, 0) => {
                    let at = dice.roll(parts.len());
                    parts[at] = part;
                }
                (false, 1) => {
                    let at = dice.roll(parts.len());
                    parts.insert(at, part);
                }
                _ => parts.push(part),
            }
        }
        let query = QUERIES[dice.roll(QUERIES.len())];
        let below = match query {
            "" => parts.join("/"),
            query => format!("{}?{query}", parts.join("/")),
        };
        let method = match dice.roll(8) {
            0 => Method::DELETE,
            1 => Method::POST,
            2 => Method::PUT,
            3 => Method::HEAD,
            _ => Method::GET,
        };
        let source = match dice.roll(4) {
            0 => &stranger,
            _ => &owner,
        };
        let request = source.request(method.clone(), &below);
        let answer = packhouse_testkit::app::send(request).await;
        let status = answer.status.as_u16();
        assert!(
            status < 500 || status == 501,
            "round {round}: {method} {below}: {status} {}",
            answer.text()
        );
        *seen.entry(status).or_insert(0) += 1;
    }
    for status in [200, 400, 401, 404, 405] {
        assert!(seen.contains_key(&status), "never {status}: {seen:?}");
    }
}
