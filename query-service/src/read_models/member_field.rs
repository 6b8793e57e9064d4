//! `member_field`: what rooms know of people.

use std::collections::BTreeMap;

use domain::ids::{AppId, FieldKey, RoomId};

use crate::read_models::{ReadModels, Unavailable};

/// By the primary key; a user has at most as many rows as the app has fields of members.
const OF: &str = "
    SELECT user_id, field_key, value FROM matinee.member_field
    WHERE app = $1 AND room_id = $2 AND user_id = ANY($3)";

/// The values of one person.
pub(crate) type Values = BTreeMap<FieldKey, String>;

impl ReadModels {
    /// All fields of these users in a room, by user; who may read them is for the caller to say.
    pub(crate) async fn member_fields(
        &self,
        app: &AppId,
        room_id: &RoomId,
        users: &[&str],
    ) -> Result<BTreeMap<String, Values>, Unavailable> {
        if users.is_empty() {
            return Ok(BTreeMap::new());
        }
        let rows = self.query(OF, &[&app.as_str(), &room_id.as_str(), &users]).await?;
        let mut of: BTreeMap<String, Values> = BTreeMap::new();
        for row in &rows {
            // A key that the log had.
            let Ok(key) = row.get::<_, &str>(1).parse() else { continue };
            of.entry(row.get(0)).or_default().insert(key, row.get(2));
        }
        Ok(of)
    }
}
