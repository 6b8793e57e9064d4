//! The command API below `/v1/apps/{app}`: one file per command, and the batch for servers that send
//! much.

mod announce_level;
mod appoint_assistant;
mod archive_room;
mod ban_user;
mod batch;
mod broadcast_message;
mod change_counter;
mod change_room_status;
mod create_app;
mod create_generated_room;
mod create_room;
mod define_field;
mod define_gift;
mod delete_app;
mod dismiss_assistant;
mod follow_host;
mod join_room;
mod kick_user;
mod leave_room;
mod mark_sold_out;
mod mute_all;
mod mute_user;
mod order_shelf;
mod pin_message;
mod recall_message;
mod record_purchase;
mod refund_gift;
mod register_user;
mod remove_product;
mod remove_room_word_list;
mod remove_word_list;
mod report_stream;
mod review_message;
mod send_custom_message;
mod send_gift;
mod send_likes;
mod send_message;
mod send_paid_message;
mod set_admins;
mod set_announcement;
mod set_app_expiry;
mod set_app_keys;
mod set_app_status;
mod set_fields;
mod set_introduction;
mod set_level_rule;
mod set_member_fields;
mod set_product;
mod set_room_profile;
mod set_room_word_list;
mod set_slow_mode;
mod set_spotlight;
mod set_word_list;
mod unban_user;
mod unfollow_host;
mod unmute_user;
mod unpin_message;

use domain::limits::Limits;
use service_kit::openapi::Operation;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reply::Response;

use crate::gateway::Gateway;

/// Some routes as one, and their descriptions: a route without one does not compile.
macro_rules! group {
    ($routes:ident, $operations:ident, $first:ident $(, $next:ident)* $(,)?) => {
        fn $routes(gateway: &Gateway) -> BoxedFilter<(Response,)> {
            $first::route(gateway)$(.or($next::route(gateway)).unify())*.boxed()
        }

        fn $operations(limits: &Limits) -> Vec<Operation> {
            vec![
                $first::operation(limits).named(stringify!($first)),
                $($next::operation(limits).named(stringify!($next)),)*
            ]
        }
    };
}

group!(
    viewers,
    operations_of_viewers,
    send_message,
    send_likes,
    send_gift,
    send_custom_message,
    join_room,
    follow_host,
    unfollow_host,
    leave_room,
    recall_message,
);

group!(
    hosts,
    operations_of_hosts,
    change_room_status,
    set_product,
    remove_product,
    order_shelf,
    mark_sold_out,
    set_spotlight,
    mute_user,
    dismiss_assistant,
    announce_level,
    appoint_assistant,
    set_fields,
    set_member_fields,
    change_counter,
    set_introduction,
    set_announcement,
    mute_all,
    set_slow_mode,
    kick_user,
    unban_user,
    ban_user,
    unmute_user,
    pin_message,
    unpin_message,
    review_message,
    report_stream,
    set_room_profile,
    archive_room,
    create_room,
    create_generated_room,
    set_room_word_list,
    remove_room_word_list,
);

group!(
    merchants,
    operations_of_merchants,
    batch,
    send_paid_message,
    register_user,
    define_field,
    define_gift,
    broadcast_message,
    record_purchase,
    refund_gift,
    set_level_rule,
    set_admins,
);

group!(
    operators,
    operations_of_operators,
    create_app,
    set_app_status,
    set_app_expiry,
    set_app_keys,
    delete_app,
    set_word_list,
    remove_word_list,
);

/// All routes. Those that viewers use most come first: warp asks one after the other.
pub fn routes(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    let of_apps = viewers(gateway).or(hosts(gateway)).unify().or(merchants(gateway)).unify();
    of_apps.or(operators(gateway)).unify().boxed()
}

/// What all routes take and answer, with the limits of this installation.
pub(crate) fn operations(limits: &Limits) -> impl Iterator<Item = Operation> {
    let viewers = operations_of_viewers(limits).into_iter();
    let of_apps = viewers.chain(operations_of_hosts(limits)).chain(operations_of_merchants(limits));
    of_apps.chain(operations_of_operators(limits))
}
