//! Aliyun live and CDN, type A: `auth_key={time}-{rand}-{uid}-{md5}`, the MD5 in hex of
//! `{path}-{time}-{rand}-{uid}-{key}`; the time in decimal (`help.aliyun.com/document_detail/199349`).
//!
//! A URL expires as long after its time as is configured for the domain.

use super::hash::{decimal, md5_hex};
use super::{Claim, Parameters};

/// Neither a random number nor a user is needed; the sample has 0 for both.
const NONE: &str = "0";

/// Signs a path for a time.
pub fn sign(key: &str, path: &str, time_s: u32) -> Parameters {
    sign_with(key, path, time_s, NONE)
}

/// The same with a random part, as [`super::huawei_a`] has it.
pub(super) fn sign_with(key: &str, path: &str, time_s: u32, rand: &str) -> Parameters {
    let prefix = format!("{time_s}-{rand}-{NONE}");
    let hash = hash(key, path, &prefix);
    vec![("auth_key", format!("{prefix}-{hash}"))]
}

pub(super) fn read<'a>(path: String, find: &dyn Fn(&str) -> Option<&'a str>) -> Option<Claim<'a>> {
    let (prefix, found) = find("auth_key")?.rsplit_once('-')?;
    let time_s = decimal(prefix.split('-').next()?)?;
    // Time, rand and uid: with more hyphens a path could be moved into them.
    (prefix.split('-').count() == 3).then(|| Claim {
        time_s,
        found,
        hash_with: Box::new(move |key| hash(key, &path, prefix)),
    })
}

fn hash(key: &str, path: &str, prefix: &str) -> String {
    md5_hex(&[path, "-", prefix, "-", key])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_samples_of_the_documentation_come_out() {
        for (key, path, time_s, expected) in [
            (
                "aliyunliveexp1234",
                "/video/standard",
                1_622_194_197,
                "5552ff52b5e4e20387c6dc18afce206b",
            ),
            (
                "aliyuncdnexp1234",
                "/video/standard/1K.html",
                1_444_435_200,
                "80cd3862d699b7118eed99103f2a3a4f",
            ),
        ] {
            let signed = sign(key, path, time_s);
            assert_eq!(signed, [("auth_key", format!("{time_s}-0-0-{expected}"))]);
        }
    }

    #[test]
    fn what_has_not_four_parts_is_not_read() {
        for text in
            ["", "1-0-0", "1-0-0-0-aa", "x-0-0-aa", "-0-0-aa", "+1-0-0-aa", "4294967296-0-0-aa"]
        {
            assert!(read("/live/room".to_owned(), &|_| Some(text)).is_none(), "{text}");
        }
        assert!(read("/live/room".to_owned(), &|_| Some("1-0-0-aa")).is_some());
    }
}
