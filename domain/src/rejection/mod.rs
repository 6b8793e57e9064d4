//! Every way a rule can say no.

use std::sync::Arc;

mod code;

use serde::{Deserialize, Serialize};

use crate::coins::Coins;
use crate::field::FieldScope;
use crate::ids::{AppId, CounterKey, FieldKey, GiftId, KeyId, ProductId, RoomId, UserId};
use crate::level::deed::Source;
use crate::room::status::RoomStatus;
use crate::timestamp::Timestamp;

/// Why a command was refused, with the numbers in it. It is recorded in the commit, so that the same
/// command id gets the same answer from whoever is asked next; hence the same care as for an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Rejection {
    /// The room was never created.
    #[error("there is no room `{room_id}`")]
    RoomNotFound {
        /// The room asked for.
        room_id: RoomId,
    },
    /// The id belongs to a room that somebody else owns.
    #[error("the room id `{room_id}` is taken")]
    RoomIdTaken {
        /// The room asked for.
        room_id: RoomId,
    },
    /// The host of a new room is nobody who is known.
    #[error("`{user_id}` has not registered and cannot own a room")]
    OwnerNotRegistered {
        /// The owner asked for.
        user_id: UserId,
    },
    /// One more room than the app may have.
    #[error("the app has {max} rooms, which is all it may have")]
    TooManyRooms {
        /// The limit.
        max: u32,
    },
    /// The role, or the ownership, does not allow it.
    #[error("only {needed} may do this")]
    NotAllowed {
        /// Who may.
        needed: String,
    },
    /// The status cannot follow the present one.
    #[error("a room that is {from} cannot become {to}")]
    IllegalTransition {
        /// Now.
        from: RoomStatus,
        /// Asked for.
        to: RoomStatus,
    },
    /// The show is over.
    #[error("the room is {status}: nothing more can be sent to it")]
    RoomClosed {
        /// Ended or replay.
        status: RoomStatus,
    },
    /// The sender is muted.
    #[error("you are muted in this room")]
    Muted {
        /// When it ends; absent if it does not.
        until: Option<Timestamp>,
    },
    /// The sender is banned.
    #[error("you are banned from this room")]
    Banned {
        /// When it ends; absent if it does not.
        until: Option<Timestamp>,
    },
    /// Everybody is muted, and the sender is not on the list of those who may talk.
    #[error("everybody is muted in this room")]
    AllMuted,
    /// The sender has sent too short a while ago.
    #[error("the room is in slow mode: wait {seconds_left} s")]
    SlowMode {
        /// Until the next message, rounded up.
        seconds_left: u32,
    },
    /// The owner cannot be muted, banned or kicked.
    #[error("`{user_id}` owns the room: nobody silences them or sends them away")]
    OwnerImmune {
        /// The owner.
        user_id: UserId,
    },
    /// One more mute than a room may have.
    #[error("the room has {max} mutes in force, which is all it may have")]
    TooManyMutes {
        /// The limit.
        max: u32,
    },
    /// One more ban than a room may have.
    #[error("the room has {max} bans in force, which is all it may have")]
    TooManyBans {
        /// The limit.
        max: u32,
    },
    /// A longer list of those who may talk than a room may have.
    #[error("at most {max} users may be allowed to talk while everybody is muted")]
    TooManyAllowed {
        /// The limit.
        max: u32,
    },
    /// One more assistant than may be appointed.
    #[error("the room has {max} assistants, which is all it may have")]
    TooManyAssistants {
        /// The limit.
        max: u32,
    },
    /// A text that must not be empty.
    #[error("`{field}` is empty")]
    TextEmpty {
        /// Which.
        field: String,
    },
    /// A text above its limit.
    #[error("`{field}` has {bytes} bytes, {bytes_max} are allowed")]
    TextTooLong {
        /// Which.
        field: String,
        /// Its size.
        bytes: u32,
        /// The limit.
        bytes_max: u32,
    },
    /// A text with U+0000.
    #[error("`{field}` holds U+0000, which cannot be stored")]
    TextUnstorable {
        /// Which.
        field: String,
    },
    /// A number outside its range.
    #[error("`{field}` is {value}, allowed is {min} to {max}")]
    OutOfRange {
        /// Which.
        field: String,
        /// As sent.
        value: u64,
        /// Smallest allowed.
        min: u64,
        /// Largest allowed.
        max: u64,
    },
    /// The app has no such field of a room, or of a member.
    #[error("there is no field `{key}` here")]
    FieldNotFound {
        /// The field asked for.
        key: FieldKey,
    },
    /// The key belongs to the other side.
    #[error("`{key}` is a {scope} field")]
    FieldTaken {
        /// The key asked for.
        key: FieldKey,
        /// Whose field it is.
        scope: FieldScope,
    },
    /// One more field than an app may have.
    #[error("the app has {max} {scope} fields, which is all it may have")]
    TooManyFields {
        /// Of rooms or of members.
        scope: FieldScope,
        /// The limit.
        max: u32,
    },
    /// Somebody has set the field meanwhile.
    #[error("`{key}` has version {version} now; nothing was changed")]
    VersionConflict {
        /// Which field.
        key: FieldKey,
        /// Its version now.
        version: u64,
        /// Its value now; absent if it was never set, or if the caller may not read it.
        value: Option<Arc<str>>,
    },
    /// One more counter than a room may have.
    #[error("the room has {max} counters, which is all it may have")]
    TooManyCounters {
        /// The limit.
        max: u32,
    },
    /// The counter would leave 64 bits.
    #[error("`{key}` is {value}: the result does not fit into 64 bits")]
    CounterOutOfRange {
        /// Which.
        key: CounterKey,
        /// Where it stands.
        value: i64,
    },
    /// Not in the catalogue, or retired.
    #[error("there is no gift `{gift_id}`")]
    GiftNotFound {
        /// The gift asked for.
        gift_id: GiftId,
    },
    /// The price that the sender saw is not the price now.
    #[error("the gift costs {price}, not {seen}", price = price.0, seen = seen.0)]
    PriceChanged {
        /// Now.
        price: Coins,
        /// What the sender saw.
        seen: Coins,
    },
    /// One more gift than the catalogue may have.
    #[error("the catalogue has {max} gifts, which is all it may have")]
    TooManyGifts {
        /// The limit.
        max: u32,
    },
    /// No gift was sent there.
    #[error("number {room_seq} of the room is no gift")]
    SentGiftNotFound {
        /// The place asked for.
        room_seq: u64,
    },
    /// Whether it was recorded before is in no memory, and the read models have not come far enough to
    /// say so. Not an answer to keep: see [`Rejection::is_passing`].
    #[error("whether this is recorded already is not known yet; nothing was done")]
    ReadModelsBehind,
    /// Not on the shelf.
    #[error("there is no product `{product_id}` on the shelf")]
    ProductNotFound {
        /// The product asked for.
        product_id: ProductId,
    },
    /// One more product than a shelf may have.
    #[error("the shelf has {max} products, which is all it may have")]
    TooManyProducts {
        /// The limit.
        max: u32,
    },
    /// The thresholds of a level rule do not rise.
    #[error("`thresholds` must begin above 0 and rise")]
    ThresholdsNotRising,
    /// An order of the shelf that leaves a product out or names it twice.
    #[error("the order must name every product of the shelf once: look at `{product_id}`")]
    ShelfOrderIncomplete {
        /// The first such product.
        product_id: ProductId,
    },
    /// The filter does not let the text through. Which list says so is nobody's business.
    #[error("`{field}` has words that are not allowed here")]
    TextRefused {
        /// Which.
        field: String,
    },
    /// One more word list than there may be.
    #[error("there are {max} word lists, which is all there may be")]
    TooManyWordLists {
        /// The limit.
        max: u32,
    },
    /// The multipliers of an earning do not rise with the level.
    #[error("`from_level` must rise from one multiplier to the next")]
    MultipliersNotRising,
    /// A level rule names a source twice.
    #[error("`earnings` names a source more than once")]
    SourceRepeated {
        /// Which.
        repeated: Source,
    },
    /// The price has changed since the version of the catalogue that the sender saw.
    #[error("the gift costs {price} since version {catalogue_version} of the catalogue", price = price.0)]
    CatalogueChanged {
        /// Now.
        price: Coins,
        /// Since when.
        catalogue_version: u64,
    },
    /// Never created, or in the configuration, which the registry does not know.
    #[error("there is no app `{app_id}` in the registry")]
    AppNotFound {
        /// The app asked for.
        app_id: AppId,
    },
    /// It was there once.
    #[error("the app `{app_id}` was deleted")]
    AppDeleted {
        /// The app asked for.
        app_id: AppId,
    },
    /// The id is or was somebody's.
    #[error("the app id `{app_id}` is taken, or was")]
    AppIdTaken {
        /// The app asked for.
        app_id: AppId,
    },
    /// The number is or was somebody's.
    #[error("the SDK app id {sdk_app_id} is taken, or was")]
    SdkAppIdTaken {
        /// The number asked for.
        sdk_app_id: u32,
    },
    /// One more app than the installation may have.
    #[error("the installation has {max} apps, which is all it may have")]
    TooManyApps {
        /// The limit.
        max: u32,
    },
    /// Two keys of a set have one name.
    #[error("two keys are called `{kid}`")]
    KeyIdTwice {
        /// The name.
        kid: KeyId,
    },
    /// Whoever deletes an app must know what it is called.
    #[error("the app `{app_id}` is not called so")]
    AppNameMismatch {
        /// The app asked for.
        app_id: AppId,
    },
    /// A longer list of admins than an app may have.
    #[error("an app may have {max} admins")]
    TooManyAdmins {
        /// The limit.
        max: u32,
    },
    /// The token says "admin", the app's list does not.
    #[error("`{user_id}` is not on the app's list of admins")]
    AdminNotListed {
        /// The user of the token.
        user_id: UserId,
    },
    /// The item is no message, or was recalled.
    #[error("item {room_seq} of the room is not a message, or was recalled")]
    MessageNotFound {
        /// The item asked for.
        room_seq: u64,
    },
    /// The sender has waited too long.
    #[error("a message can be recalled by its sender within {window_s} s")]
    RecallTooLate {
        /// How long.
        window_s: u32,
    },
    /// One more pinned message than a room may have.
    #[error("the room has {max} pinned messages, which is all it may have")]
    TooManyPins {
        /// The limit.
        max: u32,
    },
    /// The room is archived.
    #[error("the room is archived: nothing more happens in it")]
    RoomArchived,
    /// The merchant's server, which was asked before, does not want it.
    #[error("the merchant does not allow it")]
    DeclinedByMerchant {
        /// The merchant's own number for the reason.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<u32>,
        /// The reason, for the sender.
        reason: String,
    },
    /// Only what is over can be archived.
    #[error("the room is {status}: end the show before it is archived")]
    RoomStillOpen {
        /// Now.
        status: RoomStatus,
    },
    /// The field is of rooms of other kinds.
    #[error("`{key}` is not a field of rooms of the kind `{kind}`")]
    FieldNotForKind {
        /// The field asked for.
        key: FieldKey,
        /// That of the room; empty if it has none.
        kind: Arc<str>,
    },
}

impl Rejection {
    /// Whether the same command may be decided otherwise in a moment, without anything new in the log.
    /// Such a refusal is not recorded, so that the same id can be sent again.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::ReadModelsBehind)
    }
}

/// Refuses a number outside `min..=max`.
pub(crate) fn in_range(
    field: &'static str,
    value: u64,
    min: u64,
    max: u64,
) -> Result<(), Rejection> {
    let ok = (min..=max).contains(&value);
    if ok { Ok(()) } else { Err(Rejection::OutOfRange { field: field.into(), value, min, max }) }
}
