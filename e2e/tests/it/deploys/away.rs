//! PostgreSQL and the bucket go away in the middle of a deploy, and come back.

use packhouse_e2e::http::Response;
use packhouse_e2e::postgres::Postgres;
use packhouse_e2e::s3::S3;
use packhouse_e2e::{Scene, Server};

use super::deploy::{Deploy, detail, prepare, request, versions};
use crate::expect::ready_becomes;

/// Asserts that an answer says that database or store are away, and when to try again: Maven 3.9
/// does.
fn away(answer: Response) {
    let answer = answer.expect(503);
    let wait: Result<u32, _> = answer.header("Retry-After").parse();
    assert!(matches!(wait, Ok(1..=60)), "{wait:?}");
    let text = detail(&answer);
    assert!(text.contains("try again"), "{text}");
}

#[test]
fn a_deploy_goes_on_when_database_and_bucket_are_back() {
    let (mut postgres, mut s3) = (Postgres::start(), S3::start());
    let builder = Server::builder()
        .flag("--database-url", &postgres.url())
        .flag("--storage-url", &s3.url());
    let variables = s3.environment().into_iter();
    let builder = variables.fold(builder, |builder, (key, value)| builder.env(key, &value));
    let scene = Scene::on(builder);
    prepare(&scene);
    let deploy = Deploy::new("1.0", 200_000);
    deploy.put_pom(&scene).send().expect(201);

    postgres.kill();
    away(deploy.put_jar(&scene).send());
    away(deploy.put_metadata(&scene).send());
    away(request(&scene, "GET", &deploy.path("pom")).send());
    ready_becomes(&scene, 503);
    postgres.start_again();
    ready_becomes(&scene, 200);

    s3.kill();
    away(deploy.put_jar(&scene).send());
    ready_becomes(&scene, 503);
    // What is known without the store is answered.
    let sha1 = request(&scene, "GET", &deploy.path("pom.sha1")).send();
    assert_eq!(sha1.expect(200).body.len(), 40);
    s3.start_again();
    ready_becomes(&scene, 200);

    assert_eq!(versions(&scene), [""; 0]);
    deploy.put_jar(&scene).send().expect(201);
    deploy.send(&scene);
    deploy.is_whole(&scene);
}
