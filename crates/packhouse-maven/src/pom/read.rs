//! From the tree of a POM to what is kept of it.

use super::properties::{Properties, inherited};
use super::{Dependency, License, MAX_DEPENDENCIES, MAX_PEOPLE, Parent, Pom, Written};
use crate::text::{cut, line, link};
use crate::xml::Element;

const MAX_WORD: usize = 255;
const MAX_DESCRIPTION: usize = 4_096;

pub(super) fn read(project: &Element) -> Pom {
    let reader = PomReader {
        properties: Properties::new(project),
    };
    let word = |name| reader.word(project, name);
    let written = |text: Option<&str>| text.map(|text| cut(text, MAX_WORD));
    Pom {
        group: inherited(project, "groupId").and_then(|text| reader.line(text)),
        artifact: word("artifactId"),
        version: inherited(project, "version").and_then(|text| reader.line(text)),
        parent: project.child("parent").and_then(|p| reader.parent(p)),
        packaging: word("packaging").unwrap_or_else(|| "jar".to_owned()),
        name: word("name"),
        description: project
            .value("description")
            .and_then(|text| line(&reader.properties.resolve(text), MAX_DESCRIPTION)),
        url: reader.link(project, "url"),
        licenses: within(project, "licenses", "license")
            .map(|license| reader.license(license))
            .filter(|license| *license != License::default())
            .take(MAX_PEOPLE)
            .collect(),
        scm: project.child("scm").and_then(|scm| reader.scm(scm)),
        developers: within(project, "developers", "developer")
            .filter_map(|developer| {
                let id = || reader.word(developer, "id");
                reader.word(developer, "name").or_else(id)
            })
            .take(MAX_PEOPLE)
            .collect(),
        dependencies: reader.dependencies(project),
        managed: project
            .child("dependencyManagement")
            .map(|managed| reader.dependencies(managed))
            .unwrap_or_default(),
        written: Written {
            group: written(inherited(project, "groupId")),
            artifact: written(project.value("artifactId")),
            version: written(inherited(project, "version")),
        },
    }
}

struct PomReader<'a> {
    properties: Properties<'a>,
}

impl PomReader<'_> {
    fn line(&self, text: &str) -> Option<String> {
        line(&self.properties.resolve(text), MAX_WORD)
    }

    fn word(&self, element: &Element, name: &str) -> Option<String> {
        self.line(element.value(name)?)
    }

    fn link(&self, element: &Element, name: &str) -> Option<String> {
        link(&self.properties.resolve(element.value(name)?))
    }

    fn parent(&self, parent: &Element) -> Option<Parent> {
        Some(Parent {
            group: self.word(parent, "groupId")?,
            artifact: self.word(parent, "artifactId")?,
            version: self.word(parent, "version").unwrap_or_default(),
        })
    }

    fn license(&self, license: &Element) -> License {
        License {
            name: self.word(license, "name"),
            url: self.link(license, "url"),
        }
    }

    /// Gives the page of the source, else the address it is fetched from where that is a web
    /// address too: `scm:git:https://...`.
    fn scm(&self, scm: &Element) -> Option<String> {
        let connection = |name| {
            let text = self.properties.resolve(scm.value(name)?);
            let (_, address) = text.strip_prefix("scm:")?.split_once([':', '|'])?;
            link(address)
        };
        self.link(scm, "url")
            .or_else(|| connection("connection"))
            .or_else(|| connection("developerConnection"))
    }

    fn dependencies(&self, parent: &Element) -> Vec<Dependency> {
        within(parent, "dependencies", "dependency")
            .filter_map(|dependency| self.dependency(dependency))
            .take(MAX_DEPENDENCIES)
            .collect()
    }

    fn dependency(&self, dependency: &Element) -> Option<Dependency> {
        let word = |name| self.word(dependency, name);
        Some(Dependency {
            group: word("groupId")?,
            artifact: word("artifactId")?,
            version: word("version"),
            scope: word("scope"),
            kind: word("type"),
            classifier: word("classifier"),
            optional: word("optional").is_some_and(|text| text == "true"),
        })
    }
}

/// Gives the elements of one list: `<licenses><license/>...</licenses>`.
fn within<'a>(
    element: &'a Element,
    list: &str,
    item: &'static str,
) -> impl Iterator<Item = &'a Element> {
    element
        .child(list)
        .into_iter()
        .flat_map(move |list| list.all(item))
}
