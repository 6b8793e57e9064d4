//! What holds for every scheme that is verified here.

use super::*;

const HASHED: [Scheme; 5] =
    [Scheme::Tencent, Scheme::AliyunA, Scheme::VolcB, Scheme::HuaweiA, Scheme::NginxSecureLink];
const NONCE: &str = "477b3bbc253f467b8def6711128c7bec";
const ROOM: Resource<'_> = Resource { app_name: "live", stream: "room", suffix: "" };

fn verify(
    scheme: Scheme,
    keys: &[&str],
    resource: &Resource<'_>,
    parameters: &Parameters,
    now_s: i64,
) -> Result<(), VerifyError> {
    // As a URL has them: a parameter is found once or not at all.
    let find = |name: &str| {
        let mut found = parameters.iter().filter(|(key, _)| *key == name);
        found.next().filter(|_| found.next().is_none()).map(|(_, value)| value.as_str())
    };
    scheme.verify(keys, resource, &find, 0, now_s)
}

#[test]
fn either_key_is_accepted_and_no_other() {
    for scheme in HASHED {
        let signed = scheme.sign("backup", &ROOM, 2_000, NONCE);
        let at = |keys: &[&str], resource| verify(scheme, keys, resource, &signed, 1_000);
        assert_eq!(at(&["primary", "backup"], &ROOM), Ok(()), "{scheme:?}");
        let wrong = Err(VerifyError::WrongSecret);
        assert_eq!(at(&["primary"], &ROOM), wrong);
        assert_eq!(at(&[], &ROOM), wrong);
        assert_eq!(at(&["backup"], &Resource { stream: "other", ..ROOM }), wrong);
        // A transcoded stream has a name of its own.
        assert_eq!(at(&["backup"], &Resource { stream: "room_900", ..ROOM }), wrong);
        let backup = scheme.sign("backup", &Resource { stream: "room_900", ..ROOM }, 2_000, NONCE);
        assert_ne!(backup, signed);
    }
}

#[test]
fn an_expired_url_is_accepted_by_no_key() {
    for scheme in HASHED {
        for key in ["primary", "backup"] {
            let signed = scheme.sign(key, &ROOM, 2_000, NONCE);
            let at = |now_s| verify(scheme, &["primary", "backup"], &ROOM, &signed, now_s);
            assert_eq!(at(1_999), Ok(()), "{scheme:?}");
            assert_eq!(at(2_000), Err(VerifyError::Expired));
        }
        let signed = scheme.sign("primary", &ROOM, 2_000, NONCE);
        let find = |name: &str| {
            signed.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str())
        };
        let with_validity = |now_s| scheme.verify(&["primary"], &ROOM, &find, 60, now_s);
        assert_eq!(with_validity(2_059), Ok(()));
        assert_eq!(with_validity(2_060), Err(VerifyError::Expired));
        assert_eq!(scheme.verify_for_ever(&["primary"], &ROOM, &find), Ok(2_000));
    }
}

#[test]
fn whatever_is_changed_left_out_or_repeated_is_refused() {
    for scheme in HASHED {
        let signed = scheme.sign("primary", &ROOM, 2_000, NONCE);
        for index in 0..signed.len() {
            for at in 0..signed[index].1.len() {
                let mut changed = signed.clone();
                let old = changed[index].1.remove(at);
                assert!(verify(scheme, &["primary"], &ROOM, &changed, 0).is_err(), "{changed:?}");
                changed[index].1.insert(at, if old == '1' { '2' } else { '1' });
                assert!(verify(scheme, &["primary"], &ROOM, &changed, 0).is_err(), "{changed:?}");
            }
            let mut without = signed.clone();
            let taken = without.remove(index);
            let unreadable = Err(VerifyError::Unreadable);
            assert_eq!(verify(scheme, &["primary"], &ROOM, &without, 0), unreadable);
            let twice = [signed.clone(), vec![taken]].concat();
            assert_eq!(verify(scheme, &["primary"], &ROOM, &twice, 0), unreadable);
        }
    }
}

#[test]
fn the_hash_of_tencent_is_over_the_time_as_it_is_spelt() {
    let mut signed = tencent::sign("key", "room", 0x5C01_D608);
    assert_eq!(verify(Scheme::Tencent, &["key"], &ROOM, &signed, 0), Ok(()));
    signed[1].1 = "5c01d608".to_owned();
    let wrong = Err(VerifyError::WrongSecret);
    assert_eq!(verify(Scheme::Tencent, &["key"], &ROOM, &signed, 0), wrong);
}
