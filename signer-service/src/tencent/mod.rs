//! Tencent's live streaming: `txSecret` and `txTime`, and the URLs that carry them. Pure: the time,
//! the keys and the lifetimes are arguments.

pub mod sign;
pub mod urls;
