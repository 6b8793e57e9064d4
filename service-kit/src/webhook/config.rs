//! Where a merchant's server is, and what it is given to know who asks.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::config::Secret;

/// `target` of an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetConfig {
    /// `http://` or `https://`, with a path; in the form of Tencent also with a query.
    pub url: String,
    /// How requests look.
    #[serde(default)]
    pub form: Form,
    /// `whsec_` and base64 of 24 to 64 bytes, and during a rotation the one before too: each signs. In
    /// the form of Tencent the token of its console.
    pub secrets: Vec<Secret<String>>,
    /// `SdkAppid` of the form of Tencent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sdk_app_id: Option<u32>,
    /// Certificates in PEM that are trusted besides those of the machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<PathBuf>,
    /// Bytes of an answer.
    #[serde(default = "answer_bytes_max")]
    pub answer_bytes_max: usize,
}

fn answer_bytes_max() -> usize {
    64 * 1_024
}

/// How requests look and are signed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Standard Webhooks: three headers, one of them a signature of id, time and body.
    #[default]
    Standard,
    /// As Tencent's IM asks its customers' servers: parameters in the query, with a signature of the
    /// time alone. For servers that exist; whoever reads a request can send another body with it.
    Tencent,
}
