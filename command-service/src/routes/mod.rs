//! The command API below `/v1/apps/{app}`: one file per command, and the batch for servers that send
//! much.

mod appoint_assistant;
mod ban_user;
mod batch;
mod change_room_status;
mod create_room;
mod define_gift;
mod dismiss_assistant;
mod join_room;
mod kick_user;
mod leave_room;
mod mute_all;
mod mute_user;
mod register_user;
mod send_custom_message;
mod send_gift;
mod send_likes;
mod send_message;
mod send_paid_message;
mod set_announcement;
mod set_introduction;
mod set_level_rule;
mod set_product;
mod set_slow_mode;
mod set_spotlight;
mod unban_user;
mod unmute_user;

use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reply::Response;

use crate::gateway::Gateway;

/// All routes. Those that viewers use most come first: warp asks one after the other.
pub fn routes(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    let viewers = send_message::route(gateway)
        .or(send_likes::route(gateway))
        .unify()
        .or(send_gift::route(gateway))
        .unify()
        .or(send_custom_message::route(gateway))
        .unify()
        .or(join_room::route(gateway))
        .unify()
        .or(leave_room::route(gateway))
        .unify()
        .boxed();
    let hosts = change_room_status::route(gateway)
        .or(set_product::route(gateway))
        .unify()
        .or(set_spotlight::route(gateway))
        .unify()
        .or(mute_user::route(gateway))
        .unify()
        .or(dismiss_assistant::route(gateway))
        .unify()
        .or(appoint_assistant::route(gateway))
        .unify()
        .or(set_introduction::route(gateway))
        .unify()
        .or(set_announcement::route(gateway))
        .unify()
        .or(mute_all::route(gateway))
        .unify()
        .or(set_slow_mode::route(gateway))
        .unify()
        .or(kick_user::route(gateway))
        .unify()
        .or(unban_user::route(gateway))
        .unify()
        .or(ban_user::route(gateway))
        .unify()
        .or(unmute_user::route(gateway))
        .unify()
        .or(create_room::route(gateway))
        .unify()
        .boxed();
    let merchants = batch::route(gateway)
        .or(send_paid_message::route(gateway))
        .unify()
        .or(register_user::route(gateway))
        .unify()
        .or(define_gift::route(gateway))
        .unify()
        .or(set_level_rule::route(gateway))
        .unify()
        .boxed();
    viewers.or(hosts).unify().or(merchants).unify().boxed()
}
