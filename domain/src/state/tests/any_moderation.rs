//! Random commands about who may be in a room, who may talk and who helps, and what all shall read.

use proptest::collection::btree_set;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::command::RoomCommand;
use crate::room::announce_level::AnnounceLevel;
use crate::room::appoint_assistant::AppointAssistant;
use crate::room::archive_room::ArchiveRoom;
use crate::room::ban_user::BanUser;
use crate::room::dismiss_assistant::DismissAssistant;
use crate::room::kick_user::KickUser;
use crate::room::mute_all::MuteAll;
use crate::room::mute_user::{FOR_EVER_S, MuteUser};
use crate::room::pin_message::PinMessage;
use crate::room::recall_message::RecallMessage;
use crate::room::report_stream::ReportStream;
use crate::room::review_message::ReviewMessage;
use crate::room::set_announcement::SetAnnouncement;
use crate::room::set_introduction::SetIntroduction;
use crate::room::set_room_profile::SetRoomProfile;
use crate::room::set_slow_mode::SetSlowMode;
use crate::room::unban_user::UnbanUser;
use crate::room::unmute_user::UnmuteUser;
use crate::room::unpin_message::UnpinMessage;
use crate::state::tests::any::{any_text, any_user_id};
use crate::timestamp::Timestamp;

pub(crate) fn any_moderation() -> impl Strategy<Value = RoomCommand> {
    let mute = (any_user_id(), any_seconds())
        .prop_map(|(user_id, seconds)| RoomCommand::MuteUser(MuteUser { user_id, seconds }));
    let unmute = any_user_id().prop_map(|user_id| RoomCommand::UnmuteUser(UnmuteUser { user_id }));
    let ban = (any_user_id(), any_seconds(), option::of(any_text())).prop_map(
        |(user_id, seconds, reason)| {
            let reason = reason.map(Into::into);
            RoomCommand::BanUser(BanUser { user_id, seconds, reason })
        },
    );
    let unban = any_user_id().prop_map(|user_id| RoomCommand::UnbanUser(UnbanUser { user_id }));
    let kick = (any_user_id(), option::of(any_text())).prop_map(|(user_id, reason)| {
        RoomCommand::KickUser(KickUser { user_id, reason: reason.map(Into::into) })
    });
    let slow = select(vec![600, 600, 600, 600, 600, 0, 3_601])
        .prop_map(|seconds| RoomCommand::SetSlowMode(SetSlowMode { seconds }));
    let mute_all = (any::<bool>(), btree_set(any_user_id(), 0..3))
        .prop_map(|(on, allow)| RoomCommand::MuteAll(MuteAll { on, allow }));
    let appoint = any_user_id()
        .prop_map(|user_id| RoomCommand::AppointAssistant(AppointAssistant { user_id }));
    let dismiss = any_user_id()
        .prop_map(|user_id| RoomCommand::DismissAssistant(DismissAssistant { user_id }));
    let announce = any_text()
        .prop_map(|text| RoomCommand::SetAnnouncement(SetAnnouncement { text: text.into() }));
    let introduce = any_text()
        .prop_map(|text| RoomCommand::SetIntroduction(SetIntroduction { text: text.into() }));
    let recall =
        (1..8_u64).prop_map(|room_seq| RoomCommand::RecallMessage(RecallMessage { room_seq }));
    let pin = (2..6_u64).prop_map(|room_seq| RoomCommand::PinMessage(PinMessage { room_seq }));
    let unpin =
        (2..6_u64).prop_map(|room_seq| RoomCommand::UnpinMessage(UnpinMessage { room_seq }));
    let profile = (option::of(any_text()), option::of(any_text())).prop_map(|(name, kind)| {
        let (name, kind) = (name.map(Into::into), kind.map(Into::into));
        RoomCommand::SetRoomProfile(SetRoomProfile { name, kind, cover: None })
    });
    let review = (2..8_u64, any::<bool>()).prop_map(|(room_seq, approve)| {
        RoomCommand::ReviewMessage(ReviewMessage { room_seq, approve })
    });
    let sessions = select(vec!["s1", "s2"]).prop_map(|session| session.parse().unwrap());
    let stream = (sessions, any::<bool>(), option::of((0..9_i64).prop_map(Timestamp)))
        .prop_map(|(session, on, at)| RoomCommand::ReportStream(ReportStream { session, on, at }));
    let archive = Just(RoomCommand::ArchiveRoom(ArchiveRoom {}));
    let of_messages = prop_oneof![12 => recall, 6 => pin, 8 => unpin, 1 => profile, 4 => archive, 1 => review.boxed(), 2 => stream.boxed()];
    let level = (0..4_u32, 0..4_u32, any::<u64>()).prop_map(|(from, level, points)| {
        RoomCommand::AnnounceLevel(AnnounceLevel { from, level, points })
    });
    prop_oneof![1 => level, 4 => of_messages, 2 => appoint, 3 => dismiss, 1 => announce, 1 => introduce, 3 => mute, 1 => unmute, 4 => ban, 2 => unban, 1 => kick, 4 => slow, 2 => mute_all]
}

/// Mostly long, so that much is in force.
fn any_seconds() -> impl Strategy<Value = u32> {
    select(vec![0, 3, 60, FOR_EVER_S, FOR_EVER_S])
}
