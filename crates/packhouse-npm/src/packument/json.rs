//! Small pieces of JSON that both forms of a packument share.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::value::RawValue;

use super::VersionView;

/// Writes an object member by member.
pub(super) struct Object<'o> {
    out: &'o mut Vec<u8>,
    first: bool,
}

impl<'o> Object<'o> {
    pub(super) fn open(out: &'o mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, first: true }
    }

    /// Goes on with an object whose members so far were written as text.
    pub(super) fn resume(out: &'o mut Vec<u8>, is_empty: bool) -> Self {
        Self {
            out,
            first: is_empty,
        }
    }

    /// Writes a key; its value is to be written to the buffer that this gives.
    pub(super) fn key(&mut self, key: &str) -> &mut Vec<u8> {
        if !std::mem::take(&mut self.first) {
            self.out.push(b',');
        }
        string(self.out, key);
        self.out.push(b':');
        self.out
    }

    pub(super) fn text(&mut self, key: &str, value: &str) {
        string(self.key(key), value);
    }

    pub(super) fn number(&mut self, key: &str, value: u64) {
        self.key(key)
            .extend_from_slice(value.to_string().as_bytes());
    }

    pub(super) fn raw(&mut self, key: &str, value: Option<&RawValue>) {
        if let Some(value) = value {
            self.key(key).extend_from_slice(value.get().as_bytes());
        }
    }

    pub(super) fn close(self) {
        self.out.push(b'}');
    }
}

pub(super) fn string(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(serde_json::Value::from(text).to_string().as_bytes());
}

/// Writes a time as JavaScript does: UTC, milliseconds, `Z`.
pub(super) fn time_text(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Writes an account. There is an `email` because clients print one; addresses are not published.
pub(super) fn person(out: &mut Vec<u8>, name: &str) {
    let mut person = Object::open(out);
    person.text("name", name);
    person.text("email", "");
    person.close();
}

pub(super) fn people<'n>(out: &mut Vec<u8>, names: impl IntoIterator<Item = &'n str>) {
    out.push(b'[');
    for (index, name) in names.into_iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        person(out, name);
    }
    out.push(b']');
}

pub(super) fn dist_tags(out: &mut Vec<u8>, tags: &BTreeMap<String, String>) {
    let mut object = Object::open(out);
    for (tag, version) in tags {
        object.text(tag, version);
    }
    object.close();
}

/// Writes `dist`: where the tarball is and how it can be checked.
pub(super) fn dist(out: &mut Vec<u8>, version: &VersionView<'_>) {
    let mut dist = Object::open(out);
    dist.text("integrity", &version.integrity);
    dist.text("shasum", &version.shasum);
    dist.text("tarball", &version.tarball_url);
    dist.number("fileCount", version.file_count);
    dist.number("unpackedSize", version.unpacked_size);
    if let Some(attestations) = &version.attestations {
        let mut object = Object::open(dist.key("attestations"));
        object.text("url", &attestations.url);
        let mut provenance = Object::open(object.key("provenance"));
        provenance.text("predicateType", attestations.predicate_type);
        provenance.close();
        object.close();
    }
    let out = dist.key("signatures");
    out.push(b'[');
    for (index, (keyid, sig)) in version.signatures.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        let mut signature = Object::open(out);
        signature.text("keyid", keyid);
        signature.text("sig", sig);
        signature.close();
    }
    out.push(b']');
    dist.close();
}

/// Writes `deprecated`, unless it is empty: some clients warn at any string.
pub(super) fn deprecated(object: &mut Object<'_>, version: &VersionView<'_>) {
    if let Some(text) = version.deprecated.filter(|text| !text.is_empty()) {
        object.text("deprecated", text);
    }
}

/// The times of a package, gathered while its versions are written.
pub(super) struct Times(Vec<(String, DateTime<Utc>)>);

impl Times {
    pub(super) fn new(created: DateTime<Utc>, modified: DateTime<Utc>) -> Self {
        Self(vec![
            ("created".into(), created),
            ("modified".into(), modified),
        ])
    }

    pub(super) fn add(&mut self, version: &VersionView<'_>) {
        self.0.push((version.name.to_owned(), version.published_at));
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let mut object = Object::open(out);
        for (key, time) in &self.0 {
            object.text(key, &time_text(*time));
        }
        object.close();
    }
}
