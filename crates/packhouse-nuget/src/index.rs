//! The service index: which resource lies where, under every name that a client looks for (NuGet
//! notes §2).

use actix_web::HttpResponse;
use packhouse_core::account::AccountKind;
use packhouse_http::{Call, HttpError, Result};
use serde_json::{Value, json};

use crate::answer;
use crate::links::Links;
use crate::route::Hive;

/// The first client that reads registrations with SemVer 2: it finds them by this.
const FIRST_SEMVER2: &str = "4.3.0-alpha";

/// GET `index.json`.
pub(crate) async fn get(call: Call) -> Result<HttpResponse> {
    let owner = call.owner.as_ref();
    let owner = owner.ok_or_else(|| HttpError::not_found("the account"))?;
    let pages = match owner.kind {
        AccountKind::Organisation => "orgs",
        AccountKind::User => "users",
    };
    let public = call.registry().settings().public_url.as_str();
    let pages = format!(
        "{}/{pages}/{}/packages/nuget/package",
        public.trim_end_matches('/'),
        owner.name.key()
    );
    let links = Links::of(&call, owner.name.key());
    let body = json!({ "version": "3.0.0", "resources": resources(&links, &pages) });
    answer::made(&call, answer::JSON, body.to_string()).await
}

fn resources(links: &Links, pages: &str) -> Vec<Value> {
    let mut all = Vec::new();
    let mut add = |at: &str, kind: &str, comment: &str| {
        all.push(json!({ "@id": at, "@type": kind, "comment": comment }));
    };
    // Some consumers glue names straight on these two, so they end in a slash.
    add(
        &links.at("download/"),
        "PackageBaseAddress/3.0.0",
        "Packages, nuspecs, readmes",
    );
    let hive = |hive: Hive| links.at(&format!("{}/", hive.segment()));
    let all_versions = "Registrations with SemVer 2";
    add(
        &hive(Hive::SemVer2),
        "RegistrationsBaseUrl/3.6.0",
        all_versions,
    );
    for name in ["/3.4.0", "/3.0.0-rc", "/3.0.0-beta", ""] {
        let name = format!("RegistrationsBaseUrl{name}");
        add(
            &hive(Hive::SemVer1),
            &name,
            "Registrations without SemVer 2",
        );
    }
    for name in ["/3.5.0", "/3.4.0", "/3.0.0-rc", "/3.0.0-beta", ""] {
        add(
            &links.at("query"),
            &format!("SearchQueryService{name}"),
            "Search",
        );
    }
    for name in ["/3.5.0", "/3.0.0-rc", "/3.0.0-beta", ""] {
        let name = format!("SearchAutocompleteService{name}");
        add(
            &links.at("autocomplete"),
            &name,
            "Ids that begin so, or versions",
        );
    }
    add(
        &links.at("package"),
        "PackagePublish/2.0.0",
        "Push, unlist and relist",
    );
    add(
        &links.at("symbolpackage"),
        "SymbolPackagePublish/4.9.0",
        "Push of symbols",
    );
    add(
        &links.at("v2"),
        "LegacyGallery/2.0.0",
        "The feed of old clients",
    );
    add(
        &links.at("vulnerabilities/index.json"),
        "VulnerabilityInfo/6.7.0",
        "Known vulnerabilities",
    );
    add(
        &links.part("{lower_id}", "{lower_version}", "readme"),
        "ReadmeUriTemplate/6.13.0",
        "The readme of a version",
    );
    add(
        &format!("{pages}/{{id}}?version={{version}}"),
        "PackageDetailsUriTemplate/5.1.0",
        "The page of a package",
    );
    let owners = pages
        .strip_suffix("/packages/nuget/package")
        .unwrap_or(pages);
    let owners = owners.rsplit_once('/').map_or(owners, |(above, _)| above);
    let owners = owners.rsplit_once('/').map_or(owners, |(above, _)| above);
    add(
        &format!("{owners}/{{owner}}"),
        "OwnerDetailsUriTemplate/6.11.0",
        "The page of an owner",
    );
    // Without one, clients send people to the public gallery with packages that it does not know.
    add(
        &format!("{pages}/{{id}}?version={{version}}"),
        "ReportAbuseUriTemplate/3.0.0",
        "Where a package is talked about",
    );
    // Clients from 4.3 to 6.6 look for registrations with SemVer 2 under this name alone.
    all.push(json!({
        "@id": hive(Hive::SemVer2),
        "@type": "RegistrationsBaseUrl/Versioned",
        "clientVersion": FIRST_SEMVER2,
        "comment": all_versions,
    }));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_that_a_client_looks_for_is_there() {
        let links = Links::new("https://registry.example/nuget", "acme");
        let pages = "https://registry.example/orgs/acme/packages/nuget/package";
        let all = resources(&links, pages);
        let at = |kind: &str| {
            let found = all.iter().find(|one| one["@type"] == kind);
            found.unwrap_or_else(|| panic!("{kind}"))["@id"]
                .as_str()
                .unwrap()
        };
        let root = "https://registry.example/nuget/acme";
        for (kind, below) in [
            ("PackageBaseAddress/3.0.0", "download/"),
            ("RegistrationsBaseUrl/Versioned", "registration/"),
            ("RegistrationsBaseUrl/3.6.0", "registration/"),
            ("RegistrationsBaseUrl/3.4.0", "registration-semver1/"),
            ("RegistrationsBaseUrl", "registration-semver1/"),
            ("SearchQueryService/3.5.0", "query"),
            ("SearchQueryService", "query"),
            ("SearchAutocompleteService/3.0.0-beta", "autocomplete"),
            ("PackagePublish/2.0.0", "package"),
            ("SymbolPackagePublish/4.9.0", "symbolpackage"),
            ("LegacyGallery/2.0.0", "v2"),
            ("VulnerabilityInfo/6.7.0", "vulnerabilities/index.json"),
            (
                "ReadmeUriTemplate/6.13.0",
                "download/{lower_id}/{lower_version}/readme",
            ),
        ] {
            assert_eq!(at(kind), format!("{root}/{below}"), "{kind}");
        }
        // Clients that cannot sign would refuse what says that it is signed.
        assert!(
            !all.iter()
                .any(|one| one["@type"].as_str().unwrap().starts_with("Repository"))
        );
        let versioned = all.iter().filter(|one| one.get("clientVersion").is_some());
        assert_eq!(versioned.count(), 1);
        assert_eq!(
            at("OwnerDetailsUriTemplate/6.11.0"),
            "https://registry.example/{owner}"
        );
        // Everything but the pages lies below the index.
        let outside = all
            .iter()
            .filter(|one| !one["@id"].as_str().unwrap().starts_with(root));
        assert_eq!(outside.count(), 3);
    }
}
