//! What is on sale in a room, in the order in which it is shown.

use std::collections::HashMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use crate::ids::ProductId;

/// The products of a room, at most as many as the limits allow, so that looking through is cheap.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shelf(Vec<Shelved>);

/// A product where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shelved {
    /// Which product.
    pub product_id: ProductId,
    /// As the host set it last.
    pub product: Product,
    /// Shown, and not for sale now, whatever the stock says.
    pub sold_out: bool,
}

/// A product on the shelf.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Product {
    /// The name to show.
    pub title: Arc<str>,
    /// In the smallest unit of the merchant's currency.
    pub price_cents: u64,
    /// Pieces left; absent if the merchant does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stock: Option<u32>,
}

/// A product as the log has it: a field that a later program added is left alone there, while the
/// same from a caller is refused.
#[derive(Deserialize)]
#[serde(remote = "Product")]
pub(crate) struct RecordedProduct {
    title: Arc<str>,
    price_cents: u64,
    #[serde(default)]
    stock: Option<u32>,
}

/// [`RecordedProduct`] for a field that may be absent.
pub(crate) fn recorded_product<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Product>, D::Error> {
    #[derive(Deserialize)]
    struct Present(#[serde(deserialize_with = "RecordedProduct::deserialize")] Product);

    Ok(Option::<Present>::deserialize(deserializer)?.map(|Present(product)| product))
}

impl Shelf {
    /// How many products.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Nothing is on sale.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The product of this id.
    pub fn get(&self, product_id: &ProductId) -> Option<&Shelved> {
        self.0.iter().find(|shelved| shelved.product_id == *product_id)
    }

    /// From the first place to the last.
    pub fn iter(&self) -> impl Iterator<Item = &Shelved> {
        self.0.iter()
    }

    /// A new product stands last; a known one keeps its place, and stays sold out if it is.
    pub(crate) fn set(&mut self, product_id: &ProductId, product: &Product) {
        match self.0.iter_mut().find(|shelved| shelved.product_id == *product_id) {
            Some(shelved) => shelved.product = product.clone(),
            None => self.0.push(Shelved {
                product_id: product_id.clone(),
                product: product.clone(),
                sold_out: false,
            }),
        }
    }

    pub(crate) fn remove(&mut self, product_id: &ProductId) {
        self.0.retain(|shelved| shelved.product_id != *product_id);
    }

    pub(crate) fn mark(&mut self, product_id: &ProductId, sold_out: bool) {
        if let Some(shelved) = self.0.iter_mut().find(|shelved| shelved.product_id == *product_id) {
            shelved.sold_out = sold_out;
        }
    }

    /// Puts the products into this order.
    pub(crate) fn reorder(&mut self, order: &[ProductId]) {
        let places: HashMap<&ProductId, usize> = order.iter().zip(0..).collect();
        self.0.sort_by_key(|shelved| places.get(&shelved.product_id).copied());
    }
}
