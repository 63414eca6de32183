use actix_web::http::header::{HeaderName, HeaderValue};

use super::*;

fn headers(kind: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let value = HeaderValue::from_str(kind).unwrap();
    headers.insert(HeaderName::from_static("content-type"), value);
    headers
}

/// Reads a body in pieces of every length, which must not matter.
fn read(kind: &str, body: &[u8]) -> Result<Vec<u8>, MultipartError> {
    let mut results = (1..=body.len().max(1)).map(|size| {
        let mut out = Vec::new();
        let mut reader = Body::of(&headers(kind))?;
        for piece in body.chunks(size) {
            reader.feed(piece, &mut out)?;
        }
        reader.finish().map(|()| out)
    });
    let first = results.next().unwrap();
    for (index, other) in results.enumerate() {
        assert_eq!(other, first, "pieces of {}", index + 2);
    }
    first
}

#[test]
fn every_client_writes_forms_of_its_own() {
    let quoted = "multipart/form-data; boundary=\"b-1\"";
    let bare = "multipart/form-data; charset=utf-8; Boundary=b-1";
    for (kind, body) in [
        // .NET.
        (
            quoted,
            &b"--b-1\r\nContent-Type: application/octet-stream\r\nContent-Disposition: form-data; \
               name=package; filename=package.nupkg; filename*=utf-8''package.nupkg\r\n\r\nPK\r\n1\r\n\
               --b-1--\r\n"[..],
        ),
        // 2.x ends without a line.
        (bare, b"--b-1\r\nA: \"b\"\r\n\r\nPK\r\n1\r\n--b-1--"),
        // Paket's last line ends with a bare line feed.
        (bare, b"--b-1\r\nA: b\r\n\r\nPK\r\n1\n--b-1--\r\n"),
        // More parts, and something before the first.
        (quoted, b"hello\r\n--b-1\r\nA: b\r\n\r\nPK\r\n1\r\n--b-1\r\n\r\nmore\r\n--b-1--\r\n"),
        // No headers at all, bare line feeds throughout.
        (quoted, b"--b-1\n\nPK\r\n1\n--b-1--\n"),
    ] {
        let text = String::from_utf8_lossy(body);
        assert_eq!(read(kind, body).unwrap(), b"PK\r\n1", "{text}");
    }
}

#[test]
fn the_content_may_hold_whatever_looks_like_an_end() {
    let content = b"a\r\n--b\r\n-\r--b-1 \r\n\r\n--b-\n\r".to_vec();
    let mut body = b"--b-1\r\nA: b\r\n\r\n".to_vec();
    body.extend_from_slice(&content);
    body.extend_from_slice(b"\r\n--b-1--\r\n");
    assert_eq!(
        read("multipart/form-data; boundary=b-1", &body).unwrap(),
        content
    );
}

#[test]
fn an_empty_part_and_an_empty_body_are_empty() {
    let kind = "multipart/form-data; boundary=b";
    assert_eq!(read(kind, b"--b\r\nA: b\r\n\r\n--b--").unwrap(), b"");
    assert_eq!(read(kind, b"--b\r\nA: b\r\n\r\n\r\n--b--").unwrap(), b"");
    assert_eq!(read(kind, b"").unwrap(), b"");
}

#[test]
fn bare_bodies_are_taken_as_they_are() {
    for kind in ["application/octet-stream", "application/zip", ""] {
        assert_eq!(read(kind, b"PK\r\n--b").unwrap(), b"PK\r\n--b");
    }
}

#[test]
fn what_is_no_form_is_said() {
    let kind = "multipart/form-data; boundary=b";
    assert_eq!(
        read(kind, b"--b\r\nA: b\r\n\r\nPK"),
        Err(MultipartError::Cut)
    );
    assert_eq!(read(kind, b"PK\r\n"), Err(MultipartError::Cut));
    let mut body = Body::of(&headers(kind)).unwrap();
    let long = vec![b'x'; MAX_HEADERS + 1];
    assert_eq!(
        body.feed(&long, &mut Vec::new()),
        Err(MultipartError::Beginning)
    );
    for kind in ["multipart/form-data", "multipart/form-data; boundary=\"\""] {
        assert_eq!(
            Body::of(&headers(kind)).unwrap_err(),
            MultipartError::Boundary
        );
    }
}
