use proptest::prelude::*;

use super::*;

const MAX: usize = 1 << 20;

fn read(text: &str) -> Result<Element, XmlError> {
    parse(text.as_bytes(), MAX)
}

fn text_of(bytes: &[u8]) -> String {
    parse(bytes, MAX).unwrap().text
}

#[test]
fn a_document_becomes_a_tree() {
    let root = read(
        "<?xml version='1.0'?>\n<!-- x -->\n<p:a xmlns:p=\"urn:x\" at='&lt;&#65;'>\n \
         <b>one &amp; <!-- not me -->t&#x77;o</b><?pi?><c/><b><![CDATA[<three>]]></b><d> </d></p:a>\n",
    )
    .unwrap();
    assert_eq!(root.name, "a");
    assert_eq!(root.value("b"), Some("one & two"));
    let all: Vec<&str> = root.all("b").map(|b| &*b.text).collect();
    assert_eq!(all, ["one & two", "<three>"]);
    assert_eq!(root.value("c"), None);
    assert_eq!(root.value("d"), None);
    assert_eq!(root.find(&["b"]), root.child("b"));
    assert_eq!(root.find(&["b", "c"]), None);
    assert_eq!(root.find(&[]), Some(&root));
}

#[test]
fn attributes_are_read() {
    let root =
        read("<a b=' &lt;x&#65;\t\r\n&#10;' c:d=\"'\" xmlns:c='urn:c' xml:lang='en'/>").unwrap();
    assert_eq!(root.attribute("b"), Some(" <xA  \n"));
    assert_eq!(root.attribute("d"), None);
    assert_eq!(root.attribute("c:d"), Some("'"));
    assert_eq!(root.attribute("xmlns:c"), None);
    assert_eq!(root.attributes.len(), 3);
}

#[test]
fn namespaces_follow_their_declarations() {
    let named = |name: &str| Namespace::Named(name.into());
    let root = read(
        "<a xmlns='urn:1'><b/><p:c xmlns:p='urn:1' xmlns=''><d/><p:e/></p:c><f xmlns='urn:2'/>\
         <p:g/><p:h xmlns:p=''/></a>",
    )
    .unwrap();
    assert_eq!(root.namespace, named("urn:1"));
    for (path, namespace) in [
        (&["b"][..], named("urn:1")),
        (&["c"], named("urn:1")),
        (&["c", "d"], Namespace::None),
        (&["c", "e"], named("urn:1")),
        (&["f"], named("urn:2")),
        (&["g"], Namespace::Unknown),
        (&["h"], Namespace::Unknown),
    ] {
        assert_eq!(root.find(path).unwrap().namespace, namespace, "{path:?}");
    }
    assert!(root.child("c").unwrap().shares_namespace(&root));
    assert!(!root.child("f").unwrap().shares_namespace(&root));
    assert_eq!(read("<a/>").unwrap().namespace, Namespace::None);
}

#[test]
fn every_declared_encoding_is_read() {
    let utf16 = |big: bool| -> Vec<u8> {
        let text = "<?xml version=\"1.0\" encoding=\"UTF-16\"?><a>é€</a>";
        let units = text.encode_utf16();
        units
            .flat_map(|unit| {
                if big {
                    unit.to_be_bytes()
                } else {
                    unit.to_le_bytes()
                }
            })
            .collect()
    };
    let with_mark = |mark: &[u8], bytes: Vec<u8>| [mark, &bytes].concat();
    for bytes in [
        "<a>é€</a>".into(),
        "\u{feff}<a>é€</a>".into(),
        "<?xml version='1.0' encoding = 'utf-8' standalone='yes'?><a>é€</a>".into(),
        b"<?xml version=\"1.0\" encoding=\"windows-1252\"?><a>\xe9\x80</a>".to_vec(),
        b"<?xml version=\"1.0\" encoding='Cp1252'?><a>\xe9\x80</a>".to_vec(),
        b"<?xml version=\"1.0\" encoding=\"ISO-8859-15\"?><a>\xe9\xa4</a>".to_vec(),
        utf16(false),
        utf16(true),
        with_mark(b"\xff\xfe", utf16(false)),
        with_mark(b"\xfe\xff", utf16(true)),
    ] {
        assert_eq!(text_of(&bytes), "é€", "{}", String::from_utf8_lossy(&bytes));
    }
    let latin = b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>caf\xe9</a>";
    assert_eq!(text_of(latin), "café");
}

#[test]
fn bytes_that_are_not_in_the_encoding_are_refused() {
    for (bytes, name) in [
        (&b"<a>\xe9</a>"[..], "UTF-8"),
        (b"\xef\xbb\xbf<a>\xff</a>", "UTF-8"),
        (b"<?xml version='1.0' encoding='klingon'?><a/>", "klingon"),
        (b"<?xml version='1.0' encoding='UTF-16'?><a/>", "UTF-16"),
        (b"<?xml version='1.0' encoding='UTF-7'?><a/>", "UTF-7"),
        (b"<\0a\0/\0>\0x", "UTF-16LE"),
    ] {
        let error = parse(bytes, MAX).unwrap_err();
        assert_eq!(error, XmlError::Encoding(name.to_owned()));
    }
}

