//! Point 2: rooms, from their creation to the archive.

use reqwest::Method;
use serde_json::{Value, json};
use service_kit::clock;

use super::{Stage, already_so, done, refused, shown};

pub(super) const PATHS: &[&str] = &["/rooms/life?", "/rooms?q=life&"];

pub(super) async fn chapter(stage: &Stage) {
    created(stage).await;
    described(stage).await;
    listed(stage).await;
    ended(stage).await;
}

async fn created(stage: &Stage) {
    let Stage { shop, host, ann, .. } = stage;
    // Thirty bytes, most of them in characters of three.
    let name = |bytes: usize| {
        let name = format!("life{}{}", "x".repeat(bytes - 28), "茶".repeat(8));
        json!({"name": name, "owner": "host"})
    };
    // One byte more than thirty, in the middle of a character.
    refused(shop.put("/rooms/long", &name(31)).await, 422, "text_too_long");
    let cut = json!({"name": format!("{}茶", "x".repeat(28)), "owner": "host"});
    refused(shop.put("/rooms/long", &cut).await, 422, "text_too_long");
    done(shop.put("/rooms/life", &name(30)).await);
    already_so(shop.put("/rooms/life", &name(30)).await);
    let others = json!({"name": "mine", "owner": "ann"});
    refused(shop.put("/rooms/life", &others).await, 409, "room_id_taken");
    let strangers = json!({"name": "mine", "owner": "nobody"});
    refused(shop.put("/rooms/new", &strangers).await, 409, "owner_not_registered");
    refused(ann.put("/rooms/new", &others).await, 403, "not_allowed");
    let ids = ["x".repeat(48), "x".repeat(49), "%40TGS%23room".into(), "%E8%8C%B6".into()];
    for (id, is_good) in ids.iter().zip([true, false, false, false]) {
        let (status, body) = shop.put(&format!("/rooms/{id}"), &name(30)).await;
        assert_eq!(status.as_u16(), if is_good { 201 } else { 400 }, "{id}: {body}");
    }

    // Under an id that is made for it; the same command names the same room.
    let id = clock::new_command_id();
    let tea = json!({"name": "life of its own", "owner": "host"});
    let first = done(host.command_again(Method::POST, "/rooms", &tea, id).await);
    let again = done(host.command_again(Method::POST, "/rooms", &tea, id).await);
    assert_eq!(first, again);
    assert_eq!(shown(ann, &room(&first), &first).await["name"], "life of its own");
}

fn room(made: &Value) -> String {
    format!("/rooms/{}", made["room_id"].as_str().unwrap())
}

/// Introduction, announcement, type and cover.
async fn described(stage: &Stage) {
    let Stage { host, assistant, ann, bob, guest, .. } = stage;
    let stream = bob.watch("life").await;
    let profile = json!({"kind": "tea", "cover": "https://img.example/tea.png"});
    let set = done(host.put("/rooms/life/profile", &profile).await);
    let room = shown(ann, "/rooms/life", &set).await;
    assert_eq!((&room["kind"], &room["cover"]), (&profile["kind"], &profile["cover"]), "{room}");
    for (what, bytes) in [("introduction", 240), ("announcement", 300)] {
        let path = format!("/rooms/life/{what}");
        let text = |bytes: usize| json!({"text": format!("{}{}", "茶".repeat(bytes / 3), "x".repeat(bytes % 3))});
        let long = assistant.put(&path, &text(bytes + 1)).await;
        refused(long, 422, "text_too_long");
        refused(bob.put(&path, &text(3)).await, 403, "not_allowed");
        done(assistant.put(&path, &text(bytes)).await);
        // JSON and HTML are texts like any other: what was typed is what is shown.
        for typed in [r#"{"text": "<b>sale</b>"}"#, "<script>alert(1)</script>", ""] {
            let set = done(assistant.put(&path, &json!({ "text": typed })).await);
            let seq = set["room_seq"].clone();
            let pushed = stream.until(what, |frame| frame["room_seq"] == seq).await;
            assert_eq!(pushed["data"]["text"], typed, "{pushed}");
            assert_eq!(shown(ann, "/rooms/life", &set).await[what], typed);
        }
        done(assistant.put(&path, &text(bytes)).await);
    }
    done(guest.put("/rooms/life/members/guest-1", &json!({})).await);
    done(guest.delete("/rooms/life/members/guest-1").await);
}

