//! What may be asked of an app. One file per command, in [`crate::room`], [`crate::app`] and
//! [`crate::registry`].

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::app::broadcast_message::BroadcastMessage;
use crate::app::define_field::DefineField;
use crate::app::define_gift::DefineGift;
use crate::app::register_user::RegisterUser;
use crate::app::remove_word_list::RemoveWordList;
use crate::app::set_admins::SetAdmins;
use crate::app::set_level_rule::SetLevelRule;
use crate::app::set_word_list::SetWordList;
use crate::ids::{CommandId, RoomId};
use crate::registry::create_app::CreateApp;
use crate::registry::delete_app::DeleteApp;
use crate::registry::set_app_expiry::SetAppExpiry;
use crate::registry::set_app_keys::SetAppKeys;
use crate::registry::set_app_status::SetAppStatus;
use crate::room::announce_level::AnnounceLevel;
use crate::room::appoint_assistant::AppointAssistant;
use crate::room::archive_room::ArchiveRoom;
use crate::room::ban_user::BanUser;
use crate::room::change_counter::ChangeCounter;
use crate::room::change_room_status::ChangeRoomStatus;
use crate::room::create_room::CreateRoom;
use crate::room::dismiss_assistant::DismissAssistant;
use crate::room::follow_host::FollowHost;
use crate::room::join_room::JoinRoom;
use crate::room::kick_user::KickUser;
use crate::room::leave_room::LeaveRoom;
use crate::room::mark_sold_out::MarkSoldOut;
use crate::room::mute_all::MuteAll;
use crate::room::mute_user::MuteUser;
use crate::room::order_shelf::OrderShelf;
use crate::room::pin_message::PinMessage;
use crate::room::recall_message::RecallMessage;
use crate::room::record_purchase::RecordPurchase;
use crate::room::refund_gift::RefundGift;
use crate::room::remove_product::RemoveProduct;
use crate::room::report_stream::ReportStream;
use crate::room::review_message::ReviewMessage;
use crate::room::send_custom_message::SendCustomMessage;
use crate::room::send_gift::SendGift;
use crate::room::send_likes::SendLikes;
use crate::room::send_message::SendMessage;
use crate::room::send_paid_message::SendPaidMessage;
use crate::room::set_announcement::SetAnnouncement;
use crate::room::set_fields::SetFields;
use crate::room::set_introduction::SetIntroduction;
use crate::room::set_member_fields::SetMemberFields;
use crate::room::set_product::SetProduct;
use crate::room::set_room_profile::SetRoomProfile;
use crate::room::set_slow_mode::SetSlowMode;
use crate::room::set_spotlight::SetSpotlight;
use crate::room::unban_user::UnbanUser;
use crate::room::unfollow_host::UnfollowHost;
use crate::room::unmute_user::UnmuteUser;
use crate::room::unpin_message::UnpinMessage;
use crate::screening::Screening;

/// One request to change something, complete: a decision needs nothing but this and the state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// The caller's id for it (`Idempotency-Key`).
    pub id: CommandId,
    /// Who asks.
    pub actor: Actor,
    /// What for.
    pub action: Action,
    /// What the filter found in its texts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub screening: Option<Screening>,
}

/// A command to a room, or to the app as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Changes one room; its events count in that room's `room_seq`.
    Room {
        /// Which room.
        room_id: RoomId,
        /// What to do.
        command: RoomCommand,
    },
    /// Changes what all rooms share; its events count in `app_seq`.
    App(AppCommand),
}

/// The commands of a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each variant is documented in its own file")]
pub enum RoomCommand {
    CreateRoom(CreateRoom),
    ChangeRoomStatus(ChangeRoomStatus),
    SendMessage(SendMessage),
    SendCustomMessage(SendCustomMessage),
    SendPaidMessage(SendPaidMessage),
    SendGift(SendGift),
    RefundGift(RefundGift),
    SendLikes(SendLikes),
    JoinRoom(JoinRoom),
    LeaveRoom(LeaveRoom),
    SetProduct(SetProduct),
    RemoveProduct(RemoveProduct),
    OrderShelf(OrderShelf),
    RecordPurchase(RecordPurchase),
    FollowHost(FollowHost),
    UnfollowHost(UnfollowHost),
    MarkSoldOut(MarkSoldOut),
    SetSpotlight(SetSpotlight),
    MuteUser(MuteUser),
    DismissAssistant(DismissAssistant),
    AppointAssistant(AppointAssistant),
    SetFields(SetFields),
    SetMemberFields(SetMemberFields),
    ChangeCounter(ChangeCounter),
    SetIntroduction(SetIntroduction),
    SetAnnouncement(SetAnnouncement),
    MuteAll(MuteAll),
    SetSlowMode(SetSlowMode),
    KickUser(KickUser),
    UnbanUser(UnbanUser),
    BanUser(BanUser),
    UnmuteUser(UnmuteUser),
    RecallMessage(RecallMessage),
    PinMessage(PinMessage),
    UnpinMessage(UnpinMessage),
    ReviewMessage(ReviewMessage),
    SetRoomProfile(SetRoomProfile),
    ArchiveRoom(ArchiveRoom),
    ReportStream(ReportStream),
    AnnounceLevel(AnnounceLevel),
}

/// The commands of an app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each variant is documented in its own file")]
pub enum AppCommand {
    RegisterUser(RegisterUser),
    DefineField(DefineField),
    DefineGift(DefineGift),
    BroadcastMessage(BroadcastMessage),
    SetLevelRule(SetLevelRule),
    SetAdmins(SetAdmins),
    CreateApp(CreateApp),
    SetAppStatus(SetAppStatus),
    SetAppExpiry(SetAppExpiry),
    SetAppKeys(SetAppKeys),
    DeleteApp(DeleteApp),
    SetWordList(SetWordList),
    RemoveWordList(RemoveWordList),
}
