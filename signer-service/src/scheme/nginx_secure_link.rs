//! nginx's `secure_link_md5 "$secure_link_expires$uri$remote_addr secret"`: `md5` in base64url without
//! padding, `expires` in Unix seconds (`nginx.org`, `ngx_http_secure_link_module`). Without the address
//! where, as in our URLs, nobody knows which one nginx will see.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::hash::{decimal, md5};
use super::{Claim, Parameters};

/// Signs a path until a time, for an address or for all.
pub fn sign(secret: &str, path: &str, address: Option<&str>, expires_at_s: u32) -> Parameters {
    let expires = expires_at_s.to_string();
    let md5 = hash(secret, path, address, &expires);
    vec![("md5", md5), ("expires", expires)]
}

pub(super) fn read<'a>(path: String, find: &dyn Fn(&str) -> Option<&'a str>) -> Option<Claim<'a>> {
    let (found, expires) = (find("md5")?, find("expires")?);
    let time_s = decimal(expires)?;
    let hash_with = Box::new(move |key: &str| hash(key, &path, None, expires));
    Some(Claim { time_s, found, hash_with })
}

fn hash(secret: &str, path: &str, address: Option<&str>, expires: &str) -> String {
    let digest = md5(&[expires, path, address.unwrap_or_default(), " ", secret]);
    URL_SAFE_NO_PAD.encode(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_of_the_documentation_comes_out() {
        let signed = sign("secret", "/s/link", Some("127.0.0.1"), 2_147_483_647);
        let expires = ("expires", "2147483647".to_owned());
        assert_eq!(signed, [("md5", "_e4Nc3iduzkWRm01TBBNYw".to_owned()), expires]);
    }
}
