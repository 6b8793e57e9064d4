//! MD5 as the schemes spell it, and how two are compared.

use std::fmt::Write;

use md5::{Digest, Md5};

/// MD5 of some texts in a row.
pub(crate) fn md5(texts: &[&str]) -> [u8; 16] {
    let mut hash = Md5::new();
    for text in texts {
        hash.update(text);
    }
    hash.finalize().into()
}

/// The same in lower-case hex.
pub(crate) fn md5_hex(texts: &[&str]) -> String {
    let mut hex = String::with_capacity(32);
    for byte in md5(texts) {
        // Writing to a string cannot fail.
        write!(hex, "{byte:02x}").ok();
    }
    hex
}

/// Compares without telling by its duration where the first difference is.
pub(crate) fn same(one: &str, other: &str) -> bool {
    let differences = one.bytes().zip(other.bytes()).fold(0, |all, (a, b)| all | (a ^ b));
    one.len() == other.len() && differences == 0
}

/// Unix seconds in decimal, digits only.
pub(crate) fn decimal(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}
