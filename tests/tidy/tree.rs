//! The files of the project, as the version control system knows them.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// A text file of the project.
pub struct File {
    /// Relative to the root, with `/` between the parts.
    pub path: String,
    pub text: String,
}

impl File {
    pub fn has_extension(&self, extensions: &[&str]) -> bool {
        Path::new(&self.path)
            .extension()
            .and_then(|extension| extension.to_str())
            .is_some_and(|extension| extensions.contains(&extension))
    }
}

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Paths of all files that are tracked, or new and not ignored, in order.
pub fn paths() -> Vec<String> {
    let listing = Command::new("git")
        // A checkout may belong to another user than the one who runs the tests.
        .args(["-c", "safe.directory=*", "ls-files", "-z"])
        .args(["--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .expect("git lists the project's files");
    let complaint = String::from_utf8_lossy(&listing.stderr);
    assert!(listing.status.success(), "the project is not a git checkout: {complaint}");
    let names = String::from_utf8(listing.stdout).expect("paths are UTF-8");
    let mut paths: Vec<String> = names
        .split_terminator('\0')
        .filter(|path| root().join(path).is_file())
        .map(str::to_owned)
        .collect();
    paths.sort();
    paths.dedup();
    paths
}

/// All text files; what is not UTF-8 is left out.
pub fn files() -> Vec<File> {
    let files: Vec<File> = paths()
        .into_iter()
        .filter_map(|path| {
            let text = fs::read_to_string(root().join(&path)).ok()?;
            Some(File { path, text })
        })
        .collect();
    assert!(files.iter().any(|file| file.path == "src/lib.rs"), "the tree was not found");
    files
}
