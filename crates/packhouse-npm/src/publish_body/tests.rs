use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use serde_json::json;

use super::*;

const LIMITS: BodyLimits = BodyLimits {
    outside_attachments: 4096,
};

/// Reads a body in pieces of a fixed length.
fn read(body: &[u8], piece: usize) -> Result<(PublishDocument, Vec<u8>), BodyError> {
    let mut reader = PublishBody::new(LIMITS);
    let mut tarball = Vec::new();
    for piece in body.chunks(piece) {
        reader.feed(piece, &mut tarball)?;
    }
    Ok((reader.finish()?, tarball))
}

/// Reads a body in one piece and byte by byte, which must agree.
fn both(body: impl AsRef<[u8]>) -> Result<(PublishDocument, Vec<u8>), BodyError> {
    let body = body.as_ref();
    let whole = read(body, body.len().max(1));
    let bytes = read(body, 1);
    match (&whole, &bytes) {
        (Ok(whole), Ok(bytes)) => assert_eq!(whole, bytes),
        (Err(whole), Err(bytes)) => assert_eq!(whole.to_string(), bytes.to_string()),
        _ => panic!("pieces matter: {whole:?} {bytes:?}"),
    }
    whole
}

#[test]
fn a_publish_of_npm_is_taken_apart() {
    let data = STANDARD.encode(b"tarball bytes");
    let body = json!({
        "_id": "@acme/x", "name": "@acme/x", "dist-tags": {"latest": "1.0.0"},
        "versions": {"1.0.0": {"name": "@acme/x", "data": "mine", "list": [1, {"data": "x"}]}},
        "access": null,
        "_attachments": {
            "@acme/x-1.0.0.tgz":
                {"content_type": "application/octet-stream", "data": data, "length": 13},
            "@acme/x-1.0.0.sigstore":
                {"content_type": "bundle", "data": "{\"a\":\"ü😀\"}", "length": 11},
        },
    });
    let (document, tarball) = both(body.to_string()).unwrap();
    assert_eq!(tarball, b"tarball bytes");
    let info = document.tarball.unwrap();
    assert_eq!(info.key, "@acme/x-1.0.0.tgz");
    assert_eq!(info.content_type, "application/octet-stream");
    assert_eq!((info.length, info.decoded), (Some(13), 13));
    assert_eq!(document.provenance.as_deref(), Some("{\"a\":\"ü😀\"}"));
    let mut expect = body;
    expect.as_object_mut().unwrap().shift_remove("_attachments");
    assert_eq!(Value::Object(document.document), expect);
}

#[test]
fn any_order_of_keys_and_any_escape_will_do() {
    for body in [
        r#"{"_attachments":{"x.tgz":{"data":"aGk/aGk=","length":5,"content_type":"t"}},"a":1}"#,
        r#"{"_attachments" : { "x.tgz" : { "data" : "aGk\/aGk=", "content_type":"t" } } , "a":1 }"#,
        r#"{"a":1,"_attachments":{"x.tgz":{"content_type":"t","data":"\u0061G\u006b\u002FaGk="}}}"#,
        "{\"a\":1,\"\\u005fattachments\":{\"x\\u002etgz\":{\"content_type\":\"t\",\"d\\u0061ta\":\"aGk/aGk=\"}}}\n",
    ] {
        let (document, tarball) = both(body).unwrap();
        assert_eq!(tarball, b"hi?hi", "{body}");
        assert_eq!(document.document, *json!({"a": 1}).as_object().unwrap());
        let info = document.tarball.unwrap();
        assert_eq!(
            (info.key.as_str(), info.content_type.as_str()),
            ("x.tgz", "t")
        );
    }
}

#[test]
fn the_content_type_tells_when_the_key_does_not() {
    let body =
        r#"{"_attachments":{"x":{"content_type":"application/octet-stream","data":"aGk="}}}"#;
    assert_eq!(both(body).unwrap().1, b"hi");
    let body = r#"{"_attachments":{"x":{"content_type":"application/vnd.dev.sigstore.bundle+json;version=0.2","data":"{}"}}}"#;
    assert_eq!(both(body).unwrap().0.provenance.as_deref(), Some("{}"));
}

#[test]
fn bodies_without_attachments_are_documents() {
    for body in [
        r#"{"a":{"_attachments":{"x.tgz":{"data":"not base64"}}}}"#,
        r#"{"a":[{"data":"***"}],"data":"***","_attachments":{}}"#,
        r#"{"_attachments":null,"versions":{}}"#,
        " {} ",
    ] {
        let (document, tarball) = both(body).unwrap();
        assert!(tarball.is_empty() && document.tarball.is_none() && document.provenance.is_none());
        let mut expect: Map<String, Value> = serde_json::from_str(body).unwrap();
        expect.shift_remove("_attachments");
        assert_eq!(document.document, expect);
    }
}

