//! The same on PostgreSQL and S3.

use packhouse_e2e::{Client, Scene};

use crate::expect::{published, whole};
use crate::lifecycle::whole_life;

#[test]
fn whole_life_on_postgres_and_s3_with_npm_11() {
    whole_life(&Scene::on_postgres_and_s3(), Client::Npm11);
}

#[test]
fn a_restart_on_postgres_and_s3_finds_everything() {
    let mut scene = Scene::on_postgres_and_s3();
    published(&scene, "@acme/x", "1.0.0");
    assert!(scene.server.stop().success());
    scene.server.start_again(&[]);
    whole(&scene, "@acme/x", "1.0.0");
    // Nothing of the package is on the disk that a replica could lose.
    assert_eq!(scene.server.stored_files().len(), 0);
}
