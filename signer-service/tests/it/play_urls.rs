//! Play URLs: for anybody with a valid token.

use domain::actor::Role;

use crate::shop::{Shop, token, unpack};

const PATH: &str = "/v1/apps/shop/rooms/a%20room/play-urls";

#[tokio::test]
async fn every_role_gets_play_urls() {
    let shop = Shop::open().await;
    for role in [Role::Admin, Role::Host, Role::Assistant, Role::Viewer] {
        let response = shop.get(PATH, "vera", role).await;
        assert_eq!(response.headers()["cache-control"], "no-store");
        let (status, _, urls) = unpack(response).await;

        assert_eq!(status, 200);
        for (name, begin) in [
            ("rtmp", "rtmp://play.example.com/live/shop-6120726f6f6d?txSecret="),
            ("flv", "https://play.example.com/live/shop-6120726f6f6d.flv?txSecret="),
            ("hls", "https://play.example.com/live/shop-6120726f6f6d.m3u8?txSecret="),
            ("webrtc", "webrtc://play.example.com/live/shop-6120726f6f6d?txSecret="),
        ] {
            assert!(urls[name].as_str().unwrap().starts_with(begin), "{urls}");
        }
        assert!(urls["expires_at"].is_i64());
    }
}

#[tokio::test]
async fn without_a_token_for_the_room_there_are_none() {
    let shop = Shop::open().await;
    let viewer = |app, room| token(app, "vera", Role::Viewer, room);
    let cases = [
        (viewer("shop", Some("another")), 403, "room_not_in_token"),
        (viewer("cafe", None), 403, "token_other_app"),
        ("nonsense".to_owned(), 401, "token_malformed"),
    ];
    for (token, status, problem) in cases {
        let (found_status, code, _) = unpack(shop.get_with(PATH, &token).await).await;
        assert_eq!((found_status, code.as_str()), (status, problem));
    }
    let url = format!("http://{}{PATH}", shop.signer);
    let (status, code, _) = unpack(reqwest::get(url).await.unwrap()).await;
    assert_eq!((status, code.as_str()), (401, "token_missing"));
}

#[tokio::test]
async fn a_room_id_that_is_none_is_a_400() {
    let shop = Shop::open().await;
    let path = "/v1/apps/shop/rooms/%E7%94%A8/play-urls";
    let (status, code, _) = unpack(shop.get(path, "vera", Role::Viewer).await).await;
    assert_eq!((status, code.as_str()), (400, "invalid_id"));
}

#[tokio::test]
async fn a_transcoded_stream_has_a_name_and_a_signature_of_its_own() {
    let shop = Shop::open().await;
    let path = |query: &str| format!("{PATH}?{query}");
    let get = async |path: &str| unpack(shop.get(path, "vera", Role::Viewer).await).await;
    let (_, _, plain) = get(PATH).await;
    let (status, _, urls) = get(&path("template=900")).await;
    assert_eq!(status, 200);
    let secret = |urls: &serde_json::Value| {
        urls["hls"].as_str().unwrap().split_once("txSecret=").unwrap().1[..32].to_owned()
    };
    assert!(urls["hls"].as_str().unwrap().contains("/shop-6120726f6f6d_900.m3u8?"), "{urls}");
    assert_ne!(secret(&urls), secret(&plain));
    for query in ["template=a_b", "template=", "other=1"] {
        let (status, code, _) = get(&path(query)).await;
        assert_eq!((status, code.as_str()), (400, "invalid_query"), "{query}");
    }
}

#[tokio::test]
async fn the_service_describes_itself() {
    let shop = Shop::open().await;
    let url = format!("http://{}/openapi.json", shop.signer);
    let document: serde_json::Value = reqwest::get(url).await.unwrap().json().await.unwrap();
    let paths: Vec<&String> = document["paths"].as_object().unwrap().keys().collect();
    assert_eq!(
        paths,
        [
            "/v1/apps/{app}/rooms/{room_id}/play-urls",
            "/v1/apps/{app}/rooms/{room_id}/push-url",
            "/v1/apps/{app}/stream-callbacks/nginx-rtmp",
            "/v1/apps/{app}/stream-callbacks/srs",
            "/v1/apps/{app}/stream-callbacks/tencent",
        ]
    );
}
