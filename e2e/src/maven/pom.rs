//! Writing POMs.

use std::fmt::Write as _;

use super::{Dependency, ID};

/// The project that `./test` builds to fetch the plugins: ours name the same.
const SEED: &str = include_str!("../../maven/pom.xml");

/// A POM, from which a file is written.
#[derive(Clone, Debug)]
pub struct Pom {
    coordinates: [String; 3],
    parent: Option<[String; 3]>,
    packaging: String,
    facts: String,
    dependencies: String,
    managed: String,
    modules: String,
    plugins: String,
    publishes_to: Option<String>,
    reads_from: Option<String>,
}

impl Pom {
    /// Begins one of packaging `jar`; `coordinates` are `GROUP:ARTIFACT:VERSION`.
    pub fn of(coordinates: &str) -> Self {
        Self {
            coordinates: split(coordinates),
            parent: None,
            packaging: "jar".to_owned(),
            facts: String::new(),
            dependencies: String::new(),
            managed: String::new(),
            modules: String::new(),
            plugins: String::new(),
            publishes_to: None,
            reads_from: None,
        }
    }

    /// Sets the packaging.
    pub fn packaging(mut self, packaging: &str) -> Self {
        packaging.clone_into(&mut self.packaging);
        self
    }

    /// Sets the parent, which is in the folder above, and takes plugins and addresses from it.
    pub fn parent(mut self, coordinates: &str) -> Self {
        self.parent = Some(split(coordinates));
        self
    }

    /// Adds elements of the project, such as `<name>…</name>`.
    pub fn fact(mut self, xml: &str) -> Self {
        self.facts += xml;
        self
    }

    /// Adds a dependency.
    pub fn depends(mut self, dependency: &Dependency) -> Self {
        self.dependencies += &dependency.render();
        self
    }

    /// Adds a dependency to what it manages.
    pub fn manages(mut self, dependency: &Dependency) -> Self {
        self.managed += &dependency.render();
        self
    }

    /// Adds a module.
    pub fn module(mut self, folder: &str) -> Self {
        self.modules += &format!("    <module>{folder}</module>\n");
        self
    }

    /// Adds a plugin of its build, as XML.
    pub fn plugin(mut self, xml: &str) -> Self {
        self.plugins += xml;
        self
    }

    /// Attaches files of its folder: path, type and classifier of each.
    pub fn attaches(self, files: &[(&str, &str, &str)]) -> Self {
        let artifacts: String = files
            .iter()
            .map(|(file, kind, classifier)| {
                format!(
                    "<artifact><file>{file}</file><type>{kind}</type>\
                     <classifier>{classifier}</classifier></artifact>"
                )
            })
            .collect();
        self.plugin(&format!(
            "<plugin><groupId>org.codehaus.mojo</groupId>\
             <artifactId>build-helper-maven-plugin</artifactId><executions><execution>\
             <id>attach</id><phase>package</phase><goals><goal>attach-artifact</goal></goals>\
             <configuration><artifacts>{artifacts}</artifacts></configuration>\
             </execution></executions></plugin>\n"
        ))
    }

    /// Says where it is deployed to.
    pub fn publishes_to(mut self, url: &str) -> Self {
        self.publishes_to = Some(url.to_owned());
        self
    }

    /// Says where its dependencies and plugins come from.
    pub fn reads_from(mut self, url: &str) -> Self {
        self.reads_from = Some(url.to_owned());
        self
    }

    /// Gives it as XML.
    pub fn render(&self) -> String {
        let mut xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
            <project xmlns=\"http://maven.apache.org/POM/4.0.0\">\n\
            <modelVersion>4.0.0</modelVersion>\n"
            .to_owned();
        if let Some(parent) = &self.parent {
            xml += &format!("<parent>\n{}</parent>\n", coordinates(parent));
        }
        xml += &coordinates(&self.coordinates);
        let mut add = |name: &str, content: &str| {
            if !content.is_empty() {
                // Writing to a string does not fail.
                writeln!(xml, "<{name}>{content}</{name}>").unwrap_or_default();
            }
        };
        add("packaging", &self.packaging);
        if self.parent.is_none() {
            add("properties", cut("properties"));
        }
        add("modules", &self.modules);
        if !self.managed.is_empty() {
            let managed = format!("<dependencies>\n{}</dependencies>", self.managed);
            add("dependencyManagement", &managed);
        }
        add("dependencies", &self.dependencies);
        if let Some(url) = &self.publishes_to {
            let place = format!("<id>{ID}</id><url>{url}</url>");
            let both = format!(
                "<repository>{place}</repository><snapshotRepository>{place}</snapshotRepository>"
            );
            add("distributionManagement", &both);
        }
        if let Some(url) = &self.reads_from {
            let place = format!("<id>{ID}</id><url>{url}</url>");
            add("repositories", &format!("<repository>{place}</repository>"));
            let plugins = format!("<pluginRepository>{place}</pluginRepository>");
            add("pluginRepositories", &plugins);
        }
        let mut build = match self.parent {
            Some(_) => "<plugins></plugins>",
            None => cut("build"),
        }
        .to_owned();
        let end = build.rfind("</plugins>");
        build.insert_str(end.expect("the build has plugins"), &self.plugins);
        add("build", &build);
        xml + &self.facts + "</project>\n"
    }
}

fn split(coordinates: &str) -> [String; 3] {
    let parts: Vec<_> = coordinates.split(':').map(str::to_owned).collect();
    let parts = <[String; 3]>::try_from(parts);
    parts.unwrap_or_else(|_| panic!("{coordinates} is not GROUP:ARTIFACT:VERSION"))
}

fn coordinates([group, artifact, version]: &[String; 3]) -> String {
    format!(
        "<groupId>{group}</groupId>\n<artifactId>{artifact}</artifactId>\n\
         <version>{version}</version>\n"
    )
}

/// Gives what is in the element `name` of the seed's POM.
fn cut(name: &str) -> &'static str {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let begin = SEED.find(&open).map(|begin| begin + open.len());
    match (begin, SEED.rfind(&close)) {
        (Some(begin), Some(end)) => &SEED[begin..end],
        _ => panic!("e2e/maven/pom.xml has no {name}"),
    }
}
