//! Pulls of a large blob over one connection, with a client that does nothing with the bytes.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use sha2::{Digest, Sha256};

use super::bytes::{PIECE, named};
use crate::http::Client;
use crate::publish::figures;
use crate::wrk::Figures;

/// Pulls of one figure at least.
const LEAST: usize = 3;

/// The rate at which a blob is pulled, again and again for that long and three times at least.
/// Before that it is pulled once and looked at.
///
/// Fails when an answer is not 200, or the first one does not have the digest.
pub fn blob(
    address: SocketAddr,
    path: &str,
    headers: &[(String, String)],
    digest: &str,
    limit: Duration,
) -> Result<Figures> {
    let mut client = Client::new(address);
    let mut buffer = vec![0; PIECE];
    let mut hash = Sha256::new();
    let mut size = 0;
    client.drain(path, headers, &mut buffer, |piece| {
        size += piece.len();
        hash.update(piece);
        Ok(())
    })?;
    let got = named(hash);
    ensure!(got == digest, "{path} has {got} instead of {digest}");
    let (began, mut times) = (Instant::now(), Vec::new());
    while times.len() < LEAST || began.elapsed() < limit {
        let one = Instant::now();
        client.drain(path, headers, &mut buffer, |_| Ok(()))?;
        times.push(one.elapsed());
    }
    let mut figures = figures(times, began.elapsed())?;
    figures.bytes_per_second = size as f64 * figures.rate;
    Ok(figures)
}

/// Pulls a blob once and gives the rate, without a look at the bytes: for one that takes long.
///
/// Fails when the answer is not 200 or has another length.
pub fn once(
    address: SocketAddr,
    path: &str,
    headers: &[(String, String)],
    size: u64,
) -> Result<Figures> {
    let mut buffer = vec![0; PIECE];
    let (began, mut got) = (Instant::now(), 0);
    Client::new(address).drain(path, headers, &mut buffer, |piece| {
        got += piece.len() as u64;
        Ok(())
    })?;
    let elapsed = began.elapsed();
    ensure!(got == size, "{path} has {got} bytes instead of {size}");
    let mut figures = figures(vec![elapsed], elapsed)?;
    figures.bytes_per_second = size as f64 * figures.rate;
    Ok(figures)
}
