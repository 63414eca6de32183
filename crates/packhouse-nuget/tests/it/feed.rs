//! Feeds of the old protocol as its clients read them: by an XML reader, by local names.

use std::collections::BTreeMap;

use packhouse_xml::{Element, parse};

use crate::world::Source;

/// More than any feed here has.
const MAX: usize = 16 << 20;

/// A page of a feed.
#[derive(Debug)]
pub struct Feed {
    pub entries: Vec<Entry>,
    /// The number of all entries, where it was asked for.
    pub count: Option<String>,
    /// Where the next page is.
    pub next: Option<String>,
}

/// An entry with its properties.
#[derive(Debug)]
pub struct Entry {
    /// Where the package is.
    pub content: String,
    /// Of each property its type and its text; no text where it is null.
    pub properties: BTreeMap<String, (String, Option<String>)>,
}

impl Feed {
    /// Gets a page, which must be there and be a feed.
    pub async fn get(source: &Source, below: &str) -> Self {
        let answer = source.get(below).await;
        assert_eq!(answer.status, 200, "{below}: {}", answer.text());
        let kind = answer.header("content-type");
        let expected = "application/atom+xml;type=feed;charset=utf-8";
        assert_eq!(kind, Some(expected), "{below}");
        assert_eq!(answer.header("dataserviceversion"), Some("2.0;"), "{below}");
        Self::read(&answer.text())
    }

    #[track_caller]
    fn read(text: &str) -> Self {
        let root = root(text, "feed");
        for name in ["id", "title", "updated"] {
            assert!(root.value(name).is_some(), "no {name} in {text}");
        }
        let links = |rel: &str| {
            let mut links = root.all("link");
            links.find(|link| link.attribute("rel") == Some(rel))
        };
        assert!(links("self").is_some(), "{text}");
        let next = links("next").map(|link| link.attribute("href").unwrap().to_owned());
        Self {
            entries: root.all("entry").map(Entry::read).collect(),
            count: root.value("count").map(str::to_owned),
            next,
        }
    }

    /// Follows the links to the last page, and gives all entries.
    pub async fn whole(source: &Source, below: &str) -> Vec<Entry> {
        let mut page = Self::get(source, below).await;
        let (mut all, mut seen) = (Vec::new(), Vec::new());
        loop {
            all.append(&mut page.entries);
            let Some(next) = page.next else {
                return all;
            };
            assert!(!seen.contains(&next), "{next} comes again");
            page = Self::get(source, source.below(&next)).await;
            seen.push(next);
        }
    }

    /// Gives the id of each entry.
    pub fn ids(&self) -> Vec<String> {
        self.entries.iter().map(|entry| entry.text("Id")).collect()
    }

    /// Gives the version of each entry, normalised.
    pub fn versions(&self) -> Vec<String> {
        let version = |entry: &Entry| entry.text("NormalizedVersion");
        self.entries.iter().map(version).collect()
    }
}

impl Entry {
    #[track_caller]
    fn read(entry: &Element) -> Self {
        let category = entry.child("category").expect("an entry has a category");
        let term = category.attribute("term").unwrap();
        assert!(term.ends_with("V2FeedPackage"), "{term}");
        for name in ["id", "title", "updated"] {
            assert!(entry.value(name).is_some(), "no {name}");
        }
        assert!(entry.find(&["author", "name"]).is_some());
        let content = entry.child("content").expect("an entry has its content");
        assert_eq!(content.attribute("type"), Some("application/zip"));
        // Clients of 2.x take content that has anything in it for the package itself.
        assert!(content.text.is_empty() && content.children.is_empty());
        let properties = entry.child("properties").expect("beside the content");
        let read = |property: &Element| {
            let null = property.attribute("m:null") == Some("true");
            let kind = property.attribute("m:type").unwrap_or("Edm.String");
            assert!(!null || property.text.is_empty());
            assert_ne!(property.text, "null");
            let text = (!null).then(|| property.text.clone());
            (property.name.clone(), (kind.to_owned(), text))
        };
        Self {
            content: content.attribute("src").unwrap().to_owned(),
            properties: properties.children.iter().map(read).collect(),
        }
    }

    /// Gives the text of a property that is not null.
    #[track_caller]
    pub fn text(&self, name: &str) -> String {
        let found = self.properties.get(name);
        let (_, text) = found.unwrap_or_else(|| panic!("no {name}"));
        text.clone().unwrap_or_else(|| panic!("{name} is null"))
    }

    /// Tells whether a property is null.
    #[track_caller]
    pub fn is_null(&self, name: &str) -> bool {
        self.properties[name].1.is_none()
    }
}

/// Reads an entry that stands by itself.
#[track_caller]
pub fn entry(text: &str) -> Entry {
    Entry::read(&root(text, "entry"))
}

/// Reads a document and gives its root.
#[track_caller]
pub fn root(text: &str, name: &'static str) -> Element {
    let root = parse(text.as_bytes(), MAX);
    let root = root.unwrap_or_else(|error| panic!("{error}: {text}"));
    root.expect(name).unwrap()
}
