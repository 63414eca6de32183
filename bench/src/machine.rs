//! What the figures were taken on: without it they mean nothing.

use std::fs;

use anyhow::Result;

use crate::server::printed_by;

/// The machine and the load generator of a run.
#[derive(Debug)]
pub struct Machine {
    /// Processor, number of cores, memory and kernel, as one line.
    pub hardware: String,
    /// The day, in UTC.
    pub date: String,
    /// The version of wrk.
    pub wrk: String,
}

impl Machine {
    /// Looks at this machine. Fails when `/proc` cannot be read or wrk is missing.
    pub fn look() -> Result<Self> {
        let cores = std::thread::available_parallelism()?;
        let info = fs::read_to_string("/proc/cpuinfo")?;
        let processor = field(&info, "model name")
            .unwrap_or("unknown processor")
            .to_owned();
        let memory = fs::read_to_string("/proc/meminfo")?;
        let memory = field(&memory, "MemTotal").and_then(|text| text.split(' ').next());
        let memory: u64 = memory.map_or(Ok(0), str::parse)?;
        let gib = memory.div_ceil(1024 * 1024);
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease")?;
        let hardware = format!(
            "{processor}, {cores} cores, {gib} GiB of memory, Linux {}",
            kernel.trim()
        );
        let wrk = printed_by("wrk", "-v")?;
        let wrk = wrk.lines().next().unwrap_or_default();
        let wrk = wrk
            .split(' ')
            .nth(1)
            .unwrap_or(wrk)
            .trim_start_matches("debian/")
            .to_owned();
        let date = chrono::Utc::now().format("%Y-%m-%d").to_string();
        Ok(Self {
            hardware,
            date,
            wrk,
        })
    }
}

/// The value of the first line `name : value`.
fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut pairs = text.lines().filter_map(|line| line.split_once(':'));
    pairs
        .find(|(key, _)| key.trim() == name)
        .map(|(_, value)| value.trim())
}

#[cfg(test)]
mod tests {
    use super::field;

    #[test]
    fn a_field_is_found_by_its_whole_name() {
        let text = "model\t\t: 17\nmodel name\t: Some CPU\n";
        assert_eq!(field(text, "model name"), Some("Some CPU"));
        assert_eq!(field(text, "name"), None);
    }
}
