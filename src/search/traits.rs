//! What of a posting is packed into numbers: its wage and its small traits.

use crate::{
    domain::{
        limits::TAGS_MAX,
        money::Fen,
        org::Label,
        wage::{Settlement, Wage, WageUnit},
    },
    words::trades::LICENCES_MAX,
};

/// A wage's amounts in one number.
pub fn pack_wage(wage: Wage) -> u64 {
    let part = |fen: Fen| u64::from(u32::try_from(fen.0).unwrap_or(u32::MAX));
    part(wage.min()) << 32 | part(wage.max())
}

/// A wage from its packed amounts; none where they are no wage.
pub fn unpack_wage(packed: u64, traits: Traits) -> Option<Wage> {
    let part = |bits: u64| Fen((bits & u64::from(u32::MAX)) as i64);
    Wage::new(part(packed >> 32), part(packed), traits.unit, traits.settlement)
}

/// The small traits of a posting, in one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Traits {
    pub settlement: Settlement,
    pub unit: WageUnit,
    pub label: Label,
    pub instant: bool,
    /// Whether the posting chose no stations.
    pub everywhere: bool,
    /// Skills in the list.
    pub asked: u8,
    /// Certificates of which the work asks one, a bit each.
    pub licences: u32,
    /// Letters of the title.
    pub letters: u16,
}

const _: () = assert!(TAGS_MAX <= u8::MAX as usize && 16 + LICENCES_MAX + 16 <= 64);

impl Traits {
    /// Two bits for each choice, two flags, the skills, the certificates, then the letters.
    pub fn pack(self) -> u64 {
        self.settlement as u64
            | (self.unit as u64) << 2
            | (self.label as u64) << 4
            | u64::from(self.instant) << 6
            | u64::from(self.everywhere) << 7
            | u64::from(self.asked) << 8
            | u64::from(self.licences) << 16
            | u64::from(self.letters) << (16 + LICENCES_MAX)
    }

    /// The traits again; none where a choice is unknown.
    pub fn unpack(packed: u64) -> Option<Traits> {
        let choice = |shift: u32| (packed >> shift & 3) as usize;
        Some(Traits {
            settlement: *Settlement::ALL.get(choice(0))?,
            unit: *WageUnit::ALL.get(choice(2))?,
            label: *Label::ALL.get(choice(4))?,
            instant: packed >> 6 & 1 == 1,
            everywhere: packed >> 7 & 1 == 1,
            asked: (packed >> 8) as u8,
            licences: (packed >> 16) as u32 & ((1 << LICENCES_MAX) - 1),
            letters: (packed >> (16 + LICENCES_MAX)) as u16,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traits_and_wages_survive_packing() {
        for &settlement in Settlement::ALL {
            for &unit in WageUnit::ALL {
                for &label in Label::ALL {
                    let traits = Traits {
                        settlement,
                        unit,
                        label,
                        instant: label == Label::Direct,
                        everywhere: unit == WageUnit::Day,
                        asked: 20,
                        licences: 0b1001,
                        letters: 300,
                    };
                    assert_eq!(Traits::unpack(traits.pack()), Some(traits));
                    let wage = Wage::new(Fen(1), Fen(100_000_000), unit, settlement).unwrap();
                    assert_eq!(unpack_wage(pack_wage(wage), traits), Some(wage));
                }
            }
        }
        assert_eq!(Traits::unpack(3 << 4), None);
    }
}
