//! Texts that NuGet clients send: no bytes may panic or take for ever, and what is read means the
//! same when it is written and read again.

use packhouse_nuget::framework::short_name;
use packhouse_nuget::id::PackageId;
use packhouse_nuget::nuspec::{Identity, Nuspec};
use packhouse_nuget::odata::{Call, Filter, Query};
use packhouse_nuget::range::VersionRange;
use packhouse_nuget::version::Version;

/// Runs one input: a kind of text, then the text.
pub fn run(data: &[u8]) {
    let Some((kind, bytes)) = data.split_first() else {
        return;
    };
    if kind % 4 == 0 {
        return nuspec(bytes);
    }
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    match kind % 4 {
        1 => version(text),
        2 => names(text),
        _ => query(text),
    }
}

fn nuspec(bytes: &[u8]) {
    let Ok((nuspec, _)) = Nuspec::parse(bytes) else {
        return;
    };
    let identity = Identity::parse(bytes).expect("read once already");
    assert_eq!(identity.id, nuspec.id);
    assert_eq!(identity.version, nuspec.version);
    let stored = serde_json::to_string(&nuspec).expect("a nuspec as JSON");
    let read: Nuspec = serde_json::from_str(&stored).expect("what was stored");
    assert_eq!(read, nuspec);
}

fn version(text: &str) {
    if let Ok(version) = Version::parse(text) {
        let read = Version::parse(&version.full()).expect("what was written");
        assert_eq!(read.full(), version.full());
        assert!(read == version && read.lower() == version.lower());
    }
    let lenient = VersionRange::parse_lenient(text);
    if let Ok(range) = VersionRange::parse(text) {
        assert_eq!(range, lenient);
        let read = VersionRange::parse(&range.to_string()).expect("what was written");
        assert_eq!(read, range);
    }
}

fn names(text: &str) {
    if let Ok(id) = PackageId::parse(text) {
        assert!(PackageId::parse_dependency(&id.lower()).is_ok_and(|lower| lower == id));
    }
    let short = short_name(text);
    assert!(!short.contains(['|', ':']));
}

fn query(text: &str) {
    if let Ok(filter) = Filter::parse(text) {
        let _ = (filter.ids(), filter.terms(), filter.latest());
    }
    if let Ok(call) = Call::parse(text) {
        assert!(!call.name.is_empty());
    }
    let pairs = text
        .split('&')
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    if let Ok(query) = Query::parse(pairs) {
        let _ = (
            query.text("id"),
            query.list("versions"),
            query.flag("includePrerelease"),
        );
    }
}