/// Found by a part of the name, page after page.
async fn listed(stage: &Stage) {
    let Stage { shop, ann, .. } = stage;
    let mut last = json!(null);
    for room in ["list-1", "list-2", "list-3"] {
        let body = json!({"name": format!("Jasmine {room}"), "owner": "host", "kind": "green"});
        last = done(shop.put(&format!("/rooms/{room}"), &body).await);
    }
    let ids = |page: &Value| -> Vec<String> {
        let rooms = page["rooms"].as_array().unwrap().iter();
        rooms.map(|room| room["room_id"].as_str().unwrap().to_owned()).collect()
    };
    let page = shown(ann, "/rooms?q=JASMINE&kind=green&owner=host&limit=2", &last).await;
    assert_eq!(ids(&page), ["list-3", "list-2"], "{page}");
    let path = format!("/rooms?q=JASMINE&limit=2&after={}", page["next"].as_str().unwrap());
    let page = shown(ann, &path, &last).await;
    assert_eq!((ids(&page), &page["next"]), (vec!["list-1".to_owned()], &json!(null)), "{page}");
    let page = shown(ann, "/rooms?q=jasmine&status=live", &last).await;
    assert_eq!(ids(&page), Vec::<String>::new(), "none of them is live");
}

/// Five states; the archive is the end of the id, too.
async fn ended(stage: &Stage) {
    let Stage { shop, host, assistant, ann, guest, .. } = stage;
    let stream = ann.watch("life").await;
    let status = |status: &str| json!({ "status": status });
    let path = "/rooms/life/status";
    let said = json!({"text": "hello"});
    refused(ann.put(path, &status("live")).await, 403, "not_allowed");
    for illegal in ["paused", "replay"] {
        refused(host.put(path, &status(illegal)).await, 409, "illegal_transition");
    }
    for (who, next) in [(host, "live"), (assistant, "paused"), (shop, "live")] {
        let changed = done(who.put(path, &status(next)).await);
        assert_eq!(shown(ann, "/rooms/life", &changed).await["status"], next);
        already_so(who.put(path, &status(next)).await);
    }
    refused(host.put(path, &status("scheduled")).await, 409, "illegal_transition");
    refused(guest.post("/rooms/life/messages", &said).await, 403, "not_allowed");
    done(ann.post("/rooms/life/messages", &said).await);

    let archive = "/rooms/life/archive";
    refused(host.put(archive, &json!({})).await, 409, "room_still_open");
    let end = done(host.put(path, &status("ended")).await);
    refused(host.put(path, &status("live")).await, 409, "illegal_transition");
    refused(ann.post("/rooms/life/messages", &said).await, 409, "room_closed");
    // A room that is over still has its id, and its owner still has the room.
    let again = json!({"name": "again", "owner": "ann"});
    refused(shop.put("/rooms/life", &again).await, 409, "room_id_taken");
    done(host.put(path, &status("replay")).await);
    stream.until("the end", |frame| frame["room_seq"] == end["room_seq"]).await;
    let last = done(host.put(archive, &json!({})).await);
    stream.until_type("room_archived").await;
    refused(host.put(path, &status("ended")).await, 409, "room_archived");
    refused(shop.put("/rooms/life", &again).await, 409, "room_archived");

    let room = shown(ann, "/rooms/life", &last).await;
    let is = [&room["status"], &room["archived"], &room["kind"]];
    assert_eq!(is, [&json!("replay"), &json!(true), &json!("tea")], "{room}");
    assert_eq!(room["announcement"].as_str().unwrap().len(), 300);
    let statuses = stream.of("room_status_changed").into_iter().map(|item| item["value"].clone());
    assert_eq!(
        json!(statuses.collect::<Vec<_>>()),
        json!(["live", "paused", "live", "ended", "replay"])
    );
}
