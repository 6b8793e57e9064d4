//! The fields of a form or a query as they stand there: what comes twice is not there.
//!
//! nginx-rtmp writes its own fields first and the publisher's query after them, as it was typed: a
//! publisher who adds `&name=another-room` must not be believed, and the first of the two is not worth
//! a guess.

/// Pairs, undecoded: stream names and signatures need no escapes.
#[derive(Debug)]
pub(crate) struct Fields<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Fields<'a> {
    pub(crate) fn parse(text: &'a str) -> Self {
        let text = text.strip_prefix('?').unwrap_or(text);
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        Self(pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).collect())
    }

    /// The one field of a name.
    pub(crate) fn find(&self, name: &str) -> Option<&'a str> {
        let mut found = self.0.iter().filter(|(known, _)| *known == name);
        let (_, value) = found.next()?;
        found.next().is_none().then_some(*value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_there_once_or_not_at_all() {
        let fields = Fields::parse("?name=a&call=publish&md5=x=&name=b&empty&&");
        assert_eq!(fields.find("call"), Some("publish"));
        assert_eq!(fields.find("md5"), Some("x="));
        assert_eq!(fields.find("empty"), Some(""));
        assert_eq!((fields.find("name"), fields.find("other")), (None, None));
    }
}
