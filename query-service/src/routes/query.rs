//! Query parameters, strictly: what is not known, not a number or given twice is refused, because a
//! misspelt parameter that is silently left out gives an answer to another question.

use std::convert::Infallible;
use std::ops::RangeInclusive;
use std::str::FromStr;

use domain::ids::LogSeq;
use domain::timestamp::Timestamp;
use percent_encoding::percent_decode_str;
use service_kit::clock;
use service_kit::problem::Problem;
use warp::Filter;
use warp::http::HeaderValue;

use crate::problems::{invalid_last_event_id, invalid_query};

/// Longest query string.
const BYTES_MAX: usize = 512;

/// The query string as it stands in the request; empty if there is none.
pub(crate) fn raw() -> impl Filter<Extract = (String,), Error = Infallible> + Clone {
    warp::query::raw().or(warp::any().map(String::new)).unify()
}

/// The parameters of one request.
#[derive(Debug)]
pub(crate) struct Query<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Query<'a> {
    /// Reads a query string that may have the parameters `known` and no others.
    pub(crate) fn parse(raw: &'a str, known: &[&str]) -> Result<Self, Problem> {
        if BYTES_MAX < raw.len() {
            return Err(invalid_query("the query is too long"));
        }
        let mut pairs: Vec<(&str, &str)> = Vec::new();
        for pair in raw.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            if !known.contains(&name) {
                let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                return Err(invalid_query(format!(
                    "unknown parameter `{name}`; known here: {known}"
                )));
            }
            if pairs.iter().any(|(earlier, _)| *earlier == name) {
                return Err(invalid_query(format!("`{name}` is given twice")));
            }
            pairs.push((name, value));
        }
        Ok(Self(pairs))
    }

    /// A parameter as it was sent.
    pub(crate) fn text(&self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    /// A text; percent-encoded. An empty one is none. Zero bytes are nothing that can be asked for.
    pub(crate) fn decoded(&self, name: &str) -> Result<Option<String>, Problem> {
        let Some(text) = self.text(name).filter(|text| !text.is_empty()) else { return Ok(None) };
        let text = percent_decode_str(text).decode_utf8().ok().filter(|text| !text.contains('\0'));
        let text = text.map(std::borrow::Cow::into_owned);
        text.map(Some).ok_or_else(|| invalid_query(format!("`{name}` is not such a text")))
    }

    /// The id of something; percent-encoded, as in a path.
    pub(crate) fn id<T: FromStr>(&self, name: &str) -> Result<Option<T>, Problem> {
        let Some(text) = self.text(name).filter(|text| !text.is_empty()) else { return Ok(None) };
        let text = percent_decode_str(text).decode_utf8().ok();
        let id = text.and_then(|text| text.parse().ok());
        id.map(Some).ok_or_else(|| invalid_query(format!("`{name}` is not such an id")))
    }

    /// A whole number.
    pub(crate) fn number(&self, name: &str) -> Result<Option<u64>, Problem> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let number = whole_number(text);
        number.map(Some).ok_or_else(|| invalid_query(format!("`{name}` is not a whole number")))
    }

    /// `?min_seq=`: the commit that the answer must include; 0 if it does not matter.
    pub(crate) fn min_seq(&self) -> Result<LogSeq, Problem> {
        Ok(LogSeq(self.number("min_seq")?.unwrap_or_default()))
    }

    /// Unix milliseconds; now unless it is said.
    pub(crate) fn instant(&self, name: &str) -> Result<Timestamp, Problem> {
        let Some(millis) = self.number(name)? else { return Ok(clock::now()) };
        let beyond = |_| invalid_query(format!("`{name}` lies beyond the end of time"));
        i64::try_from(millis).map(Timestamp).map_err(beyond)
    }

    /// How many are wanted.
    pub(crate) fn count(
        &self,
        name: &str,
        default: u32,
        range: RangeInclusive<u32>,
    ) -> Result<u32, Problem> {
        let Some(number) = self.number(name)? else { return Ok(default) };
        let fits = u32::try_from(number).ok().filter(|count| range.contains(count));
        let (min, max) = range.into_inner();
        fits.ok_or_else(|| invalid_query(format!("`{name}` is from {min} to {max}")))
    }
}

/// What the header says; a problem if it is no text.
pub(crate) type LastEventId = Result<Option<String>, Problem>;

/// The header with which a browser reconnects.
pub(crate) fn last_event_id_header()
-> impl Filter<Extract = (LastEventId,), Error = Infallible> + Clone {
    let header = warp::header::value("last-event-id").map(Some);
    header.or(warp::any().map(|| None)).unify().map(|header: Option<HeaderValue>| {
        let text = header.as_ref().map(HeaderValue::to_str).transpose();
        text.map(|text| text.map(str::to_owned)).map_err(|_not_text| invalid_last_event_id())
    })
}

/// The id to resume from: of the header, which a browser sends when it reconnects, before that of
/// the address. No id, or an empty one, as after an event without id, is none.
pub(crate) fn last_event_id(
    header: Option<&str>,
    parameter: Option<&str>,
) -> Result<Option<u64>, Problem> {
    let text = header.filter(|text| !text.is_empty()).or(parameter);
    match text {
        None | Some("") => Ok(None),
        Some(text) => whole_number(text).map(Some).ok_or_else(invalid_last_event_id),
    }
}

/// Digits only: `parse` would also take a plus sign.
fn whole_number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code<T: std::fmt::Debug>(result: Result<T, Problem>) -> &'static str {
        result.unwrap_err().code()
    }

    #[test]
    fn numbers_are_digits_and_nothing_else() {
        let number = |raw| Query::parse(raw, &["n"])?.number("n");
        assert_eq!(number(""), Ok(None));
        assert_eq!(number("n=0"), Ok(Some(0)));
        assert_eq!(number("n=18446744073709551615"), Ok(Some(u64::MAX)));
        for raw in ["n", "n=", "n=-1", "n=%2B1", "n=+1", "n=1.0", "n=1e3", "n=18446744073709551616"]
        {
            assert_eq!(code(number(raw)), "invalid_query", "{raw}");
        }
    }

    #[test]
    fn what_is_not_known_or_given_twice_is_refused() {
        assert_eq!(code(Query::parse("m=1", &["n"])), "invalid_query");
        assert_eq!(code(Query::parse("n=1&n=1", &["n"])), "invalid_query");
        assert_eq!(code(Query::parse("N=1", &["n"])), "invalid_query");
        assert_eq!(code(Query::parse(&"&".repeat(BYTES_MAX + 1), &["n"])), "invalid_query");
    }

    #[test]
    fn a_count_has_a_range() {
        let count = |raw| Query::parse(raw, &["limit"])?.count("limit", 50, 1..=200);
        assert_eq!(count(""), Ok(50));
        assert_eq!(count("limit=1"), Ok(1));
        assert_eq!(count("limit=200"), Ok(200));
        assert_eq!(code(count("limit=0")), "invalid_query");
        assert_eq!(code(count("limit=201")), "invalid_query");
    }

    #[test]
    fn the_header_of_a_reconnecting_browser_wins() {
        assert_eq!(last_event_id(None, None), Ok(None));
        assert_eq!(last_event_id(Some("7"), Some("3")), Ok(Some(7)));
        assert_eq!(last_event_id(None, Some("3")), Ok(Some(3)));
        assert_eq!(last_event_id(Some(""), Some("3")), Ok(Some(3)));
        assert_eq!(code(last_event_id(Some("x"), Some("3"))), "invalid_last_event_id");
        assert_eq!(code(last_event_id(None, Some("-3"))), "invalid_last_event_id");
    }
}
