//! Terms of a posting against the records: whose they are, and whether what they name exists.

use serde_json::{Value, json};

use super::{
    Market, MarketError, MarketResult,
    intake::{self, Posted},
};
use crate::{
    domain::{
        account::{Actor, Role},
        fields::FieldErrors,
        ids::OrgId,
        org::{Employer, Label, Org},
        posting::{Posting, Terms},
    },
    feed::view::JobView,
    store::{Kind, StoreError, Txn, View},
};

impl Market {
    pub(super) async fn own_org(
        &self,
        view: &mut View,
        actor: &Actor,
    ) -> MarketResult<Option<Org>> {
        let Some(id) = actor.account().and_then(|account| account.org.as_ref()) else {
            return Ok(None);
        };
        Ok(view.org(id).await?)
    }

    /// Reads an input and checks what only the records can tell: stations and broker exist, and
    /// nobody posts in another's name.
    pub(super) async fn read_terms(
        &self,
        view: &mut View,
        actor: &Actor,
        own_org: Option<&Org>,
        input: &Value,
    ) -> MarketResult<Posted> {
        let Value::Object(map) = input else {
            let message = "请求内容应当是一个JSON对象";
            return Err(FieldErrors::one("", "type", message).into());
        };
        let role = actor.account().map(|account| account.role);
        let own = own_org.filter(|_| role != Some(Role::Broker)).map(|org| &org.employer);
        let mut posted = intake::posting(map, own, self.now())?;
        let mut errors = FieldErrors::default();
        if role == Some(Role::Broker) {
            // A broker posts through itself, whatever the input says.
            posted.terms.via_broker = own_org.map(|org| org.id.clone());
        }
        if role == Some(Role::Employer)
            && let Some(code) = own_org.and_then(|org| org.employer.uscc.as_ref())
            && posted.terms.employer.uscc.as_ref() != Some(code)
        {
            errors.add("employer.uscc", "unknown", "只能以本单位的名义发布岗位");
        }
        let stations = view.stations().await?;
        for (i, id) in posted.terms.stations.iter().enumerate() {
            if !stations.iter().any(|station| station.id == *id) {
                errors.add(format!("stations[{i}]"), "unknown", format!("没有“{id}”这个站点"));
            }
        }
        if let Some(broker) = &posted.terms.via_broker
            && view.org(broker).await?.is_none()
        {
            errors.add("via_broker", "unknown", "没有这个经纪人或机构");
        }
        if errors.is_empty() { Ok(posted) } else { Err(errors.into()) }
    }

    pub(super) async fn label_of(
        &self,
        view: &mut View,
        own_org: Option<&Org>,
        terms: &Terms,
    ) -> MarketResult<Label> {
        let through = match &terms.via_broker {
            Some(id) => view.org(id).await?,
            None => own_org.cloned(),
        };
        Ok(through.map_or(Label::Direct, |org| Label::of(org.employer.kind)))
    }

    pub(super) async fn label_after(
        &self,
        view: &mut View,
        held: &Posting,
        terms: &Terms,
    ) -> MarketResult<Label> {
        let org = match &held.org {
            Some(id) => view.org(id).await?,
            None => None,
        };
        self.label_of(view, org.as_ref(), terms).await
    }

    /// The organisation of an id, made known where it is new.
    pub(super) async fn org_or_new(
        &self,
        txn: &mut Txn,
        actor: &Actor,
        id: &OrgId,
        employer: Employer,
    ) -> MarketResult<Org> {
        if let Some(org) = txn.org(id).await? {
            return Ok(org);
        }
        let org = Org { id: id.clone(), employer };
        match txn.add_org(&org, self.now()).await {
            Ok(()) => {
                let detail = json!({ "kind": org.employer.kind.word() });
                txn.log(self.entry(actor, "add_org", Kind::Org, id, detail));
                Ok(org)
            }
            Err(StoreError::Conflict(_)) => {
                Err(MarketError::Duplicate { field: "uscc", held: None })
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// A posting as an input that would make it.
pub(super) fn as_input(posting: &Posting) -> Value {
    let mut input = serde_json::to_value(JobView::from(posting)).unwrap_or_else(|_| json!({}));
    input["employer"]["name"] = json!(posting.terms.employer.name);
    if posting.terms.occupation_percent.is_some() {
        // Nobody said it; it follows the title.
        input["occupation"] = Value::Null;
    }
    input
}
