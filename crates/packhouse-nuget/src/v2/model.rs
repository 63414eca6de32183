//! The service document and the model of the old feed (NuGet notes §9). Clients look into the model
//! for what they may ask: `IsAbsoluteLatestVersion` switches on prereleases, `Search` the server's
//! search.

use crate::links::Links;

/// Gives the service document.
pub(super) fn service(links: &Links) -> String {
    let base = links.at("v2");
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
         <service xml:base=\"{base}/\" xmlns=\"http://www.w3.org/2007/app\" \
         xmlns:atom=\"http://www.w3.org/2005/Atom\"><workspace>\
         <atom:title type=\"text\">Default</atom:title>\
         <collection href=\"Packages\"><atom:title type=\"text\">Packages</atom:title></collection>\
         </workspace></service>"
    )
}

macro_rules! property {
    ($name:literal, $kind:literal) => {
        concat!(
            "<Property Name=\"",
            $name,
            "\" Type=\"Edm.",
            $kind,
            "\" Nullable=\"true\"/>"
        )
    };
    (! $name:literal, $kind:literal) => {
        concat!(
            "<Property Name=\"",
            $name,
            "\" Type=\"Edm.",
            $kind,
            "\" Nullable=\"false\"/>"
        )
    };
}

macro_rules! list {
    ($name:literal, $($argument:literal : $kind:literal),*) => {
        concat!(
            "<FunctionImport Name=\"", $name, "\" ",
            "ReturnType=\"Collection(NuGetGallery.OData.V2FeedPackage)\" ",
            "EntitySet=\"Packages\" m:HttpMethod=\"GET\">",
            $("<Parameter Name=\"", $argument, "\" Type=\"Edm.", $kind, "\"/>",)*
            "</FunctionImport>"
        )
    };
}

/// The model.
pub(super) const METADATA: &str = concat!(
    "<?xml version=\"1.0\" encoding=\"utf-8\"?>",
    "<edmx:Edmx Version=\"1.0\" xmlns:edmx=\"http://schemas.microsoft.com/ado/2007/06/edmx\">",
    "<edmx:DataServices ",
    "xmlns:m=\"http://schemas.microsoft.com/ado/2007/08/dataservices/metadata\" ",
    "m:DataServiceVersion=\"2.0\">",
    "<Schema Namespace=\"NuGetGallery.OData\" ",
    "xmlns=\"http://schemas.microsoft.com/ado/2006/04/edm\">",
    "<EntityType Name=\"V2FeedPackage\" m:HasStream=\"true\">",
    "<Key><PropertyRef Name=\"Id\"/><PropertyRef Name=\"Version\"/></Key>",
    property!(!"Id", "String"),
    property!(!"Version", "String"),
    property!("NormalizedVersion", "String"),
    property!("Authors", "String"),
    property!("Copyright", "String"),
    property!(!"Created", "DateTime"),
    property!("Dependencies", "String"),
    property!("Description", "String"),
    property!(!"DownloadCount", "Int32"),
    property!("GalleryDetailsUrl", "String"),
    property!("IconUrl", "String"),
    property!(!"IsLatestVersion", "Boolean"),
    property!(!"IsAbsoluteLatestVersion", "Boolean"),
    property!(!"IsPrerelease", "Boolean"),
    property!("Language", "String"),
    property!(!"LastUpdated", "DateTime"),
    property!(!"Published", "DateTime"),
    property!("PackageHash", "String"),
    property!("PackageHashAlgorithm", "String"),
    property!(!"PackageSize", "Int64"),
    property!("ProjectUrl", "String"),
    property!("ReportAbuseUrl", "String"),
    property!("ReleaseNotes", "String"),
    property!(!"RequireLicenseAcceptance", "Boolean"),
    property!("Summary", "String"),
    property!("Tags", "String"),
    property!("Title", "String"),
    property!(!"VersionDownloadCount", "Int32"),
    property!("MinClientVersion", "String"),
    property!("LastEdited", "DateTime"),
    property!("LicenseUrl", "String"),
    property!("LicenseNames", "String"),
    property!("LicenseReportUrl", "String"),
    "</EntityType>",
    "<EntityContainer Name=\"V2FeedContext\" m:IsDefaultEntityContainer=\"true\">",
    "<EntitySet Name=\"Packages\" EntityType=\"NuGetGallery.OData.V2FeedPackage\"/>",
    list!("Search", "searchTerm": "String", "targetFramework": "String", "includePrerelease": "Boolean"),
    list!("FindPackagesById", "id": "String"),
    list!(
        "GetUpdates",
        "packageIds": "String",
        "versions": "String",
        "includePrerelease": "Boolean",
        "includeAllVersions": "Boolean",
        "targetFrameworks": "String",
        "versionConstraints": "String"
    ),
    "</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>"
);
