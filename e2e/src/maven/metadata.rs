//! Reading `maven-metadata.xml`.

/// What a `maven-metadata.xml` says, of whatever level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// The versions, in its order.
    pub versions: Vec<String>,
    /// `latest`, empty when absent.
    pub latest: String,
    /// `release`, empty when absent.
    pub release: String,
    /// The build number of the newest snapshot, empty when absent.
    pub build_number: String,
    /// The files of a snapshot.
    pub builds: Vec<Build>,
    /// Prefix and artifact of each plugin.
    pub plugins: Vec<(String, String)>,
}

/// A file of a snapshot: a `snapshotVersion`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Build {
    /// Its classifier, empty for none.
    pub classifier: String,
    /// Its extension.
    pub extension: String,
    /// Its timestamped version.
    pub value: String,
}

impl Metadata {
    /// Reads a document.
    pub(super) fn parse(xml: &str) -> Self {
        let one = |name: &str| tag(xml, name);
        let builds = tags(xml, "snapshotVersion").into_iter().map(|row| Build {
            classifier: tag(row, "classifier"),
            extension: tag(row, "extension"),
            value: tag(row, "value"),
        });
        let plugins = tags(xml, "plugin").into_iter();
        let plugins = plugins.map(|row| (tag(row, "prefix"), tag(row, "artifactId")));
        // A V-level document has a `version` of its own outside of `versions`.
        let versions = tag(xml, "versions");
        let versions = tags(&versions, "version");
        Self {
            versions: versions.into_iter().map(str::to_owned).collect(),
            latest: one("latest"),
            release: one("release"),
            build_number: one("buildNumber"),
            builds: builds.collect(),
            plugins: plugins.collect(),
        }
    }

    /// Gives the timestamped version of a snapshot's file; panics when it has none.
    pub fn build(&self, classifier: &str, extension: &str) -> &str {
        let is = |build: &&Build| build.classifier == classifier && build.extension == extension;
        let build = self.builds.iter().find(is);
        let build = build.unwrap_or_else(|| panic!("no {classifier:?} {extension} in {self:?}"));
        &build.value
    }
}

/// Gives what is in each element `name` that has no attribute, in order; elements of that name
/// within one another are not told apart.
pub fn tags<'a>(xml: &'a str, name: &str) -> Vec<&'a str> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    xml.split(&open)
        .skip(1)
        .filter_map(|rest| rest.split(&close).next())
        .map(str::trim)
        .collect()
}

fn tag(xml: &str, name: &str) -> String {
    tags(xml, name).first().copied().unwrap_or_default().into()
}

#[cfg(test)]
mod tests {
    use super::Metadata;

    #[test]
    fn versions_and_builds_are_told_apart() {
        let of_artifact = "<metadata><groupId>g</groupId><versioning><latest>2</latest>\
            <release>1</release><versions><version>1</version><version>2</version></versions>\
            </versioning></metadata>";
        let of_artifact = Metadata::parse(of_artifact);
        assert_eq!(of_artifact.versions, ["1", "2"]);
        assert_eq!((&*of_artifact.latest, &*of_artifact.release), ("2", "1"));
        let of_version = "<metadata><version>1-SNAPSHOT</version><versioning><snapshot>\
            <buildNumber>3</buildNumber></snapshot><snapshotVersions><snapshotVersion>\
            <classifier>sources</classifier><extension>jar</extension><value>1-x-2</value>\
            </snapshotVersion></snapshotVersions></versioning></metadata>";
        let of_version = Metadata::parse(of_version);
        assert!(of_version.versions.is_empty());
        assert_eq!(of_version.build_number, "3");
        assert_eq!(of_version.build("sources", "jar"), "1-x-2");
    }
}
