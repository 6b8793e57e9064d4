//! On a real Postgres.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use migrations::connection::{PostgresConfig, connect};
use migrations::model::MODELS;
use migrations::testing::TestPostgres;
use migrations::{ApplyError, apply};
use service_kit::config::Secret;
use tokio_postgres::Client;

async fn client(url: &str) -> Client {
    let url = Some(Secret::new(url.to_owned()));
    connect(&PostgresConfig { url, ..PostgresConfig::default() }).await.unwrap()
}

#[tokio::test]
async fn the_server_of_a_test_survives_a_kill() {
    let mut postgres = TestPostgres::start().unwrap();
    let url = postgres.create_database().await.unwrap();
    let mut before = client(&url).await;
    apply(&mut before).await.unwrap();

    postgres.kill9();
    postgres.restart().unwrap();

    assert!(before.query("SELECT 1", &[]).await.is_err());
    let applied = "SELECT count(*) FROM matinee.migration";
    let count: i64 = client(&url).await.query_one(applied, &[]).await.unwrap().get(0);
    assert_eq!(count, 7);
}

#[tokio::test]
async fn a_database_is_brought_up_to_date_once() {
    let postgres = TestPostgres::start().unwrap();
    let url = postgres.create_database().await.unwrap();
    let (mut first, mut second) = (client(&url).await, client(&url).await);

    let (one, other) = tokio::join!(apply(&mut first), apply(&mut second));
    one.unwrap();
    other.unwrap();
    apply(&mut first).await.unwrap();

    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'matinee'";
    let count: i64 = first.query_one(tables, &[]).await.unwrap().get(0);
    let of_models: usize = MODELS.iter().map(|model| model.tables.len()).sum();
    // Besides them: the migrations, the models, the checkpoint, the outbox, the insight
    // and the audience.
    assert_eq!(count, 6 + i64::try_from(of_models).unwrap());
    let models = "SELECT name, version FROM matinee.read_model ORDER BY name";
    let rows = first.query(models, &[]).await.unwrap();
    let found: Vec<(&str, i32)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    let known: Vec<_> = MODELS.iter().map(|model| (model.name, model.version)).collect();
    assert_eq!(found, known);
}

#[tokio::test]
async fn sums_stay_at_both_ends() {
    let postgres = TestPostgres::start().unwrap();
    let mut client = client(&postgres.create_database().await.unwrap()).await;
    apply(&mut client).await.unwrap();
    for (total, more, sum) in [
        (1, 2, 3_i64),
        (3, -2, 1),
        (i64::MAX - 1, 1, i64::MAX),
        (i64::MAX - 1, 2, i64::MAX),
        (i64::MAX, i64::MAX, i64::MAX),
        (i64::MAX, -1, i64::MAX - 1),
        (i64::MIN + 1, -1, i64::MIN),
        (i64::MIN + 1, -2, i64::MIN),
        (i64::MIN, i64::MIN, i64::MIN),
        (i64::MAX, i64::MIN, -1),
    ] {
        let select = "SELECT matinee.saturating_add($1, $2)";
        let row = client.query_one(select, &[&total, &more]).await.unwrap();
        assert_eq!(row.get::<_, i64>(0), sum, "{total} + {more}");
    }
}

#[tokio::test]
async fn a_file_that_was_changed_or_is_not_known_is_refused_by_name() {
    let postgres = TestPostgres::start().unwrap();
    let mut client = client(&postgres.create_database().await.unwrap()).await;
    apply(&mut client).await.unwrap();

    let edit = "UPDATE matinee.migration SET checksum = 'other' WHERE number = 2";
    client.execute(edit, &[]).await.unwrap();
    let changed = apply(&mut client).await;
    assert!(
        matches!(&changed, Err(ApplyError::Changed { name }) if name == "0002_read_model.sql"),
        "{changed:?}",
    );

    let newer = "INSERT INTO matinee.migration VALUES (99, '0099_later.sql', 'x')";
    client.execute(newer, &[]).await.unwrap();
    let newer = apply(&mut client).await;
    assert!(matches!(newer, Err(ApplyError::Newer { number: 99, .. })), "{newer:?}");

    let none_is_held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'";
    let held: i64 = client.query_one(none_is_held, &[]).await.unwrap().get(0);
    assert_eq!(held, 0);
}

#[tokio::test]
async fn a_model_that_is_new_in_a_database_in_use_waits_for_its_rebuild() {
    let postgres = TestPostgres::start().unwrap();
    let mut client = client(&postgres.create_database().await.unwrap()).await;
    apply(&mut client).await.unwrap();
    client
        .batch_execute(
            "DELETE FROM matinee.read_model WHERE name = 'shelf';
             DROP TABLE matinee.shelf;
             INSERT INTO matinee.checkpoint (app, reader, seq) VALUES ('shop', 'projector', 7)",
        )
        .await
        .unwrap();

    apply(&mut client).await.unwrap();

    let shelf = "SELECT to_regclass('matinee.shelf') IS NULL";
    let absent: bool = client.query_one(shelf, &[]).await.unwrap().get(0);
    assert!(absent);
}
