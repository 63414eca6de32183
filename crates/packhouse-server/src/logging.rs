//! Logs: to standard error, filtered by `PACKHOUSE_LOG`, else `RUST_LOG`, else `info`.

mod writer;

use std::io::IsTerminal;
use std::panic::PanicHookInfo;

use tracing_subscriber::EnvFilter;

use self::writer::Writer;

/// What is logged when nothing else is said. actix tells of each worker's start at `info`, and calls
/// it an error when a client speaks TLS to a plain port, as container clients do at every command.
const DEFAULT: &str = "info,actix_server=warn,actix_http::h1::dispatcher=off";

/// The running log. Lines wait in memory for some milliseconds, so it must be finished.
pub struct Logging {
    writer: Writer,
}

/// Starts logging. A filter that cannot be read is told and replaced by the default.
pub fn start() -> Logging {
    let said = ["PACKHOUSE_LOG", "RUST_LOG"].into_iter().find_map(|name| {
        let value = std::env::var(name).ok().filter(|value| !value.is_empty())?;
        Some((name, value))
    });
    let (filter, wrong) = match said {
        None => (EnvFilter::new(DEFAULT), None),
        Some((name, value)) => match EnvFilter::try_new(&value) {
            Ok(filter) => (filter, None),
            Err(error) => (EnvFilter::new(DEFAULT), Some((name, error))),
        },
    };
    let writer = Writer::start();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(writer.sink())
        .init();
    std::panic::set_hook(Box::new(log_panic));
    if let Some((name, error)) = wrong {
        tracing::error!(%error, "{name} is not a log filter, using {DEFAULT}");
    }
    Logging { writer }
}

impl Logging {
    /// Writes what is still in memory. Later lines go out at once.
    pub fn finish(self) {
        self.writer.finish();
    }
}

fn log_panic(info: &PanicHookInfo<'_>) {
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    let payload = info.payload();
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let text = text.unwrap_or("no text");
    let trace = std::backtrace::Backtrace::capture();
    tracing::error!(panic.place = place, "panic: {text}\n{trace}");
}
