//! Dying at a named step. Needs feature `failpoints`.

use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;

use crate::world::World;

#[test]
fn the_server_kills_itself_at_the_named_step_once_it_is_ready() {
    let world = World::new();
    let mut command = world.command(&["serve"]);
    command.env("PACKHOUSE_ABORT_AT", "db-before-commit");
    // Its own writes at the start do not count.
    let server = world.start(command);
    let body = r#"{"name":"ann","password":"wrong"}"#;
    let request = format!(
        "PUT /npm/-/user/org.couchdb.user:ann HTTP/1.1\r\nHost: x\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    // A failed sign-in is counted in the database.
    let mut stream = server.connect();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    // The end of the process may come as a reset.
    let _ = stream.read_to_end(&mut answer);
    assert!(answer.is_empty(), "{}", String::from_utf8_lossy(&answer));
    let (status, log, _) = server.wait();
    assert_eq!(status.signal(), Some(9), "{status}: {log}");
}
