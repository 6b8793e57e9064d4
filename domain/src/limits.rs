//! How much of everything an app may have. Each field is a config key (`[limits]`).

use serde::{Deserialize, Serialize};

/// Limits that a decision checks. Defaults are those of the service that Matinee replaces, where it
/// has one (IM/1502, IM/1629).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Rooms an app may have, ended ones included.
    pub rooms_max: u32,
    /// Bytes of a room's name.
    pub room_name_bytes_max: u32,
    /// Bytes of a chat message.
    pub message_bytes_max: u32,
    /// Bytes of a custom message's `data`; of all its parts together, `message_bytes_max`.
    pub custom_data_bytes_max: u32,
    /// Bytes of its `description`.
    pub custom_description_bytes_max: u32,
    /// Bytes of its `extension`.
    pub custom_extension_bytes_max: u32,
    /// Bytes of a user's nick.
    pub nick_bytes_max: u32,
    /// Bytes of an address of a picture.
    pub url_bytes_max: u32,
    /// Gifts in the catalogue, retired ones included.
    pub gifts_max: u32,
    /// Bytes of a gift's name.
    pub gift_name_bytes_max: u32,
    /// Bytes of a gift's category.
    pub gift_category_bytes_max: u32,
    /// Bytes of a gift's effect, as JSON.
    pub gift_effect_bytes_max: u32,
    /// Gifts in one command.
    pub gift_count_max: u32,
    /// Likes in one command.
    pub like_count_max: u32,
    /// Products on a room's shelf.
    pub products_per_room_max: u32,
    /// Bytes of a product's title.
    pub product_title_bytes_max: u32,
    /// Pieces of one purchase.
    pub purchase_quantity_max: u32,
    /// Mutes in force in one room.
    pub mutes_per_room_max: u32,
    /// Bytes of a room's announcement.
    pub announcement_bytes_max: u32,
    /// Custom fields of rooms that an app may define.
    pub room_fields_max: u32,
    /// Bytes of a custom field's value.
    pub field_value_bytes_max: u32,
    /// Custom fields of members that an app may define.
    pub member_fields_max: u32,
    /// Bytes of a member field's value.
    pub member_field_value_bytes_max: u32,
    /// Kinds of rooms that a custom field may be limited to.
    pub field_kinds_max: u32,
    /// Counters of a room.
    pub counters_per_room_max: u32,
    /// Bytes of a room's introduction.
    pub introduction_bytes_max: u32,
    /// Assistants appointed in one room.
    pub assistants_per_room_max: u32,
    /// Bans in force in one room.
    pub bans_per_room_max: u32,
    /// Bytes of the reason of a ban or a kick.
    pub reason_bytes_max: u32,
    /// Seconds of slow mode.
    pub slow_mode_s_max: u32,
    /// Users who may talk while everybody is muted.
    pub mute_all_allow_max: u32,
    /// Bytes of a room's kind.
    pub room_kind_bytes_max: u32,
    /// Seconds within which a sender may recall a message.
    pub recall_window_s: u32,
    /// Messages that wait in one room until somebody has looked.
    pub held_per_room_max: u32,
    /// Messages pinned in one room.
    pub pins_per_room_max: u32,
    /// Levels of a level rule.
    pub levels_max: u32,
    /// Apps that an installation may have, those of the configuration apart.
    pub apps_max: u32,
    /// Bytes of an app's name.
    pub app_name_bytes_max: u32,
    /// Keys of an app.
    pub app_keys_max: u32,
    /// Admin accounts of an app.
    pub admins_max: u32,
    /// Word lists of the app.
    pub word_lists_max: u32,
    /// Word lists that one room has of its own.
    pub word_lists_per_room_max: u32,
    /// Words of a list, and phrases of its whitelist.
    pub words_per_list_max: u32,
    /// Bytes of a word.
    pub word_bytes_max: u32,
    /// Bytes of the words and phrases of a list.
    pub word_list_bytes_max: u32,
    /// Bytes of the words and phrases of all lists of an app, those of its rooms included.
    pub word_lists_bytes_max: u64,
    /// Rooms that a list of the app may be limited to.
    pub word_list_rooms_max: u32,
    /// Bytes of a mask.
    pub mask_bytes_max: u32,
}

impl Limits {
    /// More than this no command says, whatever it is that is said: some rule refuses it.
    pub fn said_bytes_max(&self) -> u32 {
        let Self { message_bytes_max, room_name_bytes_max, nick_bytes_max, .. } = *self;
        let lasting = self.announcement_bytes_max.max(self.introduction_bytes_max);
        message_bytes_max.max(room_name_bytes_max).max(nick_bytes_max).max(lasting)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            rooms_max: 100_000,
            room_name_bytes_max: 30,
            message_bytes_max: 12_288,
            custom_data_bytes_max: 1_024,
            custom_description_bytes_max: 1_024,
            custom_extension_bytes_max: 12_288,
            nick_bytes_max: 64,
            url_bytes_max: 500,
            gifts_max: 1_000,
            gift_name_bytes_max: 60,
            gift_category_bytes_max: 60,
            gift_effect_bytes_max: 4_096,
            gift_count_max: 9_999,
            like_count_max: 1_000,
            products_per_room_max: 500,
            product_title_bytes_max: 240,
            purchase_quantity_max: 9_999,
            mutes_per_room_max: 10_000,
            announcement_bytes_max: 300,
            room_fields_max: 10,
            field_value_bytes_max: 512,
            member_fields_max: 5,
            member_field_value_bytes_max: 64,
            field_kinds_max: 20,
            counters_per_room_max: 20,
            introduction_bytes_max: 240,
            assistants_per_room_max: 50,
            bans_per_room_max: 10_000,
            reason_bytes_max: 1_000,
            slow_mode_s_max: 3_600,
            mute_all_allow_max: 1_000,
            room_kind_bytes_max: 32,
            recall_window_s: 120,
            held_per_room_max: 100,
            pins_per_room_max: 3,
            levels_max: 200,
            apps_max: 100,
            app_name_bytes_max: 60,
            app_keys_max: 4,
            admins_max: 5,
            word_lists_max: 50,
            word_lists_per_room_max: 5,
            words_per_list_max: 5_000,
            word_bytes_max: 200,
            word_list_bytes_max: 32_768,
            word_lists_bytes_max: 16 << 20,
            word_list_rooms_max: 100,
            mask_bytes_max: 20,
        }
    }
}
