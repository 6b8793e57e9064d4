//! Random commands about what is on sale.

use proptest::prelude::*;
use proptest::sample::select;

use crate::command::RoomCommand;
use crate::ids::{LogSeq, ProductId};
use crate::room::mark_sold_out::MarkSoldOut;
use crate::room::order_shelf::OrderShelf;
use crate::room::record_purchase::RecordPurchase;
use crate::room::refund_gift::{GiftPlace, RefundGift, SentGift};
use crate::room::remove_product::RemoveProduct;
use crate::room::set_product::SetProduct;
use crate::room::set_spotlight::SetSpotlight;
use crate::room::shelf::Product;
use crate::state::tests::any::{any_price, any_text};
use crate::timestamp::Timestamp;

pub(crate) fn any_commerce() -> impl Strategy<Value = RoomCommand> {
    let product = (any_product_id(), any_text(), any_price(), proptest::option::of(any::<u32>()))
        .prop_map(|(product_id, title, price, stock)| {
            let product = Product { title: title.into(), price_cents: price.0, stock };
            RoomCommand::SetProduct(SetProduct { product_id, product })
        });
    let spotlight = proptest::option::of(any_product_id())
        .prop_map(|product_id| RoomCommand::SetSpotlight(SetSpotlight { product_id }));
    let remove = any_product_id()
        .prop_map(|product_id| RoomCommand::RemoveProduct(RemoveProduct { product_id }));
    // As many as the shelf of these shows holds.
    let orders = [["pot", "cup"], ["cup", "pot"], ["pot", "pot"], ["third", "pot"]];
    let order = select(orders.to_vec()).prop_map(|order| {
        let product_ids = order.iter().map(|id| id.parse().unwrap()).collect();
        RoomCommand::OrderShelf(OrderShelf { product_ids })
    });
    let mark = (any_product_id(), any::<bool>()).prop_map(|(product_id, sold_out)| {
        RoomCommand::MarkSoldOut(MarkSoldOut { product_id, sold_out })
    });
    let orders = select(vec!["order-1", "order-2", "order-3"]);
    let purchase = (orders, any_product_id(), 0..3_u32, any_price(), any_title());
    let purchase = purchase.prop_map(|(order_id, product_id, quantity, amount, title)| {
        RoomCommand::RecordPurchase(RecordPurchase {
            order_id: order_id.parse().unwrap(),
            product_id,
            quantity,
            amount_cents: amount.0,
            title: title.map(Into::into),
            known: false,
            as_of: LogSeq(0),
        })
    });
    let refund = (0..30_u64, any_place()).prop_map(|(room_seq, place)| {
        let as_of = LogSeq(0);
        RoomCommand::RefundGift(RefundGift { room_seq, reason: None, place, as_of })
    });
    prop_oneof![1 => refund, 2 => purchase, 4 => product, 2 => spotlight, 1 => remove, 3 => order, 3 => mark]
}

/// Of whatever was sent: the read model is not asked here.
fn any_place() -> impl Strategy<Value = Option<GiftPlace>> {
    let sent = (select(vec!["ann", "bob"]), any_price()).prop_map(|(user_id, amount)| SentGift {
        user_id: user_id.parse().unwrap(),
        at: Timestamp(0),
        gift_id: "rose".parse().unwrap(),
        name: "Rose".into(),
        count: 1,
        amount,
    });
    proptest::option::of(sent.prop_map(GiftPlace::Sent))
}

fn any_title() -> impl Strategy<Value = Option<String>> {
    proptest::option::of(any_text())
}

fn any_product_id() -> impl Strategy<Value = ProductId> {
    select(vec!["pot", "pot", "pot", "cup", "third"]).prop_map(|id| id.parse().unwrap())
}
