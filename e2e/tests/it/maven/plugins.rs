//! Maven plugins: case 20.

use packhouse_e2e::maven::{Dependency, Mvn, Pom, Tree};

use super::expect::{REPO, scene};

/// Makes a plugin `com.acme.build:NAME-maven-plugin` whose goal `greet` says `text`.
fn plugin(url: &str, name: &str, version: &str, text: &str) -> Tree {
    let api = Dependency::on("org.apache.maven:maven-plugin-api:3.9.9").scope("provided");
    let annotations = "org.apache.maven.plugin-tools:maven-plugin-annotations:3.15.1";
    let pom = Pom::of(&format!("com.acme.build:{name}-maven-plugin:{version}"))
        .packaging("maven-plugin")
        .publishes_to(url)
        .depends(&api)
        .depends(&Dependency::on(annotations).scope("provided"));
    let source = format!(
        "package build;\n\n@org.apache.maven.plugins.annotations.Mojo(name = \"greet\", \
         requiresProject = false)\n\
         public class Greet extends org.apache.maven.plugin.AbstractMojo {{\n\
         public void execute() {{ getLog().info(\"{text}\"); }}\n}}\n"
    );
    Tree::of(&pom).file("src/main/java/build/Greet.java", source)
}

/// The prefix leads to the artifact by the metadata of the group, the artifact to its newest
/// release by its own.
fn a_goal_runs_by_prefix(mvn: Mvn) {
    let scene = scene();
    let (bench, repository) = (scene.workbench(mvn), scene.maven(REPO));
    let url = repository.url().to_owned();
    bench
        .run(&plugin(&url, "hello", "1.0", "hello from one"), &["deploy"])
        .ok();
    bench
        .run(&plugin(&url, "parting", "1.0", "farewell"), &["deploy"])
        .ok();
    bench
        .run(&plugin(&url, "hello", "1.1", "hello from two"), &["deploy"])
        .ok();
    let plugins = repository.metadata("com.acme.build").plugins;
    let plugin = |prefix: &str| (prefix.to_owned(), format!("{prefix}-maven-plugin"));
    assert_eq!(plugins, [plugin("hello"), plugin("parting")]);
    let reader = scene.workbench(mvn).with_plugin_groups(&["com.acme.build"]);
    let anywhere = Tree::consumer(&url, &[], &[]);
    let ran = reader
        .run(&anywhere, &["hello:greet", "parting:greet"])
        .ok();
    ran.says("hello from two").says("farewell");
    let exact = "com.acme.build:hello-maven-plugin:1.0:greet";
    reader.run(&anywhere, &[exact]).ok().says("hello from one");

    // A plugin that is deleted takes its prefix along.
    let name = format!("{REPO}/com.acme.build:parting-maven-plugin");
    scene
        .server
        .admin(&["package", "delete", "maven", &name], "");
    let plugins = repository.metadata("com.acme.build").plugins;
    assert_eq!(plugins, [plugin("hello")]);
}

#[test]
fn case_20_maven_3_9_runs_a_deployed_plugin_by_its_prefix() {
    a_goal_runs_by_prefix(Mvn::V39);
}

#[test]
fn case_20_maven_4_runs_a_deployed_plugin_by_its_prefix() {
    a_goal_runs_by_prefix(Mvn::V4);
}

/// Maven 3.8 with the new deploy plugin sends no metadata of the group: the prefix is in the jar.
#[test]
fn case_20_a_plugin_deployed_without_metadata_of_its_group_has_a_prefix() {
    let scene = scene();
    let (bench, repository) = (scene.workbench(Mvn::V38), scene.maven(REPO));
    let tree = plugin(repository.url(), "hello", "1.0", "hello from one");
    bench.run(&tree, &["deploy", "-Ddeploy.version=3.1.4"]).ok();
    let reader = scene
        .workbench(Mvn::V38)
        .with_plugin_groups(&["com.acme.build"]);
    let anywhere = Tree::consumer(repository.url(), &[], &[]);
    let ran = reader.run(&anywhere, &["hello:greet"]).ok();
    ran.says("hello from one");
}
