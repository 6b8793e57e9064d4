//! A live room. One file per command: what is asked, what is recorded, the rule, its tests.
//!
//! The room is [`state::Room`]; who may run it is in [`permission`]; its five states are in
//! [`status`].

pub mod announce_level;
pub mod appoint_assistant;
pub mod archive_room;
pub mod ban_user;
pub mod change_counter;
pub mod change_room_status;
pub mod create_room;
pub mod dismiss_assistant;
pub mod follow_host;
pub mod hold_message;
pub mod join_room;
pub mod kick_user;
pub mod leave_room;
pub mod mark_sold_out;
pub mod mute_all;
pub mod mute_user;
pub mod order_shelf;
pub mod permission;
pub mod pin_message;
pub mod recall_message;
pub mod recent_messages;
pub mod record_purchase;
pub mod refund_gift;
pub mod remove_product;
pub mod report_stream;
pub mod review_message;
pub mod said;
pub mod send_custom_message;
pub mod send_gift;
pub mod send_likes;
pub mod send_message;
pub mod send_paid_message;
pub mod set_announcement;
pub mod set_fields;
pub mod set_introduction;
pub mod set_member_fields;
pub mod set_product;
pub mod set_room_profile;
pub mod set_slow_mode;
pub mod set_spotlight;
pub mod shelf;
pub mod silence_message;
pub mod slow_mode;
pub mod state;
pub mod status;
pub mod streaks;
pub mod unban_user;
pub mod unfollow_host;
pub mod unmute_user;
pub mod unpin_message;
