//! What somebody says in a room, of whichever kind: chat, custom or paid. The filter can make it wait
//! ([`super::hold_message`]) or show it to nobody else ([`super::silence_message`]); what is let through
//! then is what it was.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::coins::Coins;
use crate::event::EventData;
use crate::room::send_custom_message::CustomMessageSent;
use crate::room::send_message::MessageSent;
use crate::room::send_paid_message::PaidMessageSent;
use crate::view::feed_item::Priority;

/// What a message has besides its text, if it is no chat message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(missing_docs, reason = "as in the messages")]
pub enum Besides {
    /// A custom message, whose `data` is the text.
    Custom { description: Arc<str>, extension: Arc<str>, priority: Priority },
    /// A message that was paid for.
    Paid { amount: Coins, pinned_s: u32 },
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) text: Arc<str>,
    pub(crate) reply_to: Option<u64>,
    pub(crate) besides: Option<Besides>,
}

impl Besides {
    /// That of the message when it is sent.
    pub(crate) fn priority(besides: Option<&Self>) -> Priority {
        match besides {
            None => Priority::Normal,
            Some(Self::Custom { priority, .. }) => *priority,
            Some(Self::Paid { .. }) => Priority::High,
        }
    }

    /// Slow mode does not hold for what was paid for.
    pub(crate) fn is_paid(besides: Option<&Self>) -> bool {
        matches!(besides, Some(Self::Paid { .. }))
    }
}

impl Said {
    /// What is said with an event, if it is a message.
    pub(crate) fn of(data: &EventData) -> Option<Self> {
        if let EventData::MessageSent(MessageSent { text, reply_to }) = data {
            Some(Self { text: text.clone(), reply_to: *reply_to, besides: None })
        } else if let EventData::CustomMessageSent(sent) = data {
            let CustomMessageSent { data, description, extension, priority } = sent.clone();
            let besides = Some(Besides::Custom { description, extension, priority });
            Some(Self { text: data, reply_to: None, besides })
        } else if let EventData::PaidMessageSent(sent) = data {
            let PaidMessageSent { text, amount, pinned_s } = sent.clone();
            Some(Self { text, reply_to: None, besides: Some(Besides::Paid { amount, pinned_s }) })
        } else {
            None
        }
    }

    /// The event with which everybody gets it.
    pub(crate) fn sent(self) -> EventData {
        let Self { text, reply_to, besides } = self;
        match besides {
            None => EventData::MessageSent(MessageSent { text, reply_to }),
            Some(Besides::Custom { description, extension, priority }) => {
                let sent = CustomMessageSent { data: text, description, extension, priority };
                EventData::CustomMessageSent(sent)
            }
            Some(Besides::Paid { amount, pinned_s }) => {
                EventData::PaidMessageSent(PaidMessageSent { text, amount, pinned_s })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn what_was_said_is_sent_as_it_was() {
        let mut kinds = 0;
        for event in sample::events() {
            if let Some(said) = Said::of(&event.data) {
                kinds += 1;
                assert_eq!(Besides::priority(said.besides.as_ref()), Priority::of(&event.data));
                assert_eq!(said.sent(), event.data);
            }
        }
        assert_eq!(kinds, 3, "chat, custom and paid");
    }
}
