//! Text that people typed, and how much of it is accepted.

use crate::rejection::Rejection;

/// Refuses text that is empty (`required`), longer than `bytes_max` bytes of UTF-8, or that holds
/// U+0000, which Postgres cannot store. Everything else comes back byte for byte.
pub(crate) fn check(
    field: &'static str,
    text: &str,
    bytes_max: u32,
    required: bool,
) -> Result<(), Rejection> {
    let bytes = u32::try_from(text.len()).unwrap_or(u32::MAX);
    if required && text.is_empty() {
        return Err(Rejection::TextEmpty { field: field.into() });
    }
    if bytes_max < bytes {
        return Err(Rejection::TextTooLong { field: field.into(), bytes, bytes_max });
    }
    if text.contains('\0') {
        return Err(Rejection::TextUnstorable { field: field.into() });
    }
    Ok(())
}
