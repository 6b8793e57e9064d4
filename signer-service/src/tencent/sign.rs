//! `txSecret` = MD5 in hex of key, stream name and `txTime`; `txTime` = Unix seconds in upper-case
//! hex. MD5 is the CDN's choice; what protects the URL is the key in front and the short life.
//!
//! The hash is over `txTime` as it is spelt in the URL: `5C27` and `5c27` are the same time with
//! different hashes.

use std::fmt::Write;

use md5::{Digest, Md5};

/// What is appended to a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The hash.
    pub tx_secret: String,
    /// The time, as it was hashed.
    pub tx_time: String,
}

/// Why a signed URL is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// `txTime` is no time.
    #[error("`txTime` is not hexadecimal")]
    Unreadable,
    /// No key gives this hash.
    #[error("`txSecret` is not that of any key")]
    WrongSecret,
    /// It was valid once.
    #[error("the URL has expired")]
    Expired,
}

/// Signs a stream name for a time, which is the moment of expiry for pushing and, for playing, the
/// moment from which the CDN counts the validity that is configured there.
pub fn sign(key: &str, stream: &str, time_s: u32) -> Signature {
    let tx_time = format!("{time_s:X}");
    Signature { tx_secret: tx_secret(key, stream, &tx_time), tx_time }
}

/// Accepts a signature by any of `keys` (the primary and the backup), never an expired one.
/// `validity_s` is 0 for pushing, for playing what is configured at the CDN.
pub fn verify(
    keys: &[&str],
    stream: &str,
    signature: &Signature,
    validity_s: u32,
    now_s: i64,
) -> Result<(), VerifyError> {
    let Signature { tx_secret: found, tx_time } = signature;
    let time_s = u32::from_str_radix(tx_time, 16).map_err(|_no_hex| VerifyError::Unreadable)?;
    let matches = |key: &&str| same(&tx_secret(key, stream, tx_time), found);
    if !keys.iter().any(matches) {
        return Err(VerifyError::WrongSecret);
    }
    let expires_at_s = i64::from(time_s) + i64::from(validity_s);
    if now_s < expires_at_s { Ok(()) } else { Err(VerifyError::Expired) }
}

fn tx_secret(key: &str, stream: &str, tx_time: &str) -> String {
    let digest = Md5::new_with_prefix(key).chain_update(stream).chain_update(tx_time).finalize();
    let mut hex = String::with_capacity(32);
    for byte in digest {
        // Writing to a string cannot fail.
        write!(hex, "{byte:02x}").ok();
    }
    hex
}

/// Compares without telling by its duration where the first difference is.
fn same(one: &str, other: &str) -> bool {
    let differences = one.bytes().zip(other.bytes()).fold(0, |all, (a, b)| all | (a ^ b));
    one.len() == other.len() && differences == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Key, stream, `txTime`, `txSecret`: the samples of Tencent's documentation (LVB/32720, 32735,
    /// 32833), each recomputed.
    const SAMPLES: [(&str, &str, &str, &str); 6] = [
        (
            "e12c46f2612d5106e2034781ab261ca3",
            "test",
            "5C271099",
            "f85a2ab363fe4deaffef9754d79da6fe",
        ),
        ("somestring", "test", "5c2acacc", "b77e812107e1d8b8f247885a46e1bd34"),
        ("somestring", "test_900", "5c2acacc", "4beae959b16c77da6a65c7edda1dfefe"),
        (
            "69e0daf7234b01f257a7adb9f807ae9f",
            "123456",
            "57D54927",
            "478a15bf1b25e5c7c5886d2eef220fb8",
        ),
        ("txrtmp", "11212122", "579ACB15", "2133c689c452f0bf81b1a88261f1d9a6"),
        ("ngoeiq03", "test01", "5C01D608", "ce797dc6238156d548ef945e6ad1ea20"),
    ];

    #[test]
    fn the_samples_of_the_documentation_come_out() {
        for (key, stream, tx_time, expected) in SAMPLES {
            assert_eq!(tx_secret(key, stream, tx_time), expected, "{stream}");
            let time_s = u32::from_str_radix(tx_time, 16).unwrap();
            // We always spell it in upper case.
            let signed = sign(key, stream, time_s);
            assert_eq!(signed.tx_time, tx_time.to_ascii_uppercase());
        }
    }

    #[test]
    fn the_spelling_of_the_time_is_part_of_the_hash() {
        // The documentation prints the second one for `5C01D608`, by mistake.
        let upper = tx_secret("ngoeiq03", "test01", "5C01D608");
        let lower = tx_secret("ngoeiq03", "test01", "5c01d608");
        assert_eq!(upper, "ce797dc6238156d548ef945e6ad1ea20");
        assert_eq!(lower, "6cfcc16fa1eb1200c78b8296468b9180");
        assert_eq!(tx_secret("txrtmp", "11212122", "579acb15"), "0f67a8172620fcbba974bd4a9fed7c05");

        let mixed = Signature { tx_secret: upper, tx_time: "5c01d608".to_owned() };
        assert_eq!(verify(&["ngoeiq03"], "test01", &mixed, 0, 0), Err(VerifyError::WrongSecret));
        let as_spelt = Signature { tx_secret: lower, tx_time: "5c01d608".to_owned() };
        assert_eq!(verify(&["ngoeiq03"], "test01", &as_spelt, 0, 0), Ok(()));
    }

    #[test]
    fn either_key_is_accepted_and_no_other() {
        let signed = sign("backup", "room", 2_000);
        assert_eq!(verify(&["primary", "backup"], "room", &signed, 0, 1_000), Ok(()));
        assert_eq!(verify(&["primary"], "room", &signed, 0, 1_000), Err(VerifyError::WrongSecret));
        assert_eq!(verify(&[], "room", &signed, 0, 1_000), Err(VerifyError::WrongSecret));
        let other = verify(&["backup"], "other", &signed, 0, 1_000);
        assert_eq!(other, Err(VerifyError::WrongSecret));
        let cut = Signature { tx_secret: signed.tx_secret[..31].to_owned(), ..signed };
        assert_eq!(verify(&["backup"], "room", &cut, 0, 1_000), Err(VerifyError::WrongSecret));
    }

    #[test]
    fn an_expired_url_is_accepted_by_no_key() {
        for key in ["primary", "backup"] {
            let signed = sign(key, "room", 2_000);
            let keys = ["primary", "backup"];
            assert_eq!(verify(&keys, "room", &signed, 0, 1_999), Ok(()));
            assert_eq!(verify(&keys, "room", &signed, 0, 2_000), Err(VerifyError::Expired));
            assert_eq!(verify(&keys, "room", &signed, 60, 2_059), Ok(()));
            assert_eq!(verify(&keys, "room", &signed, 60, 2_060), Err(VerifyError::Expired));
        }
    }

    #[test]
    fn a_time_that_is_none_is_refused() {
        for tx_time in ["", "xyz", "-1", "1FFFFFFFF", "5C 1"] {
            let tx_secret = tx_secret("key", "room", tx_time);
            let signature = Signature { tx_secret, tx_time: tx_time.to_owned() };
            let result = verify(&["key"], "room", &signature, 0, 0);
            assert_eq!(result, Err(VerifyError::Unreadable), "{tx_time}");
        }
    }
}
