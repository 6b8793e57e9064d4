//! Who gets a push URL, and that it is signed.

use std::time::Duration;

use domain::actor::Role;
use service_kit::clock;
use service_kit::tasks::Tasks;
use signer_service::scheme::{Resource, Scheme, VerifyError};
use warp::http::StatusCode;
use warp::reply::Reply;

use crate::shop::{OWNER, ROOM, Shop, start_answering, token, unpack};

const PATH: &str = "/v1/apps/shop/rooms/a%20room/push-url";
/// `a room` in hex.
const STREAM: &str = "shop-6120726f6f6d";

#[tokio::test]
async fn the_host_of_the_room_gets_signed_urls() {
    let shop = Shop::open().await;
    let before_s = clock::now().0 / 1_000;

    let response = shop.get(PATH, OWNER, Role::Host).await;
    assert_eq!(response.headers()["cache-control"], "no-store");
    let (status, _, urls) = unpack(response).await;
    assert_eq!(status, 200);

    let rtmp = urls["rtmp"].as_str().unwrap();
    let query = rtmp.strip_prefix(&format!("rtmp://push.example.com/live/{STREAM}?")).unwrap();
    let pairs: Vec<(&str, &str)> =
        query.split('&').map(|pair| pair.split_once('=').unwrap()).collect();
    let find = |name: &str| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
    let resource = Resource { app_name: "live", stream: STREAM, suffix: "" };
    let at = |now_s| Scheme::Tencent.verify(&["pushkey"], &resource, &find, 0, now_s);
    assert_eq!(at(before_s + 3_599), Ok(()));
    let expires_at_s = urls["expires_at"].as_i64().unwrap() / 1_000;
    assert!((3_600..3_620).contains(&(expires_at_s - before_s)));
    assert_eq!(at(expires_at_s), Err(VerifyError::Expired));

    assert_eq!(urls["webrtc"], rtmp.replace("rtmp://", "webrtc://"));
    let srt = urls["srt"].as_str().unwrap();
    assert!(srt.starts_with("srt://push.example.com:9000?streamid=%23!::"));
}

#[tokio::test]
async fn nobody_else_gets_one_but_an_admin() {
    let shop = Shop::open().await;
    let cases = [
        (PATH, "root", Role::Admin, 200, ""),
        (PATH, "other-host", Role::Host, 403, "not_allowed"),
        (PATH, OWNER, Role::Viewer, 403, "not_allowed"),
        (PATH, "vera", Role::Viewer, 403, "not_allowed"),
        (PATH, "adam", Role::Assistant, 403, "not_allowed"),
        ("/v1/apps/shop/rooms/none/push-url", OWNER, Role::Host, 404, "room_not_found"),
    ];
    for (path, user, role, status, problem) in cases {
        let (found_status, code, document) = unpack(shop.get(path, user, role).await).await;
        assert_eq!((found_status, code.as_str()), (status, problem), "{user} {role:?}");
        assert!(status == 200 || !document.to_string().contains("txSecret"));
    }
}

#[tokio::test]
async fn a_token_must_be_for_this_app_and_this_room() {
    let shop = Shop::open().await;
    let host = |app, room| token(app, OWNER, Role::Host, room);
    let admin = token("shop", "root", Role::Admin, Some("another"));
    let cases = [
        (PATH, host("shop", Some(ROOM)), 200, ""),
        (PATH, host("shop", Some("another")), 403, "room_not_in_token"),
        (PATH, admin, 403, "room_not_in_token"),
        (PATH, host("cafe", None), 403, "token_other_app"),
        (PATH, "nonsense".to_owned(), 401, "token_malformed"),
        ("/v1/apps/cafe/rooms/r/push-url", host("cafe", None), 404, "streams_not_configured"),
    ];
    for (path, token, status, problem) in cases {
        let (found_status, code, _) = unpack(shop.get_with(path, &token).await).await;
        assert_eq!((found_status, code.as_str()), (status, problem));
    }
}

#[tokio::test]
async fn an_owner_who_cannot_be_learnt_is_a_503_and_admins_go_on() {
    let tasks = Tasks::new();
    let nobody = "http://127.0.0.1:9".to_owned();
    let failing = start_answering(&tasks, || StatusCode::SERVICE_UNAVAILABLE.into_response());
    let refusing = start_answering(&tasks, || StatusCode::UNAUTHORIZED.into_response());
    let rambling = start_answering(&tasks, || "no room at all".into_response());
    let moving = start_answering(&tasks, || {
        warp::redirect::temporary(warp::http::Uri::from_static("http://example.com/"))
            .into_response()
    });
    let mut shops = Vec::new();
    for query_url in [nobody, failing, refusing, rambling, moving] {
        let shop = Shop::open_with(tasks.clone(), query_url.clone()).await;
        let response = shop.get(PATH, OWNER, Role::Host).await;

        assert_eq!(response.headers()["retry-after"], "1", "{query_url}");
        let (status, code, _) = unpack(response).await;
        assert_eq!((status, code.as_str()), (503, "owner_unavailable"), "{query_url}");
        assert_eq!(shop.get(PATH, "root", Role::Admin).await.status().as_u16(), 200);
        // One that goes takes the tasks of all along.
        shops.push(shop);
    }
}

#[tokio::test]
async fn who_may_not_read_the_room_may_not_push_to_it_either() {
    let tasks = Tasks::new();
    let refusing = start_answering(&tasks, || StatusCode::FORBIDDEN.into_response());
    let shop = Shop::open_with(tasks.clone(), refusing).await;
    // An admin whom the app does not list, and a host who is banned.
    for (user, role) in [("root", Role::Admin), (OWNER, Role::Host)] {
        let (status, code, _) = unpack(shop.get(PATH, user, role).await).await;
        assert_eq!((status, code.as_str()), (403, "not_allowed"), "{user}");
    }
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_not_waited_for() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let shop = Shop::open_with(Tasks::new(), url).await;

    let answer = tokio::time::timeout(Duration::from_secs(5), shop.get(PATH, OWNER, Role::Host));
    let (status, code, _) = unpack(answer.await.unwrap()).await;
    assert_eq!((status, code.as_str()), (503, "owner_unavailable"));
}