/// Inputs that must be refused, with a part of the message. New finds of the fuzz target go here.
const NASTY: &[(&[u8], &str)] = &[
    (b"", "cut off"),
    (b"  \n", "cut off"),
    (b"{", "cut off"),
    (b"{\"a\":1", "cut off"),
    (b"{\"a\":\"x", "cut off"),
    (b"{\"a\":\"x\\", "cut off"),
    (b"{\"_attachments\":{\"x.tgz\":{\"data\":\"aGVs", "cut off"),
    (
        b"{\"_attachments\":{\"x.tgz\":{\"data\":\"aGVs\\u00",
        "cut off",
    ),
    (b"[]", "not a JSON object"),
    (b"\"x\"", "not a JSON object"),
    (b"null", "not a JSON object"),
    (b"\xef\xbb\xbf{}", "not a JSON object"),
    (b"{} {}", "byte 3"),
    (b"{}x", "byte 2"),
    (b"{}\0", "byte 2"),
    (b"{]", "wrong bracket at byte 1"),
    (b"{\"a\":[}]", "wrong bracket at byte 6"),
    (b"{\"a\"}", "not valid JSON"),
    (b"{\"a\":1,}", "not valid JSON"),
    (b"{,}", "not valid JSON"),
    (b"{\"a\":NaN}", "not valid JSON"),
    (b"{\"a\":\"\xff\"}", "not valid JSON"),
    (b"{\"\xff\":1}", "not valid JSON"),
    (b"{\"a\":\"\\q\"}", "not valid JSON"),
    (b"{\"a\":\"\\ud800\"}", "not valid JSON"),
    (b"{\"a\":\"\n\"}", "not valid JSON"),
    (b"{\"_attachments\":[]}", "an attachment is an object"),
    (
        b"{\"_attachments\":{\"x.tgz\":1}}",
        "x.tgz: an attachment is an object",
    ),
    (
        b"{\"_attachments\":{\"x.tgz\":{}}}",
        "x.tgz: an attachment is an object",
    ),
    (
        b"{\"_attachments\":{\"x.tgz\":{\"data\":null}}}",
        "x.tgz: an attachment is an object",
    ),
    (
        b"{\"_attachments\":{\"x.tgz\":{\"data\":{\"data\":\"aGk=\"}}}}",
        "x.tgz: an attachment",
    ),
    (
        b"{\"_attachments\":{\"x.zip\":{\"data\":\"\"}}}",
        "neither a tarball",
    ),
    (
        b"{\"_attachments\":{\"x.tgz\":{\"data\":\"a*Vs\"}}}",
        "base64 at character 1",
    ),
    (
        b"{\"_attachments\":{\"x.tgz\":{\"data\":\"aGVsbG8\"}}}",
        "base64 at character 4",
    ),
    (
        b"{\"_attachments\":{\"x.tgz\":{\"data\":\"aGVs\\n\"}}}",
        "base64 at character 4",
    ),
    (
        b"{\"_attachments\":{\"x.tgz\":{\"data\":\"aGVs\\u00e9aaa\"}}}",
        "base64 at character 4",
    ),
    (
        b"{\"_attachments\":{\"x.tgz\":{\"data\":\"aGVs\\u0zaaa\"}}}",
        "base64 at character 4",
    ),
    (
        b"{\"_attachments\":{\"x.tgz\":{\"data\":\"aGVs\xff\xff\xff\xff\"}}}",
        "base64 at character 4",
    ),
    (
        b"{\"_attachments\":{\"x.tgz\":{\"data\":\"aGk/aGk=c\0\0\0ength\"}}}",
        "base64 at character 8",
    ),
    (
        b"{\"_attachments\":{\"x.tgz\":{\"data\":\"\",\"data\":\"\"}}}",
        "\"data\" twice",
    ),
    (
        b"{\"_attachments\":{\"x.tgz\":{\"data\":\"\" \"aGk=\"}}}",
        "\"data\" twice",
    ),
    (
        b"{\"_attachments\":{\"x.tgz\":{\"data\" \"aGk=\"}}}",
        "not valid JSON",
    ),
    (
        b"{\"_attachments\":{},\"_attachments\":{}}",
        "\"_attachments\" twice",
    ),
    (
        b"{\"_attachments\":{},\"_attach\\u006dents\":{}}",
        "\"_attachments\" twice",
    ),
    (
        b"{\"_attachments\":{\"x.tgz\":{\"data\":\"\"},\"x.tgz\":{\"data\":\"\"}}}",
        "\"x.tgz\" twice",
    ),
    (
        b"{\"_attachments\":{\"x.tgz\":{\"data\":\"\"},\"y.tgz\":{\"data\":\"\"}}}",
        "\"y.tgz\" is one too many",
    ),
    (
        b"{\"_attachments\":{\"x.tgz\":{},\"y.sigstore\":{},\"z\":{}}}",
        "\"z\" is one too many",
    ),
    (
        b"{\"_attachments\":{\"x.sigstore\":{\"data\":\"ab\",\"length\":3}}}",
        "has 2 characters, its length field says 3",
    ),
    (
        b"{\"_attachments\":{\"x.sigstore\":{\"data\":\"\xff\"}}}",
        "not valid JSON",
    ),
    (
        b"{\"_attachments\":{\"x.tgz\":{\"content_type\":\"a\",\"content_type\":\"b\"}}}",
        "\"content_type\" twice",
    ),
];

