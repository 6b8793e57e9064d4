//! The read models: what the projector folds the log into. Each can be dropped and rebuilt.

use tokio_postgres::Transaction;

/// One read model: the tables that are written and rebuilt together.
#[derive(Debug)]
pub struct Model {
    /// Its name, on disk and on the command line. Never changes.
    pub name: &'static str,
    /// Rises with every change of its tables or of what is written into them. A database that has
    /// another version asks for `matinee rebuild`.
    pub version: i32,
    /// Its tables, each with `app` first in its key.
    pub tables: &'static [Table],
    sql: &'static str,
}

/// A table of a read model.
#[derive(Debug)]
pub struct Table {
    /// Its name, without a schema.
    pub name: &'static str,
    /// Its primary key.
    pub key: &'static [&'static str],
    /// Rows are only ever added: a rebuild fills it without its key and builds that once, at the
    /// end.
    pub append_only: bool,
}

macro_rules! model {
    ($name:literal, $version:literal, $tables:expr) => {
        Model {
            name: $name,
            version: $version,
            tables: &$tables,
            sql: include_str!(concat!("../sql/models/", $name, ".sql")),
        }
    };
}

const fn table(name: &'static str, key: &'static [&'static str]) -> Table {
    Table { name, key, append_only: false }
}

const fn append_only(name: &'static str, key: &'static [&'static str]) -> Table {
    Table { name, key, append_only: true }
}

/// Every read model.
pub const MODELS: &[Model] = &[
    model!("app_user", 1, [table("app_user", &["app", "user_id"])]),
    model!(
        "follow",
        1,
        [
            table("follow", &["app", "user_id", "host_id"]),
            table("follower_count", &["app", "host_id"])
        ]
    ),
    model!(
        "gift_catalogue",
        2,
        [
            table("gift_catalogue", &["app", "gift_id"]),
            append_only("gift_version", &["app", "catalogue_version"])
        ]
    ),
    model!(
        "gift_rank",
        1,
        [table("gift_rank", &["app", "room_id", "period", "starts_at", "user_id"])]
    ),
    model!("gift_refund", 1, [table("gift_refund", &["app", "room_id", "refunded_seq"])]),
    model!("gift_total", 1, [table("gift_total", &["app", "room_id", "user_id"])]),
    model!("member_field", 1, [table("member_field", &["app", "room_id", "user_id", "field_key"])]),
    model!(
        "product_history",
        1,
        [append_only("product_history", &["app", "room_id", "product_id", "room_seq"])]
    ),
    model!(
        "purchase",
        1,
        [
            table("purchase", &["app", "order_id"]),
            table("product_sale", &["app", "room_id", "product_id"])
        ]
    ),
    model!("recalled_message", 1, [table("recalled_message", &["app", "room_id", "room_seq"])]),
    model!("room", 2, [table("room", &["app", "room_id"])]),
    model!("room_activity", 1, [table("room_activity", &["app", "starts_at", "room_id"])]),
    model!("room_feed", 1, [append_only("room_feed", &["app", "room_id", "room_seq"])]),
    model!("room_member", 1, [table("room_member", &["app", "room_id", "user_id"])]),
    model!("shelf", 2, [table("shelf", &["app", "room_id", "product_id"])]),
    model!("spotlight", 1, [table("spotlight", &["app", "room_id", "from_seq"])]),
    model!(
        "user_level",
        2,
        [table("user_level", &["app", "user_id"]), table("level_rule", &["app"])]
    ),
];

/// The read model of that name.
pub fn find(name: &str) -> Option<&'static Model> {
    MODELS.iter().find(|model| model.name == name)
}

/// Creates a model's tables, empty, in a schema that exists: `matinee`, or one for a rebuild.
///
/// The schema is the first of the search path until the transaction ends.
pub async fn create_tables(
    tx: &Transaction<'_>,
    model: &Model,
    schema: &str,
) -> Result<(), tokio_postgres::Error> {
    tx.batch_execute(&format!("SET LOCAL search_path TO \"{schema}\"")).await?;
    tx.batch_execute(model.sql).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_a_listed_model() {
        let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/sql/models")).unwrap();
        let mut files: Vec<String> =
            files.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        files.sort();

        let listed = MODELS.iter().map(|model| format!("{}.sql", model.name));
        assert_eq!(files, listed.collect::<Vec<_>>());
    }

    #[test]
    fn every_table_has_the_app_first_in_its_key_and_a_header() {
        for model in MODELS {
            assert!(model.sql.starts_with("-- "), "{}", model.name);
            for table in model.tables {
                assert_eq!(table.key[0], "app");
                assert!(model.sql.contains(&format!("CREATE TABLE {} (", table.name)));
            }
            assert_eq!(model.sql.matches("CREATE TABLE").count(), model.tables.len());
        }
    }
}
