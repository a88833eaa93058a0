//! The proof of what a screen shows.

use std::fmt;

use sha2::{Digest, Sha256};

/// The proof of a set: the XOR over its postings of the first 8 bytes of SHA-256 of
/// `id "\n" version`. Independent of order, kept up with one step a change.
///
/// ```
/// use linggong::feed::protocol::SetHash;
///
/// let mut set = SetHash::default();
/// assert_eq!(set.to_string(), "0000000000000000");
/// set.insert("job_1", 7);
/// set.remove("job_1", 7);
/// assert_eq!(set, SetHash::default());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SetHash(u64);

impl SetHash {
    /// Adds a posting that the set does not hold.
    pub fn insert(&mut self, id: &str, version: i64) {
        let mut hasher = Sha256::new();
        hasher.update(id.as_bytes());
        hasher.update(b"\n");
        hasher.update(version.to_string().as_bytes());
        let digest: [u8; 32] = hasher.finalize().into();
        let (first, _) = digest.split_first_chunk().unwrap_or((&[0; 8], &[]));
        self.0 ^= u64::from_be_bytes(*first);
    }

    /// Removes a posting that the set holds.
    pub fn remove(&mut self, id: &str, version: i64) {
        // XOR is its own inverse.
        self.insert(id, version);
    }
}

/// 16 lowercase hexadecimal digits.
impl fmt::Display for SetHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_the_contracts() {
        let mut set = SetHash::default();
        set.insert("job_a", 1);
        // printf 'job_a\n1' | sha256sum | cut -c1-16
        assert_eq!(set.to_string(), "392a2bdb9eac16ac");
        let mut other = SetHash::default();
        other.insert("job_b", 12);
        other.insert("job_a", 1);
        set.insert("job_b", 12);
        assert_eq!(set, other);
        set.remove("job_a", 1);
        set.remove("job_b", 12);
        assert_eq!(set.to_string(), "0".repeat(16));
    }
}
