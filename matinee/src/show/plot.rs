//! What the host and the helpers of a show do besides talking, as calls of the API: one after the
//! other, so that what one call needs of another is there.

use domain::room::status::RoomStatus;
use serde_json::{Value, json};

use super::cast::{FAN, HELPER, HOST, Person, TROLL};
use crate::recording::line::{By, Kind, RecordedCall};

/// The host has a cup of tea, and nobody is disturbed by what is done meanwhile.
const BREAK_MS: u64 = 150_000;

/// Something at its time.
pub(super) type Beat = (u64, Person, Kind);

/// All of it but the last, in order.
pub(super) fn beats() -> Vec<Beat> {
    [before(), welcome(), shelf(), fans(), intermission(), farewell()].concat()
}

/// When the show is over.
pub(super) fn archive(at_ms: u64) -> Beat {
    host(at_ms, "PUT rooms/{room}/archive", None, "room_archived")
}

fn call(at_ms: u64, who: Person, by: By, what: &str, body: Option<Value>, event: &str) -> Beat {
    let (method, path) = what.split_once(' ').unwrap_or_default();
    let call = RecordedCall {
        by,
        method: method.to_owned(),
        path: path.split('/').map(str::to_owned).collect(),
        body,
        name: None,
        events: vec![event.to_owned()],
    };
    (at_ms, who, Kind::Call(call))
}

/// The merchant's server; the line is the host's, whose show it is.
fn shop(at_ms: u64, what: &str, body: Option<Value>, event: &str) -> Beat {
    call(at_ms, HOST, By::Admin, what, body, event)
}

fn host(at_ms: u64, what: &str, body: Option<Value>, event: &str) -> Beat {
    call(at_ms, HOST, By::Host, what, body, event)
}

/// Appointed, and not in the room.
fn helper(at_ms: u64, what: &str, body: Option<Value>, event: &str) -> Beat {
    call(at_ms, HELPER, By::Viewer, what, body, event)
}

fn viewer(at_ms: u64, who: Person, what: &str, body: Option<Value>, event: &str) -> Beat {
    call(at_ms, who, By::Viewer, what, body, event)
}

/// So that later calls can name it.
fn named((at_ms, who, kind): Beat, name: &str) -> Beat {
    let Kind::Call(call) = kind else { return (at_ms, who, kind) };
    (at_ms, who, Kind::Call(RecordedCall { name: Some(name.to_owned()), ..call }))
}

/// The app and the room are made ready.
fn before() -> Vec<Beat> {
    let field = |scope: &str, kinds: &[&str]| {
        let write = "assistant";
        Some(json!({"scope": scope, "read": "anyone", "write": write, "kinds": kinds}))
    };
    let rule = json!({"earnings": [
            {"source": "message", "points": 1, "daily_cap": 50, "min_interval_s": 10},
            {"source": "gift_coin", "points": 1}, {"source": "paid_coin", "points": 1},
            {"source": "purchase_cent", "points": 1, "per_unit": 100}],
        "thresholds": [100, 300, 600, 1_000, 3_000, 10_000, 30_000, 100_000]});
    let list = |word: &str, action: &str| json!({"words": [word], "action": action});
    let words = list("counterfeit", "reject");
    let profile =
        json!({"name": "Mei 的茶室", "kind": "tea", "cover": "https://img.example/tea.png"});
    let comet = json!({"name": "comet", "unit_price": 55, "category": "sky"});
    vec![
        shop(0, "PUT fields/topic", field("room", &["tea"]), "field_defined"),
        shop(0, "PUT fields/badge", field("member", &[]), "field_defined"),
        shop(0, "PUT level-rule", Some(rule), "level_rule_set"),
        shop(0, "PUT gifts/comet", Some(comet), "gift_defined"),
        shop(0, "PUT word-lists/show-words", Some(words), "word_list_set"),
        host(
            0,
            "PUT rooms/{room}/word-lists/rumours",
            Some(list("rumourmill", "hold")),
            "word_list_set",
        ),
        host(
            0,
            "PUT rooms/{room}/word-lists/spam",
            Some(list("spamalot", "silent")),
            "word_list_set",
        ),
        host(0, "PUT rooms/{room}/profile", Some(profile), "room_profile_set"),
        host(
            0,
            "PUT rooms/{room}/introduction",
            Some(json!({"text": "Tea and everything around it"})),
            "introduction_set",
        ),
        host(0, "PUT rooms/{room}/assistants/helper-lin", None, "assistant_appointed"),
        helper(
            0,
            "POST rooms/{room}/fields",
            Some(json!({"values": {"topic": "spring harvest"}})),
            "fields_set",
        ),
    ]
}

