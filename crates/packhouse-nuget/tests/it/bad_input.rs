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

/// Where packages are pushed to.
pub const PACKAGE: &str = "/nuget/acme/package/";
/// Where symbols are pushed to.
pub const SYMBOLS: &str = "/nuget/acme/symbolpackage/";

/// Gives the words of the status line of a bad request.
fn bad(reason: &str) -> String {
    format!("Bad Request: {reason}")
}

/// Sends a bare body with a good key.
async fn put(world: &World, path: &str, body: &[u8]) -> RawAnswer {
    let mut connection = Connection::open(&world.app).await;
    let headers = [("X-NuGet-ApiKey", &*world.key)];
    connection.put(path, &headers, body).await
}

/// Pushes what must be refused with this status line and these words, and looks that nothing was
/// kept.
async fn refuse(world: &World, package: &[u8], reason: &str, words: &[&str]) -> String {
    let answer = put(world, PACKAGE, package).await;
    let told = refused_change(&answer, 400, &bad(reason), words);
    world.expect_untouched(&told).await;
    assert!(world.package("Acme.Lib").await.is_none(), "{told}");
    assert!(world.source().versions("acme.lib").await.is_empty());
    told
}
