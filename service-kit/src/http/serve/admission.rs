//! Who may connect: so many at a time, so many in a second, so many from one address. The accept
//! loop asks for each connection; who gets no [`Place`] is answered by `refusal`.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use warp::http::StatusCode;

use crate::http::HttpConfig;
use crate::problem::Problem;

/// What one network behind IPv6 has for itself.
const IPV6_NETWORK: u128 = !0 << 64;

/// Why a connection is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// All places are taken.
    Full,
    /// Too many have come in the last moment.
    TooFast,
    /// Its address has all the places that one may have.
    Address,
}

impl Refused {
    pub(super) const ALL: [Self; 3] = [Self::Full, Self::TooFast, Self::Address];

    /// As the client is told. The code is the label of the metric, too.
    pub(super) fn problem(self) -> Problem {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        match self {
            Self::Full => Problem::new(status, "too_many_connections", "Too many connections"),
            Self::TooFast => {
                Problem::new(status, "connections_too_fast", "Too many connections at once")
            }
            Self::Address => {
                let title = "Too many connections from this address";
                Problem::new(status, "too_many_connections_of_address", title)
            }
        }
    }
}

/// The limits of a listener and what is used up of them.
#[derive(Debug)]
pub(super) struct Admission {
    places: Arc<Semaphore>,
    rate: Option<Rate>,
    addresses: Option<Addresses>,
}

/// What a connection holds until it is gone.
#[derive(Debug)]
pub(super) struct Place {
    _permit: OwnedSemaphorePermit,
    _address: Option<AddressGuard>,
}

#[cfg(feature = "testing")]
impl Place {
    /// Of a connection that nobody limits.
    pub(super) fn of_a_test() -> Option<Self> {
        let permit = Arc::new(Semaphore::new(1)).try_acquire_owned().ok()?;
        Some(Self { _permit: permit, _address: None })
    }
}

impl Admission {
    pub(super) fn new(config: &HttpConfig) -> Self {
        let per_address = config.connections_per_address_max;
        Self {
            places: Arc::new(Semaphore::new(config.connections_max)),
            rate: Rate::new(config.connections_per_s, config.connections_burst),
            addresses: (0 < per_address).then(|| Addresses::new(per_address)),
        }
    }

    /// A place for one more connection.
    pub(super) fn admit(&mut self, peer: IpAddr, now: Instant) -> Result<Place, Refused> {
        let permit = Arc::clone(&self.places).try_acquire_owned();
        let permit = permit.map_err(|_none_left| Refused::Full)?;
        let address = match &self.addresses {
            Some(addresses) => Some(addresses.take(peer).ok_or(Refused::Address)?),
            None => None,
        };
        // Last: who is refused for another reason takes nothing from the others.
        if self.rate.as_mut().is_some_and(|rate| !rate.take(now)) {
            return Err(Refused::TooFast);
        }
        Ok(Place { _permit: permit, _address: address })
    }

    /// Connections that are open.
    pub(super) fn places(&self) -> &Arc<Semaphore> {
        &self.places
    }
}

/// A bucket that fills by `per_s` in a second and holds `burst`, kept as the moment at which it will
/// be full again.
#[derive(Debug)]
struct Rate {
    interval: Duration,
    capacity: Duration,
    full_at: Option<Instant>,
}

impl Rate {
    fn new(per_s: u32, burst: u32) -> Option<Self> {
        let interval = Duration::from_secs(1).checked_div(per_s)?;
        Some(Self { interval, capacity: interval.saturating_mul(burst), full_at: None })
    }

    fn take(&mut self, now: Instant) -> bool {
        let full_at = self.full_at.map_or(now, |full_at| full_at.max(now)) + self.interval;
        let fits = full_at - now <= self.capacity;
        if fits {
            self.full_at = Some(full_at);
        }
        fits
    }
}

/// Connections by address. Never more entries than connections.
#[derive(Debug)]
struct Addresses {
    max: usize,
    open: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

#[derive(Debug)]
struct AddressGuard {
    address: IpAddr,
    open: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

impl Addresses {
    fn new(max: usize) -> Self {
        Self { max, open: Arc::default() }
    }

    fn take(&self, peer: IpAddr) -> Option<AddressGuard> {
        let address = network_of(peer);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(address).or_default();
        if self.max <= *count {
            return None;
        }
        *count += 1;
        Some(AddressGuard { address, open: Arc::clone(&self.open) })
    }
}

impl Drop for AddressGuard {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(count) = open.get_mut(&self.address) else { return };
        *count -= 1;
        if *count == 0 {
            open.remove(&self.address);
        }
    }
}

/// Who has one address of IPv6 has all of a network.
fn network_of(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & IPV6_NETWORK).into(),
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: &str = "192.0.2.1";

    fn admission(change: impl FnOnce(&mut HttpConfig)) -> Admission {
        let mut config = HttpConfig { connections_per_s: 0, ..HttpConfig::default() };
        change(&mut config);
        Admission::new(&config)
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn so_many_come_at_once_and_then_so_many_in_a_second() {
        let mut admission = admission(|config| {
            (config.connections_per_s, config.connections_burst) = (10, 3);
        });
        let begin = Instant::now();
        let mut open = Vec::new();
        for (at_ms, admitted) in
            [(0, true), (0, true), (0, true), (0, false), (99, false), (100, true), (100, false)]
        {
            let place = admission.admit(ip(ANN), begin + Duration::from_millis(at_ms));
            assert_eq!(place.as_ref().err().is_none(), admitted, "at {at_ms} ms");
            open.extend(place);
        }
        // After a pause as many as at first, and not more.
        let later = begin + Duration::from_mins(1);
        let admitted = (0..5).filter_map(|_| admission.admit(ip(ANN), later).ok()).count();
        assert_eq!(admitted, 3);
        assert_eq!(admission.admit(ip(ANN), later).unwrap_err(), Refused::TooFast);
    }

    #[test]
    fn an_address_has_its_places_until_it_leaves_them() {
        let mut admission = admission(|config| config.connections_per_address_max = 2);
        let now = Instant::now();
        let first = admission.admit(ip(ANN), now).unwrap();
        let _second = admission.admit(ip("::ffff:192.0.2.1"), now).unwrap();
        assert_eq!(admission.admit(ip(ANN), now).unwrap_err(), Refused::Address);
        let other = admission.admit(ip("192.0.2.2"), now).unwrap();
        drop((first, other));
        let _third = admission.admit(ip(ANN), now).unwrap();
        let addresses = admission.addresses.as_ref().unwrap();
        assert_eq!(addresses.open.lock().unwrap().len(), 1, "who is gone is forgotten");
    }

    #[test]
    fn a_network_of_ipv6_is_one_address() {
        let mut admission = admission(|config| config.connections_per_address_max = 1);
        let now = Instant::now();
        let _first = admission.admit(ip("2001:db8::1"), now).unwrap();
        assert!(admission.admit(ip("2001:db8::ffff:1"), now).is_err());
        assert!(admission.admit(ip("2001:db8:0:1::1"), now).is_ok());
    }

    #[test]
    fn who_is_refused_for_an_address_does_not_count_for_the_rate() {
        let mut admission = admission(|config| {
            (config.connections_per_s, config.connections_burst) = (1, 2);
            config.connections_per_address_max = 1;
        });
        let now = Instant::now();
        let _first = admission.admit(ip(ANN), now).unwrap();
        for _ in 0..10 {
            assert_eq!(admission.admit(ip(ANN), now).unwrap_err(), Refused::Address);
        }
        assert!(admission.admit(ip("192.0.2.2"), now).is_ok());
    }
}
