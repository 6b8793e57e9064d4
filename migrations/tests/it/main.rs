//! On a real Postgres.

use migrations::testing::TestPostgres;

#[tokio::test]
async fn the_server_of_a_test_survives_a_kill() {
    let mut postgres = TestPostgres::start().unwrap();
    let url = postgres.create_database().await.unwrap();

    postgres.kill9();
    postgres.restart().unwrap();

    let (_client, _connection) =
        tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
}
