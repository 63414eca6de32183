//! A source that has no packages and takes every one, so that tests see what clients send.

use packhouse_e2e::Recorder;
use packhouse_e2e::recorder::{Reply, Seen};

/// An empty name and an empty password as Basic shows them.
pub const NOBODY: &str = "Basic Og==";

/// Answers version 3 at `/index.json` and version 2 at `/v2/`, for whoever shows any credentials
/// but empty ones; when `open`, for everybody.
pub fn start(open: bool) -> Recorder {
    Recorder::start(move |origin, seen| {
        if open || !["", NOBODY].contains(&seen.header("Authorization")) {
            answer(origin, seen)
        } else {
            Reply::status(401).header("WWW-Authenticate", "Basic realm=\"acme\"")
        }
    })
}

fn answer(origin: &str, seen: &Seen) -> Reply {
    match (seen.method.as_str(), seen.target.as_str()) {
        ("GET", "/index.json") => Reply::body("application/json", index(origin)),
        ("GET", "/v2" | "/v2/") => Reply::body("application/xml", service(origin)),
        ("GET", "/v2/$metadata") => Reply::body("application/xml", METADATA),
        ("GET", target) if target.starts_with("/v2/") => {
            Reply::body("application/atom+xml;type=feed;charset=utf-8", feed(origin))
        }
        ("PUT", _) => Reply::status(201),
        ("DELETE", _) => Reply::status(204),
        _ => Reply::status(404),
    }
}

fn index(origin: &str) -> String {
    let resources = [
        ("/package", "PackagePublish/2.0.0"),
        ("/symbolpackage", "SymbolPackagePublish/4.9.0"),
        ("/v2", "LegacyGallery/2.0.0"),
    ];
    let resources: Vec<_> = resources
        .iter()
        .map(|(path, kind)| format!(r#"{{"@id":"{origin}{path}","@type":"{kind}"}}"#))
        .collect();
    let resources = resources.join(",");
    format!(r#"{{"version":"3.0.0","resources":[{resources}]}}"#)
}

fn service(origin: &str) -> String {
    format!(
        "<service xml:base=\"{origin}/v2/\" xmlns=\"http://www.w3.org/2007/app\" \
         xmlns:atom=\"http://www.w3.org/2005/Atom\"><workspace><atom:title>Default</atom:title>\
         <collection href=\"Packages\"><atom:title>Packages</atom:title></collection>\
         </workspace></service>"
    )
}

fn feed(origin: &str) -> String {
    format!(
        "<feed xml:base=\"{origin}/v2/\" xmlns=\"http://www.w3.org/2005/Atom\">\
         <id>{origin}/v2/Search</id><title/><updated>2026-01-01T00:00:00Z</updated></feed>"
    )
}

/// As little as lets the server search, by the function of that name, and list prereleases, by the
/// property.
const METADATA: &str = r#"<edmx:Edmx Version="1.0" xmlns:edmx="http://schemas.microsoft.com/ado/2007/06/edmx"><edmx:DataServices>
<Schema Namespace="Feed" xmlns="http://schemas.microsoft.com/ado/2006/04/edm">
<EntityType Name="V2FeedPackage"><Key><PropertyRef Name="Id"/><PropertyRef Name="Version"/></Key>
<Property Name="Id" Type="Edm.String" Nullable="false"/><Property Name="Version" Type="Edm.String" Nullable="false"/>
<Property Name="IsAbsoluteLatestVersion" Type="Edm.Boolean" Nullable="false"/></EntityType>
<EntityContainer Name="Context"><EntitySet Name="Packages" EntityType="Feed.V2FeedPackage"/>
<FunctionImport Name="Search" EntitySet="Packages" ReturnType="Collection(Feed.V2FeedPackage)"/></EntityContainer>
</Schema></edmx:DataServices></edmx:Edmx>"#;
