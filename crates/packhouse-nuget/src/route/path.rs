//! From a [`Route`] back to an address.

use super::{Route, What};

impl Route {
    /// Gives the address below the scope, without a slash in front. Ids and versions are as they
    /// were given.
    pub fn path(&self) -> String {
        let owner = &self.owner;
        let below = match &self.what {
            What::Index => "index.json".to_owned(),
            What::Versions(id) => format!("download/{id}/index.json"),
            What::Nupkg(at) => {
                let (id, version) = (&at.id, &at.version);
                format!("download/{id}/{version}/{id}.{version}.nupkg")
            }
            What::Nuspec(at) => format!("download/{}/{}/{}.nuspec", at.id, at.version, at.id),
            What::Readme(at) => format!("download/{}/{}/readme", at.id, at.version),
            What::Icon(at) => format!("download/{}/{}/icon", at.id, at.version),
            What::License(at) => format!("download/{}/{}/license", at.id, at.version),
            What::Registration(hive, id) => format!("{}/{id}/index.json", hive.segment()),
            What::RegistrationPage(hive, id, lower, upper) => {
                format!("{}/{id}/page/{lower}/{upper}.json", hive.segment())
            }
            What::RegistrationLeaf(hive, at) => {
                format!("{}/{}/{}.json", hive.segment(), at.id, at.version)
            }
            What::Query => "query".to_owned(),
            What::Autocomplete => "autocomplete".to_owned(),
            What::Vulnerabilities => "vulnerabilities/index.json".to_owned(),
            What::VulnerabilityPage(page) => format!("vulnerabilities/{page}.json"),
            What::Symbols { file, key } => format!("symbols/{file}/{key}/{file}"),
            What::Push => "package".to_owned(),
            What::PushSymbols => "symbolpackage".to_owned(),
            What::Unlist(at) | What::Relist(at) => format!("package/{}/{}", at.id, at.version),
            What::V2Root => "v2".to_owned(),
            What::V2Metadata => "v2/$metadata".to_owned(),
            What::V2Feed { feed, count: false } => format!("v2/{}()", feed.name()),
            What::V2Feed { feed, count: true } => format!("v2/{}()/$count", feed.name()),
            What::V2Entry(at) => {
                format!("v2/Packages(Id='{}',Version='{}')", at.id, at.version)
            }
            What::V2Download { id, version: None } => format!("v2/package/{id}"),
            What::V2Download {
                id,
                version: Some(version),
            } => format!("v2/package/{id}/{version}"),
            What::V2Batch => "v2/$batch".to_owned(),
        };
        format!("{owner}/{below}")
    }

    /// Gives the method that the route answers; HEAD too where it is GET.
    pub fn method(&self) -> &'static str {
        match &self.what {
            What::Push | What::PushSymbols => "PUT",
            What::Unlist(_) => "DELETE",
            What::Relist(_) | What::V2Batch => "POST",
            _ => "GET",
        }
    }
}

impl What {
    /// Gives the address with names in place of values, for logs and metrics.
    pub fn template(&self) -> &'static str {
        match self {
            Self::Index => "{owner}/index.json",
            Self::Versions(_) => "{owner}/download/{id}/index.json",
            Self::Nupkg(_) => "{owner}/download/{id}/{version}/{file}.nupkg",
            Self::Nuspec(_) => "{owner}/download/{id}/{version}/{file}.nuspec",
            Self::Readme(_) => "{owner}/download/{id}/{version}/readme",
            Self::Icon(_) => "{owner}/download/{id}/{version}/icon",
            Self::License(_) => "{owner}/download/{id}/{version}/license",
            Self::Registration(..) => "{owner}/{registration}/{id}/index.json",
            Self::RegistrationPage(..) => "{owner}/{registration}/{id}/page/{lower}/{upper}.json",
            Self::RegistrationLeaf(..) => "{owner}/{registration}/{id}/{version}.json",
            Self::Query => "{owner}/query",
            Self::Autocomplete => "{owner}/autocomplete",
            Self::Vulnerabilities => "{owner}/vulnerabilities/index.json",
            Self::VulnerabilityPage(_) => "{owner}/vulnerabilities/{page}.json",
            Self::Symbols { .. } => "{owner}/symbols/{file}/{key}/{file}",
            Self::Push => "{owner}/package",
            Self::PushSymbols => "{owner}/symbolpackage",
            Self::Unlist(_) | Self::Relist(_) => "{owner}/package/{id}/{version}",
            Self::V2Root => "{owner}/v2",
            Self::V2Metadata => "{owner}/v2/$metadata",
            Self::V2Feed { count: false, .. } => "{owner}/v2/{feed}()",
            Self::V2Feed { count: true, .. } => "{owner}/v2/{feed}()/$count",
            Self::V2Entry(_) => "{owner}/v2/Packages({key})",
            Self::V2Download { .. } => "{owner}/v2/package/{id}/{version}",
            Self::V2Batch => "{owner}/v2/$batch",
        }
    }
}
