//! What goes wrong around a server while a Maven deploy is under way: it dies at each step, its disk
//! is full, its database or its store is away, a file is very large, two replicas share the work.
//! Each test looks at the answers, and at what is in database and store afterwards.

mod away;
mod crash;
mod deploy;
mod full;
mod memory;
mod replicas;
