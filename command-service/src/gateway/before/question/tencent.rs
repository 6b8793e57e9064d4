//! The form of Tencent's IM: `Group.CallbackBeforeSendMsg` and what its receivers answer.

use domain::actor::Actor;
use domain::command::RoomCommand;
use domain::ids::{CommandId, RoomId};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Failure, Texts, Verdict};

/// `CallbackCommand`.
pub(super) const BEFORE_SEND: &str = "Group.CallbackBeforeSendMsg";

/// What Tencent's own clients are told when a server refuses without a code of its own.
const REFUSED: u32 = 10_016;

/// The codes that a server may choose.
const OWN_CODES: std::ops::RangeInclusive<u32> = 10_100..=10_200;

pub(super) fn body(
    room_id: &RoomId,
    actor: &Actor,
    id: CommandId,
    command: &RoomCommand,
) -> Result<Vec<u8>, serde_json::Error> {
    let random = id.unix_ms().unsigned_abs() & u64::from(u32::MAX);
    serde_json::to_vec(&json!({
        "CallbackCommand": BEFORE_SEND,
        "GroupId": room_id,
        "Type": "AVChatRoom",
        "From_Account": actor.user,
        "Operator_Account": actor.via.as_ref().unwrap_or(&actor.user),
        "Random": random,
        "MsgId": id,
        "OnlineOnlyFlag": 0,
        "MsgBody": [element(command)?],
    }))
}

/// A gift, which Tencent does not know, is a custom element.
fn element(command: &RoomCommand) -> Result<Value, serde_json::Error> {
    Ok(if let RoomCommand::SendMessage(message) = command {
        json!({"MsgType": "TIMTextElem", "MsgContent": {"Text": message.text}})
    } else if let RoomCommand::SendCustomMessage(message) = command {
        let content =
            json!({"Data": message.data, "Desc": message.description, "Ext": message.extension});
        json!({"MsgType": "TIMCustomElem", "MsgContent": content})
    } else {
        let content = json!({"Data": serde_json::to_string(command)?, "Desc": "", "Ext": ""});
        json!({"MsgType": "TIMCustomElem", "MsgContent": content})
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Envelope {
    error_code: u32,
    #[serde(default)]
    error_info: String,
    #[serde(default)]
    msg_body: Vec<Element>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Element {
    msg_content: Content,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Content {
    text: Option<String>,
    data: Option<String>,
    desc: Option<String>,
    ext: Option<String>,
}

/// 0 delivers, 1 refuses, 2 is silent, 10100 to 10200 refuse with a code of the server's own. Of a
/// rewritten message the first element counts: one message has one here.
pub(super) fn verdict(body: &[u8]) -> Result<Verdict, Failure> {
    let envelope = serde_json::from_slice::<Envelope>(body);
    let Envelope { error_code, error_info, msg_body } =
        envelope.map_err(|_unknown| Failure::Unreadable)?;
    match error_code {
        0 => Ok(msg_body.into_iter().next().map_or(Verdict::Allow, |Element { msg_content }| {
            let Content { text, data, desc, ext } = msg_content;
            Verdict::Replace(Texts { text, data, description: desc, extension: ext })
        })),
        1 => Ok(Verdict::Refuse { code: Some(REFUSED), reason: error_info }),
        2 => Ok(Verdict::Silent),
        code if OWN_CODES.contains(&code) => {
            Ok(Verdict::Refuse { code: Some(code), reason: error_info })
        }
        _ => Err(Failure::Unreadable),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(json: Value) -> Result<Verdict, Failure> {
        verdict(json.to_string().as_bytes())
    }

    #[test]
    fn each_code_means_what_it_means_there() {
        let refuse = |code| {
            let info = json!({"ActionStatus": "OK", "ErrorCode": code, "ErrorInfo": "no coins"});
            answer(info)
        };
        let refused =
            |code| Ok(Verdict::Refuse { code: Some(code), reason: "no coins".to_owned() });
        assert_eq!(answer(json!({"ErrorCode": 0})), Ok(Verdict::Allow));
        assert_eq!(refuse(1), refused(10_016));
        assert_eq!(refuse(2), Ok(Verdict::Silent));
        assert_eq!((refuse(10_100), refuse(10_200)), (refused(10_100), refused(10_200)));
        for unknown in [3, 10_099, 10_201] {
            assert_eq!(refuse(unknown), Err(Failure::Unreadable), "{unknown}");
        }
        assert_eq!(verdict(b"OK"), Err(Failure::Unreadable));
    }

    #[test]
    fn a_rewritten_message_replaces_the_texts() {
        let text = json!({"MsgType": "TIMTextElem", "MsgContent": {"Text": "hello"}});
        let level = json!({"MsgType": "TIMCustomElem",
            "MsgContent": {"Desc": "CustomElement.MemberLevel", "Data": "LV1"}});
        let both = answer(json!({"ErrorCode": 0, "ErrorInfo": "", "MsgBody": [text, level]}));
        let hello = Texts { text: Some("hello".to_owned()), ..Texts::default() };
        assert_eq!(both, Ok(Verdict::Replace(hello)));
    }
}
