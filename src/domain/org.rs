//! Organisations (单位): who employs, and who brings people to those who employ.

use super::{
    identity::{Uscc, mask_name},
    ids::OrgId,
    wage::choices,
};

choices! {
    /// What kind of employer it is; the plan pays by kind (四, 六).
    EmployerKind {
        /// An enterprise (企业).
        Enterprise = "enterprise", "企业";
        /// A farmers' cooperative (合作社).
        Cooperative = "cooperative", "合作社";
        /// A family farm (家庭农场).
        FamilyFarm = "family_farm", "家庭农场";
        /// A large grower or breeder (种植养殖大户).
        Grower = "grower", "种养大户";
        /// A poverty-relief workshop (就业帮扶车间).
        Workshop = "workshop", "就业帮扶车间";
        /// A sole trader (个体工商户).
        SoleTrader = "sole_trader", "个体工商户";
        /// A labour agency (劳务中介组织).
        Agency = "agency", "劳务中介";
        /// A labour broker (劳务经纪人).
        Broker = "broker", "劳务经纪人";
        /// A private person who employs (个人雇主).
        Individual = "individual", "个人雇主";
    }
}

choices! {
    /// Through whom a posting reaches people; shown on every posting.
    Label {
        /// The employer's own posting.
        Direct = "direct", "直招";
        /// Posted by a labour agency.
        Agency = "agency", "机构";
        /// Posted by a labour broker.
        Broker = "broker", "经纪人";
    }
}

impl Label {
    /// The label of a posting that an organisation of this kind makes for another, or for itself.
    pub fn of(kind: EmployerKind) -> Label {
        match kind {
            EmployerKind::Agency => Label::Agency,
            EmployerKind::Broker => Label::Broker,
            EmployerKind::Enterprise
            | EmployerKind::Cooperative
            | EmployerKind::FamilyFarm
            | EmployerKind::Grower
            | EmployerKind::Workshop
            | EmployerKind::SoleTrader
            | EmployerKind::Individual => Label::Direct,
        }
    }
}

/// The employer as a posting names it (用人单位).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Employer {
    /// The name as on the licence.
    pub name: String,
    /// The unified social credit code, where it is known.
    pub uscc: Option<Uscc>,
    /// The kind.
    pub kind: EmployerKind,
}

impl Employer {
    /// The name as everyone may see it: of a private person only the family name.
    pub fn public_name(&self) -> String {
        match self.kind {
            EmployerKind::Individual => mask_name(&self.name),
            _ => self.name.clone(),
        }
    }
}

/// An organisation on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Org {
    /// The id.
    pub id: OrgId,
    /// Who it is.
    pub employer: Employer,
}
