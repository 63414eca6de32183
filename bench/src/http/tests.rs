use std::io::BufRead;

use super::{read_body, read_head};

fn read_response(reader: &mut impl BufRead) -> anyhow::Result<super::Response> {
    let mut response = read_head(reader)?;
    response.body = read_body(reader, &response)?;
    Ok(response)
}

fn read(text: &str) -> anyhow::Result<super::Response> {
    read_response(&mut text.as_bytes())
}

#[test]
fn body_by_length_leaves_the_next_answer_in_place() {
    let text = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 201 Created\r\n\
                content-length: 0\r\n\r\n";
    let mut reader = text.as_bytes();
    let first = read_response(&mut reader).unwrap();
    assert_eq!((first.status, first.body.as_slice()), (200, &b"ok"[..]));
    assert_eq!(read_response(&mut reader).unwrap().status, 201);
}

#[test]
fn chunks_are_joined() {
    let response = read(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n",
    )
    .unwrap();
    assert_eq!(response.body, b"abcde");
}

#[test]
fn not_modified_has_no_body_whatever_its_length_says() {
    let response = read("HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\nContent-Length: 9\r\n\r\n");
    let response = response.unwrap();
    assert_eq!(response.header("etag"), Some("\"x\""));
    assert!(response.body.is_empty());
}

#[test]
fn a_short_answer_is_an_error() {
    let text = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc";
    assert_eq!(
        read(text).unwrap_err().to_string(),
        "answer ends after 3 of 5 bytes"
    );
    assert!(read("HTTP/1.1 200 OK\r\nContent-Le").is_err());
    assert!(read("SSH-2.0-x\r\n\r\n").is_err());
}
