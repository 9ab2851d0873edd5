//! What is kept of a secret or a long text instead of itself.

use sha2::{Digest, Sha256};

/// The SHA-256 of these bytes, in lower-case hexadecimal.
#[must_use]
pub fn sha256(bytes: impl AsRef<[u8]>) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// Reads to the end and says how many bytes there were, and their SHA-256.
pub fn sha256_of(mut from: impl std::io::Read) -> std::io::Result<(u64, String)> {
    let mut digest = Sha256::new();
    let length = std::io::copy(&mut from, &mut digest)?;
    Ok((length, hexadecimal(&digest.finalize())))
}

/// A digest in lower-case hexadecimal.
#[must_use]
pub fn hexadecimal(digest: &[u8]) -> String {
    use std::fmt::Write;
    digest.iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a String cannot fail.
        let _done = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    /// FIPS 180-2, appendix B.1.
    #[test]
    fn it_is_sha_256() {
        assert_eq!(super::sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
