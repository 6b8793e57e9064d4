//! The published vectors of shared/data.

use serde_json::Value;
use signer_service::tencent::sign::sign;

const FILE: &str = "../../shared/data/vectors/url-signing.json";

#[test]
fn the_published_vector_comes_out() {
    let Ok(text) = std::fs::read_to_string(FILE) else {
        println!("{FILE} is absent: nothing tested");
        return;
    };
    let vectors: Vec<Value> = serde_json::from_str(&text).unwrap();
    let vector = vectors.iter().find(|vector| vector["name"] == "Tencent LVB txSecret").unwrap();
    let text = |name: &str| vector[name].as_str().unwrap();

    let time_s = u32::try_from(vector["expires"].as_u64().unwrap()).unwrap();
    let signature = sign(text("key"), text("stream"), time_s);
    assert_eq!(signature.tx_secret, text("expect"));
    assert_eq!(signature.tx_time, text("txTime"));
}
