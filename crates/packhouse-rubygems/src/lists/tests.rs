use super::*;

fn lists(text: &str) -> Lists {
    Lists::draw(&Live::read(text))
}

/// What a list says, drawn by hand.
fn list(entries: &[(&str, &str, &str)]) -> Vec<u8> {
    let mut list = List::default();
    for (name, number, platform) in entries {
        list.push(name, number, platform);
    }
    list.finish()
}

#[test]
fn an_entry_is_name_version_and_platform() {
    let expected =
        b"\x04\x08[\x06[\x08I\"\x09hola\x06:\x06ETU:\x11Gem::Version[\x06I\"\x0a1.2.0\x06;\
        \0TI\"\x09ruby\x06;\0T";
    let lists = lists("hola 1.2.0 x\n");
    assert_eq!(lists.specs, expected);
    assert_eq!(lists.latest, expected);
    assert_eq!(lists.prerelease, b"\x04\x08[\0");
}

#[test]
fn later_entries_name_their_class_by_its_place() {
    let expected = b"\x04\x08[\x07\
        [\x08I\"\x06a\x06:\x06ETU:\x11Gem::Version[\x06I\"\x062\x06;\0TI\"\x09ruby\x06;\0T\
        [\x08I\"\x06a\x06;\0TU;\x06[\x06I\"\x061\x06;\0TI\"\x09java\x06;\0T";
    assert_eq!(lists("a 1-java,2 x\n").specs, expected);
}

#[test]
fn without_versions_lists_are_empty() {
    let empty = lists("created_at: x\n---\n");
    for list in [empty.specs, empty.latest, empty.prerelease] {
        assert_eq!(list, [4, 8, 0x5b, 0]);
    }
}

#[test]
fn versions_are_sorted_and_sifted() {
    let lists = lists(
        "b 1.10,1.9,2.0.rc1,1.10-java,1.2-x86-linux,1.9-java x\n\
         a 0.1.a x\n\
         b 1.11 x\n\
         b -1.11 x\n\
         B 1.0 x\n",
    );
    let specs = [
        ("B", "1.0", "ruby"),
        ("b", "1.10", "ruby"),
        ("b", "1.10", "java"),
        ("b", "1.9", "ruby"),
        ("b", "1.9", "java"),
        ("b", "1.2", "x86-linux"),
    ];
    assert_eq!(lists.specs, list(&specs));
    assert_eq!(
        lists.latest,
        list(&[specs[0], specs[1], specs[2], specs[5]])
    );
    assert_eq!(
        lists.prerelease,
        list(&[("a", "0.1.a", "ruby"), ("b", "2.0.rc1", "ruby")])
    );
}
