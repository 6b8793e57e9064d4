//! One line of a recording: who did what, when.

use domain::room::status::RoomStatus;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Fields that a platform adds (badges, colours) are not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The line's number, from 1.
    pub n: u64,
    /// Milliseconds from the first line.
    pub t_ms: u64,
    /// The room.
    pub room: String,
    /// Who did it; for a moderation, to whom it was done.
    pub user: String,
    /// The name to show, where the recording has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nick: Option<String>,
    /// What.
    #[serde(flatten)]
    pub kind: Kind,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Kind {
    /// A message.
    Chat {
        /// What they typed.
        text: String,
    },
    /// A gift.
    Gift {
        /// Which, how many, at what price.
        gift: Gift,
    },
    /// A paid message.
    Superchat {
        /// What was paid, in gold.
        price: u64,
        /// How long it stays pinned.
        seconds: u32,
        /// What they typed.
        text: String,
    },
    /// The host or a moderator acted on the user.
    Moderation {
        /// What they did.
        action: ModerationAction,
        /// For how long.
        seconds: u32,
    },
    /// They came in.
    Join,
    /// They left.
    Leave,
    /// They liked the show.
    Like {
        /// How many clicks.
        count: u32,
    },
    /// The host began, paused or ended the show.
    Status {
        /// The status from here on.
        status: RoomStatus,
    },
    /// The host put a product onto the shelf.
    Product {
        /// Which.
        product: RecordedProduct,
    },
    /// The host began to explain a product, or stopped.
    Spotlight {
        /// Which.
        product_id: Option<String>,
    },
    /// Anything else, as a call of the API.
    Call(RecordedCall),
}

/// A call of the command API. Calls happen one after the other, whoever makes them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedCall {
    /// With which token.
    pub by: By,
    /// `PUT`, `POST` or `DELETE`.
    pub method: String,
    /// The segments below the app. `{room}` is the room of the replay, `{name}` the `room_seq` that
    /// the call of this name was answered with.
    pub path: Vec<String>,
    /// What is sent; a text that is `{name}` is the number as above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
    /// What later calls call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The types of the events that come of it.
    pub events: Vec<String>,
}

/// Whose token a call has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// The merchant's server.
    Admin,
    /// The merchant's server in the name of the line's user.
    AdminForUser,
    /// The line's user, as the host.
    Host,
    /// The line's user, as anybody.
    Viewer,
}

/// The gift of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gift {
    /// Its name, which is also its id in the catalogue.
    pub name: String,
    /// How many.
    pub count: u32,
    /// Gold for one; a gifted subscription has none.
    #[serde(default)]
    pub unit_price: u64,
}

/// What a moderator can do in a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModerationAction {
    /// The user may not chat for a while.
    Timeout,
}

/// The product of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedProduct {
    /// As the merchant calls it.
    pub id: String,
    /// The name to show.
    pub title: String,
    /// What it costs.
    pub price_cents: u64,
    /// Pieces left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stock: Option<u32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_both_platforms_are_read() {
        let chat =
            r#"{"n":1,"t_ms":0,"room":"a","kind":"chat","user":"u","badges":["x"],"text":"hi"}"#;
        let gift = r#"{"n":2,"t_ms":5,"room":"a","kind":"gift","user":"u","gift":{"name":"subgift","count":1,"plan":"1000"},"to":"v"}"#;
        let mute = r#"{"n":3,"t_ms":9,"room":"a","kind":"moderation","action":"timeout","seconds":25,"user":"u"}"#;

        let kinds = [chat, gift, mute].map(|json| serde_json::from_str::<Line>(json).unwrap().kind);

        let gift = Gift { name: "subgift".into(), count: 1, unit_price: 0 };
        let timeout = Kind::Moderation { action: ModerationAction::Timeout, seconds: 25 };
        assert_eq!(kinds, [Kind::Chat { text: "hi".into() }, Kind::Gift { gift }, timeout]);
    }

    #[test]
    fn an_unknown_kind_is_refused() {
        let json = r#"{"n":1,"t_ms":0,"room":"a","kind":"raid","user":"u"}"#;
        assert!(serde_json::from_str::<Line>(json).is_err());
    }
}
