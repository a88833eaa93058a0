//! What a process and a folder take up.

use std::{fs, path::Path};

/// The most memory that this process has held so far, mapped files included; 0 where the system
/// does not tell.
pub fn peak_bytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}

/// The files of a folder together.
///
/// # Panics
/// Where it can't be read.
pub fn folder_bytes(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).expect("the folder is read");
    let sizes = entries.map(|entry| {
        let path = entry.expect("an entry").path();
        if path.is_dir() { folder_bytes(&path) } else { fs::metadata(path).expect("a file").len() }
    });
    sizes.sum()
}
