//! What a token says, and who the caller is after it was believed.

use std::sync::Arc;

use domain::actor::Role;
use domain::ids::{AppId, RoomId, UserId};
use domain::timestamp::Timestamp;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use warp::http::StatusCode;

use crate::auth::AuthError;
use crate::problem::Problem;

/// The claims of a token. Others (`iss`, `aud`, `jti`) are let be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Claims {
    /// The user.
    pub sub: UserId,
    /// The only app that the token is good for.
    pub app: AppId,
    /// What it allows.
    pub role: Role,
    /// The name to show, where the user is not registered. Without U+0000, which no table can hold.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "storable")]
    pub nick: Option<Arc<str>>,
    /// Address of a picture.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "storable")]
    pub avatar: Option<Arc<str>>,
    /// The only rooms that it is good for; absent is all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rooms: Option<Arc<[RoomId]>>,
    /// When it was made, in Unix seconds. Not before this it is valid.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "numeric_date::optional"
    )]
    pub iat: Option<i64>,
    /// Not before this it is valid, in Unix seconds.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "numeric_date::optional"
    )]
    pub nbf: Option<i64>,
    /// From this on it is invalid, in Unix seconds.
    #[serde(deserialize_with = "numeric_date::required")]
    pub exp: i64,
}

/// Who asks. Made by [`crate::auth::Auth::verify`] only, from a token that was believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The user.
    pub user: UserId,
    /// The app of the token, which is the app of the path.
    pub app: AppId,
    /// What the token allows.
    pub role: Role,
    /// The name to show, where the token has one.
    pub nick: Option<Arc<str>>,
    /// Address of a picture, where the token has one.
    pub avatar: Option<Arc<str>>,
    /// The only rooms that the token is good for; absent is all.
    pub rooms: Option<Arc<[RoomId]>>,
    /// When the token stops being valid, in Unix seconds, without leeway. A long stream ends then.
    pub expires_at_s: i64,
}

impl Identity {
    /// Refuses a room that the token is not good for.
    pub fn check_room(&self, room_id: &RoomId) -> Result<(), Problem> {
        if self.rooms.as_ref().is_none_or(|rooms| rooms.contains(room_id)) {
            return Ok(());
        }
        Err(Problem::new(StatusCode::FORBIDDEN, "room_not_in_token", "Token for other rooms"))
    }

    /// When the token stops being valid.
    pub fn expires_at(&self) -> Timestamp {
        Timestamp(self.expires_at_s.saturating_mul(1_000))
    }

    /// How long a stream may last that it opens. Within the leeway of the clocks it is still good for
    /// one answer, but not for a stream.
    pub fn streams_until(&self, now: Timestamp) -> Result<Timestamp, AuthError> {
        Some(self.expires_at()).filter(|end| now < *end).ok_or(AuthError::Expired)
    }
}

impl From<Claims> for Identity {
    fn from(claims: Claims) -> Self {
        let Claims { sub, app, role, nick, avatar, rooms, exp, .. } = claims;
        Self { user: sub, app, role, nick, avatar, rooms, expires_at_s: exp }
    }
}

/// Text that ends up in events and from there in Postgres. Its length is bounded by the token's.
fn storable<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Arc<str>>, D::Error> {
    let text = Option::<Arc<str>>::deserialize(from)?;
    match text {
        Some(text) if text.contains('\0') => Err(D::Error::custom("text with U+0000")),
        text => Ok(text),
    }
}

/// A `NumericDate` (RFC 7519, 2): seconds, perhaps with a fraction, which is cut.
mod numeric_date {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer};
    use serde_json::Number;

    /// 2^53: beyond it a double is no exact second any more.
    const SECONDS_MAX: f64 = 9_007_199_254_740_992.0;

    pub(super) fn required<'de, D: Deserializer<'de>>(from: D) -> Result<i64, D::Error> {
        let number = Number::deserialize(from)?;
        #[expect(clippy::cast_possible_truncation, reason = "cut on purpose, after the check")]
        let cut = |seconds: f64| (seconds.abs() <= SECONDS_MAX).then_some(seconds as i64);
        let seconds = number.as_i64().or_else(|| number.as_f64().and_then(cut));
        seconds.ok_or_else(|| D::Error::custom("not a number of seconds"))
    }

    pub(super) fn optional<'de, D: Deserializer<'de>>(from: D) -> Result<Option<i64>, D::Error> {
        required(from).map(Some)
    }
}
