//! What cannot be, how its sender is told, and what it leaves: nothing.

mod addresses;
mod archives;
mod bodies;
mod keys;
mod names;
mod nuspecs;
mod symbols;

use crate::raw::{Connection, RawAnswer, refused_change};
use crate::world::World;

/// The words of the status line when a package is refused.
pub const WHY: &str = "Bad Request: the warning beside this says why";
/// Where packages are pushed to.
pub const PACKAGE: &str = "/nuget/acme/package/";
/// Where symbols are pushed to.
pub const SYMBOLS: &str = "/nuget/acme/symbolpackage/";

/// Sends a bare body with a good key.
async fn put(world: &World, path: &str, body: &[u8]) -> RawAnswer {
    let mut connection = Connection::open(&world.app).await;
    let headers = [("X-NuGet-ApiKey", &*world.key)];
    connection.put(path, &headers, body).await
}

/// Pushes what must be refused with these words, and looks that nothing was kept.
async fn refuse(world: &World, what: &str, package: &[u8], words: &[&str]) -> String {
    let answer = put(world, PACKAGE, package).await;
    assert_eq!(answer.status, 400, "{what}: {}", answer.text());
    let told = refused_change(&answer, 400, WHY, words);
    world.expect_untouched(what).await;
    assert!(world.package("Acme.Lib").await.is_none(), "{what}");
    assert!(world.source().versions("acme.lib").await.is_empty());
    told
}
