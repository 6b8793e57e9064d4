//! The id of a notice: it follows from what the notice says, so whoever makes it, and however often,
//! makes the same one.

use domain::ids::{AppId, CommandId, UserId};
use domain::timestamp::Timestamp;
use service_kit::clock::command_id_of;

/// Of the moment of the event that lifted the user.
pub(super) fn command_id(
    app: &AppId,
    user_id: &UserId,
    level: u32,
    at: Timestamp,
) -> Option<CommandId> {
    // Ids hold no control characters, so no two triples make the same text.
    command_id_of(at, &format!("{app}\n{user_id}\n{level}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_follows_from_app_user_level_and_moment() {
        let at = Timestamp(1_700_000_000_000);
        let id = |app: &str, user: &str, level, at| {
            command_id(&app.parse().unwrap(), &user.parse().unwrap(), level, at).unwrap()
        };
        let first = id("shop", "ann", 2, at);
        assert_eq!(first.to_string(), "018bcfe5-6800-7e17-aa9f-adb28838ff89");
        assert_eq!(first.unix_ms(), at.0);
        let others = [
            id("shop-2", "ann", 2, at),
            id("shop", "bob", 2, at),
            id("shop", "ann", 3, at),
            id("shop", "ann", 2, Timestamp(at.0 + 1)),
        ];
        assert!(!others.contains(&first));
    }
}