#[test]
fn what_could_grow_or_reach_outside_is_refused() {
    for text in [
        "<!DOCTYPE a><a/>",
        "<?xml version='1.0'?><!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>",
        "<!DOCTYPE a [<!ENTITY x \"y\"><!ENTITY z \"&x;&x;\">]><a>&z;</a>",
    ] {
        assert!(
            matches!(read(text), Err(XmlError::Doctype { line: 1 })),
            "{text}"
        );
    }
    for text in ["<a>&nbsp;</a>", "<a b='&nbsp;'/>", "<a>\n&x;</a>"] {
        let error = read(text).unwrap_err();
        assert!(matches!(error, XmlError::Entity { .. }), "{text}: {error}");
    }
    let error = read("<a>\n\n&x;</a>").unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 3: the entity &x; is not known: write the character itself"
    );
}

#[test]
fn limits_hold() {
    let nested = |depth: usize| "<a>".repeat(depth) + &"</a>".repeat(depth);
    assert!(read(&nested(MAX_DEPTH)).is_ok());
    assert!(matches!(
        read(&nested(MAX_DEPTH + 1)),
        Err(XmlError::TooDeep { .. })
    ));

    let wide = |count: usize| format!("<a>{}</a>", "<b/>".repeat(count - 1));
    assert!(read(&wide(MAX_ELEMENTS)).is_ok());
    let error = read(&wide(MAX_ELEMENTS + 1));
    assert!(matches!(error, Err(XmlError::TooManyElements { .. })));

    let attributes = |count: usize| -> String {
        let all: String = (0..count).map(|place| format!(" a{place}=''")).collect();
        format!("<a{all}/>")
    };
    assert!(read(&attributes(MAX_ATTRIBUTES)).is_ok());
    let error = read(&attributes(MAX_ATTRIBUTES + 1));
    assert!(matches!(error, Err(XmlError::Attributes { .. })));
    let long = format!("<a b='{}'/>", "x".repeat(MAX_ATTRIBUTES_LENGTH));
    assert!(matches!(read(&long), Err(XmlError::Attributes { .. })));

    let error = parse(b"<a></a>", 6).unwrap_err();
    assert_eq!(error, XmlError::TooLarge { size: 7, max: 6 });
    assert!(parse(b"<a></a>", 7).is_ok());
}

#[test]
fn what_is_not_well_formed_is_refused() {
    for text in [
        "",
        "   ",
        "text",
        "<a>",
        "<a",
        "</a>",
        "<a></b>",
        "<a/><b/>",
        "<a/>x",
        "x<a/>",
        "<a/>&amp;",
        "<![CDATA[ ]]><a/>",
        "<a>]]></a>",
        "<a>&amp</a>",
        "<a>&</a>",
        "<a>&#0;</a>",
        "<a>&#x1F;</a>",
        "<a>&#xD800;</a>",
        "<a>&#x110000;</a>",
        "<a>&#;</a>",
        "<a b='&#1;'/>",
        "<a>\u{1}</a>",
        "<a>\u{fffe}</a>",
        "<a b='1' b='2'/>",
        "<a b/>",
        "<a b=1/>",
        "<a b='<'/>",
        "<a 1b=''/>",
        "<1/>",
        "<a:b:c/>",
        "<:a/>",
        "<>x</>",
        "< a/>",
        "<a><!-- -- --></a>",
        " <?xml version='1.0'?><a/>",
        "<a><?xml version='1.0'?></a>",
        "<a><?XML x?></a>",
        "<a><!ELEMENT b></a>",
        "\0",
        "{\"a\": 1}",
    ] {
        let error = read(text).unwrap_err();
        assert!(
            matches!(error, XmlError::Malformed { .. }),
            "{text:?}: {error}"
        );
    }
    let error = read("<a>\n<b>\n</a>").unwrap_err();
    assert!(error.to_string().starts_with("line 3: "), "{error}");
}

#[test]
fn written_texts_stand_for_themselves() {
    assert_eq!(
        escape("a <b> & \"c\" 'd'"),
        "a &lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;"
    );
    assert_eq!(escape("\u{0}\u{ffff}é"), "\u{fffd}\u{fffd}é");
    assert!(matches!(escape("plain"), Cow::Borrowed("plain")));
}

proptest! {
    #[test]
    fn what_is_escaped_reads_back(text in ".{0,40}") {
        let document = format!("<a at=\"{0}\">{0}</a>", escape(&text));
        let read = read(&document).unwrap();
        let expected: String = text
            .chars()
            .map(|c| if is_char(c) { c } else { '\u{fffd}' })
            .collect();
        // Line ends are written in one way.
        prop_assert_eq!(read.text, expected.replace("\r\n", "\n").replace('\r', "\n"));
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        let _ = parse(&bytes, MAX);
    }

    #[test]
    fn no_pieces_panic(pieces in prop::collection::vec(
        "(<a>|</a>|<b|/>|>| c=|'|\"|<!--|-->|<!\\[CDATA\\[|\\]\\]>|<!DOCTYPE|&|;|amp|#x|<\\?xml|\\?>| encoding='utf-16'|\u{feff}|.)",
        0..24,
    )) {
        let _ = parse(pieces.concat().as_bytes(), MAX);
    }
}