/// The first minute.
fn welcome() -> Vec<Beat> {
    let text = json!({"text": "Free shipping today 今天包邮"});
    let said = json!({"text": "welcome to the tea room 欢迎"});
    let reply = json!({"text": "glad to be here", "reply_to": "{welcome}"});
    let stream = json!({"session": "show-1", "on": true});
    let wave = json!({"data": "wave", "description": "waves", "priority": "low"});
    let curtain =
        json!({"data": "curtain", "extension": "{\"colour\":\"red\"}", "priority": "high"});
    vec![
        host(3_000, "PUT rooms/{room}/announcement", Some(text), "announcement_set"),
        host(4_000, "POST rooms/{room}/custom-messages", Some(curtain), "custom_message_sent"),
        named(host(6_000, "POST rooms/{room}/messages", Some(said), "message_sent"), "welcome"),
        host(7_000, "PUT rooms/{room}/pins/{welcome}", None, "message_pinned"),
        shop(11_000, "PUT rooms/{room}/stream", Some(stream), "stream_reported"),
        viewer(12_000, FAN, "PUT rooms/{room}/members/fan-yuki", None, "room_joined"),
        viewer(14_000, FAN, "PUT rooms/{room}/followers/fan-yuki", None, "host_followed"),
        viewer(15_000, FAN, "POST rooms/{room}/messages", Some(reply), "message_sent"),
        viewer(16_000, FAN, "POST rooms/{room}/custom-messages", Some(wave), "custom_message_sent"),
        host(40_000, "DELETE rooms/{room}/pins/{welcome}", None, "message_unpinned"),
    ]
}

/// What happens to the products while they are explained.
fn shelf() -> Vec<Beat> {
    let sample = json!({"title": "Sample bag", "price_cents": 100});
    let cheaper = json!({"title": "Celadon teapot 青瓷茶壶", "price_cents": 11_800, "stock": 31});
    let order = json!({"product_ids": ["bowl-02", "teapot-01", "tea-03", "towel-04", "kettle-05"]});
    let bought = json!({"product_id": "teapot-01", "quantity": 2, "amount_cents": 23_600});
    let sold_out = "PUT rooms/{room}/products/teapot-01/sold-out";
    let mark = |sold_out: bool| Some(json!({ "sold_out": sold_out }));
    let buy = "PUT rooms/{room}/purchases/{room}-order-1";
    vec![
        helper(20_000, "PUT rooms/{room}/products/sample-06", Some(sample), "product_set"),
        host(25_000, "PUT rooms/{room}/products/teapot-01", Some(cheaper), "product_set"),
        call(30_000, FAN, By::AdminForUser, buy, Some(bought), "product_purchased"),
        helper(50_000, sold_out, mark(true), "product_sold_out"),
        helper(58_000, sold_out, mark(false), "product_restocked"),
        helper(70_000, "DELETE rooms/{room}/products/sample-06", None, "product_removed"),
        helper(72_000, "PUT rooms/{room}/shelf-order", Some(order), "shelf_ordered"),
    ]
}

