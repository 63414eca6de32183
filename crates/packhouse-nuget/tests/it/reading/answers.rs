//! What answers carry besides what was asked for: nothing that a publisher could speak through.

use reqwest::Method;

use crate::pack::{KEY_OF_ONES, Nupkg, pdb, snupkg};
use crate::raw::Connection;
use crate::world::{World, basic};

#[tokio::test(flavor = "multi_thread")]
async fn an_unchanged_text_carries_nothing() {
    let world = World::new().await;
    let source = world.source();
    let forged = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged";
    let package = Nupkg::new("Acme.Lib", "1.0.0")
        .with("<readme>r.md</readme><license type=\"expression\">MIT</license>")
        .file("r.md", forged.as_bytes());
    source.push(&package).await.expect(201);
    let login = basic("any", &world.key);
    for part in ["readme", "license"] {
        let below = format!("download/acme.lib/1.0.0/{part}");
        let answer = source.get(&below).await.expect(200);
        let etag = answer.header("etag").unwrap();
        let mut connection = Connection::open(&world.app).await;
        for known in [etag, "*"] {
            let headers = [("Authorization", &*login), ("If-None-Match", known)];
            let path = format!("/nuget/acme/{below}");
            connection.head("GET", &path, &headers).await;
            connection.answer().await.expect(304);
            // The next answer on the connection is the server's own.
            let headers = [("Authorization", &*login)];
            let path = "/nuget/acme/vulnerabilities/all.json";
            connection.head("GET", path, &headers).await;
            assert_eq!(connection.answer().await.expect(200).text(), "{}");
        }
        let refused = source.get_with(&below, &[("if-match", "\"other\"")]).await;
        assert_eq!(refused.status, 412, "{part}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_a_publisher_wrote_is_a_page() {
    let world = World::new().await;
    let source = world.source();
    let script = "<h:script xmlns:h=\"http://www.w3.org/1999/xhtml\">alert(1)</h:script>";
    let package = Nupkg::new("Acme.Lib", "1.0.0")
        .with(&format!("<readme>r.md</readme>{script}"))
        .file("r.md", b"<script>alert(1)</script>");
    source.push(&package).await.expect(201);
    let symbols = snupkg("Acme.Lib", "1.0.0", &[("Acme.pdb", &pdb([1; 16], "x"))]);
    source.send("symbolpackage", &symbols).await.expect(201);
    for below in [
        "download/acme.lib/1.0.0/acme.lib.nuspec",
        "download/acme.lib/1.0.0/acme.lib.1.0.0.nupkg",
        "download/acme.lib/1.0.0/readme",
        &format!("symbols/Acme.pdb/{KEY_OF_ONES}/Acme.pdb"),
        "registration/acme.lib/index.json",
        "v2/Packages()",
        "query?q=",
    ] {
        let answer = source.get(below).await.expect(200);
        let policy = answer.header("content-security-policy");
        assert_eq!(policy, Some("default-src 'none'; sandbox"), "{below}");
        let sniffed = answer.header("x-content-type-options");
        assert_eq!(sniffed, Some("nosniff"), "{below}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn head_tells_the_length_of_what_get_sends() {
    let world = World::new().await;
    let login = basic("any", &world.key);
    for number in 0..20 {
        let id = format!("Acme.Lib{number}");
        world.source().publish(&id, "1.0.0").await;
    }
    for encoding in ["identity", "gzip"] {
        let headers = [("Authorization", &*login), ("Accept-Encoding", encoding)];
        let mut lengths = Vec::new();
        for method in [Method::GET, Method::HEAD] {
            let mut connection = Connection::open(&world.app).await;
            let path = "/nuget/acme/query?q=";
            connection.head(method.as_str(), path, &headers).await;
            let head = connection.answer_head().await.expect(200);
            lengths.push(head.headers("content-length").join(","));
        }
        assert_eq!(lengths[0], lengths[1], "{encoding}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn symbols_of_one_package_are_not_taken_over_by_another() {
    let world = World::new().await;
    let source = world.source();
    for id in ["Acme.Core", "Acme.Toy"] {
        source.publish(id, "1.0.0").await;
    }
    let (own, other) = (pdb([1; 16], "own"), pdb([1; 16], "other"));
    let symbols = |id: &str, pdb: &[u8]| snupkg(id, "1.0.0", &[("Core.pdb", pdb)]);
    let at = format!("symbols/Core.pdb/{KEY_OF_ONES}/Core.pdb");
    source
        .send("symbolpackage", &symbols("Acme.Core", &own))
        .await
        .expect(201);
    source
        .send("symbolpackage", &symbols("Acme.Toy", &other))
        .await
        .expect(201);
    assert_eq!(source.get(&at).await.expect(200).body, own);
    // The version that had it goes: the other's is what is left.
    world.delete("Acme.Core", &["1.0.0"]).await;
    assert_eq!(source.get(&at).await.expect(200).body, other);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_package_is_found_by_its_name_whatever_spelling_changes_it() {
    let world = World::new().await;
    let source = world.source();
    source.publish("AcmeJsonTool", "1.0.0").await;
    source.publish("acmejsontool", "1.1.0").await;
    assert_eq!(source.found("q=json").await, ["AcmeJsonTool"]);
    source.unlist("ACMEJSONTOOL", "1.1.0").await.expect(204);
    assert_eq!(source.found("q=json").await, ["AcmeJsonTool"]);
    source.relist("acmejsontool", "1.1.0").await.expect(200);
    assert_eq!(source.found("q=json").await, ["AcmeJsonTool"]);
}
