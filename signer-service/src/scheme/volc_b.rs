//! Volcengine, type B: `volcSecret` = MD5 in hex of `/{app}/{stream}`, key and `volcTime`, which is the
//! Unix second of expiry in decimal (`volcengine.com/docs/6469/107759`). For pushing.

use super::hash::{decimal, md5_hex};
use super::{Claim, Parameters, Resource};

/// Signs a resource until a time. Its suffix is not part of the hash.
pub fn sign(key: &str, resource: &Resource<'_>, time_s: u32) -> Parameters {
    let volc_time = time_s.to_string();
    let secret = secret(key, resource, &volc_time);
    vec![("volcTime", volc_time), ("volcSecret", secret)]
}

pub(super) fn read<'a>(
    resource: Resource<'a>,
    find: &dyn Fn(&str) -> Option<&'a str>,
) -> Option<Claim<'a>> {
    let (found, volc_time) = (find("volcSecret")?, find("volcTime")?);
    let time_s = decimal(volc_time)?;
    Some(Claim { time_s, found, hash_with: Box::new(move |key| secret(key, &resource, volc_time)) })
}

fn secret(key: &str, resource: &Resource<'_>, volc_time: &str) -> String {
    let path = Resource { suffix: "", ..*resource }.path();
    md5_hex(&[&path, key, volc_time])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_of_the_documentation_comes_out() {
        let resource = Resource { app_name: "live", stream: "livestream", suffix: "" };
        let signed = sign("A1B2C3d4e5f6", &resource, 1_653_632_422);
        let expected = "e5bb77201cbaa2f9ccdd316fcda4c212".to_owned();
        assert_eq!(signed, [("volcTime", "1653632422".to_owned()), ("volcSecret", expected)]);
    }
}