/// Numbers, badges, and a message that somebody regrets.
fn fans() -> Vec<Beat> {
    let counter = "POST rooms/{room}/counters/cups";
    let change = |op: &str, value: i64| Some(json!({"op": op, "value": value}));
    let badge = Some(json!({"values": {"badge": "gold"}}));
    let dearer = json!({"name": "comet", "unit_price": 66, "category": "sky"});
    let oops = json!({"text": "wrong room, sorry"});
    vec![
        host(80_000, counter, change("set", 10), "counter_changed"),
        helper(85_000, counter, change("increase", 5), "counter_changed"),
        helper(90_000, "POST rooms/{room}/members/fan-yuki/fields", badge, "member_fields_set"),
        shop(95_000, "PUT gifts/comet", Some(dearer), "gift_defined"),
        named(
            viewer(100_000, FAN, "POST rooms/{room}/messages", Some(oops), "message_sent"),
            "oops",
        ),
        viewer(105_000, FAN, "DELETE rooms/{room}/messages/{oops}", None, "message_recalled"),
        viewer(110_000, FAN, "DELETE rooms/{room}/followers/fan-yuki", None, "host_unfollowed"),
    ]
}

/// Order is restored while the show is paused: whoever chats would be refused otherwise.
fn intermission() -> Vec<Beat> {
    let at = BREAK_MS;
    let status = |status| (at, HOST, Kind::Status { status });
    let allow = Some(json!({"on": true, "allow": ["helper-lin"]}));
    let tidy = Some(json!({"text": "one moment please"}));
    let (slow, quick) = (Some(json!({"seconds": 5})), Some(json!({"seconds": 0})));
    let words = Some(json!({"words": ["spoiler"], "action": "replace"}));
    let broadcast = Some(json!({"text": "Mei is live and has tea"}));
    let kicked = Some(json!({"user_id": "troll-77", "reason": "be nice"}));
    let banned = Some(json!({"seconds": 600, "reason": "was told to be nice"}));
    let off = Some(json!({"on": false}));
    let list = "rooms/{room}/word-lists/house";
    vec![
        status(RoomStatus::Paused),
        host(at, "PUT rooms/{room}/mute-all", allow, "mute_all_set"),
        helper(at, "POST rooms/{room}/messages", tidy, "message_sent"),
        host(at, "PUT rooms/{room}/mute-all", off, "mute_all_set"),
        host(at, "PUT rooms/{room}/slow-mode", slow, "slow_mode_set"),
        host(at, "PUT rooms/{room}/slow-mode", quick, "slow_mode_set"),
        host(at, &format!("PUT {list}"), words, "word_list_set"),
        viewer(at, TROLL, "PUT rooms/{room}/members/troll-77", None, "room_joined"),
        helper(at, "PUT rooms/{room}/mutes/troll-77", Some(json!({"seconds": 60})), "user_muted"),
        helper(at, "DELETE rooms/{room}/mutes/troll-77", None, "user_unmuted"),
        helper(at, "POST rooms/{room}/kicks", kicked, "user_kicked"),
        host(at, "PUT rooms/{room}/bans/troll-77", banned, "user_banned"),
        shop(at, "POST broadcasts", broadcast, "broadcast_sent"),
        status(RoomStatus::Live),
    ]
}

/// Lists of the beginning are known everywhere by now. Peace before the end.
fn farewell() -> Vec<Beat> {
    let held = Some(json!({"text": "heard it in the rumourmill"}));
    let silenced = Some(json!({"text": "spamalot spamalot"}));
    let review = "PUT rooms/{room}/held-messages/{held}";
    let messages = "POST rooms/{room}/messages";
    let retired = json!({"name": "comet", "unit_price": 66, "category": "sky", "retired": true});
    let list = "rooms/{room}/word-lists/house";
    vec![
        named(viewer(240_000, FAN, messages, held, "message_held"), "held"),
        viewer(245_000, FAN, messages, silenced, "message_silenced"),
        helper(250_000, review, Some(json!({"approve": false})), "message_reviewed"),
        host(280_000, "DELETE rooms/{room}/bans/troll-77", None, "user_unbanned"),
        shop(285_000, "PUT gifts/comet", Some(retired), "gift_defined"),
        host(286_000, &format!("DELETE {list}"), None, "word_list_removed"),
        shop(287_000, "DELETE word-lists/show-words", None, "word_list_removed"),
        host(292_000, "DELETE rooms/{room}/assistants/helper-lin", None, "assistant_dismissed"),
    ]
}
