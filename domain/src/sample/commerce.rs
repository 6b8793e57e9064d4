//! What is on sale and who pays: the events that came after the first ones.

use crate::actor::{Actor, Role};
use crate::app::broadcast_message::BroadcastSent;
use crate::coins::Coins;
use crate::event::EventData;
use crate::room::follow_host::HostFollowed;
use crate::room::mark_sold_out::{ProductRestocked, ProductSoldOut};
use crate::room::order_shelf::ShelfOrdered;
use crate::room::record_purchase::ProductPurchased;
use crate::room::refund_gift::GiftRefunded;
use crate::room::remove_product::ProductRemoved;
use crate::room::shelf::Product;
use crate::room::unfollow_host::HostUnfollowed;
use crate::sample::{Place, ann, host, parse};
use crate::timestamp::Timestamp;

pub(super) fn events() -> Vec<(Place, Actor, EventData)> {
    let tea = || Product { title: "Green tea".into(), price_cents: 1_290, stock: Some(40) };
    let in_room = |data| (Place::Room, host(), data);
    vec![
        in_room(EventData::ShelfOrdered(ShelfOrdered { product_ids: vec![parse("tea")] })),
        in_room(EventData::ProductSoldOut(ProductSoldOut {
            product_id: parse("tea"),
            product: tea(),
        })),
        in_room(EventData::ProductRestocked(ProductRestocked {
            product_id: parse("tea"),
            product: tea(),
        })),
        in_room(EventData::ProductRemoved(ProductRemoved {
            product_id: parse("tea"),
            product: tea(),
            sold_out: false,
        })),
        (
            Place::App,
            Actor::unknown(parse("shop"), Role::Admin),
            EventData::BroadcastSent(BroadcastSent {
                text: "the sale begins 开始".into(),
                data: "{\"sale\": 1}".into(),
                broadcast_seq: 1,
            }),
        ),
        (Place::Room, ann(), EventData::HostFollowed(HostFollowed { host_id: parse("host") })),
        (Place::Room, ann(), EventData::HostUnfollowed(HostUnfollowed { host_id: parse("host") })),
        (
            Place::Room,
            Actor::unknown(parse("shop"), Role::Admin),
            EventData::GiftRefunded(GiftRefunded {
                refunded_seq: 6,
                user_id: parse("ann"),
                sent_at: Timestamp(1_700_000_009_000),
                gift_id: parse("rose"),
                name: "Rose".into(),
                count: 3,
                amount: Coins(300),
                reason: Some("charged back".into()),
            }),
        ),
        (
            Place::Room,
            Actor { via: Some(parse("shop")), ..ann() },
            EventData::ProductPurchased(ProductPurchased {
                order_id: parse("order-1"),
                product_id: parse("tea"),
                title: "Green tea".into(),
                price_cents: Some(1_290),
                quantity: 2,
                amount_cents: 2_580,
                spotlight: Some(parse("tea")),
            }),
        ),
    ]
}
