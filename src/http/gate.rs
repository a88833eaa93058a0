//! Who may read the feed of a station that is not public: whoever's session reaches it.

use futures_util::future::BoxFuture;

use crate::{
    domain::{
        account::{Account, Role},
        ids::StationId,
    },
    feed::hub::{Denied, DeviceId, Gate},
    market::{Market, Reach, Verb, reach},
};

/// Tokens are those of sessions.
pub struct Sessions(pub Market);

fn reads(account: &Account, station: &StationId) -> bool {
    match reach(account.role, Verb::ReadFeed) {
        Reach::Any => true,
        Reach::Station => account.station.as_ref() == Some(station),
        Reach::Own | Reach::Nothing => false,
    }
}

impl Gate for Sessions {
    fn may_read<'a>(
        &'a self,
        station: &'a StationId,
        token: &'a str,
    ) -> BoxFuture<'a, Result<Option<DeviceId>, Denied>> {
        Box::pin(async move {
            let account = self.0.who(token).await.map_err(|_| Denied::Unavailable)?;
            let account = account.filter(|account| reads(account, station)).ok_or(Denied::Token)?;
            // A person may look on from several windows; a screen is one.
            let device = account.role == Role::Device;
            Ok(device.then(|| DeviceId(account.id.to_string())))
        })
    }
}
