//! Names of things. Each is parsed once, at the edge, and cannot be wrong afterwards.
//!
//! A rule on an id that occurs in events may be loosened, never tightened: old events stay readable.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Why a text is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{kind}` {rule}")]
pub struct InvalidId {
    kind: &'static str,
    rule: &'static str,
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $rule:literal, $bytes_max:literal, $pattern:literal, $valid:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "Arc<str>")]
        pub struct $name(Arc<str>);

        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<Arc<str>> for $name {
            type Error = InvalidId;

            fn try_from(text: Arc<str>) -> Result<Self, InvalidId> {
                let valid: fn(&str) -> bool = $valid;
                if valid(&text) { Ok(Self(text)) } else { Err(InvalidId { kind: $kind, rule: $rule }) }
            }
        }

        impl std::str::FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Self::try_from(Arc::from(text))
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                // Lengths count characters there: for other alphabets the bytes are the limit.
                json_schema!({
                    "type": "string", "description": $rule,
                    "minLength": 1, "maxLength": $bytes_max, "pattern": $pattern,
                })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", &*self.0)
            }
        }
    };
}

text_id!(
    /// A tenant. Part of subjects, stream names and keys, hence the narrow alphabet.
    AppId,
    "app_id",
    "has 1 to 32 of a-z, 0-9 and `-`, and begins with a letter",
    32,
    r"^[a-z][a-z0-9-]*$",
    |text| {
        (1..=32).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && text.as_bytes()[0].is_ascii_lowercase()
    }
);

text_id!(
    /// A live room. Tencent's rule for a custom group id (IM/1502).
    RoomId,
    "room_id",
    "has 1 to 48 printable ASCII characters, does not begin with `@TGS#`, and is not `.` or `..`",
    48,
    r"^(?!@TGS#)(?!\.{1,2}$)[ -~]+$",
    |text| {
        (1..=48).contains(&text.len())
            && text.bytes().all(|b| (0x20..=0x7e).contains(&b))
            && !text.starts_with("@TGS#")
            && !moves_a_path(text)
    }
);

text_id!(
    /// A person or a program that acts. At most 32 bytes (IM/1502).
    UserId,
    "user_id",
    "has 1 to 32 bytes of UTF-8 without control characters, and is not `.` or `..`",
    32,
    r"^(?!\.{1,2}$)[^\x00-\x1f\x7f-\x9f]+$",
    |text| short_name(text, 32)
);

text_id!(
    /// A gift of the catalogue.
    GiftId,
    "gift_id",
    "has 1 to 48 bytes of UTF-8 without control characters, and is not `.` or `..`",
    48,
    r"^(?!\.{1,2}$)[^\x00-\x1f\x7f-\x9f]+$",
    |text| short_name(text, 48)
);

text_id!(
    /// A product on a room's shelf, as the merchant calls it.
    ProductId,
    "product_id",
    "has 1 to 48 bytes of UTF-8 without control characters, and is not `.` or `..`",
    48,
    r"^(?!\.{1,2}$)[^\x00-\x1f\x7f-\x9f]+$",
    |text| short_name(text, 48)
);

text_id!(
    /// The name of a key of an app, as the `kid` of a token has it.
    KeyId,
    "kid",
    "has 1 to 64 of letters, digits, `-`, `_` and `.`",
    64,
    r"^[A-Za-z0-9_.-]+$",
    |text| {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        (1..=64).contains(&text.len()) && text.bytes().all(allowed)
    }
);

text_id!(
    /// The public half of an Ed25519 key: 32 bytes as the `x` of a JWK has them.
    Ed25519Key,
    "public_key",
    "has 32 bytes as base64url: 43 of letters, digits, `-` and `_`",
    43,
    r"^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$",
    |text| {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
        // 43 times 6 bits are two more than 256: those are zero in the one right spelling.
        text.len() == 43
            && text.bytes().all(allowed)
            && text.ends_with(|c| "AEIMQUYcgkosw048".contains(c))
    }
);

text_id!(
    /// A list of words that texts are screened for.
    WordListName,
    "name",
    "has 1 to 48 bytes of UTF-8 without control characters, and is not `.` or `..`",
    48,
    r"^(?!\.{1,2}$)[^\x00-\x1f\x7f-\x9f]+$",
    |text| short_name(text, 48)
);

text_id!(
    /// An order of the merchant's shop.
    OrderId,
    "order_id",
    "has 1 to 64 bytes of UTF-8 without control characters, and is not `.` or `..`",
    64,
    r"^(?!\.{1,2}$)[^\x00-\x1f\x7f-\x9f]+$",
    |text| short_name(text, 64)
);

text_id!(
    /// One connection of a pushing program, as a media server calls it.
    StreamSession,
    "session",
    "has 1 to 64 printable ASCII characters",
    64,
    r"^[!-~]+$",
    |text| (1..=64).contains(&text.len()) && text.bytes().all(|b| (0x21..=0x7e).contains(&b))
);

