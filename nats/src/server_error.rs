//! What JetStream itself said, from wherever the client library keeps it.

use async_nats::jetstream::context::{GetStreamError, GetStreamErrorKind};
use async_nats::jetstream::{Error, ErrorCode};

/// The code of the server's answer, when there was one.
pub(crate) fn code(error: &(dyn std::error::Error + 'static)) -> Option<ErrorCode> {
    let mut link = Some(error);
    while let Some(error) = link {
        if let Some(answer) = error.downcast_ref::<Error>() {
            return Some(answer.error_code());
        }
        if let Some(GetStreamErrorKind::JetStream(answer)) =
            error.downcast_ref::<GetStreamError>().map(GetStreamError::kind)
        {
            return Some(answer.error_code());
        }
        link = error.source();
    }
    None
}

/// Whether the server said that there is no such stream.
pub(crate) fn is_stream_not_found(error: &(dyn std::error::Error + 'static)) -> bool {
    code(error) == Some(ErrorCode::STREAM_NOT_FOUND)
}
