//! What cannot be, how its sender is told, and what it leaves: nothing.

mod archives;
mod bodies;
mod gemspecs;
mod names;
mod yanks;

use crate::world::{World, refused};

/// Pushes what must be refused with this status and these words, and looks that nothing was kept;
/// gives the text.
async fn refuse(world: &World, bytes: Vec<u8>, status: u16, words: &[&str]) -> String {
    let before = world.source().text("versions").await;
    let answer = world.source().push_bytes(bytes).await;
    let told = refused(&answer, status, words);
    world.expect_untouched(&told).await;
    assert_eq!(world.source().text("versions").await, before, "{told}");
    told
}
