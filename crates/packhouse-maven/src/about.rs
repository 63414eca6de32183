//! What is kept about a version besides its files, as JSON: what pages, search and rules ask.

use packhouse_core::format::Summary;
use serde::{Deserialize, Serialize};

use crate::module::Module;
use crate::pom::{Dependency, License, Parent, Pom};
use crate::text::line;

/// How long the one line about a package may be, in characters.
const MAX_SUMMARY: usize = 512;

/// What is kept about a version. Its files come one by one, so each part is missing until its file
/// is there, and is replaced when that comes anew.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct About {
    /// The POM's packaging. `None` without a POM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub packaging: Option<String>,
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its home page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Where its source can be looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scm: Option<String>,
    /// Under what it may be used.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub licenses: Vec<License>,
    /// Names of those who wrote it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub developers: Vec<String>,
    /// What it inherits from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<Parent>,
    /// What it needs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<Dependency>,
    /// The versions it sets for what may be needed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub managed: Vec<Dependency>,
    /// Its Gradle module metadata.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub module: Option<Module>,
    /// What is odd about its POM, a sentence each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<String>,
}

impl About {
    /// Reads the stored form.
    ///
    /// # Errors
    /// When it is damaged.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// Gives the stored form.
    ///
    /// # Errors
    /// Never in practice: all keys are texts.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    /// Replaces what came from the POM. `mismatches` are those of [`Pom::mismatches`].
    #[must_use]
    pub fn with_pom(self, pom: &Pom, mismatches: Vec<String>) -> Self {
        let pom = pom.clone();
        Self {
            packaging: Some(pom.packaging),
            name: pom.name,
            description: pom.description,
            url: pom.url,
            scm: pom.scm,
            licenses: pom.licenses,
            developers: pom.developers,
            parent: pom.parent,
            dependencies: pom.dependencies,
            managed: pom.managed,
            flags: mismatches,
            module: self.module,
        }
    }

    /// Replaces what came from the module metadata.
    #[must_use]
    pub fn with_module(self, module: &Module) -> Self {
        Self {
            module: Some(module.clone()),
            ..self
        }
    }

    /// Gives what people look for: the description, else the name, and the name as a word.
    pub fn summary(&self) -> Summary {
        let description = self.description.as_deref().or(self.name.as_deref());
        Summary {
            description: description.and_then(|text| line(text, MAX_SUMMARY)),
            keywords: self.name.iter().cloned().collect(),
            more: None,
        }
    }

    /// Tells whether it is a bill of materials: it needs nothing, and sets the versions of what
    /// others may need.
    pub fn is_bom(&self) -> bool {
        self.packaging.as_deref() == Some("pom")
            && self.dependencies.is_empty()
            && !self.managed.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POM: &str = "<project><groupId>g</groupId><artifactId>a</artifactId><version>1</version>
        <parent><groupId>g</groupId><artifactId>p</artifactId><version>2</version></parent>
        <packaging>pom</packaging><name>Acme</name><description>Of
        things</description><url>https://a.example</url><scm><url>https://b.example</url></scm>
        <licenses><license><name>MIT</name></license></licenses>
        <developers><developer><name>Ada</name></developer></developers>
        <dependencyManagement><dependencies><dependency><groupId>g</groupId>
        <artifactId>x</artifactId><version>1</version><optional>true</optional></dependency>
        </dependencies></dependencyManagement></project>";

    #[test]
    fn parts_come_one_by_one() {
        let pom = Pom::parse(POM.as_bytes()).unwrap();
        let module = Module::parse(br#"{"formatVersion":"1.1"}"#).unwrap();
        let flags = vec!["odd".to_owned()];
        let about = About::default()
            .with_module(&module)
            .with_pom(&pom, flags.clone());
        let other = About::default().with_pom(&pom, flags).with_module(&module);
        assert_eq!(about, other);
        let stored = about.to_json().unwrap();
        assert_eq!(About::from_json(&stored).unwrap(), about);
        assert_eq!(
            stored,
            concat!(
                r#"{"packaging":"pom","name":"Acme","description":"Of things","#,
                r#""url":"https://a.example","scm":"https://b.example","#,
                r#""licenses":[{"name":"MIT"}],"developers":["Ada"],"#,
                r#""parent":{"group":"g","artifact":"p","version":"2"},"#,
                r#""managed":[{"group":"g","artifact":"x","version":"1","optional":true}],"#,
                r#""module":{"formatVersion":"1.1"},"flags":["odd"]}"#,
            )
        );
        // A new POM leaves nothing of the old one.
        let bare = Pom::parse(b"<project/>").unwrap();
        let expected = About {
            packaging: Some("jar".to_owned()),
            module: Some(module),
            ..About::default()
        };
        assert_eq!(about.with_pom(&bare, Vec::new()), expected);
    }

    #[test]
    fn nothing_is_kept_as_nothing() {
        assert_eq!(About::default().to_json().unwrap(), "{}");
        assert_eq!(About::from_json("{}").unwrap(), About::default());
        assert!(About::from_json("").is_err());
    }

    #[test]
    fn what_it_is_in_short() {
        let about = |text: &str| {
            let text = format!("<project>{text}</project>");
            About::default().with_pom(&Pom::parse(text.as_bytes()).unwrap(), Vec::new())
        };
        let full = about("<name>Acme</name><description>Things</description>").summary();
        assert_eq!(full.description.as_deref(), Some("Things"));
        assert_eq!(full.keywords, ["Acme"]);
        assert_eq!(
            about("<name>Acme</name>").summary().description.as_deref(),
            Some("Acme")
        );
        assert_eq!(about("").summary(), Summary::default());
        let long = about(&format!("<description>{}</description>", "x".repeat(2_000)));
        assert_eq!(
            long.summary().description.map(|text| text.len()),
            Some(MAX_SUMMARY)
        );
    }

    #[test]
    fn bills_of_materials() {
        let dependency = "<dependencies><dependency><groupId>g</groupId><artifactId>a</artifactId>
            </dependency></dependencies>";
        let managed = format!("<dependencyManagement>{dependency}</dependencyManagement>");
        for (text, expected) in [
            (format!("<packaging>pom</packaging>{managed}"), true),
            (
                format!("<packaging>pom</packaging>{managed}{dependency}"),
                false,
            ),
            (managed, false),
            ("<packaging>pom</packaging>".to_owned(), false),
        ] {
            let text = format!("<project>{text}</project>");
            let pom = Pom::parse(text.as_bytes()).unwrap();
            assert_eq!(
                About::default().with_pom(&pom, Vec::new()).is_bom(),
                expected,
                "{text}"
            );
        }
    }
}