text_id!(
    /// A custom field of rooms or of members. At most 16 characters (ROOMGUIDE, IM/1502).
    FieldKey,
    "key",
    "has 1 to 16 letters, digits and `_`, and does not begin with a digit",
    16,
    r"^[A-Za-z_][A-Za-z0-9_]*$",
    |text| {
        (1..=16).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            && !text.as_bytes()[0].is_ascii_digit()
    }
);

text_id!(
    /// A counter of a room.
    CounterKey,
    "key",
    "has 1 to 128 bytes of UTF-8 without control characters, and is not `.` or `..`",
    128,
    r"^(?!\.{1,2}$)[^\x00-\x1f\x7f-\x9f]+$",
    |text| short_name(text, 128)
);

fn short_name(text: &str, bytes_max: usize) -> bool {
    let length_fits = (1..=bytes_max).contains(&text.len());
    length_fits && !text.chars().any(char::is_control) && !moves_a_path(text)
}

/// In a URL these are steps, also when they are percent-encoded: browsers would never ask for them.
fn moves_a_path(text: &str) -> bool {
    matches!(text, "." | "..")
}

/// The id that a caller gives to a command: a `UUIDv7`, whose time decides whether the ledger can
/// still know it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Uuid")]
pub struct CommandId(Uuid);

impl CommandId {
    /// When the caller made the id, in Unix milliseconds.
    pub fn unix_ms(self) -> i64 {
        // The first 48 bits of a UUIDv7 are its time: always below `i64::MAX`.
        i64::try_from(self.0.as_u128() >> 80).unwrap_or(i64::MAX)
    }

    /// The id as a UUID.
    pub fn as_uuid(self) -> Uuid {
        self.0
    }
}

impl JsonSchema for CommandId {
    fn schema_name() -> Cow<'static, str> {
        "CommandId".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let hex = "[0-9a-fA-F]";
        let pattern = format!("^{hex}{{8}}-{hex}{{4}}-7{hex}{{3}}-[89abAB]{hex}{{3}}-{hex}{{12}}$");
        json_schema!({ "type": "string", "format": "uuid", "pattern": pattern })
    }
}

impl TryFrom<Uuid> for CommandId {
    type Error = InvalidId;

    fn try_from(uuid: Uuid) -> Result<Self, InvalidId> {
        let is_v7 = uuid.get_version_num() == 7;
        if is_v7 { Ok(Self(uuid)) } else { Err(InvalidId { kind: "id", rule: "is not a UUIDv7" }) }
    }
}

impl std::str::FromStr for CommandId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        // Only the hyphenated form: one id has one spelling.
        let hyphenated = text.len() == 36;
        let uuid = Uuid::try_parse(text).ok().filter(|_| hyphenated);
        uuid.ok_or(InvalidId { kind: "id", rule: "is not a UUIDv7" })?.try_into()
    }
}

impl fmt::Display for CommandId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for CommandId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The place of a commit in its app's log: the stream sequence, dense from 1; 0 is "before all".
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
pub struct LogSeq(pub u64);

impl LogSeq {
    /// The place after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for LogSeq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_checked_on_both_sides_of_each_limit() {
        assert!("shop-1".parse::<AppId>().is_ok());
        assert!("1shop".parse::<AppId>().is_err());
        assert!("a".repeat(32).parse::<AppId>().is_ok());
        assert!("a".repeat(33).parse::<AppId>().is_err());
        assert!("a b~".parse::<RoomId>().is_ok());
        assert!("".parse::<RoomId>().is_err());
        assert!("r".repeat(48).parse::<RoomId>().is_ok());
        assert!("r".repeat(49).parse::<RoomId>().is_err());
        assert!("@TGS#1".parse::<RoomId>().is_err());
        assert!("房间".parse::<RoomId>().is_err());
        assert!("用".repeat(10).parse::<UserId>().is_ok());
        assert!("用".repeat(11).parse::<UserId>().is_err());
        assert!("a\u{0}b".parse::<UserId>().is_err());
        for step in [".", ".."] {
            assert!(step.parse::<RoomId>().is_err());
            assert!(step.parse::<UserId>().is_err());
            assert!(step.parse::<ProductId>().is_err());
        }
        assert!("...".parse::<RoomId>().is_ok());
    }

    #[test]
    fn a_command_id_is_a_uuid_of_version_7_in_its_one_spelling() {
        let text = "018f0000-0000-7000-8000-000000000001";
        let id: CommandId = text.parse().unwrap();
        assert_eq!(id.unix_ms(), 0x018f_0000_0000);
        assert_eq!(id.to_string(), text);
        assert!("018f0000-0000-4000-8000-000000000001".parse::<CommandId>().is_err());
        assert!("018f0000000070008000000000000001".parse::<CommandId>().is_err());
        assert!("not-a-uuid".parse::<CommandId>().is_err());
    }
}
