//! What a merchant's server is asked, and what its answer means. In the form of Tencent both are in
//! [`tencent`].

mod tencent;

use bytes::Bytes;
use domain::actor::Actor;
use domain::command::{Action, Command, RoomCommand};
use domain::ids::{AppId, CommandId, RoomId};
use domain::screening::Screening;
use serde::{Deserialize, Serialize};
use service_kit::webhook::{Answer, Form};
use sha2::{Digest, Sha256};

/// A request about one command.
#[derive(Debug)]
pub(super) struct Question {
    /// `webhook-id`.
    pub(super) id: String,
    /// `CallbackCommand` of the form of Tencent.
    pub(super) command: &'static str,
    pub(super) body: Bytes,
    /// The same for the same question only: whoever sends another text under an id is asked about
    /// again.
    pub(super) key: [u8; 32],
}

/// What the server says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub(super) enum Verdict {
    /// As it is.
    Allow,
    /// It is not to be, and the sender is told this.
    Refuse {
        #[serde(default)]
        code: Option<u32>,
        #[serde(default)]
        reason: String,
    },
    /// Only the sender is to see it.
    Silent,
    /// With other texts.
    Replace(Texts),
}

/// Texts that stand in for those of the command.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct Texts {
    /// Of a message.
    text: Option<String>,
    /// These three of a custom message.
    data: Option<String>,
    description: Option<String>,
    extension: Option<String>,
}

/// Why there is no verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// Not in time, or no free place for the request.
    TimedOut,
    /// It has failed too often and is left alone.
    Rests,
    /// The request came to nothing.
    Post(&'static str),
    /// No success.
    Status,
    /// A success that says nothing that is known.
    Unreadable,
}

impl Failure {
    /// A word for metrics.
    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::TimedOut => "timed_out",
            Self::Rests => "rests",
            Self::Post(reason) => reason,
            Self::Status => "status",
            Self::Unreadable => "unreadable",
        }
    }
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    app: &'a AppId,
    id: CommandId,
    room_id: &'a RoomId,
    actor: &'a Actor,
    command: &'a RoomCommand,
}

impl Question {
    pub(super) fn new(
        app: &AppId,
        command: &Command,
        form: Form,
    ) -> Result<Self, serde_json::Error> {
        let Command { id, actor, action, .. } = command;
        let Action::Room { room_id, command } = action else {
            return Err(serde::ser::Error::custom("only commands to rooms are asked about"));
        };
        let body = match form {
            Form::Standard => {
                let kind = "before_command";
                serde_json::to_vec(&Body { kind, app, id: *id, room_id, actor, command })?
            }
            Form::Tencent => tencent::body(room_id, actor, *id, command)?,
        };
        let key = Sha256::new().chain_update(app.as_str()).chain_update([0]).chain_update(&body);
        let (id, key) = (format!("before_{app}_{id}"), key.finalize().into());
        Ok(Self { id, command: tencent::BEFORE_SEND, body: body.into(), key })
    }
}

impl Verdict {
    /// What an answer says; no body is no objection.
    pub(super) fn read(answer: &Answer, form: Form) -> Result<Self, Failure> {
        if !answer.status.is_success() {
            return Err(Failure::Status);
        }
        match form {
            Form::Standard if answer.body.is_empty() => Ok(Self::Allow),
            Form::Standard => {
                serde_json::from_slice(&answer.body).map_err(|_unknown| Failure::Unreadable)
            }
            Form::Tencent => tencent::verdict(&answer.body),
        }
    }

    /// A word for metrics.
    pub(super) fn as_str(&self) -> &'static str {
        match self {
            Self::Allow => "allowed",
            Self::Refuse { .. } => "refused",
            Self::Silent => "silenced",
            Self::Replace(_) => "replaced",
        }
    }

    /// Lets the command have its way. A gift cannot be seen by its sender alone: it is refused.
    pub(super) fn apply(self, command: &mut Command, reason_bytes_max: usize) {
        let declined = |code, reason: &str| {
            let end = reason.floor_char_boundary(reason_bytes_max);
            Some(Screening::Declined { code, reason: reason[..end].to_owned() })
        };
        let is_gift =
            matches!(command.action, Action::Room { command: RoomCommand::SendGift(_), .. });
        match self {
            Self::Allow => {}
            Self::Refuse { code, reason } => command.screening = declined(code, &reason),
            Self::Silent if is_gift => command.screening = declined(None, ""),
            Self::Silent => command.screening = Some(Screening::Silenced { field: "text".into() }),
            Self::Replace(texts) => texts.replace(&mut command.action),
        }
    }
}

impl Texts {
    fn replace(self, action: &mut Action) {
        let Action::Room { command, .. } = action else { return };
        if let RoomCommand::SendMessage(message) = command
            && let Some(text) = self.text
        {
            message.text = text.into();
        } else if let RoomCommand::SendCustomMessage(message) = command {
            let parts = [
                (&mut message.data, self.data),
                (&mut message.description, self.description),
                (&mut message.extension, self.extension),
            ];
            for (part, text) in parts {
                if let Some(text) = text {
                    *part = text.into();
                }
            }
        }
    }
}
