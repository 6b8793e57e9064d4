//! Huawei live, type A: as [`super::aliyun_a`], with 32 hexadecimal digits that are used once
//! (`support.huaweicloud.com`, `live_01_0049`). The validity that is configured there is 1 minute to
//! 30 days.

use super::{Parameters, aliyun_a};

/// Signs a path for a time.
pub fn sign(key: &str, path: &str, time_s: u32, nonce: &str) -> Parameters {
    aliyun_a::sign_with(key, path, time_s, nonce)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_of_the_documentation_comes_out() {
        let (key, nonce) = ("GCTbw44s6MPLh4GqgDpnfuFHgy25Enly", "477b3bbc253f467b8def6711128c7bec");
        for (suffix, expected) in [
            ("flv", "dd1b5ffa00cf26acec0c169ae1cfabea"),
            // The documentation repeats the first one here, by mistake.
            ("sdp", "4116c2c7939307e86c6654178addc987"),
        ] {
            let signed = sign(key, &format!("/livetest/huawei1.{suffix}"), 1_592_639_100, nonce);
            assert_eq!(signed, [("auth_key", format!("1592639100-{nonce}-0-{expected}"))]);
        }
    }
}
