//! Start, the addresses of operations, and the end.

use std::io::{Read, Write};
use std::time::Instant;

use crate::world::World;

#[test]
fn a_first_start_serves_and_tells_where_to_set_up_and_ends_at_a_signal() {
    let world = World::new();
    let server = world.serve(&[]);
    let health = server.get("any.example", "/-/health");
    assert!(health.starts_with("HTTP/1.1 200"), "{health}");
    assert!(
        health.to_lowercase().contains("\r\nx-request-id: "),
        "{health}"
    );
    assert!(health.ends_with("\r\n\r\nok\n"), "{health}");
    let ready = server.get("any.example", "/-/ready");
    assert!(ready.starts_with("HTTP/1.1 200"), "{ready}");
    let ping = server.get("any.example", "/npm/-/ping");
    assert!(ping.starts_with("HTTP/1.1 200"), "{ping}");
    let missing = server.get("any.example", "/no/such/page");
    assert!(missing.starts_with("HTTP/1.1 404"), "{missing}");
    let metrics = server.get("any.example", "/-/metrics");
    let counted = "packhouse_requests_total{format=\"-\",route=\"/-/health\",outcome=\"ok\"} 1";
    assert!(metrics.contains(counted), "{metrics}");

    let address = server.address.clone();
    server.signal();
    let (status, log, more) = server.wait();
    assert!(status.success(), "{status}: {log}");
    assert!(
        more.is_empty(),
        "only one line goes to standard output: {more:?}"
    );
    let start = format!("no account yet: make the first one at http://{address}/setup/");
    let secret = log.lines().find_map(|line| line.strip_prefix(&start));
    assert!(secret.is_some_and(|secret| secret.len() >= 20), "{log}");
    assert!(log.contains("GET /-/ready 200"), "{log}");
    assert!(world.folder().join("data/packhouse.db").exists());

    world
        .run_with(
            &["admin", "user", "create", "ann", "--password-stdin"],
            "correct horse\n",
        )
        .ok();
    let server = world.serve(&["serve"]);
    server.signal();
    let (status, log, _) = server.wait();
    assert!(status.success(), "{status}: {log}");
    assert!(!log.contains("/setup/"), "{log}");
}

#[test]
fn operations_are_on_every_host_and_a_host_can_lead_to_a_protocol() {
    let world = World::new();
    let file = "[hosts]\nnpm = 'npm.example'\n";
    std::fs::write(world.folder().join("packhouse.toml"), file).unwrap();
    let server = world.serve(&[]);
    for (host, path, start) in [
        ("npm.example", "/-/health", "HTTP/1.1 200"),
        ("npm.example", "/-/ping", "HTTP/1.1 200"),
        ("other.example", "/-/health", "HTTP/1.1 200"),
        ("other.example", "/-/ping", "HTTP/1.1 404"),
    ] {
        let answer = server.get(host, path);
        assert!(answer.starts_with(start), "{host}{path}: {answer}");
    }
    server.signal();
    assert!(server.wait().0.success());
}

#[test]
fn a_limit_of_the_settings_holds() {
    let world = World::new();
    let file = "[limits]\nnpm_metadata = '1KB'\n";
    std::fs::write(world.folder().join("packhouse.toml"), file).unwrap();
    let user = ["admin", "user", "create", "ann", "--password-stdin"];
    world.run_with(&user, "correct horse\n").ok();
    let scopes = "read:packages,write:packages";
    let token = [
        "admin", "token", "create", "ann", "--name", "t", "--scopes", scopes,
    ];
    let token = world.run(&token).ok();
    let server = world.serve(&[]);
    let send = |method: &str, path: &str, length: usize| {
        let body = format!("{{\"readme\":\"{}\"}}", "x".repeat(length - 13));
        let mut stream = server.connect();
        let request = format!(
            "{method} /npm/{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
             Authorization: Bearer {token}\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    let over = send("PUT", "@ann%2ftools", 1001);
    assert!(over.starts_with("HTTP/1.1 413"), "{over}");
    assert!(over.contains("more than 1000 bytes outside"), "{over}");
    // One byte less is read, and refused for what it says.
    let under = send("PUT", "@ann%2ftools", 1000);
    assert!(under.starts_with("HTTP/1.1 4"), "{under}");
    assert!(!under.starts_with("HTTP/1.1 413"), "{under}");
    let audit = "-/npm/v1/security/advisories/bulk";
    let over = send("POST", audit, 1001);
    assert!(over.starts_with("HTTP/1.1 413"), "{over}");
    assert!(over.contains("limit of 1000 bytes"), "{over}");
    let under = send("POST", audit, 1000);
    assert!(under.starts_with("HTTP/1.1 200"), "{under}");
    server.signal();
    assert!(server.wait().0.success());
}

#[test]
fn a_signal_lets_requests_end_and_closes_what_is_idle() {
    let world = World::new();
    let server = world.serve(&[]);
    let mut idle = server.connect();
    idle.write_all(b"GET /-/health HTTP/1.1\r\nHost: x\r\n\r\n")
        .unwrap();
    let mut head = [0; 12];
    idle.read_exact(&mut head).unwrap();
    assert_eq!(&head, b"HTTP/1.1 200");

    let body = r#"{"name":"ann","password":"wrong"}"#;
    let mut busy = server.connect();
    let head = format!(
        "PUT /npm/-/user/org.couchdb.user:ann HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    busy.write_all(head.as_bytes()).unwrap();
    let mut go_on = [0; 25];
    busy.read_exact(&mut go_on).unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");

    let began = Instant::now();
    server.signal();
    // The idle connection is closed, so the server has taken notice of the signal.
    let mut rest = Vec::new();
    idle.read_to_end(&mut rest).unwrap();
    busy.write_all(body.as_bytes()).unwrap();
    let mut answer = String::new();
    busy.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    let (status, log, _) = server.wait();
    assert!(status.success(), "{status}: {log}");
    assert!(
        began.elapsed().as_secs() < 25,
        "it waited for the idle connection"
    );
}

#[test]
fn a_port_that_is_taken_is_a_failure() {
    let world = World::new();
    let server = world.serve(&[]);
    let second = World::new();
    second
        .run(&["--listen", &server.address])
        .fails(1, "cannot listen on");
    server.signal();
    assert!(server.wait().0.success());
}
