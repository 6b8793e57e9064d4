//! Endpoints that are away, slow, broken or gone.

use std::collections::BTreeSet;

use service_kit::webhook::testing::{Received, Receiver, Told};

use crate::world::{LIMIT, World, config, different, endpoint, eventually, received, texts};

fn text_of(request: &Received) -> String {
    request.json()["data"]["data"]["text"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_endpoint_misses_nothing_and_holds_up_nobody() {
    let mut world = World::start().await;
    let (mut dead, alive) = (Receiver::start(), Receiver::start());
    dead.go_down().await;
    let process = world.run(config(vec![endpoint("dead", &dead), endpoint("alive", &alive)]));
    for n in 0..50 {
        let text = n.to_string();
        world.say(&[("a", &text), ("b", &text)]).await;
    }
    assert_eq!(received(&alive, 100).await.len(), 100);

    dead.come_up();

    let told = received(&dead, 100).await;
    let expected: Vec<String> = (0..50).map(|n| n.to_string()).collect();
    assert_eq!((texts(&told, "a"), texts(&told, "b")), (expected.clone(), expected));
    assert_eq!(told.len(), 100);
    process.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_answered_too_late_or_with_5xx_is_sent_again_under_the_same_id() {
    let mut world = World::start().await;
    let receiver = Receiver::start();
    let mut answers = [
        Told::status(204).after(LIMIT),
        Told::status(500),
        Told::status(429),
        Told::status(404),
        Told::status(302),
    ]
    .into_iter();
    receiver.answer(move |_| answers.next().unwrap_or_else(|| Told::status(204)));
    let mut slow = endpoint("messages", &receiver);
    slow.timeout_ms = 100;
    let process = world.run(config(vec![slow]));
    world.say(&[("a", "1")]).await;
    world.say(&[("a", "2")]).await;

    let told = received(&receiver, 7).await;

    assert_eq!(texts(&told, "a"), ["1", "1", "1", "1", "1", "1", "2"]);
    assert_eq!(different(&told), 2);
    process.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_that_is_stuck_does_not_hold_up_the_others() {
    let mut world = World::start().await;
    let receiver = Receiver::start();
    receiver.answer(|request| {
        let is_stuck = request.json()["data"]["room"] == "stuck";
        Told::status(if is_stuck { 503 } else { 204 })
    });
    let process = world.run(config(vec![endpoint("messages", &receiver)]));
    world.say(&[("stuck", "1"), ("stuck", "2")]).await;
    for n in 0..10 {
        world.say(&[("a", &n.to_string())]).await;
    }
    eventually("the other room is told", async || texts(&receiver.received(), "a").len() == 10)
        .await;
    let of_stuck: BTreeSet<String> = texts(&receiver.received(), "stuck").into_iter().collect();
    assert_eq!(of_stuck, BTreeSet::from(["1".to_owned()]), "the second waits for the first");

    receiver.answer(|_| Told::status(204));
    eventually("the stuck room goes on", async || {
        texts(&receiver.received(), "stuck").last().is_some_and(|text| text == "2")
    })
    .await;
    process.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_is_set_aside_after_some_attempts_and_the_rest_goes_on() {
    let mut world = World::start().await;
    let receiver = Receiver::start();
    receiver.answer(|request| Told::status(if text_of(request) == "bad" { 400 } else { 204 }));
    let process = world.run(config(vec![endpoint("messages", &receiver)]));
    world.say(&[("a", "good"), ("a", "bad"), ("a", "good again")]).await;

    let told = received(&receiver, 5).await;

    assert_eq!(texts(&told, "a"), ["good", "bad", "bad", "bad", "good again"]);
    eventually("it is written down", async || {
        let (_, answer) = process.endpoints(domain::actor::Role::Admin).await;
        let progress = &answer["endpoints"][0]["progress"];
        progress["set_aside"] == 1 && progress["delivered"] == 2
    })
    .await;
    let (_, answer) = process.endpoints(domain::actor::Role::Admin).await;
    let set_aside = &answer["endpoints"][0]["progress"]["last_set_aside"][0];
    assert_eq!(set_aside["why"], "status 400");
    assert_eq!((&set_aside["attempts"], &set_aside["room_id"]), (&3.into(), &"a".into()));
    process.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_delivered_for_too_long_is_set_aside() {
    let mut world = World::start().await;
    let receiver = Receiver::start();
    receiver.answer(|request| Told::status(if text_of(request) == "old" { 500 } else { 204 }));
    let mut impatient = config(vec![endpoint("messages", &receiver)]);
    impatient.give_up_after_s = 1;
    let process = world.run(impatient);
    world.say(&[("a", "old"), ("a", "new")]).await;

    eventually("the next is told", async || {
        texts(&receiver.received(), "a").last().is_some_and(|text| text == "new")
    })
    .await;

    assert!(5 < receiver.received().len(), "it was tried for a second");
    process.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_is_gone_is_left_alone_until_the_next_start_and_misses_nothing() {
    let mut world = World::start().await;
    let (receiver, other) = (Receiver::start(), Receiver::start());
    receiver.answer(|_| Told::status(410));
    let config = config(vec![endpoint("messages", &receiver), endpoint("other", &other)]);
    let (one, two) = (world.run(config.clone()), world.run(config.clone()));
    world.say(&[("a", "1")]).await;
    received(&receiver, 1).await;
    // Slow enough for many pauses of the endpoint that is gone.
    for n in 2..=20 {
        world.say(&[("a", &n.to_string())]).await;
        received(&other, n).await;
    }
    assert_eq!(receiver.received().len(), 1, "neither process calls again");
    one.stop().await;
    two.stop().await;

    receiver.answer(|_| Told::status(204));
    let process = world.run(config);
    let told = received(&receiver, 21).await;
    assert_eq!(texts(&told, "a")[..4], ["1", "1", "2", "3"]);
    assert_eq!(different(&told), 20);
    process.stop().await;
}
