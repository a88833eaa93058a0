//! Personal data at rest: sealed with XChaCha20-Poly1305, looked up by a keyed blind index
//! (HMAC-SHA-256). Both keys derive from one 32-byte key from a file or the environment.

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD as BASE64};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::{StoreError, StoreResult};

/// The 32 bytes from which all keys derive.
#[derive(Clone)]
pub struct Key([u8; 32]);

/// The text is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a key is 64 hexadecimal digits")]
pub struct KeyError;

impl Key {
    /// A key from its bytes.
    pub fn new(bytes: [u8; 32]) -> Key {
        Key(bytes)
    }

    /// The key as it stands in a key file.
    pub fn to_hex(&self) -> String {
        hex::encode(self.0)
    }
}

impl std::str::FromStr for Key {
    type Err = KeyError;
    fn from_str(text: &str) -> Result<Key, KeyError> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text.trim(), &mut bytes).map_err(|_| KeyError)?;
        Ok(Key(bytes))
    }
}

/// Seals and opens personal values.
#[derive(Clone)]
pub struct Vault {
    cipher: XChaCha20Poly1305,
    index_key: [u8; 32],
}

fn keyed(key: &[u8; 32], parts: &[&str]) -> [u8; 32] {
    // HMAC pads a short key with zeros to the hash's block of 64 bytes.
    let mut block = [0; 64];
    block[..32].copy_from_slice(key);
    let mut mac = Hmac::<Sha256>::new(&block.into());
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part.as_bytes());
    }
    mac.finalize().into_bytes().into()
}

impl Vault {
    /// A vault with this key.
    pub fn new(key: &Key) -> Vault {
        let seal_key = keyed(&key.0, &["seal"]);
        Vault {
            cipher: XChaCha20Poly1305::new(&seal_key.into()),
            index_key: keyed(&key.0, &["index"]),
        }
    }

    /// Seals a text for one place (table, column, row); it opens nowhere else.
    pub fn seal(&self, place: &str, text: &str) -> StoreResult<String> {
        self.seal_bytes(place, text.as_bytes())
    }

    /// Seals bytes for one place.
    pub fn seal_bytes(&self, place: &str, bytes: &[u8]) -> StoreResult<String> {
        let nonce: [u8; 24] = rand::random();
        let payload = Payload { msg: bytes, aad: place.as_bytes() };
        let sealed = self
            .cipher
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| StoreError::Sealed(place.to_owned()))?;
        Ok(BASE64.encode([&nonce[..], &sealed].concat()))
    }

    /// Opens what was sealed for this place.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] with another key, another place or a damaged value.
    pub fn open(&self, place: &str, sealed: &str) -> StoreResult<String> {
        let bytes = self.open_bytes(place, sealed)?;
        String::from_utf8(bytes).map_err(|_| StoreError::Sealed(place.to_owned()))
    }

    /// Opens bytes that were sealed for this place.
    ///
    /// # Errors
    /// As [`Vault::open`].
    pub fn open_bytes(&self, place: &str, sealed: &str) -> StoreResult<Vec<u8>> {
        let wrong = || StoreError::Sealed(place.to_owned());
        let bytes = BASE64.decode(sealed).map_err(|_| wrong())?;
        let (nonce, sealed) = bytes.split_first_chunk::<24>().ok_or_else(wrong)?;
        let payload = Payload { msg: sealed, aad: place.as_bytes() };
        self.cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| wrong())
    }

    /// A number that changes with `window` under a secret of this place's own (HMAC-SHA-256 twice):
    /// for codes that are shown for a moment.
    pub fn code(&self, place: &str, window: i64) -> u32 {
        let secret = keyed(&self.index_key, &["code", place]);
        let [a, b, c, d, ..] = keyed(&secret, &[&window.to_string()]);
        u32::from_be_bytes([a, b, c, d])
    }

    /// The blind index of a value of this kind: equal values have equal indexes, nothing else
    /// can be told without the key.
    pub fn index(&self, kind: &str, value: &str) -> String {
        hex::encode(keyed(&self.index_key, &[kind, value]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sealed_values_open_only_with_their_key_at_their_place() {
        let vault = Vault::new(&Key::new([1; 32]));
        let sealed = vault.seal("worker.person:w1", "王小明").unwrap();
        assert!(!sealed.contains('王'));
        assert_eq!(vault.open("worker.person:w1", &sealed).unwrap(), "王小明");
        assert!(vault.open("worker.person:w2", &sealed).is_err());
        assert!(Vault::new(&Key::new([2; 32])).open("worker.person:w1", &sealed).is_err());
        assert!(vault.open("worker.person:w1", "AAAA").is_err());
        assert_ne!(sealed, vault.seal("worker.person:w1", "王小明").unwrap());
    }

    #[test]
    fn blind_indexes_are_equal_for_equal_values_only() {
        let vault = Vault::new(&Key::new([1; 32]));
        assert_eq!(vault.index("phone", "13812345678"), vault.index("phone", "13812345678"));
        assert_ne!(vault.index("phone", "13812345678"), vault.index("name", "13812345678"));
    }
}
