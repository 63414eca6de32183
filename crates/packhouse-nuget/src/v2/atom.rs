//! Atom entries and feeds with OData's properties, as the old clients read them (NuGet notes §9).

use std::io::{self, Cursor};

use chrono::{DateTime, SecondsFormat, Utc};
use packhouse_core::package::Version;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::candidates::Hit;
use crate::framework::short_name;
use crate::links::Links;
use crate::metadata::Metadata;
use crate::nuspec::{LicenseKind, Nuspec};
use crate::registration::{icon, license};

pub(super) const FEED: &str = "application/atom+xml;type=feed;charset=utf-8";
pub(super) const ENTRY: &str = "application/atom+xml;type=entry;charset=utf-8";

const ATOM: &str = "http://www.w3.org/2005/Atom";
const DATA: &str = "http://schemas.microsoft.com/ado/2007/08/dataservices";
const META: &str = "http://schemas.microsoft.com/ado/2007/08/dataservices/metadata";
const SCHEME: &str = "http://schemas.microsoft.com/ado/2007/08/dataservices/scheme";
/// Clients look at the end of it.
const TERM: &str = "NuGetGallery.OData.V2FeedPackage";
/// When what lists do not show was published, as clients are told.
const UNLISTED: &str = "1900-01-01T00:00:00";
/// What a count can be to these clients.
const MAX_COUNT: i64 = i32::MAX as i64;

/// A document under way. The first failure is kept and told at the end.
pub(super) struct Drawing<'a> {
    links: &'a Links,
    out: Writer<Cursor<Vec<u8>>>,
    /// Whether entries stand in a feed.
    feed: bool,
    failed: Option<io::Error>,
}

impl<'a> Drawing<'a> {
    /// Begins a feed.
    pub fn feed(links: &'a Links, name: &str, now: DateTime<Utc>) -> Self {
        let mut drawing = Self::begin(links, true);
        let root = drawing.root("feed");
        drawing.write(Event::Start(root));
        drawing.text("id", &links.at(&format!("v2/{name}")), &[]);
        drawing.text("title", name, &[("type", "text")]);
        drawing.text("updated", &format!("{}Z", date(now)), &[]);
        drawing.empty("link", &[("rel", "self"), ("title", name), ("href", name)]);
        drawing
    }

    /// Begins an entry that stands by itself.
    pub fn entry(links: &'a Links) -> Self {
        Self::begin(links, false)
    }

