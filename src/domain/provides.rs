//! What a posting provides beside the pay (用工条件): meals, lodging, tools, insurance, and the ride
//! to work. What its poster does not state is not told.

use jiff::civil::Time;

use super::{
    geo::Point,
    posting::Shift,
    time::{DAY, Moment},
    wage::choices,
};

choices! {
    /// Meals (吃饭).
    Meals {
        /// None.
        None = "none", "不管饭";
        /// One a day.
        One = "one", "管一顿饭";
        /// All of a day.
        All = "all", "管三顿饭";
    }
}

choices! {
    /// Lodging (住宿).
    Lodging {
        /// None.
        None = "none", "不管住";
        /// Free of charge.
        Free = "free", "管住，不收钱";
        /// For money.
        Paid = "paid", "有地方住，要交钱";
    }
}

choices! {
    /// Tools (工具).
    Tools {
        /// They are there.
        Given = "given", "工具现场有";
        /// Workers bring their own.
        Own = "own", "自己带工具";
    }
}

choices! {
    /// Insurance against accidents at work (保险).
    Cover {
        /// Work injury insurance (工伤保险).
        Injury = "injury", "工伤保险";
        /// Accident insurance (意外险).
        Accident = "accident", "意外险";
        /// Employer's liability insurance (雇主责任险).
        Liability = "liability", "雇主责任险";
        /// None.
        None = "none", "没有保险";
    }
}

/// A ride to work (接送).
#[derive(Clone, Debug, PartialEq)]
pub struct Pickup {
    /// Where people get on, in words.
    pub address: String,
    /// Where people get on, on the map.
    pub point: Option<Point>,
    /// When it leaves on each day of work, Asia/Shanghai.
    pub time: Time,
    /// Seats.
    pub seats: Option<u32>,
}

impl Pickup {
    /// When it leaves for a shift: the last such time before the shift's start.
    pub fn before(&self, shift: &Shift) -> Moment {
        let day = shift.start.day();
        let same = Moment::from_shanghai(day.date().to_datetime(self.time));
        if same <= shift.start { same } else { same.plus(-DAY) }
    }
}

/// `6:40在良田镇政府门口上车，12个座`.
impl std::fmt::Display for Pickup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (hour, minute) = (self.time.hour(), self.time.minute());
        write!(f, "{hour}:{minute:02}在{}上车", self.address)?;
        self.seats.map_or(Ok(()), |seats| write!(f, "，{seats}个座"))
    }
}

/// What a posting provides.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Provides {
    /// Meals.
    pub meals: Option<Meals>,
    /// Lodging.
    pub lodging: Option<Lodging>,
    /// Tools.
    pub tools: Option<Tools>,
    /// Insurance.
    pub insurance: Option<Cover>,
    /// The ride to work.
    pub pickup: Option<Pickup>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ride_leaves_before_its_shift() {
        let pickup = |hour, minute| Pickup {
            address: "良田镇政府门口".to_owned(),
            point: None,
            time: Time::constant(hour, minute, 0, 0),
            seats: Some(12),
        };
        let at = |text: &str| text.parse::<Moment>().unwrap();
        let day =
            Shift { start: at("2026-11-25T08:00:00+08:00"), end: at("2026-11-25T17:00:00+08:00") };
        assert_eq!(pickup(6, 40).before(&day), at("2026-11-25T06:40:00+08:00"));
        assert_eq!(pickup(6, 40).to_string(), "6:40在良田镇政府门口上车，12个座");
        let early = Shift { start: at("2026-11-25T00:30:00+08:00"), end: day.end };
        assert_eq!(pickup(23, 50).before(&early), at("2026-11-24T23:50:00+08:00"));
    }
}
