//! What a station tells its visitors: written by its own staff, in bounds, and down when it is over.

use linggong::{
    domain::{
        account::{Actor, Role},
        bulletin::{Disclosure, NoticeKind},
        limits,
        time::DAY,
    },
    market::{MarketError, NewNotice},
};

use crate::{World, clock::NOW, support::records::account, world::OPERATOR};

stories!(
    a_station_says_what_it_owes,
    notices_come_and_go,
    only_the_stations_own_staff_speak_for_it,
);

fn told() -> Disclosure {
    Disclosure {
        charges: " 对求职者全部免费 ".to_owned(),
        supervisor: "区人社局".to_owned(),
        supervisor_phone: "0951-5066123".to_owned(),
        ..Disclosure::default()
    }
}

fn new(words: &str, from_days: i64, days: i64) -> NewNotice {
    let starts_at = NOW.plus(from_days * DAY);
    let ends_at = starts_at.plus(days * DAY);
    NewNotice { kind: NoticeKind::Policy, words: words.to_owned(), starts_at, ends_at }
}

#[track_caller]
fn fields<T: std::fmt::Debug>(refused: Result<T, MarketError>) -> Vec<String> {
    match refused {
        Err(MarketError::Invalid(errors)) => errors.0.into_iter().map(|e| e.field).collect(),
        other => panic!("{other:?}"),
    }
}

async fn a_station_says_what_it_owes(world: World) {
    world.station("a", 38.3).await;
    let a = "a".parse().unwrap();
    assert_eq!(world.market.bulletin(&a).await.unwrap().disclosure, None);
    world.market.disclose(&OPERATOR, &a, told()).await.unwrap();
    let mut held = world.market.bulletin(&a).await.unwrap().disclosure.unwrap();
    assert_eq!(held.charges, "对求职者全部免费");
    held.complaint_phone = "12333".to_owned();
    world.market.disclose(&OPERATOR, &a, held.clone()).await.unwrap();
    assert_eq!(world.market.bulletin(&a).await.unwrap().disclosure, Some(held));
    let bad = Disclosure {
        charges: String::new(),
        complaint_phone: "五".to_owned(),
        licence: "长".repeat(limits::DISCLOSURE_CHARS_MAX + 1),
        ..told()
    };
    let refused = world.market.disclose(&OPERATOR, &a, bad).await;
    assert_eq!(fields(refused), ["licence", "complaint_phone", "charges"]);
}

async fn notices_come_and_go(world: World) {
    world.station("a", 38.3).await;
    let (market, a) = (&world.market, "a".parse().unwrap());
    let first = market.put_up(&OPERATOR, &a, new("停业\n一天", 0, 1)).await.unwrap();
    assert_eq!(first.words, "停业 一天");
    for i in 1..limits::NOTICES_MAX {
        market.put_up(&OPERATOR, &a, new("招聘会", i as i64, 3)).await.unwrap();
    }
    assert_eq!(fields(market.put_up(&OPERATOR, &a, new("再来一条", 0, 1)).await), ["words"]);
    assert_eq!(market.withdraw_notice(&OPERATOR, &first.id).await.unwrap(), a);
    assert_eq!(market.withdraw_notice(&OPERATOR, &first.id).await.unwrap(), a);
    market.put_up(&OPERATOR, &a, new("再来一条", 0, 1)).await.unwrap();
    assert_eq!(market.bulletin(&a).await.unwrap().notices.len(), limits::NOTICES_MAX);
    world.clock.go(DAY);
    let left = market.bulletin(&a).await.unwrap().notices;
    assert_eq!(left.len(), limits::NOTICES_MAX - 1, "one is over by itself");
    for bad in [new("过去的", -3, 1), new("倒着的", 3, -1), new("太久的", 0, 400)] {
        assert_eq!(fields(market.put_up(&OPERATOR, &a, bad).await), ["ends_on"]);
    }
}

async fn only_the_stations_own_staff_speak_for_it(world: World) {
    world.station("a", 38.3).await;
    world.station("b", 38.4).await;
    let (market, a) = (&world.market, "a".parse().unwrap());
    let held = market.put_up(&OPERATOR, &a, new("停业一天", 0, 1)).await.unwrap();
    for role in Role::ALL {
        let mut account = account("someone", *role);
        account.station = Some("b".parse().unwrap());
        let actor = Actor::Account(account.clone());
        let foreign = market.disclose(&actor, &a, told()).await;
        match role {
            Role::Admin => assert!(foreign.is_ok()),
            Role::Staff => assert!(matches!(foreign, Err(MarketError::NotFound))),
            _ => assert!(matches!(foreign, Err(MarketError::Forbidden)), "{role:?}"),
        }
        if *role != Role::Admin {
            assert!(market.withdraw_notice(&actor, &held.id).await.is_err(), "{role:?}");
        }
        account.station = Some(a.clone());
        let own = market.put_up(&Actor::Account(account), &a, new("自己的", 0, 1)).await;
        assert_eq!(own.is_ok(), matches!(role, Role::Admin | Role::Staff), "{role:?}");
    }
}
