//! Where a page ends. A route reads one row more than was asked for: that tells whether there is a next
//! page.

/// Takes the row too many away; whether there was one.
pub(super) fn cut<T>(rows: &mut Vec<T>, limit: u32) -> bool {
    let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = wanted < rows.len();
    rows.truncate(wanted);
    more
}
