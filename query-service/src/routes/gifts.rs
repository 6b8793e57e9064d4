//! `GET /v1/apps/{app}/gifts?after=&limit=&since=&retired=&min_seq=`: the gift catalogue, from memory.
//!
//! By gift id; `next` is the `after` of the next page, or null. `since` leaves out what has not changed
//! after that version of the catalogue, `retired=1` includes the gifts that can no longer be sent. A page
//! is of one moment: when `catalogue_version` differs between two pages, the first may be out of date.

use std::ops::Bound;

use domain::app::define_gift::Gift;
use domain::coins::Coins;
use domain::ids::{AppId, GiftId};
use domain::state::AppState;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json as value};
use service_kit::auth::{Auth, Identity};
use service_kit::http::app_path;
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reply::{Reply, Response};

use crate::openapi::question;
use crate::problems::invalid_query;
use crate::routes::query::Query;
use crate::routes::{asked, json};
use crate::service::Service;

/// The answer.
#[derive(Debug, Serialize, JsonSchema)]
struct Answer {
    catalogue_version: u64,
    gifts: Vec<GiftAnswer>,
    next: Option<GiftId>,
}

/// One gift.
#[derive(Debug, Serialize, JsonSchema)]
struct GiftAnswer {
    gift_id: GiftId,
    name: String,
    unit_price: Coins,
    image: Option<String>,
    category: Option<String>,
    effect: Option<Value>,
    retired: bool,
    /// The version of the catalogue in which it changed last.
    version: u64,
}

pub(super) fn operation() -> Operation {
    question("/gifts", "The gift catalogue.")
        .parameter("query", "after", false, value!({ "type": "string" }))
        .number("limit")
        .number("since")
        .number("retired")
        .number("min_seq")
        .answer::<Answer>(200)
        .problems(&[(412, "not_yet")])
}

pub(super) fn route(service: Service, auth: &Auth) -> BoxedFilter<(impl Reply + use<>,)> {
    app_path().and(warp::path("gifts")).and(asked(service, auth)).then(gifts).boxed()
}

async fn gifts(
    app: AppId,
    _identity: Identity,
    raw: String,
    service: Service,
) -> Result<Response, Problem> {
    let query = Query::parse(&raw, &["after", "limit", "since", "retired", "min_seq"])?;
    let after = query.id::<GiftId>("after")?;
    let answers = &service.config().answers;
    let limit = query.count("limit", answers.page_items, 1..=answers.page_items_max)?;
    let since = query.number("since")?.unwrap_or_default();
    let retired = match query.number("retired")? {
        None | Some(0) => false,
        Some(1) => true,
        Some(_) => return Err(invalid_query("`retired` is 0 or 1")),
    };
    let min_seq = query.min_seq()?;
    let hub = &service.hub(&app)?;
    service.shown(hub, min_seq).await?;

    let wanted = |gift: &Gift| since < gift.version && (retired || !gift.retired);
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    Ok(json(&hub.look(|state| page(state, after.as_ref(), wanted, limit))))
}

fn page(
    state: &AppState,
    after: Option<&GiftId>,
    wanted: impl Fn(&Gift) -> bool,
    limit: usize,
) -> Answer {
    let begin = after.map_or(Bound::Unbounded, Bound::Excluded);
    let gifts = state.gifts.range::<GiftId, _>((begin, Bound::Unbounded));
    let mut gifts = gifts.filter(|(_, gift)| wanted(gift)).peekable();
    let page: Vec<GiftAnswer> = gifts.by_ref().take(limit).map(gift_answer).collect();
    let next = gifts.peek().and_then(|_| page.last()).map(|last| last.gift_id.clone());
    Answer { catalogue_version: state.catalogue_version, gifts: page, next }
}

fn gift_answer((gift_id, gift): (&GiftId, &Gift)) -> GiftAnswer {
    GiftAnswer {
        gift_id: gift_id.clone(),
        name: gift.name.to_string(),
        unit_price: gift.unit_price,
        image: gift.image.as_deref().map(str::to_owned),
        category: gift.category.as_deref().map(str::to_owned),
        effect: gift.effect.clone(),
        retired: gift.retired,
        version: gift.version,
    }
}
