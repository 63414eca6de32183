//! Gradle 4.4.1, as Debian packages it: POMs only, Basic only, two kinds of checksums.

use super::Home;
use crate::process::Ran;
use crate::tools;

/// One build of Gradle 4 with several projects, in a folder of a home.
#[derive(Clone, Copy, Debug)]
pub struct Gradle4<'a> {
    home: &'a Home,
    folder: &'a str,
}

impl<'a> Gradle4<'a> {
    /// Begins a build in `folder` with the projects that `names` lists; each wants a script.
    pub fn new(home: &'a Home, folder: &'a str, names: &[&str]) -> Self {
        let list: Vec<_> = names.iter().map(|name| format!("'{name}'")).collect();
        let settings = format!("include {}\n", list.join(", "));
        home.write(&format!("{folder}/settings.gradle"), settings);
        Self { home, folder }
    }

    /// Writes the project `name` of version `version`: `org.acme.CLASS` says `text`, and
    /// `publish` puts it and its sources into the repository at `url` with `maven-publish`.
    pub fn library(&self, name: &str, version: &str, url: &str, class: &str, text: &str) {
        let script = format!(
            "apply plugin: 'java'
apply plugin: 'maven-publish'
group = 'org.acme'
version = '{version}'
task sourcesJar(type: Jar) {{ classifier = 'sources'; from sourceSets.main.allSource }}
publishing {{
  publications {{ mavenJava(MavenPublication) {{ from components.java; artifact sourcesJar }} }}
  repositories {{ maven {{ url '{url}'; {} }} }}
}}
",
            login("PACKHOUSE_TOKEN")
        );
        self.project(name, &script, class, text);
    }

    /// Writes the project `name` like [`Gradle4::library`], for `uploadArchives` of the older
    /// `maven` plugin, without sources.
    pub fn old_library(&self, name: &str, version: &str, url: &str, class: &str, text: &str) {
        let script = format!(
            "apply plugin: 'java'
apply plugin: 'maven'
group = 'org.acme'
version = '{version}'
uploadArchives {{ repositories {{ mavenDeployer {{
  repository(url: '{url}') {{
    authentication(userName: 'alice', password: System.getenv('PACKHOUSE_TOKEN'))
  }}
}} }} }}
"
        );
        self.project(name, &script, class, text);
    }

    /// Writes the project `name` that runs `org.acme.Main`, which prints what each of `classes`
    /// says, with the `dependencies` (lines of Gradle) from the repository at `url`. Its task
    /// `show` prints the names of the files that it runs with, each after `resolved `.
    pub fn application(&self, name: &str, url: &str, dependencies: &str, classes: &[&str]) {
        let script = format!(
            "apply plugin: 'java'
apply plugin: 'application'
mainClassName = 'org.acme.Main'
repositories {{ maven {{ url '{url}'; {} }} }}
dependencies {{
{dependencies}
}}
task show {{ doLast {{ configurations.runtime.files.each {{ println 'resolved ' + it.name }} }} }}
",
            login("PACKHOUSE_TOKEN")
        );
        self.write(name, "build.gradle", &script);
        let folder = format!("{}/{name}/src/main/java", self.folder);
        self.home.write_main(&folder, classes);
    }

    /// Takes the token of the project `name` from another environment variable.
    pub fn take_token_from(&self, name: &str, variable: &str) {
        let path = format!("{}/{name}/build.gradle", self.folder);
        let script = String::from_utf8(self.home.read(&path)).expect("a script is text");
        self.home
            .write(&path, script.replace("PACKHOUSE_TOKEN", variable));
    }

    /// Lets the project `name` say another text.
    pub fn change(&self, name: &str, class: &str, text: &str) {
        let folder = format!("{}/{name}/src/main/java", self.folder);
        self.home.write_greeting(&folder, class, text);
    }

    /// Gives the jar that the project `name` built last: `NAME-VERSION[-classifier].jar`.
    pub fn jar(&self, name: &str, file: &str) -> Vec<u8> {
        let path = format!("{}/{name}/build/libs/{file}", self.folder);
        self.home.read(&path)
    }

    /// Runs tasks, all that can be even when one fails.
    pub fn run(&self, tasks: &[&str]) -> Ran {
        let user_home = self.home.at(".gradle");
        self.home
            .start(&tools::debian("gradle"), self.folder, |command| {
                command.args(["--no-daemon", "--console=plain", "--continue"]);
                command.args(["--gradle-user-home", &user_home]).args(tasks);
            })
    }

    fn project(&self, name: &str, script: &str, class: &str, text: &str) {
        self.write(name, "build.gradle", script);
        self.change(name, class, text);
    }

    fn write(&self, name: &str, file: &str, content: &str) {
        let path = format!("{}/{name}/{file}", self.folder);
        self.home.write(&path, content);
    }
}

/// Gives the lines of a repository with the credentials that Gradle 4 knows.
fn login(variable: &str) -> String {
    format!("credentials {{ username 'alice'; password System.getenv('{variable}') }}")
}
