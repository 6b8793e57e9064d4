//! What the gateway asks before it sends a command on.

use std::time::Duration;

use bytes::Bytes;
use domain::view::profile::{Profile, ProfileQuery};
use nats::{RequestError, RequestSubject};

use crate::harness::World;

async fn ask(world: &World, payload: Vec<u8>) -> Result<Vec<Profile>, RequestError> {
    let subject = RequestSubject::Profiles(world.app.clone());
    let wait = Duration::from_millis(500);
    let answer = world.nats.request(subject, Bytes::from(payload), wait).await?;
    Ok(serde_json::from_slice(&answer).unwrap())
}

#[tokio::test]
async fn known_users_are_answered_and_unknown_ones_left_out() {
    let world = World::start_with(|config| config.answers.profile_users_max = 3).await;
    world
        .sql(
            "INSERT INTO matinee.app_user VALUES ('shop', 'ann', 'Ann', 'http://a/b.png', 1, 1);
             INSERT INTO matinee.user_level VALUES ('shop', 'ann', 350, 2, '{}'), ('shop', 'bob', 5, 0, '{}')",
        )
        .await;
    let query = |ids: &[&str]| {
        let user_ids = ids.iter().map(|id| id.parse().unwrap()).collect();
        serde_json::to_vec(&ProfileQuery { user_ids }).unwrap()
    };

    let mut profiles = ask(&world, query(&["bob", "nobody", "ann"])).await.unwrap();
    profiles.sort_by(|a, b| a.user_id.cmp(&b.user_id));
    let ann = Profile {
        user_id: "ann".parse().unwrap(),
        nick: Some("Ann".into()),
        avatar: Some("http://a/b.png".into()),
        level: 2,
    };
    let bob = Profile { user_id: "bob".parse().unwrap(), nick: None, avatar: None, level: 0 };
    assert_eq!(profiles, [ann, bob]);
    assert_eq!(ask(&world, query(&[])).await.unwrap(), []);

    // No answer rather than a wrong one: the gateway goes on without.
    for payload in [query(&["a", "b", "c", "d"]), b"{".to_vec()] {
        assert!(matches!(ask(&world, payload).await, Err(RequestError::TimedOut)));
    }
    assert_eq!(ask(&world, query(&["ann"])).await.unwrap().len(), 1);
    world.stop().await;
}
