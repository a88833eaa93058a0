//! How often an address may try to sign in.

use std::{net::IpAddr, num::NonZeroU32};

use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::NoOpMiddleware,
    state::keyed::DashMapStateStore,
};

/// Sign-ins that an address may try at once, and afterwards each second.
const BURST: NonZeroU32 = NonZeroU32::MIN.saturating_add(59);
const RATE: NonZeroU32 = NonZeroU32::MIN.saturating_add(1);
/// Addresses that are remembered; those beyond share what one may try.
const ADDRESSES_MAX: usize = 10_000;

/// Sign-ins by client address. An address is remembered only while it has tried more than it may
/// by now have forgotten: half a minute at most.
pub struct SignIns<C: Clock = DefaultClock>(Limiter<C>);

type Limiter<C> =
    RateLimiter<IpAddr, DashMapStateStore<IpAddr>, C, NoOpMiddleware<<C as Clock>::Instant>>;

impl SignIns {
    /// Nobody has tried.
    pub fn new() -> SignIns {
        SignIns::by(DefaultClock::default())
    }
}

impl<C: Clock> SignIns<C> {
    fn by(clock: C) -> SignIns<C> {
        let quota = Quota::per_second(RATE).allow_burst(BURST);
        SignIns(RateLimiter::dashmap_with_clock(quota, clock))
    }

    /// Whether this address may try now; notes that it does.
    pub fn lets(&self, address: IpAddr) -> bool {
        if self.0.len() >= ADDRESSES_MAX {
            self.0.retain_recent();
            self.0.shrink_to_fit();
        }
        let full = self.0.len() >= ADDRESSES_MAX;
        let address = if full { IpAddr::from([0; 16]) } else { network(address) };
        self.0.check_key(&address).is_ok()
    }
}

/// The address, or of version 6 the network of which one household or attacker has all.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::from((u128::from(v6) >> 64 << 64).to_be_bytes()),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;

    use super::*;

    #[test]
    fn an_address_is_slowed_down_and_no_other() {
        let sign_ins = SignIns::new();
        let one = IpAddr::from([10, 0, 0, 1]);
        assert_eq!((0..100).filter(|_| sign_ins.lets(one)).count(), 60);
        assert!(sign_ins.lets(IpAddr::from([10, 0, 0, 2])));
        // Of version 6, a network counts as one; an address of version 4 in its clothes as itself.
        let host = |last: u16| IpAddr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, last]);
        assert_eq!((0..100).filter(|&last| sign_ins.lets(host(last))).count(), 60);
        assert!(!sign_ins.lets("::ffff:10.0.0.1".parse().unwrap()));
    }

    #[test]
    fn any_number_of_addresses_takes_bounded_memory() {
        // On a clock that stands nothing is forgotten, however slow the machine is.
        let sign_ins = SignIns::by(FakeRelativeClock::default());
        for number in 0..3 * ADDRESSES_MAX as u32 {
            sign_ins.lets(IpAddr::from(number.to_be_bytes()));
            assert!(sign_ins.0.len() <= ADDRESSES_MAX + 1);
        }
        assert!(!sign_ins.lets(IpAddr::from([200, 0, 0, 1])), "strangers share what one may try");
    }
}
