//! Push loads: large layers, few at once, and small images by many writers.

use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};

use super::bytes::Layer;
use super::image::Image;
use super::registry::{Registry, Way};
use crate::http::{Client, Source};
use crate::publish::figures;
use crate::wrk::Figures;

/// The most images of one load, so that those made beforehand fit into memory.
const MAX_IMAGES: usize = 12_800;

/// Layers of a small image, besides its config.
const SMALL_LAYERS: usize = 2;

/// Bytes of each of them.
const SMALL_LAYER: usize = 2_000;

/// The rate at which layers are pushed, so many at once. A round ends when all of its layers are
/// pushed; the median round counts, and what a server wrote in the round before is on the disk.
///
/// `layers` holds as many as all rounds need. Fails when any push does.
pub fn layers(
    registry: &Registry<'_>,
    layers: &[Layer],
    at_once: usize,
    way: Way,
) -> Result<Figures> {
    let (mut rates, mut times) = (Vec::new(), Vec::new());
    for round in layers.chunks(at_once) {
        registry.server.flush()?;
        let (taken, elapsed) = at_the_same_time(round.len(), |number| {
            let (layer, mut client) = (&round[number], Client::new(registry.server.address));
            Ok(move || {
                let began = Instant::now();
                registry.push_blob(&mut client, layer, &layer.digest, way)?;
                Ok(vec![began.elapsed()])
            })
        })?;
        times.extend(taken);
        let bytes: u64 = round.iter().map(Source::size).sum();
        rates.push(bytes as f64 / elapsed.as_secs_f64());
    }
    let rate = median(&mut rates).context("no layer was pushed")?;
    let size = layers.first().map_or(1, Source::size);
    let mut figures = figures(times, Duration::from_secs(1))?;
    figures.bytes_per_second = rate;
    figures.rate = rate / size as f64;
    Ok(figures)
}

/// The rate at which writers push small images into one repository, each a new one with a tag and
/// blobs of its own.
///
/// Ends when the time is over or every image made beforehand is pushed. Fails when any push does.
pub fn images(registry: &Registry<'_>, writers: u32, limit: Duration) -> Result<Figures> {
    let each = MAX_IMAGES as u64 / u64::from(writers);
    let (times, elapsed) = at_the_same_time(writers as usize, |writer| {
        let first = 1_000_000 + writer as u64 * each;
        let images: Vec<Image> = (0..each)
            .map(|number| small(first + number))
            .collect::<Result<_>>()?;
        let mut client = Client::new(registry.server.address);
        Ok(move || {
            let (deadline, mut times) = (Instant::now() + limit, Vec::new());
            for image in &images {
                let began = Instant::now();
                if began >= deadline {
                    break;
                }
                registry.push_image(&mut client, image)?;
                times.push(began.elapsed());
            }
            Ok(times)
        })
    })?;
    figures(times, elapsed)
}

fn small(number: u64) -> Result<Image> {
    Image::new(
        &format!("build-{number}"),
        number,
        SMALL_LAYERS,
        SMALL_LAYER,
    )
}

/// Prepares so many workers, each on a thread of its own, lets them begin together, and gives what
/// they took and the time from their begin until the last one's end.
///
/// Fails when any of them does, also with preparing.
pub fn at_the_same_time<W>(
    count: usize,
    prepare: impl Fn(usize) -> Result<W> + Sync,
) -> Result<(Vec<Duration>, Duration)>
where
    W: FnOnce() -> Result<Vec<Duration>>,
{
    let barrier = Barrier::new(count + 1);
    let (began, outcomes) = thread::scope(|scope| {
        let handles: Vec<_> = (0..count)
            .map(|number| {
                let (barrier, prepare) = (&barrier, &prepare);
                scope.spawn(move || {
                    let work = prepare(number);
                    barrier.wait();
                    work?()
                })
            })
            .collect();
        barrier.wait();
        let began = Instant::now();
        let joined = handles.into_iter().map(|handle| handle.join());
        let outcomes: Vec<Result<Vec<Duration>>> = joined
            .map(|outcome| outcome.unwrap_or_else(|_| Err(anyhow!("a writer panicked"))))
            .collect();
        (began, outcomes)
    });
    let elapsed = began.elapsed();
    let mut times = Vec::new();
    for outcome in outcomes {
        times.extend(outcome?);
    }
    Ok((times, elapsed))
}

/// The middle of these numbers, the higher one of two; `None` of nothing.
fn median(numbers: &mut [f64]) -> Option<f64> {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{at_the_same_time, median};

    #[test]
    fn the_middle_round_counts() {
        assert_eq!(median(&mut [9.0, 1.0, 5.0]), Some(5.0));
        assert_eq!(median(&mut []), None);
    }

    #[test]
    fn what_all_workers_took_is_given_and_a_failure_of_one_is_one_of_all() {
        let (times, _) = at_the_same_time(3, |number| {
            Ok(move || Ok(vec![Duration::from_secs(number as u64)]))
        })
        .unwrap();
        assert_eq!(times.iter().sum::<Duration>(), Duration::from_secs(3));
        let failed = at_the_same_time(2, |number| {
            anyhow::ensure!(number == 0, "worker {number} is not ready");
            Ok(|| Ok(Vec::new()))
        });
        assert_eq!(failed.unwrap_err().to_string(), "worker 1 is not ready");
    }
}
