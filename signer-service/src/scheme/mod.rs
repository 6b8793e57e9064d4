//! How URLs are signed, one file per scheme. Pure: the time, the keys and what is random are arguments.
//!
//! Five schemes put a hash into the query, which [`Scheme::sign`] makes and [`Scheme::verify`]
//! recomputes; the sixth, [`ivs_jwt`], a token of its own. MD5 is the choice of those who check it;
//! what protects a URL is the key and its short life.

pub mod aliyun_a;
pub(crate) mod hash;
pub mod huawei_a;
pub mod ivs_jwt;
pub mod nginx_secure_link;
pub mod tencent;
pub mod volc_b;

use serde::{Deserialize, Serialize};

use self::hash::same;

/// The `scheme` of `[[signer.apps]]`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scheme {
    /// Tencent's live streaming: `txSecret` and `txTime`.
    #[default]
    Tencent,
    /// Aliyun live and CDN, type A: `auth_key`.
    AliyunA,
    /// Volcengine, type B, for pushing: `volcSecret` and `volcTime`.
    VolcB,
    /// Huawei live, type A: `auth_key`.
    HuaweiA,
    /// A server of one's own: nginx with its module `secure_link`, also nginx-rtmp and SRS, which ask
    /// us.
    NginxSecureLink,
    /// Amazon's private channels, for playing: a JWT.
    IvsJwt,
}

/// What a URL is for: `/{app_name}/{stream}{suffix}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resource<'a> {
    /// The first part of the path.
    pub app_name: &'a str,
    /// The stream, with `_` and a template where it is transcoded.
    pub stream: &'a str,
    /// `.flv`, `.m3u8`, or nothing.
    pub suffix: &'a str,
}

impl Resource<'_> {
    /// The path of the URL.
    pub fn path(&self) -> String {
        let Self { app_name, stream, suffix } = self;
        format!("/{app_name}/{stream}{suffix}")
    }
}

/// Parameters of a query, in order. None of them needs an escape.
pub type Parameters = Vec<(&'static str, String)>;

/// Why a signed URL is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// A parameter is missing or repeated, or its time is none.
    #[error("the URL is not signed as it must be")]
    Unreadable,
    /// No key gives this hash.
    #[error("the signature of the URL is not that of any key")]
    WrongSecret,
    /// It was valid once.
    #[error("the URL has expired")]
    Expired,
}

/// What a URL says of itself.
pub(crate) struct Claim<'a> {
    /// Its time, as the scheme means it.
    pub(crate) time_s: u32,
    /// Its hash.
    pub(crate) found: &'a str,
    /// The hash that a key would give.
    pub(crate) hash_with: Box<dyn Fn(&str) -> String + 'a>,
}

impl Scheme {
    /// Whether it is for a server of one's own.
    pub fn is_self_hosted(self) -> bool {
        self == Self::NginxSecureLink
    }

    /// Whether the CDN adds a validity of its own to the time of a URL.
    pub fn adds_validity(self) -> bool {
        match self {
            Self::Tencent | Self::AliyunA | Self::HuaweiA => true,
            Self::VolcB | Self::NginxSecureLink | Self::IvsJwt => false,
        }
    }

    /// The parameters that sign a resource for a time, which is that of expiry less the validity that
    /// whoever checks it adds. `nonce` is 32 hexadecimal digits that are used once. None for
    /// [`Scheme::IvsJwt`], whose URLs are signed otherwise.
    pub fn sign(self, key: &str, resource: &Resource<'_>, time_s: u32, nonce: &str) -> Parameters {
        match self {
            Self::Tencent => tencent::sign(key, resource.stream, time_s),
            Self::AliyunA => aliyun_a::sign(key, &resource.path(), time_s),
            Self::VolcB => volc_b::sign(key, resource, time_s),
            Self::HuaweiA => huawei_a::sign(key, &resource.path(), time_s, nonce),
            Self::NginxSecureLink => nginx_secure_link::sign(key, &resource.path(), None, time_s),
            Self::IvsJwt => Vec::new(),
        }
    }

    /// Accepts parameters that were signed with any of `keys` (the primary and the backup), never
    /// expired ones. `find` gives the one parameter of a name; `validity_s` is what is added to the
    /// time.
    pub fn verify<'a>(
        self,
        keys: &[&str],
        resource: &Resource<'a>,
        find: &dyn Fn(&str) -> Option<&'a str>,
        validity_s: u32,
        now_s: i64,
    ) -> Result<(), VerifyError> {
        let time_s = self.verify_for_ever(keys, resource, find)?;
        let expires_at_s = i64::from(time_s) + i64::from(validity_s);
        if now_s < expires_at_s { Ok(()) } else { Err(VerifyError::Expired) }
    }

    /// The same without a look at the time: a stream may last longer than the URL it began with.
    pub fn verify_for_ever<'a>(
        self,
        keys: &[&str],
        resource: &Resource<'a>,
        find: &dyn Fn(&str) -> Option<&'a str>,
    ) -> Result<u32, VerifyError> {
        let claim = match self {
            Self::Tencent => tencent::read(resource.stream, find),
            Self::AliyunA | Self::HuaweiA => aliyun_a::read(resource.path(), find),
            Self::VolcB => volc_b::read(*resource, find),
            Self::NginxSecureLink => nginx_secure_link::read(resource.path(), find),
            // Nobody pushes with it, so nobody asks.
            Self::IvsJwt => None,
        };
        let Claim { time_s, found, hash_with } = claim.ok_or(VerifyError::Unreadable)?;
        let matches = keys.iter().any(|key| same(&hash_with(key), found));
        if matches { Ok(time_s) } else { Err(VerifyError::WrongSecret) }
    }
}

#[cfg(test)]
mod tests;
