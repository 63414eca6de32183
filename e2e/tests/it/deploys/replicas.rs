//! Two servers on one PostgreSQL and one bucket: twenty deploys at once through both of them are all
//! listed, by both.

use std::thread;

use packhouse_e2e::http::Request;
use packhouse_e2e::postgres::Postgres;
use packhouse_e2e::s3::S3;
use packhouse_e2e::{Scene, Server};

use super::deploy::{REPOSITORY, prepare};

const DEPLOYS: usize = 20;

#[test]
fn twenty_deploys_at_once_through_two_replicas_are_all_listed() {
    let (postgres, s3) = (Postgres::start(), S3::start());
    let replica = || {
        let builder = Server::builder()
            .flag("--database-url", &postgres.url())
            .flag("--storage-url", &s3.url());
        let variables = s3.environment().into_iter();
        variables.fold(builder, |builder, (key, value)| builder.env(key, &value))
    };
    let scene = Scene::on(replica());
    prepare(&scene);
    let other = replica().start();
    let origins = [scene.server.origin(), other.origin()];
    let url = |at: usize, path: &str| format!("{}/maven/{REPOSITORY}/{path}", origins[at % 2]);

    thread::scope(|scope| {
        for number in 1..=DEPLOYS {
            let (url, token) = (&url, &scene.token);
            scope.spawn(move || {
                let version = format!("1.{number}");
                // Each file through another replica, and the first files of a new package at once.
                let files = [
                    (
                        "pom",
                        format!("<project><version>{version}</version></project>"),
                    ),
                    ("jar", format!("bytes of {version}")),
                ];
                for (step, (extension, body)) in files.into_iter().enumerate() {
                    let path = format!("com/acme/lib/{version}/lib-{version}.{extension}");
                    let put = Request::put(&url(number + step, &path)).token(token);
                    put.body(body.into_bytes()).send().expect(201);
                }
                let text = format!(
                    "<metadata><groupId>com.acme</groupId><artifactId>lib</artifactId>\
                     <versioning><versions><version>{version}</version></versions></versioning>\
                     </metadata>"
                );
                let path = "com/acme/lib/maven-metadata.xml";
                let put = Request::put(&url(number, path)).token(token);
                put.body(text.into_bytes()).send().expect(200);
            });
        }
    });

    let expected: Vec<String> = (1..=DEPLOYS)
        .map(|number| format!("<version>1.{number}</version>"))
        .collect();
    let path = "com/acme/lib/maven-metadata.xml";
    let documents = [0, 1].map(|at| {
        let get = Request::get(&url(at, path)).token(&scene.token);
        get.send().expect(200).text()
    });
    assert_eq!(documents[0], documents[1]);
    let listed: Vec<_> = documents[0]
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with("<version>"))
        .collect();
    assert_eq!(listed, expected);
    scene.server.check().ok();
}
