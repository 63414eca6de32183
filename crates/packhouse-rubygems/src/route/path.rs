//! From a [`Route`] back to an address.

use super::{Route, What, Written};

impl Route {
    /// Gives the address below the scope, without a slash in front.
    pub fn path(&self) -> String {
        let owner = &self.owner;
        let below = match &self.what {
            What::Root => String::new(),
            What::Versions => "versions".to_owned(),
            What::Names => "names".to_owned(),
            What::Info(name) => format!("info/{name}"),
            What::Specs(list) => list.segment().to_owned(),
            What::Quick(full) => format!("quick/Marshal.4.8/{full}.gemspec.rz"),
            What::Gem(full) => format!("gems/{full}.gem"),
            What::Attestations(full) => format!("api/v1/attestations/{full}.json"),
            What::Dependencies(Written::Json) => "api/v1/dependencies.json".to_owned(),
            What::Dependencies(_) => "api/v1/dependencies".to_owned(),
            What::About(name) => format!("api/v1/gems/{name}.json"),
            What::AboutVersions(name) => format!("api/v1/versions/{name}.json"),
            What::LatestVersion(name) => format!("api/v1/versions/{name}/latest.json"),
            What::AboutVersion(name, version) => {
                format!("api/v2/rubygems/{name}/versions/{version}.json")
            }
            What::Search => "api/v1/search.json".to_owned(),
            What::Owners(name, Written::Json) => format!("api/v1/gems/{name}/owners.json"),
            What::Owners(name, _) => format!("api/v1/gems/{name}/owners.yaml"),
            What::ChangeOwners(name, _) => format!("api/v1/gems/{name}/owners"),
            What::Push => "api/v1/gems".to_owned(),
            What::Yank => "api/v1/gems/yank".to_owned(),
            What::SignIn(_) | What::ChangeKey => "api/v1/api_key".to_owned(),
        };
        format!("{owner}/{below}")
    }

    /// Gives the method that the route answers; HEAD too where it is GET.
    pub fn method(&self) -> &'static str {
        match &self.what {
            What::Push => "POST",
            What::Yank => "DELETE",
            What::ChangeKey => "PUT",
            What::ChangeOwners(_, method) | What::SignIn(method) => method,
            _ => "GET",
        }
    }
}

impl What {
    /// Gives the address with names in place of values, for logs and metrics.
    pub fn template(&self) -> &'static str {
        match self {
            Self::Root => "{owner}/",
            Self::Versions => "{owner}/versions",
            Self::Names => "{owner}/names",
            Self::Info(_) => "{owner}/info/{gem}",
            Self::Specs(_) => "{owner}/{list}.4.8.gz",
            Self::Quick(_) => "{owner}/quick/Marshal.4.8/{version}.gemspec.rz",
            Self::Gem(_) => "{owner}/gems/{version}.gem",
            Self::Attestations(_) => "{owner}/api/v1/attestations/{version}.json",
            Self::Dependencies(_) => "{owner}/api/v1/dependencies",
            Self::About(_) => "{owner}/api/v1/gems/{gem}.json",
            Self::AboutVersions(_) => "{owner}/api/v1/versions/{gem}.json",
            Self::LatestVersion(_) => "{owner}/api/v1/versions/{gem}/latest.json",
            Self::AboutVersion(..) => "{owner}/api/v2/rubygems/{gem}/versions/{version}.json",
            Self::Search => "{owner}/api/v1/search.json",
            Self::Owners(..) => "{owner}/api/v1/gems/{gem}/owners.{form}",
            Self::ChangeOwners(..) => "{owner}/api/v1/gems/{gem}/owners",
            Self::Push => "{owner}/api/v1/gems",
            Self::Yank => "{owner}/api/v1/gems/yank",
            Self::SignIn(_) | Self::ChangeKey => "{owner}/api/v1/api_key",
        }
    }
}
