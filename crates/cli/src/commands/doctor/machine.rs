//! The machine: processor, memory, open files, clock.

use std::time::{Duration, SystemTime};

use faceward_service::Settings;
use sysinfo::System;

use super::finding::{Finding, size};

/// What a server with two workers and few templates takes, as docs/performance.md has it, and a little room.
const COMFORTABLE_MEMORY: u64 = 1 << 30;
/// Less than the networks alone take.
const LEAST_MEMORY: u64 = 512 << 20;
/// Files that a server has open beside its connections.
const OTHER_FILES: usize = 128;
/// A moment before which no version of this program was made: 1 January 2026.
const OLDEST_NOW: Duration = Duration::from_secs(1_767_225_600);

/// How many workers there are for how many cores, and whether these have the instructions that the networks are fast with.
pub(super) fn processor(settings: &Settings) -> Finding {
    const ABOUT: &str = "processor";
    let workers = settings.compute.workers.get();
    let cores = match std::thread::available_parallelism() {
        Ok(cores) => cores.get(),
        Err(error) => {
            return Finding::warning(
                ABOUT,
                format!("the number of cores is unknown: {error}"),
                "set `workers`",
            );
        }
    };
    let found = format!("{cores} cores, {workers} workers, {}", instructions());
    if !is_fast() {
        return Finding::warning(
            ABOUT,
            found,
            "networks are several times slower here: use a processor with AVX2",
        );
    }
    if workers > cores {
        return Finding::warning(
            ABOUT,
            found,
            format!("workers wait for each other: set `workers` to {cores}"),
        );
    }
    Finding::fine(ABOUT, found)
}

#[cfg(target_arch = "x86_64")]
fn instructions() -> String {
    let known = [
        ("AVX2", std::arch::is_x86_feature_detected!("avx2")),
        ("AVX-512", std::arch::is_x86_feature_detected!("avx512f")),
        ("VNNI", std::arch::is_x86_feature_detected!("avx512vnni")),
    ];
    let there: Vec<&str> =
        known.into_iter().filter(|(_, is_there)| *is_there).map(|(name, _)| name).collect();
    if there.is_empty() { "no AVX2".to_owned() } else { there.join(", ") }
}

#[cfg(target_arch = "x86_64")]
fn is_fast() -> bool {
    std::arch::is_x86_feature_detected!("avx2")
}

#[cfg(not(target_arch = "x86_64"))]
fn instructions() -> String {
    std::env::consts::ARCH.to_owned()
}

#[cfg(not(target_arch = "x86_64"))]
const fn is_fast() -> bool {
    true
}

/// What is free of the memory of the machine, or of the container.
pub(super) fn memory() -> Finding {
    let mut system = System::new();
    system.refresh_memory();
    // Pages of files that a container has read count as used and are given up when needed: what its processes hold does not.
    let limits = system.cgroup_limits().filter(|limits| limits.total_memory < system.total_memory());
    let of_container = limits.map(|limits| limits.total_memory.saturating_sub(limits.rss));
    judged_memory(of_container.unwrap_or(u64::MAX).min(system.available_memory()))
}

fn judged_memory(free: u64) -> Finding {
    const ABOUT: &str = "memory";
    let found = format!("{} free", size(free));
    if free < LEAST_MEMORY {
        Finding::problem(
            ABOUT,
            found,
            "the networks alone take more: give it 1 GiB, and 4 KiB for each template",
        )
    } else if free < COMFORTABLE_MEMORY {
        Finding::warning(ABOUT, found, "two workers take about 1 GiB: set `workers = 1`, or give it more")
    } else {
        Finding::fine(ABOUT, found)
    }
}

/// Whether as many files may be open as connections are let in.
pub(super) fn open_files(connections: usize) -> Finding {
    const ABOUT: &str = "open files";
    let needed = connections + OTHER_FILES;
    match System::open_files_limit() {
        None => Finding::fine(ABOUT, "this system sets no limit"),
        Some(limit) if limit < needed => Finding::warning(
            ABOUT,
            format!("at most {limit}, for up to {connections} connections"),
            format!(
                "raise the limit (`ulimit -n {needed}`, `LimitNOFILE={needed}`), or lower `limits.connections`"
            ),
        ),
        Some(limit) => Finding::fine(ABOUT, format!("at most {limit}")),
    }
}

/// Whether the clock can be right. `newest`: when the data folder was changed last.
pub(super) fn clock(newest: Option<SystemTime>) -> Finding {
    judged_clock(SystemTime::now(), newest)
}

fn judged_clock(now: SystemTime, newest: Option<SystemTime>) -> Finding {
    const ABOUT: &str = "clock";
    const ADVICE: &str = "tokens, challenges and the audit log go by the clock: keep it in step (NTP)";
    let shown =
        jiff::Timestamp::try_from(now).map_or_else(|_| "out of range".to_owned(), |now| now.to_string());
    if now < SystemTime::UNIX_EPOCH + OLDEST_NOW {
        return Finding::problem(ABOUT, format!("it says {shown}, before this program was made"), ADVICE);
    }
    let behind = newest.and_then(|newest| newest.duration_since(now).ok()).unwrap_or_default();
    if behind > Duration::from_secs(60) {
        let found =
            format!("it says {shown}, {} s before the last change of the data folder", behind.as_secs());
        return Finding::problem(ABOUT, found, ADVICE);
    }
    Finding::fine(ABOUT, shown)
}

#[cfg(test)]
mod tests {
    use super::super::finding::State;
    use super::*;

    #[test]
    fn memory_is_judged_by_what_a_server_takes() {
        for (free, state) in
            [(100 << 20, State::Problem), (700 << 20, State::Warning), (4 << 30, State::Fine)]
        {
            assert_eq!(judged_memory(free).state, state, "{free}");
        }
    }

    #[test]
    fn a_clock_before_the_last_change_or_before_this_program_is_wrong() {
        let now = SystemTime::UNIX_EPOCH + OLDEST_NOW + Duration::from_secs(1000);
        let later = |seconds| Some(now + Duration::from_secs(seconds));
        assert_eq!(judged_clock(now, None).state, State::Fine);
        assert_eq!(judged_clock(now, later(5)).state, State::Fine, "a file system rounds");
        assert_eq!(judged_clock(now, later(3600)).state, State::Problem);
        assert_eq!(judged_clock(SystemTime::UNIX_EPOCH, None).state, State::Problem);
    }

    #[test]
    fn more_connections_than_files_are_told() {
        assert_eq!(open_files(usize::MAX / 2).state, State::Warning);
        assert_eq!(open_files(1).state, State::Fine);
    }
}
