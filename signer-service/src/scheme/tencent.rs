//! Tencent: `txSecret` = MD5 in hex of key, stream name and `txTime`; `txTime` = Unix seconds in
//! upper-case hex (LVB/32720).
//!
//! The hash is over `txTime` as it is spelt in the URL: `5C27` and `5c27` are the same time with
//! different hashes. It is not over the path, so one signature is good for all protocols.

use super::hash::md5_hex;
use super::{Claim, Parameters};

/// Signs a stream name for a time, which is the moment of expiry for pushing and, for playing, the
/// moment from which the CDN counts the validity that is configured there.
pub fn sign(key: &str, stream: &str, time_s: u32) -> Parameters {
    let tx_time = format!("{time_s:X}");
    vec![("txSecret", tx_secret(key, stream, &tx_time)), ("txTime", tx_time)]
}

pub(super) fn read<'a>(
    stream: &'a str,
    find: &dyn Fn(&str) -> Option<&'a str>,
) -> Option<Claim<'a>> {
    let (found, tx_time) = (find("txSecret")?, find("txTime")?);
    let is_hex = tx_time.bytes().all(|byte| byte.is_ascii_hexdigit());
    let time_s = is_hex.then(|| u32::from_str_radix(tx_time, 16).ok()).flatten()?;
    Some(Claim { time_s, found, hash_with: Box::new(move |key| tx_secret(key, stream, tx_time)) })
}

fn tx_secret(key: &str, stream: &str, tx_time: &str) -> String {
    md5_hex(&[key, stream, tx_time])
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
            assert_eq!(sign(key, stream, time_s)[1].1, tx_time.to_ascii_uppercase());
        }
    }

    #[test]
    fn the_spelling_of_the_time_is_part_of_the_hash() {
        // The documentation prints the second one for `5C01D608`, by mistake.
        assert_eq!(tx_secret("ngoeiq03", "test01", "5C01D608"), "ce797dc6238156d548ef945e6ad1ea20");
        assert_eq!(tx_secret("ngoeiq03", "test01", "5c01d608"), "6cfcc16fa1eb1200c78b8296468b9180");
        assert_eq!(tx_secret("txrtmp", "11212122", "579acb15"), "0f67a8172620fcbba974bd4a9fed7c05");
    }

    #[test]
    fn a_time_that_is_none_is_not_read() {
        for tx_time in ["", "xyz", "-1", "+1", "1FFFFFFFF", "5C 1"] {
            let find = |name: &str| Some(if name == "txTime" { tx_time } else { "secret" });
            assert!(read("room", &find).is_none(), "{tx_time}");
        }
    }
}