#[test]
fn nasty_bodies_are_refused_with_a_reason() {
    for (body, reason) in NASTY {
        let error = both(body).expect_err(&String::from_utf8_lossy(body));
        assert_eq!(error.kind(), ErrorKind::Invalid);
        let text = error.to_string();
        assert!(
            text.contains(reason),
            "{}: {text}",
            String::from_utf8_lossy(body)
        );
    }
}

#[test]
fn depth_and_size_are_limited() {
    let deep = |depth: usize| {
        let (open, close) = ("[".repeat(depth - 1), "]".repeat(depth - 1));
        format!("{{\"a\":{open}{close}}}")
    };
    assert!(both(deep(MAX_DEPTH)).is_ok());
    assert!(matches!(both(deep(MAX_DEPTH + 1)), Err(BodyError::TooDeep)));

    let long = "x".repeat(5000);
    for body in [
        format!("{{\"a\":\"{long}\"}}"),
        format!("{{\"{long}\":1}}"),
        format!("{{\"a\":{}1}}", " ".repeat(5000)),
        format!("{{\"_attachments\":{{\"x.sigstore\":{{\"data\":\"{long}\"}}}}}}"),
        format!("{{\"_attachments\":{{\"{long}.tgz\":{{\"data\":\"\"}}}}}}"),
    ] {
        let error = both(body).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooLarge);
        assert!(error.to_string().contains("4096"), "{error}");
    }
    // The tarball does not count.
    let body = format!(
        "{{\"_attachments\":{{\"x.tgz\":{{\"data\":\"{}\"}}}}}}",
        "AAAA".repeat(5000)
    );
    assert_eq!(both(body).unwrap().1.len(), 15_000);
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("(data|_attachments|content_type|.{0,4})", inner), 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

fn chunked(body: &[u8], cuts: &[usize]) -> Result<(PublishDocument, Vec<u8>), String> {
    let mut reader = PublishBody::new(LIMITS);
    let (mut tarball, mut rest) = (Vec::new(), body);
    for cut in cuts.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (piece, after) = rest.split_at((*cut).min(rest.len()));
        reader
            .feed(piece, &mut tarball)
            .map_err(|error| error.to_string())?;
        rest = after;
    }
    let document = reader.finish().map_err(|error| error.to_string())?;
    Ok((document, tarball))
}

proptest! {
    #[test]
    fn valid_documents_equal_what_serde_reads(
        fields in prop::collection::vec(("[a-z_]{0,4}", value()), 0..5),
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        bundle in prop::option::of(".{0,20}"),
        first in any::<bool>(),
        pretty in any::<bool>(),
        cuts in prop::collection::vec(1usize..40, 1..6),
    ) {
        let mut attachments = json!({"x.tgz": {
            "content_type": "application/octet-stream",
            "data": STANDARD.encode(&bytes),
            "length": bytes.len(),
        }});
        if let Some(text) = &bundle {
            attachments["x.sigstore"] = json!({"data": text, "length": text.encode_utf16().count()});
        }
        let mut body: Map<String, Value> = Map::new();
        let expect: Map<String, Value> = fields.into_iter().collect();
        if first {
            body.insert("_attachments".into(), attachments.clone());
        }
        body.extend(expect.clone());
        body.insert("_attachments".into(), attachments);
        let text = if pretty { serde_json::to_vec_pretty(&body) } else { serde_json::to_vec(&body) };
        let (document, tarball) = chunked(&text.unwrap(), &cuts).unwrap();
        prop_assert_eq!(tarball, bytes.clone());
        prop_assert_eq!(document.document, expect);
        prop_assert_eq!(document.provenance, bundle);
        let info = document.tarball.unwrap();
        prop_assert_eq!((info.decoded, info.length), (bytes.len() as u64, Some(bytes.len() as u64)));
    }

    #[test]
    fn pieces_never_matter(
        body in "[{}\\[\\]\",:\\\\/ua0-9= ]{0,60}|\\{(\"(_attachments|x.tgz|data)\":[{\"]{0,2}){0,4}[\"}A-Da=]{0,12}",
        cuts in prop::collection::vec(1usize..9, 1..6),
    ) {
        let whole = chunked(body.as_bytes(), &[body.len().max(1)]);
        prop_assert_eq!(chunked(body.as_bytes(), &cuts), whole);
    }
}
