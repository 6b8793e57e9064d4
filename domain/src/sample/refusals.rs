//! One refusal of every kind, in the order of `Rejection::code`.

use crate::coins::Coins;
use crate::field::FieldScope;
use crate::level::deed::Source;
use crate::rejection::Rejection;
use crate::room::status::RoomStatus;
use crate::sample::{BEGIN, parse, room_id};

/// One refusal of every kind.
pub fn rejections() -> Vec<Rejection> {
    let text = || "text".to_owned();
    vec![
        Rejection::RoomNotFound { room_id: room_id() },
        Rejection::RoomIdTaken { room_id: room_id() },
        Rejection::OwnerNotRegistered { user_id: parse("host") },
        Rejection::TooManyRooms { max: 100_000 },
        Rejection::NotAllowed { needed: "an admin".into() },
        Rejection::IllegalTransition { from: RoomStatus::Ended, to: RoomStatus::Live },
        Rejection::RoomClosed { status: RoomStatus::Ended },
        Rejection::Muted { until: Some(BEGIN) },
        Rejection::Banned { until: None },
        Rejection::AllMuted,
        Rejection::SlowMode { seconds_left: 5 },
        Rejection::OwnerImmune { user_id: parse("host") },
        Rejection::TooManyMutes { max: 10_000 },
        Rejection::TooManyBans { max: 10_000 },
        Rejection::TooManyAllowed { max: 1_000 },
        Rejection::TooManyAssistants { max: 50 },
        Rejection::TextEmpty { field: text() },
        Rejection::TextTooLong { field: text(), bytes: 12_289, bytes_max: 12_288 },
        Rejection::TextUnstorable { field: text() },
        Rejection::OutOfRange { field: "count".into(), value: 0, min: 1, max: 9_999 },
        Rejection::FieldNotFound { key: parse("seats") },
        Rejection::FieldTaken { key: parse("seats"), scope: FieldScope::Room },
        Rejection::TooManyFields { scope: FieldScope::Room, max: 10 },
        Rejection::VersionConflict { key: parse("seats"), version: 7, value: Some("12".into()) },
        Rejection::TooManyCounters { max: 20 },
        Rejection::CounterOutOfRange { key: parse("votes"), value: i64::MAX },
        Rejection::GiftNotFound { gift_id: parse("rose") },
        Rejection::PriceChanged { price: Coins(100), seen: Coins(90) },
        Rejection::TooManyGifts { max: 1_000 },
        Rejection::ProductNotFound { product_id: parse("tea") },
        Rejection::TooManyProducts { max: 500 },
        Rejection::ThresholdsNotRising,
        Rejection::ShelfOrderIncomplete { product_id: parse("tea") },
        Rejection::MultipliersNotRising,
        Rejection::SourceRepeated { repeated: Source::Like },
        Rejection::CatalogueChanged { price: Coins(100), catalogue_version: 2 },
        Rejection::AppNotFound { app_id: parse("cafe") },
        Rejection::AppDeleted { app_id: parse("cafe") },
        Rejection::AppIdTaken { app_id: parse("cafe") },
        Rejection::SdkAppIdTaken { sdk_app_id: 1_400_000_000 },
        Rejection::TooManyApps { max: 100 },
        Rejection::KeyIdTwice { kid: parse("k1") },
        Rejection::AppNameMismatch { app_id: parse("cafe") },
        Rejection::TooManyAdmins { max: 5 },
        Rejection::AdminNotListed { user_id: parse("shop") },
        Rejection::TextRefused { field: text() },
        Rejection::TooManyWordLists { max: 50 },
        Rejection::MessageNotFound { room_seq: 3 },
        Rejection::RecallTooLate { window_s: 120 },
        Rejection::TooManyPins { max: 3 },
        Rejection::RoomArchived,
        Rejection::RoomStillOpen { status: RoomStatus::Live },
        Rejection::FieldNotForKind { key: parse("seats"), kind: "tea".into() },
        Rejection::DeclinedByMerchant { code: Some(9_003), reason: "not enough coins".into() },
        Rejection::SentGiftNotFound { room_seq: 7 },
        Rejection::ReadModelsBehind,
    ]
}
