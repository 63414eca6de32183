//! The addresses of a source as answers name them: absolute, below the directory of the service
//! index (NuGet notes §1).

use packhouse_http::Call;

use crate::route::Hive;

/// A source, by its own address.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Links {
    /// Without a slash at the end.
    root: String,
}

impl Links {
    /// Makes the addresses of an owner's source for whoever asks here.
    pub(crate) fn of(call: &Call, owner: &str) -> Self {
        Self::new(&call.base, owner)
    }

    /// Makes the addresses of an owner's source below the address of the protocol.
    pub fn new(base: &str, owner: &str) -> Self {
        Self {
            root: format!("{base}/{}", owner.to_lowercase()),
        }
    }

    /// Gives an address of the source.
    pub fn at(&self, below: &str) -> String {
        format!("{}/{below}", self.root)
    }

    /// Gives where the parts of a version lie. Id and version in lower case.
    pub fn part(&self, id: &str, version: &str, part: &str) -> String {
        format!("{}/download/{id}/{version}/{part}", self.root)
    }

    /// Gives the address of a `.nupkg`. Id and version in lower case.
    pub fn nupkg(&self, id: &str, version: &str) -> String {
        self.part(id, version, &format!("{id}.{version}.nupkg"))
    }

    /// Gives the address of a `.nupkg` below the feed of version 2. Id and version in lower case.
    ///
    /// nuget.exe 2.8 shows the credentials of a source at addresses below the source's own alone.
    pub fn v2_nupkg(&self, id: &str, version: &str) -> String {
        format!("{}/v2/package/{id}/{version}", self.root)
    }

    /// Gives the address of a registration. The id in lower case.
    pub fn registration(&self, hive: Hive, id: &str) -> String {
        format!("{}/{}/{id}/index.json", self.root, hive.segment())
    }

    /// Gives the address of a page of a registration, by the versions at its ends in lower case.
    pub fn page(&self, hive: Hive, id: &str, lower: &str, upper: &str) -> String {
        let hive = hive.segment();
        format!("{}/{hive}/{id}/page/{lower}/{upper}.json", self.root)
    }

    /// Gives the address of a version in a registration. Id and version in lower case.
    pub fn leaf(&self, hive: Hive, id: &str, version: &str) -> String {
        format!("{}/{}/{id}/{version}.json", self.root, hive.segment())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_lies_below_the_source() {
        let links = Links::new("https://registry.example/nuget", "Acme");
        let root = "https://registry.example/nuget/acme";
        assert_eq!(links.at("query"), format!("{root}/query"));
        assert_eq!(
            links.nupkg("x", "1.0.0"),
            format!("{root}/download/x/1.0.0/x.1.0.0.nupkg")
        );
        assert_eq!(
            links.v2_nupkg("x", "1.0.0"),
            format!("{root}/v2/package/x/1.0.0")
        );
        let hive = Hive::SemVer1;
        assert_eq!(
            links.page(hive, "x", "1.0.0", "2.0.0"),
            format!("{root}/registration-semver1/x/page/1.0.0/2.0.0.json")
        );
        assert_eq!(
            links.leaf(Hive::SemVer2, "x", "1.0.0"),
            format!("{root}/registration/x/1.0.0.json")
        );
    }
}
