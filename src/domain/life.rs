//! Lives of records: the states, what can happen, and the state after it. One function a life; nobody
//! sets a state by hand.

use std::fmt;

/// One of a few named choices, as the macro of [`super::wage`] makes them.
pub trait Choice: Copy + Eq + fmt::Debug + 'static {
    /// Every choice, in order.
    const EVERY: &'static [Self];
    /// The word on the wire and in storage.
    fn to_word(self) -> &'static str;
    /// The word for people.
    fn to_label(self) -> &'static str;
}

/// The event is not possible in this state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{event} is not possible for {record} in state {from}")]
pub struct Refused {
    /// What people call the record.
    pub record: &'static str,
    /// The state, as people call it.
    pub from: &'static str,
    /// The event, as people call it.
    pub event: &'static str,
    /// The events that the state allows.
    pub allowed: Vec<&'static str>,
}

/// The states of a record.
pub trait Life: Choice {
    /// What can happen.
    type Event: Choice;
    /// What people call the record.
    const RECORD: &'static str;

    /// The state after `event`; none where the life has no such step.
    fn after(self, event: Self::Event) -> Option<Self>;

    /// The events that this state allows.
    fn allowed(self) -> impl Iterator<Item = Self::Event> {
        let every = <Self::Event as Choice>::EVERY.iter().copied();
        every.filter(move |&event| self.after(event).is_some())
    }

    /// The state after `event`.
    ///
    /// # Errors
    /// [`Refused`] where the life has no such step.
    fn next(self, event: Self::Event) -> Result<Self, Refused> {
        self.after(event).ok_or_else(|| Refused {
            record: Self::RECORD,
            from: self.to_label(),
            event: event.to_label(),
            allowed: self.allowed().map(Choice::to_label).collect(),
        })
    }
}

/// Holds a life against a table: a row a state, with the word of the state after each event in
/// their order; a blank is a refusal.
#[cfg(test)]
pub fn holds<L: Life>(table: &[(&str, &[&str])]) {
    assert_eq!(table.len(), L::EVERY.len());
    for (state, (from, after)) in L::EVERY.iter().zip(table) {
        assert_eq!(state.to_word(), *from);
        assert_eq!(after.len(), <L::Event as Choice>::EVERY.len(), "{from}");
        for (event, want) in <L::Event as Choice>::EVERY.iter().zip(*after) {
            let got = state.next(*event).map_or("", Choice::to_word);
            assert_eq!(got, *want, "{from} {}", event.to_word());
        }
    }
}
