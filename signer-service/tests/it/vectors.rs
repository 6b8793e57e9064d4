//! The published vectors of shared/data.

use serde_json::Value;
use signer_service::scheme::{aliyun_a, nginx_secure_link, tencent};

const FILE: &str = "../../shared/data/vectors/url-signing.json";

/// Of schemes that we do not offer: downloads, not streams.
const OTHERS: [&str; 4] = [
    "Aliyun CDN type B",
    "Tencent EdgeOne method B",
    "nginx secure_link_secret",
    "AWS SigV4 presigned S3 GET",
];

#[test]
fn the_published_vectors_come_out() {
    let Ok(text) = std::fs::read_to_string(FILE) else {
        println!("{FILE} is absent: nothing tested");
        return;
    };
    let vectors: Vec<Value> = serde_json::from_str(&text).unwrap();
    let mut compared = 0;
    for vector in &vectors {
        let text = |name: &str| vector[name].as_str().unwrap();
        let number = |name: &str| u32::try_from(vector[name].as_u64().unwrap()).unwrap();
        let parameters = match text("name") {
            "Tencent LVB txSecret" => tencent::sign(text("key"), text("stream"), number("expires")),
            "Aliyun CDN type A" => aliyun_a::sign(text("key"), text("path"), number("timestamp")),
            "nginx secure_link_md5" => {
                let address = Some(text("remote_addr"));
                nginx_secure_link::sign(text("secret"), text("uri"), address, number("expires"))
            }
            other => {
                assert!(OTHERS.contains(&other), "{other} is new");
                continue;
            }
        };
        let query: Vec<String> =
            parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert!(text("url").ends_with(&format!("?{}", query.join("&"))), "{query:?}");
        assert!(query[0].ends_with(text("expect")));
        compared += 1;
    }
    assert_eq!((compared, vectors.len()), (3, 7));
}
