//! What goes wrong around a server of containers: it dies, its disk is full, its database or its
//! store is away, a client vanishes, a layer is too large. Each test looks at the answers, and at
//! what is in database and store afterwards.

mod crash;
mod crash_client;
mod cut;
mod database_away;
mod disk_full;
mod index;
mod limits;
mod memory;
mod replicas;
mod rows;
mod store_away;
mod tls;
mod tls_proxy;
mod upload;
