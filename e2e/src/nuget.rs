//! NuGet's clients at isolated places: the .NET SDK and three versions of nuget.exe.
//!
//! A [`Home`] is one person's place: settings, caches and projects are there, its [`Source`]s are
//! on 127.0.0.1 or folders, and everything else goes through a proxy that nobody listens on.
//! [`Dotnet`] and [`NuGet`] are the commands. A [`Csproj`] describes a project that is built there;
//! [`Nupkg`] makes packages without any client, quicker, and wrong ones too. A [`Feed`] is a
//! source asked over plain HTTP.
//!
//! Projects are for `netcoreapp3.1`, whose reference assemblies the SDK brings; whatever else a
//! build wants would be a public package, so they have no host program of their own.

mod admin;
mod assembly;
mod csproj;
mod dotnet;
mod exe;
mod feed;
mod home;
mod package;
mod source;
mod terminal;

pub use csproj::{Csproj, Project};
pub use dotnet::Dotnet;
pub use exe::{Exe, NuGet};
pub use feed::{Feed, multipart};
pub use home::Home;
pub use package::Nupkg;
pub use source::Source;

/// The name under which a scene's homes know its source.
pub const SOURCE: &str = "packhouse";

/// The framework that projects and packages are for.
pub const FRAMEWORK: &str = "netcoreapp3.1";

/// Gives `text` as the content of an XML element or attribute.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
