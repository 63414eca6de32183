//! Gradle 8.11.1: module metadata, four kinds of checksums, tokens in headers.

use super::Home;
use crate::process::Ran;
use crate::tools;

/// How Gradle 8 shows its token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Login {
    /// Not at all.
    None,
    /// As a password, sent when it is asked for, or at once when it publishes.
    Basic,
    /// `Authorization: Bearer`.
    Bearer,
    /// `Private-Token`.
    PrivateToken,
}

impl Login {
    /// Gives the lines of a repository.
    pub fn lines(self) -> String {
        let header = |name: &str, value: &str| {
            format!(
                "credentials(HttpHeaderCredentials) {{ name = '{name}'; value = {value} }}\n    \
                 authentication {{ header(HttpHeaderAuthentication) }}"
            )
        };
        let token = "System.getenv('PACKHOUSE_TOKEN')";
        match self {
            Self::None => String::new(),
            Self::Basic => format!("credentials {{ username = 'alice'; password = {token} }}"),
            Self::Bearer => header("Authorization", &format!("'Bearer ' + {token}")),
            Self::PrivateToken => header("Private-Token", token),
        }
    }
}

/// Gradle 8 in a home, driven by our own program: one folder is one project.
#[derive(Clone, Copy, Debug)]
pub struct Gradle8<'a> {
    home: &'a Home,
}

impl<'a> Gradle8<'a> {
    /// Puts it into a home, where its caches are empty at first.
    pub fn new(home: &'a Home) -> Self {
        Self { home }
    }

    /// Writes the library `name` of version `version` into the folder `name`: `org.acme.CLASS`
    /// says `text`. The publication `maven` has sources and module metadata; there is a
    /// repository at `url` for each of `logins`, named `to0`, `to1` and so on.
    pub fn library(
        &self,
        name: &str,
        version: &str,
        (url, logins): (&str, &[Login]),
        (class, text): (&str, &str),
    ) {
        let script = format!(
            "apply plugin: 'java-library'
apply plugin: 'maven-publish'
group = 'org.acme'
version = '{version}'
java {{ withSourcesJar() }}
publishing {{
  publications {{ maven(MavenPublication) {{ from components.java }} }}
  repositories {{
{}  }}
}}
",
            repositories(url, logins)
        );
        self.home.write(&format!("{name}/build.gradle"), script);
        self.change(name, class, text);
    }

    /// Writes the bill of materials `name` of version 1.0, which holds `constraint` (`G:A:V`).
    pub fn platform(&self, name: &str, url: &str, login: Login, constraint: &str) {
        let script = format!(
            "apply plugin: 'java-platform'
apply plugin: 'maven-publish'
group = 'org.acme'
version = '1.0'
dependencies {{ constraints {{ api '{constraint}' }} }}
publishing {{
  publications {{ maven(MavenPublication) {{ from components.javaPlatform }} }}
  repositories {{
{}  }}
}}
",
            repositories(url, &[login])
        );
        self.home.write(&format!("{name}/build.gradle"), script);
    }

    /// Writes the application `name`, which runs `org.acme.Main` with `dependencies` (lines of
    /// Gradle) and prints what each of `classes` says. For each of `probes` (a name and a
    /// dependency) its task `show` prints `NAME: COMPONENT VARIANT FILE` for what it resolves to.
    pub fn application(
        &self,
        name: &str,
        (url, login): (&str, Login),
        (dependencies, classes): (&str, &[&str]),
        probes: &[(&str, &str)],
    ) {
        let mut lines = String::new();
        for (probe, dependency) in probes {
            lines += &format!(
                "configurations {{ {probe} {{ canBeConsumed = false }} }}
configurations.{probe}.attributes {{
  attribute(Usage.USAGE_ATTRIBUTE, objects.named(Usage, Usage.JAVA_RUNTIME))
}}
dependencies {{ {probe} {dependency} }}
tasks.named('show') {{ doLast {{
  configurations.{probe}.incoming.artifacts.each {{
    println \"{probe}: ${{it.variant.owner.displayName}} ${{it.variant.displayName}} ${{it.file.name}}\"
  }}
}} }}
"
            );
        }
        let script = format!(
            "apply plugin: 'java'
apply plugin: 'application'
application {{ mainClass = 'org.acme.Main' }}
// Nothing that may change is kept for a day, as it is by itself.
configurations.all {{ resolutionStrategy {{
  cacheChangingModulesFor 0, 'seconds'
  cacheDynamicVersionsFor 0, 'seconds'
}} }}
repositories {{
{}}}
dependencies {{
{dependencies}
}}
tasks.register('show')
{lines}",
            repositories(url, &[login])
        );
        self.home.write(&format!("{name}/build.gradle"), script);
        let folder = format!("{name}/src/main/java");
        self.home.write_main(&folder, classes);
    }

    /// Lets the library `name` say another text.
    pub fn change(&self, name: &str, class: &str, text: &str) {
        let folder = format!("{name}/src/main/java");
        self.home.write_greeting(&folder, class, text);
    }

    /// Runs tasks of the project in the folder `name`, with what they depend on.
    pub fn run(&self, name: &str, tasks: &[&str]) -> Ran {
        let installed = tools::folder("gradle8").display().to_string();
        let classes = format!("{installed}/main:{installed}/lib/*");
        let (folder, user_home) = (self.home.at(name), self.home.at(".gradle8"));
        self.home.start(&tools::on_path("java"), name, |command| {
            // What Gradle's own start script opens.
            for package in ["lang", "lang.invoke", "net", "util"] {
                let open = format!("java.base/java.{package}=ALL-UNNAMED");
                command.args(["--add-opens", &open]);
            }
            command.args(["-cp", &classes, "Gradle8", &folder, name, &user_home]);
            command.args(tasks);
        })
    }
}

/// Gives the lines with a repository at `url` for each login.
fn repositories(url: &str, logins: &[Login]) -> String {
    let mut lines = String::new();
    for (number, login) in logins.iter().enumerate() {
        lines += &format!(
            "  maven {{\n    name = 'to{number}'\n    url = '{url}'\n    {}\n  }}\n",
            login.lines()
        );
    }
    lines
}