    fn begin(links: &'a Links, feed: bool) -> Self {
        let mut drawing = Self {
            links,
            out: Writer::new(Cursor::new(Vec::new())),
            feed,
            failed: None,
        };
        drawing.write(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)));
        drawing
    }

    /// Says how many entries there are on all pages.
    pub fn count(&mut self, total: usize) {
        self.text("m:count", &total.to_string(), &[]);
    }

    /// Says where the next page is.
    pub fn next(&mut self, at: &str) {
        self.empty("link", &[("rel", "next"), ("href", at)]);
    }

    /// Ends the document.
    pub fn finish(mut self) -> io::Result<String> {
        if self.feed {
            self.write(Event::End(BytesEnd::new("feed")));
        }
        match self.failed {
            Some(error) => Err(error),
            None => String::from_utf8(self.out.into_inner().into_inner()).map_err(io::Error::other),
        }
    }

    /// Draws a version of a package; `downloads` are those of the package and of the version.
    pub fn package(
        &mut self,
        hit: &Hit,
        version: &Version,
        metadata: &Metadata,
        downloads: (i64, i64),
    ) {
        let nuspec = &metadata.nuspec;
        let (id, key) = (&hit.package.package.name, version.name.key());
        let start = match self.feed {
            true => BytesStart::new("entry"),
            false => self.root("entry"),
        };
        self.write(Event::Start(start));
        let number = nuspec.version.normalized();
        let at = format!("Packages(Id='{}',Version='{number}')", id.as_str());
        self.text("id", &self.links.at(&format!("v2/{at}")), &[]);
        self.empty("category", &[("term", TERM), ("scheme", SCHEME)]);
        for rel in ["edit", "self"] {
            self.empty(
                "link",
                &[("rel", rel), ("title", "V2FeedPackage"), ("href", &at)],
            );
        }
        self.text("title", id.as_str(), &[("type", "text")]);
        let summary = nuspec.summary.as_deref().unwrap_or_default();
        self.text("summary", summary, &[("type", "text")]);
        self.text("updated", &format!("{}Z", date(version.created_at)), &[]);
        self.write(Event::Start(BytesStart::new("author")));
        self.text("name", &nuspec.authors, &[]);
        self.write(Event::End(BytesEnd::new("author")));
        let nupkg = self.links.v2_nupkg(id.key(), key);
        self.empty("content", &[("type", "application/zip"), ("src", &nupkg)]);
        self.write(Event::Start(BytesStart::new("m:properties")));
        self.properties(hit, version, metadata, downloads);
        self.write(Event::End(BytesEnd::new("m:properties")));
        self.write(Event::End(BytesEnd::new("entry")));
    }

    fn properties(
        &mut self,
        hit: &Hit,
        version: &Version,
        metadata: &Metadata,
        (all, own): (i64, i64),
    ) {
        let nuspec = &metadata.nuspec;
        let (id, key) = (hit.package.package.name.clone(), version.name.key());
        let created = date(version.created_at);
        let published = match version.listed {
            true => created.as_str(),
            false => UNLISTED,
        };
        let icon = icon(self.links, id.key(), key, metadata);
        let license = license(self.links, id.key(), key, metadata);
        let names = metadata.license(LicenseKind::Expression);
        self.property("Id", Some(id.as_str()));
        // As it is written: old clients name folders by it.
        let written = nuspec.authored_version.clone();
        self.property(
            "Version",
            Some(&written.unwrap_or_else(|| nuspec.version.full())),
        );
        self.property("NormalizedVersion", Some(version.name.as_str()));
        self.property("Authors", Some(&nuspec.authors));
        self.property("Copyright", nuspec.copyright.as_deref());
        self.typed("Created", "Edm.DateTime", &created);
        self.property("Dependencies", Some(&dependencies(nuspec)));
        self.property("Description", Some(&nuspec.description));
        self.typed(
            "DownloadCount",
            "Edm.Int32",
            &all.min(MAX_COUNT).to_string(),
        );
        self.property("GalleryDetailsUrl", None);
        self.property("IconUrl", icon.as_deref());
        self.yes_or_no("IsLatestVersion", hit.is_latest());
        self.yes_or_no("IsAbsoluteLatestVersion", hit.is_absolute_latest());
        self.yes_or_no("IsPrerelease", version.prerelease);
        self.property("Language", nuspec.language.as_deref());
        self.typed("LastUpdated", "Edm.DateTime", &created);
        self.typed("Published", "Edm.DateTime", published);
        self.property("PackageHash", Some(&metadata.sha512));
        self.property("PackageHashAlgorithm", Some("SHA512"));
        self.typed("PackageSize", "Edm.Int64", &metadata.size.to_string());
        self.property("ProjectUrl", nuspec.project_url.as_deref());
        self.property("ReportAbuseUrl", None);
        self.property("ReleaseNotes", nuspec.release_notes.as_deref());
        self.yes_or_no(
            "RequireLicenseAcceptance",
            nuspec.require_license_acceptance,
        );
        self.property("Summary", nuspec.summary.as_deref());
        self.property("Tags", Some(&nuspec.tags.join(" ")));
        self.property(
            "Title",
            Some(nuspec.title.as_deref().unwrap_or(id.as_str())),
        );
        self.typed(
            "VersionDownloadCount",
            "Edm.Int32",
            &own.min(MAX_COUNT).to_string(),
        );
        self.property("MinClientVersion", nuspec.min_client_version.as_deref());
        self.typed_or_null("LastEdited", "Edm.DateTime");
        self.property("LicenseUrl", license.as_deref());
        self.property("LicenseNames", names);
        self.property("LicenseReportUrl", None);
    }

    fn root(&self, name: &'static str) -> BytesStart<'static> {
        let mut root = BytesStart::new(name);
        let base = format!("{}/", self.links.at("v2"));
        root.push_attribute(("xml:base", base.as_str()));
        root.push_attribute(("xmlns", ATOM));
        root.push_attribute(("xmlns:d", DATA));
        root.push_attribute(("xmlns:m", META));
        root
    }

    fn property(&mut self, name: &str, text: Option<&str>) {
        let name = format!("d:{name}");
        match text {
            Some(text) => self.text(&name, text, &[]),
            None => self.empty(&name, &[("m:null", "true")]),
        }
    }

    fn typed(&mut self, name: &str, kind: &str, text: &str) {
        self.text(&format!("d:{name}"), text, &[("m:type", kind)]);
    }

    fn typed_or_null(&mut self, name: &str, kind: &str) {
        self.empty(
            &format!("d:{name}"),
            &[("m:type", kind), ("m:null", "true")],
        );
    }

    fn yes_or_no(&mut self, name: &str, yes: bool) {
        self.typed(name, "Edm.Boolean", if yes { "true" } else { "false" });
    }

    fn text(&mut self, name: &str, text: &str, attributes: &[(&str, &str)]) {
        let mut start = BytesStart::new(name);
        for attribute in attributes {
            start.push_attribute(*attribute);
        }
        self.write(Event::Start(start));
        let text = storable(text);
        self.write(Event::Text(BytesText::new(&text)));
        self.write(Event::End(BytesEnd::new(name)));
    }

    fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) {
        let mut start = BytesStart::new(name);
        for attribute in attributes {
            start.push_attribute(*attribute);
        }
        self.write(Event::Empty(start));
    }

    fn write(&mut self, event: Event<'_>) {
        if self.failed.is_none() {
            self.failed = self.out.write_event(event).err();
        }
    }
}

/// Leaves out what no XML document can hold.
fn storable(text: &str) -> String {
    let holds = |c: &char| !matches!(c, '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}');
    text.chars().filter(holds).collect()
}

fn date(at: DateTime<Utc>) -> String {
    let text = at.to_rfc3339_opts(SecondsFormat::Millis, true);
    text.trim_end_matches('Z').to_owned()
}

/// Writes what a package needs: `id:range:framework` with `|` between, and `::framework` for a
/// group that needs nothing.
fn dependencies(nuspec: &Nuspec) -> String {
    let mut parts = Vec::new();
    for group in &nuspec.dependency_groups {
        let framework = group.target_framework.as_deref().map(short_name);
        let framework = framework.unwrap_or_default();
        if group.dependencies.is_empty() && !framework.is_empty() {
            parts.push(format!("::{framework}"));
        }
        for dependency in &group.dependencies {
            let range = match dependency.range.is_any() {
                true => String::new(),
                false => dependency.range.to_string(),
            };
            parts.push(format!("{}:{range}:{framework}", dependency.id.as_str()));
        }
    }
    parts.join("|")
}
