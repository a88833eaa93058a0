//! Income from work (七): what the wage ledger knows stands there; the rest is declared here.

use serde_json::{Value, json};

use super::{
    Market, MarketError, MarketResult,
    authority::{self, Verb},
    intake,
};
use crate::{
    domain::{
        account::Actor,
        fields::FieldErrors,
        ids::{IncomeId, WorkerId},
        income::DeclaredIncome,
    },
    store::{Kind, Txn},
};

impl Market {
    /// Notes an income that the wage ledger does not know.
    ///
    /// # Errors
    /// [`MarketError::Invalid`]; [`MarketError::NotFound`] also where the person is none of the
    /// actor's business.
    pub async fn declare_income(
        &self,
        actor: &Actor,
        id: &WorkerId,
        input: &Value,
    ) -> MarketResult<DeclaredIncome> {
        let mut txn = self.store.begin().await?;
        self.declares_for(&mut txn, actor, id).await?;
        let Value::Object(map) = input else {
            return Err(FieldErrors::one("", "type", "请求内容应当是一个JSON对象").into());
        };
        let declared = intake::income(map, self.now().day())?;
        let income = DeclaredIncome {
            id: IncomeId::grow(self.seedling()),
            worker: id.clone(),
            day: declared.day,
            amount: declared.amount,
            division: declared.division,
            kind: declared.kind,
            created_at: self.now(),
        };
        txn.add_income(&income).await?;
        let detail = json!({ "kind": income.kind.word() });
        txn.log(self.entry(actor, "declare", Kind::Income, &income.id, detail));
        txn.commit().await?;
        Ok(income)
    }

    /// What was declared by mistake counts no more; it stays on record.
    ///
    /// # Errors
    /// [`MarketError::NotFound`] also where the person is none of the actor's business.
    pub async fn void_income(&self, actor: &Actor, id: &IncomeId) -> MarketResult<DeclaredIncome> {
        let mut txn = self.store.begin().await?;
        let income = txn.income(id).await?.ok_or(MarketError::NotFound)?;
        self.declares_for(&mut txn, actor, &income.worker).await?;
        txn.void_income(id, self.now()).await?;
        txn.log(self.entry(actor, "void_income", Kind::Income, id, json!({})));
        txn.commit().await?;
        Ok(income)
    }

    /// Whether the actor may declare for this person.
    async fn declares_for(&self, txn: &mut Txn, actor: &Actor, id: &WorkerId) -> MarketResult<()> {
        if !authority::may(actor, Verb::Declare) {
            return Err(MarketError::Forbidden);
        }
        let worker = txn.worker(id).await?.ok_or(MarketError::NotFound)?;
        if authority::reaches_worker(actor, Verb::Declare, &worker) {
            Ok(())
        } else {
            Err(MarketError::NotFound)
        }
    }
}
