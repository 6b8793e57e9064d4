//! What those see who run it.

use domain::actor::Role;
use service_kit::webhook::testing::Receiver;

use crate::world::{World, config, endpoint, eventually};

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_sees_how_far_each_endpoint_has_come_and_nobody_else_does() {
    let mut world = World::start().await;
    let receiver = Receiver::start();
    let process = world.run(config(vec![endpoint("messages", &receiver)]));
    world.say(&[("a", "1"), ("a", "2")]).await;
    world.like("a").await;

    eventually("all of it is delivered", async || {
        let (status, answer) = process.endpoints(Role::Admin).await;
        assert_eq!(status, 200, "{answer}");
        answer["endpoints"][0]["progress"]["log_seq"] == answer["log_seq"]
    })
    .await;

    let (_, answer) = process.endpoints(Role::Admin).await;
    let endpoint = &answer["endpoints"][0];
    assert_eq!(
        (&endpoint["name"], &endpoint["events"][0]),
        (&"messages".into(), &"message_sent".into())
    );
    assert_eq!((&answer["log_seq"], &endpoint["progress"]["delivered"]), (&2.into(), &2.into()));
    assert!(!answer.to_string().contains("whsec_"));
    for role in [Role::Host, Role::Assistant, Role::Viewer, Role::Guest] {
        let (status, problem) = process.endpoints(role).await;
        assert_eq!(status, 403);
        assert_eq!(problem["type"], "/problems/not_allowed");
    }
    process.stop().await;
}
