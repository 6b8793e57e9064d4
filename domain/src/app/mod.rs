//! What all rooms of an app share: users, the gift catalogue, the level rule. One file per command.

pub mod broadcast_message;
pub mod define_field;
pub mod define_gift;
pub mod epoch;
pub mod recent;
pub mod register_user;
pub mod remove_word_list;
pub mod set_admins;
pub mod set_level_rule;
pub mod set_word_list;
