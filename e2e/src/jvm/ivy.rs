//! Ivy 2.5.1: HEAD before everything, no metadata, an `ivy.xml` beside the POM.

use std::path::Path;

use super::Home;
use crate::process::Ran;
use crate::tools;

/// Debian's Ivy, which is a jar alone.
const IVY: &str = "/usr/share/java/ivy.jar";

/// Ivy in a home.
#[derive(Clone, Copy, Debug)]
pub struct Ivy<'a> {
    home: &'a Home,
}

impl<'a> Ivy<'a> {
    /// Puts it before the repository at `url`, from which it takes through `maven-metadata.xml`
    /// (resolver `ibiblio`) or through the listing of folders (`listed`), and to which `listed`
    /// publishes.
    pub fn new(home: &'a Home, url: &str) -> Self {
        let ivy = Self { home };
        let pattern = format!(
            "{url}[organisation]/[module]/[revision]/[artifact]-[revision](-[classifier]).[ext]"
        );
        let settings = format!(
            "<ivysettings>
  <settings defaultResolver=\"${{resolver}}\"/>
  <credentials host=\"127.0.0.1\" realm=\"Packhouse\" username=\"alice\" passwd=\"{}\"/>
  <caches defaultCacheDir=\"{}/ivy-${{resolver}}\"/>
  <resolvers>
    <ibiblio name=\"ibiblio\" m2compatible=\"true\" usepoms=\"true\" root=\"{url}\"/>
    <url name=\"listed\" m2compatible=\"true\">
      <ivy pattern=\"{url}[organisation]/[module]/[revision]/[module]-[revision].pom\"/>
      <artifact pattern=\"{pattern}\"/>
    </url>
    <url name=\"out\" m2compatible=\"true\">
      <artifact pattern=\"{pattern}\"/>
    </url>
  </resolvers>
</ivysettings>
",
            home.token(),
            home.path().display()
        );
        home.write("ivysettings.xml", settings);
        ivy
    }

    /// Writes the module `org.acme#NAME` of revision 1.0 that depends on `dependency`
    /// (module and revision), with a jar and its sources to publish.
    pub fn module(&self, name: &str, (module, revision): (&str, &str), jar: &[u8], sources: &[u8]) {
        let text = format!(
            "<ivy-module version=\"2.0\" xmlns:m=\"http://ant.apache.org/ivy/maven\">
  <info organisation=\"org.acme\" module=\"{name}\" revision=\"1.0\"/>
  <configurations><conf name=\"compile\"/></configurations>
  <publications>
    <artifact name=\"{name}\" type=\"jar\" ext=\"jar\"/>
    <artifact name=\"{name}\" type=\"pom\" ext=\"pom\"/>
    <artifact name=\"{name}\" type=\"source\" ext=\"jar\" m:classifier=\"sources\"/>
  </publications>
  <dependencies>
    <dependency org=\"org.acme\" name=\"{module}\" rev=\"{revision}\" conf=\"compile->default\"/>
  </dependencies>
</ivy-module>
"
        );
        self.home.write("ivy.xml", text);
        self.home.write(&format!("out/{name}.jar"), jar);
        self.home.write(&format!("out/{name}-sources.jar"), sources);
    }

    /// Writes the module's POM, taking what it depends on with `resolver`, and publishes all with
    /// `more` words. Without `-overwrite` Ivy stops at the first file that is there already, and
    /// looks for checksum files too, which the server has as soon as it has their file.
    pub fn publish(&self, name: &str, resolver: &str, more: &[&str]) -> Ran {
        let pom = format!("out/{name}.pom");
        self.run(resolver, &["-ivy", "ivy.xml", "-makepom", &pom])
            .ok();
        let pattern = "out/[artifact](-[classifier]).[ext]";
        let words = ["-ivy", "ivy.xml", "-publish", "out", "-publishpattern"];
        let mut words = words.to_vec();
        words.extend([pattern, "-revision", "1.0", "-status", "release"]);
        words.extend(more);
        self.run(resolver, &words)
    }

    /// Takes `org.acme#MODULE` in a revision (or `latest.release`, or a range) and what it depends
    /// on, with `resolver`, and runs the class `main` with it.
    pub fn launch(&self, resolver: &str, (module, revision): (&str, &str), main: &str) -> Ran {
        let words = ["-dependency", "org.acme", module, revision, "-main", main];
        self.run(resolver, &words)
    }

    /// Runs any command of it.
    pub fn run(&self, resolver: &str, words: &[&str]) -> Ran {
        let ivy = Path::new(IVY);
        assert!(
            ivy.exists(),
            "{IVY} is missing: run ./test, which installs it"
        );
        self.home.start(&tools::on_path("java"), "", |command| {
            command.arg(format!("-Dresolver={resolver}"));
            command.args(["-jar", IVY, "-settings", "ivysettings.xml"]);
            command.args(words);
        })
    }
}
