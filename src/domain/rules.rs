//! Figures that a market sets for itself, each with its unit in its name. What the law fixes is no
//! setting.

macro_rules! rules {
    ($($(#[$doc:meta])* $name:ident = $value:literal, $range:expr;)*) => {
        /// The settings of a market.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct Rules {
            $($(#[$doc])* pub $name: i64,)*
        }

        impl Default for Rules {
            fn default() -> Rules {
                Rules { $($name: $value,)* }
            }
        }

        impl Rules {
            /// Sets one by its name.
            ///
            /// # Errors
            /// [`NotARule`] where none is called so, or the figure is out of range.
            pub fn set(&mut self, name: &str, value: i64) -> Result<(), NotARule> {
                match name {
                    $(stringify!($name) if ($range).contains(&value) => self.$name = value,)*
                    _ => return Err(NotARule),
                }
                Ok(())
            }
        }
    };
}

/// No setting is called so, or its figure is out of range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such setting, or out of its range")]
pub struct NotARule;

rules! {
    /// Hours that an offer waits for the worker's answer, at most until the work begins.
    offer_hours = 24, 1..=720;
    /// Hours before the work begins by which a booked worker confirms, or loses the place; 0 asks
    /// nobody. Only bookings made at least twice as long before are asked.
    confirm_lead_hours = 0, 0..=168;
    /// Hours before a shift from which its workers are reminded; 0 reminds nobody.
    remind_hours = 14, 0..=72;
    /// Minutes before a shift from which check-in is possible.
    early_min = 120, 0..=720;
    /// Minutes after a shift's start from which a check-in counts as late.
    late_after_min = 10, 0..=240;
    /// Minutes after a shift's start from which who did not check in counts as absent.
    no_show_after_min = 60, 5..=720;
    /// Hours after a shift's end in which check-out is possible.
    check_out_hours = 12, 1..=48;
    /// Hours before the work begins within which giving a place up, or calling somebody off, is
    /// marked; 0 marks nobody.
    late_cancel_hours = 24, 0..=168;
    /// Days in which a mark can be appealed.
    appeal_days = 5, 1..=60;
    /// Days for which a mark counts.
    mark_days = 90, 1..=1100;
    /// Marks that count from which on a worker's places are not taken in one step.
    marks_max = 3, 1..=100;
    /// Shifts worked since that make up for a worker's oldest mark.
    redeem_after_shifts = 3, 1..=100;
    /// Wages paid in time since that make up for an employer's oldest mark.
    redeem_after_wages = 10, 1..=1000;
    /// Days in which a complaint is settled.
    complaint_days = 5, 1..=60;
    /// Hours in which a complaint about an injury is settled.
    injury_hours = 24, 1..=240;
    /// Days after the last day of a week by which a weekly wage is paid.
    weekly_pay_after_days = 0, 0..=7;
    /// Days after the last day of a month by which a monthly wage is paid.
    monthly_pay_after_days = 0, 0..=31;
    /// Postings with arrears after which their employer may publish nothing until staff lift it.
    arrears_bar_after = 2, 1..=100;
    /// Days for which arrears count for that, also when they were paid since.
    arrears_count_days = 180, 1..=1100;
    /// The one switch that helps protected groups (帮扶优先, 就业促进法 §52): hundredths of a score
    /// that people without work who are registered as poor, monitored, of low income or hard to
    /// place get among the candidates of a posting. 0 helps nobody, and then nobody's group is
    /// read. Published at `/ranking`.
    help_hundredths = 0, 0..=50;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_named_and_bounded() {
        let mut rules = Rules::default();
        assert_eq!(rules.set("late_after_min", 1), Ok(()));
        assert_eq!(rules.late_after_min, 1);
        for (name, value) in [("late_after_min", -1), ("late_after_min", 241), ("nothing", 1)] {
            assert_eq!(rules.set(name, value), Err(NotARule), "{name} {value}");
        }
    }
}
