//! Every event type has a golden file, so that its shape on disk is looked at when it changes.

use crate::source::arms_of;
use crate::tidy::Finding;
use crate::tree::Tree;

const EVENTS: &str = "domain/src/event.rs";
const GOLDEN: &str = "domain/tests/golden/";

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let types = arms_of(tree.text(EVENTS).unwrap_or_default(), "type_name");
    if types.is_empty() {
        return vec![Finding::of(EVENTS, "no event types found in `type_name`")];
    }
    let missing = types.iter().map(|kind| format!("{GOLDEN}{kind}.v1.json"));
    let missing = missing.filter(|path| !tree.has(path));
    missing.map(|path| Finding::of(EVENTS, format!("`{path}` is missing"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENT: &str = "    fn type_name(&self) -> &str {\n            Self::GiftSent(_) => \"gift_sent\",\n    }\n";

    #[test]
    fn an_event_without_a_golden_file_is_found() {
        let golden = ("domain/tests/golden/gift_sent.v1.json", "{}");
        assert_eq!(check(&Tree::of(&[(EVENTS, EVENT), golden])), []);
        assert_eq!(check(&Tree::of(&[(EVENTS, EVENT)])).len(), 1);
        assert_eq!(check(&Tree::of(&[])).len(), 1);
    }
}
