//! What happens is told, in order, at least once.

use service_kit::webhook::testing::{Receiver, Told};

use crate::world::{LIMIT, World, config, different, endpoint, eventually, received, texts};

#[tokio::test(flavor = "multi_thread")]
async fn each_endpoint_is_told_what_it_wants_and_each_room_in_order() {
    let mut world = World::start().await;
    let (one, all) = (Receiver::start(), Receiver::start());
    let mut everything = endpoint("all", &all);
    everything.events = ["*".to_owned()].into();
    for n in 0..20 {
        world.like("a").await;
        let text = format!("{n}");
        world.say(&[("a", &text), ("b", &text), ("a", &format!("{n} again"))]).await;
    }

    let process = world.run(config(vec![endpoint("messages", &one), everything]));

    let messages = received(&one, 60).await;
    let expected: Vec<String> =
        (0..20).flat_map(|n| [format!("{n}"), format!("{n} again")]).collect();
    assert_eq!(texts(&messages, "a"), expected);
    assert_eq!(texts(&messages, "b").len(), 20);
    assert_eq!((messages.len(), different(&messages)), (60, 60));
    assert_eq!(messages[0].json()["type"], "message_sent");
    assert_eq!(messages[0].json()["app"], "shop");
    assert_eq!(received(&all, 80).await.len(), 80);
    process.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_endpoint_is_told_what_happens_from_now_on_also_if_it_is_down_then() {
    let mut world = World::start().await;
    let mut receiver = Receiver::start();
    let mut from_now = endpoint("messages", &receiver);
    from_now.from_start = false;
    world.say(&[("a", "before")]).await;
    receiver.go_down().await;

    let process = world.run(config(vec![from_now.clone()]));
    eventually("it has begun", async || {
        world.nats.read_checkpoint(&from_now.app, "callbacks-messages").await.unwrap().is_some()
    })
    .await;
    process.stop().await;
    world.say(&[("a", "while nothing runs")]).await;
    receiver.come_up();
    let process = world.run(config(vec![from_now]));

    let told = received(&receiver, 1).await;
    assert_eq!(texts(&told, "a"), ["while nothing runs"]);
    process.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_stopped_goes_on_where_it_was_and_one_that_is_killed_repeats_ids() {
    let mut world = World::start().await;
    let receiver = Receiver::start();
    let config = config(vec![endpoint("messages", &receiver)]);
    world.say(&[("a", "1"), ("b", "1")]).await;
    let process = world.run(config.clone());
    received(&receiver, 2).await;
    process.stop().await;
    let process = world.run(config.clone());
    world.say(&[("a", "2")]).await;
    let told = received(&receiver, 3).await;
    assert_eq!((told.len(), different(&told)), (3, 3), "nothing twice after a stop in good order");
    assert_eq!(texts(&told, "a"), ["1", "2"]);

    // The answer is lost, as when the process is killed before it comes.
    receiver.answer(|_| Told::status(204).after(LIMIT));
    world.say(&[("a", "3")]).await;
    received(&receiver, 4).await;
    process.stop().await;
    receiver.answer(|_| Told::status(204));
    let process = world.run(config);
    let told = received(&receiver, 5).await;
    assert_eq!(texts(&told, "a"), ["1", "2", "3", "3"]);
    assert_eq!(different(&told), 4, "the same event has the same id");
    process.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_processes_one_calls_and_the_other_takes_over() {
    let mut world = World::start().await;
    let receiver = Receiver::start();
    let config = config(vec![endpoint("messages", &receiver)]);
    let (one, two) = (world.run(config.clone()), world.run(config));
    for n in 0..5 {
        world.say(&[("a", &n.to_string())]).await;
    }
    let told = received(&receiver, 5).await;
    assert_eq!((told.len(), different(&told)), (5, 5));

    one.stop().await;
    world.say(&[("a", "5")]).await;
    received(&receiver, 6).await;
    two.stop().await;
    let told = receiver.received();
    assert_eq!(texts(&told, "a"), ["0", "1", "2", "3", "4", "5"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nats_server_that_is_killed_loses_nothing() {
    let mut world = World::start().await;
    let receiver = Receiver::start();
    let process = world.run(config(vec![endpoint("messages", &receiver)]));
    world.say(&[("a", "1"), ("b", "1")]).await;
    received(&receiver, 2).await;

    world.server.kill9();
    world.server.restart().await;
    eventually("the connection stands again", async || world.nats.is_connected()).await;
    world.say(&[("a", "2")]).await;

    eventually("the next is told", async || different(&receiver.received()) == 3).await;
    let mut said = texts(&receiver.received(), "a");
    said.dedup();
    assert_eq!(said.last().map(String::as_str), Some("2"));
    process.stop().await;
}
