//! A column of texts on its way into `unnest`, in the form in which Postgres takes it: one buffer
//! instead of a string for each row.

use std::error::Error;

use bytes::{BufMut, BytesMut};
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

/// A `text[]`.
#[derive(Debug, Default)]
pub(crate) struct TextColumn {
    /// Each text behind its length; a null is the length -1.
    items: Vec<u8>,
    count: i32,
    has_null: bool,
}

impl TextColumn {
    pub(crate) fn push(&mut self, text: &str) {
        // Postgres holds at most 1 GiB in a field; a batch is bounded far below.
        let length = i32::try_from(text.len()).unwrap_or(i32::MAX);
        self.items.extend_from_slice(&length.to_be_bytes());
        self.items.extend_from_slice(text.as_bytes());
        self.count += 1;
    }

    pub(crate) fn push_option(&mut self, text: Option<&str>) {
        if let Some(text) = text {
            self.push(text);
        } else {
            self.items.extend_from_slice(&(-1_i32).to_be_bytes());
            self.count += 1;
            self.has_null = true;
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }
}

impl<'a> FromIterator<&'a str> for TextColumn {
    fn from_iter<I: IntoIterator<Item = &'a str>>(texts: I) -> Self {
        let mut column = Self::default();
        texts.into_iter().for_each(|text| column.push(text));
        column
    }
}

impl ToSql for TextColumn {
    fn to_sql(
        &self,
        _type: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        out.put_i32(1); // dimensions
        out.put_i32(i32::from(self.has_null));
        out.put_u32(Type::TEXT.oid());
        out.put_i32(self.count);
        out.put_i32(1); // lower bound
        out.put_slice(&self.items);
        Ok(IsNull::No)
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::TEXT_ARRAY
    }

    to_sql_checked!();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_encoded_as_the_library_encodes_it() {
        let texts = [Some("a"), None, Some(""), Some("茶")];
        let mut column = TextColumn::default();
        for text in texts {
            column.push_option(text);
        }

        let (mut ours, mut theirs) = (BytesMut::new(), BytesMut::new());
        column.to_sql(&Type::TEXT_ARRAY, &mut ours).unwrap();
        texts.as_slice().to_sql(&Type::TEXT_ARRAY, &mut theirs).unwrap();
        assert_eq!(ours, theirs);
    }
}
