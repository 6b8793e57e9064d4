//! Every way a token can fail, as the caller sees it. This file is the whole mapping.

use warp::http::header::WWW_AUTHENTICATE;
use warp::http::{HeaderValue, StatusCode};

use crate::problem::Problem;

/// Why a caller is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// No such tenant here.
    #[error("there is no such app")]
    AppNotFound,
    /// The registry says that it is not served for now.
    #[error("the app is disabled")]
    AppDisabled,
    /// Its time is over.
    #[error("the app has expired")]
    AppExpired,
    /// It was there once.
    #[error("the app was deleted")]
    AppDeleted,
    /// Nobody can be an operator.
    #[error("no key signs operators' tokens")]
    NoRegistry,
    /// Not an admin of the registry.
    #[error("only an operator may do this")]
    NotOperator,
    /// There is no token in the request.
    #[error("the request carries no token")]
    Missing,
    /// It is neither a JWT with the claims that we need nor a `UserSig`.
    #[error("the token cannot be read")]
    Malformed,
    /// The signature is not that of the key, or the algorithm is not the key's.
    #[error("the signature of the token is wrong")]
    BadSignature,
    /// It was valid once.
    #[error("the token has expired")]
    Expired,
    /// It will be valid later.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// The app has no key of that name.
    #[error("the app has no key with the `kid` of the token")]
    UnknownKey,
    /// The token is for another app than the one of the path.
    #[error("the token is for another app")]
    OtherApp,
    /// The token is not that of the user whom the client takes itself for.
    #[error("the token is another user's")]
    OtherUser,
}

impl AuthError {
    /// The number under which clients of Tencent's know it, where there is one.
    pub(super) fn tencent_code(self) -> Option<u32> {
        match self {
            Self::Expired => Some(70_001),
            Self::Malformed => Some(70_003),
            Self::BadSignature | Self::UnknownKey => Some(70_009),
            Self::OtherUser => Some(70_013),
            Self::OtherApp => Some(70_014),
            Self::AppNotFound
            | Self::AppDisabled
            | Self::AppExpired
            | Self::AppDeleted
            | Self::NoRegistry
            | Self::NotOperator
            | Self::Missing
            | Self::NotYetValid => None,
        }
    }
}

impl From<AuthError> for Problem {
    fn from(error: AuthError) -> Self {
        let unauthorized = StatusCode::UNAUTHORIZED;
        let (status, code, title) = match error {
            AuthError::AppNotFound => (StatusCode::NOT_FOUND, "app_not_found", "No such app"),
            AuthError::AppDisabled => (StatusCode::FORBIDDEN, "app_disabled", "App disabled"),
            AuthError::AppExpired => (StatusCode::FORBIDDEN, "app_expired", "App expired"),
            AuthError::AppDeleted => (StatusCode::GONE, "app_deleted", "App deleted"),
            AuthError::NoRegistry => (StatusCode::NOT_FOUND, "no_registry", "No registry"),
            AuthError::NotOperator => (StatusCode::FORBIDDEN, "not_allowed", "Not allowed"),
            AuthError::OtherApp => {
                (StatusCode::FORBIDDEN, "token_other_app", "Token for another app")
            }
            AuthError::OtherUser => {
                (StatusCode::FORBIDDEN, "token_other_user", "Token of another user")
            }
            AuthError::Missing => (unauthorized, "token_missing", "Token missing"),
            AuthError::Malformed => (unauthorized, "token_malformed", "Token unreadable"),
            AuthError::BadSignature => {
                (unauthorized, "token_bad_signature", "Token signature wrong")
            }
            AuthError::Expired => (unauthorized, "token_expired", "Token expired"),
            AuthError::NotYetValid => (unauthorized, "token_not_yet_valid", "Token not valid yet"),
            AuthError::UnknownKey => (unauthorized, "token_unknown_key", "Token key unknown"),
        };
        let problem = Self::new(status, code, title).detail(error.to_string());
        if status == unauthorized {
            return problem.header(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        problem
    }
}
