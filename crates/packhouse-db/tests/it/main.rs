//! Every query on both engines.

mod handle;
