//! The HTTP API: one file per question. Whoever has a valid token of the app may read.

mod app;
mod apps;
mod feed;
mod fields;
mod follows;
mod gift_ranks;
mod gift_totals;
mod gifts;
mod held_messages;
mod insight;
mod marks;
mod member;
mod members;
mod online;
mod page;
mod presence;
mod product_history;
mod query;
mod replay;
mod replay_ws;
mod room;
mod room_ranks;
mod room_word_lists;
mod rooms;
mod sales;
mod stream;
mod user;
mod word_lists;
mod ws;

use serde::Serialize;
use service_kit::auth::{Auth, Identity};
use service_kit::http::get;
use service_kit::openapi::Operation;
use service_kit::rejections::reject;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::http::HeaderValue;
use warp::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use warp::reply::{Reply, Response};

use crate::service::Service;

/// All routes.
pub(crate) fn routes(service: &Service, auth: &Auth) -> BoxedFilter<(impl Reply + use<>,)> {
    room::route(service.clone(), auth)
        .or(rooms::route(service.clone(), auth))
        .or(room_ranks::route(service.clone(), auth))
        .or(feed::route(service.clone(), auth))
        .or(stream::route(service.clone(), auth))
        .or(replay::route(service.clone(), auth))
        .or(replay_ws::route(service.clone(), auth))
        .or(ws::route(service.clone(), auth))
        .or(gift_totals::route(service.clone(), auth))
        .or(gift_ranks::route(service.clone(), auth))
        .or(fields::route(service.clone(), auth))
        .or(gifts::route(service.clone(), auth))
        .or(follows::route(service.clone(), auth))
        .or(sales::route(service.clone(), auth))
        .or(insight::route(service.clone(), auth))
        .or(marks::route(service.clone(), auth))
        .or(member::route(service.clone(), auth))
        .or(members::route(service.clone(), auth))
        .or(online::route(service.clone(), auth))
        .or(presence::route(service.clone(), auth))
        .or(product_history::route(service.clone(), auth))
        .or(user::route(service.clone(), auth))
        .or(app::route(service.clone(), auth))
        .or(apps::route(service.clone(), auth))
        .or(held_messages::route(service.clone(), auth))
        .or(word_lists::route(service.clone(), auth))
        .or(room_word_lists::route(service.clone(), auth))
        .boxed()
}

/// What all routes take and answer.
pub(crate) fn operations() -> Vec<Operation> {
    vec![
        room::operation().named("room"),
        rooms::operation().named("rooms"),
        room_ranks::operation().named("room_ranks"),
        feed::operation().named("feed"),
        stream::operation().named("stream"),
        replay::operation().named("replay"),
        replay_ws::operation().named("replay_ws"),
        ws::operation().named("ws"),
        gift_totals::operation().named("gift_totals"),
        gift_ranks::operation().named("gift_ranks"),
        fields::operation().named("fields"),
        gifts::operation().named("gifts"),
        follows::operation().named("follows"),
        sales::operation().named("sales"),
        insight::operation().named("insight"),
        marks::operation().named("marks"),
        member::operation().named("member"),
        members::operation().named("members"),
        online::operation().named("online"),
        presence::operation().named("presence"),
        product_history::operation().named("product_history"),
        user::operation().named("user"),
        app::operation().named("app"),
        apps::operation().named("apps"),
        held_messages::operation().named("held_messages"),
        word_lists::operation().named("word_lists"),
        room_word_lists::operation().named("room_word_lists"),
    ]
}

/// What follows the path of a question: nothing more of it, GET, a valid token, and the query string.
fn asked(service: Service, auth: &Auth) -> BoxedFilter<(Identity, String, Service)> {
    let who = known(service.clone(), auth);
    warp::path::end().and(get()).and(who).and(query::raw()).and(with(service)).boxed()
}

/// Who asks: a valid token, also by the app's list of admins.
fn known(service: Service, auth: &Auth) -> BoxedFilter<(Identity,)> {
    let listed = move |identity: Identity| {
        let checked = service.check_listed(&identity).map(|()| identity);
        std::future::ready(checked.map_err(reject))
    };
    auth.identity().and_then(listed).boxed()
}

/// Hands a clone of the service to a handler.
fn with(
    service: Service,
) -> impl Filter<Extract = (Service,), Error = std::convert::Infallible> + Clone {
    warp::any().map(move || service.clone())
}

/// An answer that is true only now.
fn json<T: Serialize>(answer: &T) -> Response {
    no_store(warp::reply::json(answer).into_response())
}

/// As [`json`], for text that is JSON already.
fn json_text(json: String) -> Response {
    let mut response = Response::new(json.into());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    no_store(response)
}

fn no_store(mut response: Response) -> Response {
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
