//! What a project depends on.

/// A dependency: `GROUP:ARTIFACT:VERSION`, the version perhaps a range, and what else a POM says.
#[derive(Clone, Debug)]
pub struct Dependency {
    lines: Vec<(&'static str, String)>,
}

impl Dependency {
    /// Names the main file of a version, `com.acme:lib:1.0`; panics for anything else.
    pub fn on(coordinates: &str) -> Self {
        let parts: Vec<_> = coordinates.splitn(3, ':').collect();
        let [group, artifact, version] = parts[..] else {
            panic!("{coordinates} is not GROUP:ARTIFACT:VERSION");
        };
        Self {
            lines: vec![
                ("groupId", group.to_owned()),
                ("artifactId", artifact.to_owned()),
                ("version", version.to_owned()),
            ],
        }
    }

    /// Leaves the version to what the project manages.
    pub fn managed(group: &str, artifact: &str) -> Self {
        Self {
            lines: vec![
                ("groupId", group.to_owned()),
                ("artifactId", artifact.to_owned()),
            ],
        }
    }

    /// Means the file with a classifier.
    pub fn classifier(self, classifier: &str) -> Self {
        self.line("classifier", classifier)
    }

    /// Means a file of another type than `jar`.
    pub fn kind(self, kind: &str) -> Self {
        self.line("type", kind)
    }

    /// Says where it is needed: `provided`, or `import` for a BOM.
    pub fn scope(self, scope: &str) -> Self {
        self.line("scope", scope)
    }

    fn line(mut self, name: &'static str, value: &str) -> Self {
        self.lines.push((name, value.to_owned()));
        self
    }

    /// Gives it as XML.
    pub(super) fn render(&self) -> String {
        let lines = self.lines.iter();
        let lines: String = lines
            .map(|(name, value)| format!("<{name}>{value}</{name}>"))
            .collect();
        format!("    <dependency>{lines}</dependency>\n")
    }
}
