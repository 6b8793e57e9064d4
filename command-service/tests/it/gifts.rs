//! Gifts through HTTP: prices that were seen, and clicks that are counted together.

use domain::actor::Role::{Admin, Viewer};
use domain::event::EventData;
use serde_json::json;

use crate::http_stage::Service;
use crate::stage::room_events;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ninety_nine_clicks_are_counted_by_the_server_and_shown_in_few_lines() {
    let service = Service::with_room().await;
    let click = json!({"gift_id": "rose", "count": 1, "combo": true});
    for _ in 0..99 {
        service.post(Viewer, "ann", "/rooms/room/gifts", click.clone()).await.expect(201);
    }

    let events = room_events(&service.nats).await;
    let clicks: Vec<_> = events
        .iter()
        .filter_map(|event| match &event.data {
            EventData::GiftSent(sent) => sent.combo.clone().map(|combo| (event.at, combo)),
            _ => None,
        })
        .collect();
    let counts: Vec<u64> = clicks.iter().map(|(_, combo)| combo.count).collect();
    assert_eq!(counts, (1..=99).collect::<Vec<_>>());
    assert!(clicks.iter().all(|(_, combo)| combo.streak == 3), "one streak");
    // One line for each 20 pieces, and one more for each second that the clicks took.
    let lines = clicks.iter().filter(|(_, combo)| combo.notice).count();
    let seconds = (clicks[98].0.0 - clicks[0].0.0) / 1_000;
    assert!((5..=5 + usize::try_from(seconds).unwrap()).contains(&lines), "{lines} in {seconds} s");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_price_that_the_sender_did_not_see_is_refused_with_the_new_one() {
    let service = Service::with_room().await;
    let click = || {
        let click = json!({"gift_id": "rose", "count": 1, "combo": true});
        service.post(Viewer, "ann", "/rooms/room/gifts", click)
    };
    click().await.expect(201);
    let dearer = json!({"name": "Rose", "unit_price": 12, "category": "flowers",
        "image": "https://shop.example/rose.png", "effect": {"lottie": "rose.json", "loop": 1}});
    service.put(Admin, "shop", "/gifts/rose", dearer.clone()).await.expect(201);
    service.put(Admin, "shop", "/gifts/rose", dearer).await.expect(200);
    assert_eq!(click().await.expect_problem(409, "price_changed")["unit_price"], 12);
    let send = |version: u64| {
        let gift = json!({"gift_id": "rose", "count": 1, "catalogue_version": version});
        service.post(Viewer, "ann", "/rooms/room/gifts", gift)
    };
    let changed = send(1).await.expect_problem(409, "catalogue_changed");
    assert_eq!((&changed["unit_price"], &changed["catalogue_version"]), (&json!(12), &json!(2)));
    send(2).await.expect(201);
    send(3).await.expect_problem(422, "out_of_range");
    let effect = json!({"name": "Rose", "unit_price": 12, "effect": "x".repeat(4_095)});
    let effect = service.put(Admin, "shop", "/gifts/rose", effect).await;
    effect.expect_problem(422, "text_too_long");
}
