//! The formats that this server speaks. A further one is a line in each function.

use std::sync::Arc;

use actix_web::web::ServiceConfig;
use packhouse_core::format::{Format, FormatId};
use packhouse_http::mount::mount;
use packhouse_http::{Kit, Protocol};
use packhouse_maven::format::Maven;
use packhouse_npm::format::Npm;
use packhouse_nuget::format::Nuget;
use packhouse_oci::format::Oci;
use packhouse_rubygems::format::RubyGems;

/// One of each, shared by all workers.
#[derive(Clone, Default)]
pub struct Protocols {
    npm: Arc<Npm>,
    nuget: Arc<Nuget>,
    maven: Arc<Maven>,
    rubygems: Arc<RubyGems>,
    oci: Arc<Oci>,
}

impl Protocols {
    /// Gives them as formats.
    pub fn formats(&self) -> Vec<Arc<dyn Format>> {
        vec![
            Arc::clone(&self.npm) as Arc<dyn Format>,
            Arc::clone(&self.nuget) as Arc<dyn Format>,
            Arc::clone(&self.maven) as Arc<dyn Format>,
            Arc::clone(&self.rubygems) as Arc<dyn Format>,
            Arc::clone(&self.oci) as Arc<dyn Format>,
        ]
    }

    /// Hangs each under its scope and at the root of its hosts.
    pub fn mount_all(&self, config: &mut ServiceConfig, kit: &Arc<Kit>) {
        mount(config, Arc::clone(&self.npm), Arc::clone(kit));
        mount(config, Arc::clone(&self.nuget), Arc::clone(kit));
        mount(config, Arc::clone(&self.maven), Arc::clone(kit));
        mount(config, Arc::clone(&self.rubygems), Arc::clone(kit));
        mount(config, Arc::clone(&self.oci), Arc::clone(kit));
    }
}

/// Gives each format's short name and scope.
pub fn scopes() -> Vec<(FormatId, &'static str)> {
    vec![
        (packhouse_npm::format::NPM, Npm::SCOPE),
        (packhouse_nuget::format::NUGET, Nuget::SCOPE),
        (packhouse_maven::format::MAVEN, Maven::SCOPE),
        (packhouse_rubygems::format::RUBYGEMS, RubyGems::SCOPE),
        (packhouse_oci::format::CONTAINER, Oci::SCOPE),
    ]
}
