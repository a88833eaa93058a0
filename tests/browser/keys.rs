//! Keys of a real keyboard, and the walk through a page by them: every control is reached, in the
//! order of the page, with a mark that shows where one is, and the way goes on behind the last.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::window::Window;

/// A key.
#[derive(Clone, Copy, Debug)]
pub enum Key {
    Tab,
    /// Tab with the shift key held.
    Back,
    Enter,
    Space,
    Right,
    Escape,
    Char(char),
}

impl Key {
    /// Name, code of Windows, text that it types, held keys; as the browser's protocol has them.
    fn parts(self) -> (String, u32, String, u32) {
        let told = |name: &str, code, text: &str| (name.to_owned(), code, text.to_owned(), 0);
        match self {
            Key::Tab => told("Tab", 9, ""),
            Key::Back => ("Tab".to_owned(), 9, String::new(), 8),
            Key::Enter => told("Enter", 13, "\r"),
            Key::Space => told(" ", 32, " "),
            Key::Right => told("ArrowRight", 39, ""),
            Key::Escape => told("Escape", 27, ""),
            Key::Char(c) => told(&c.to_string(), c.to_ascii_uppercase() as u32, &c.to_string()),
        }
    }
}

/// What can be reached by key, in the page's order; a group of radio buttons is one.
const REACHABLE: &str = "
    const one = (e) => e.type === 'radio' && e.name
      ? [...document.getElementsByName(e.name)].find((o) => o.type === 'radio' && o.form === e.form)
      : e;
    window.walked = [...new Set([...document.querySelectorAll(
      'a[href], button, input, select, textarea, summary, [tabindex]')]
      .filter((e) => !e.disabled && e.tabIndex >= 0 && e.type !== 'hidden' && !e.closest('[inert]')
        && e.getClientRects().length && e.checkVisibility({ checkVisibilityCSS: true }))
      .map(one))];
    window.walkedOne = one;
    return window.walked.map((e) => e.outerHTML.slice(0, 120));";

/// Where the keyboard is now: its place among those, and what is wrong with how it shows.
const HERE: &str = "
    const e = document.activeElement;
    if (!e || e === document.body) return null;
    const place = window.walked.indexOf(window.walkedOne(e));
    const faults = [];
    const marked = [e, e.closest('label'), e.parentElement].filter(Boolean).some((x) => {
      const style = getComputedStyle(x);
      return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
    });
    if (!marked) faults.push('no mark shows where one is');
    const r = e.getBoundingClientRect();
    const label = e.closest('label') || (e.labels && e.labels[0]);
    const xs = [r.left + r.width / 2, r.left + 3, r.right - 3];
    const ys = [r.top + r.height / 2, r.top + 3, r.bottom - 3];
    const seen = xs.some((x) => ys.some((y) => {
      const hit = document.elementFromPoint(x, y);
      return hit && (e.contains(hit) || hit.contains(e) && hit !== document.documentElement
        && hit !== document.body || label && label.contains(hit));
    }));
    if (!seen) faults.push('it is hidden behind something');
    let [top, up] = [r.top + scrollY, e.parentElement];
    for (; up && up !== document.documentElement; up = up.parentElement) top += up.scrollTop;
    return { place, faults, html: e.outerHTML.slice(0, 120),
      top, bottom: top + r.height, left: r.left, right: r.right };";

/// Roles of things to use; each needs a name.
const USED: [&str; 13] = [
    "button",
    "link",
    "textbox",
    "searchbox",
    "combobox",
    "checkbox",
    "radio",
    "spinbutton",
    "slider",
    "switch",
    "listbox",
    "DisclosureTriangle",
    "region",
];

impl Window {
    /// Presses a key of a real keyboard.
    pub async fn key(&self, key: Key) {
        let (name, code, text, held) = key.parts();
        let mut body = json!({
            "type": if text.is_empty() { "rawKeyDown" } else { "keyDown" },
            "key": name, "code": name, "windowsVirtualKeyCode": code, "modifiers": held,
        });
        if !text.is_empty() {
            body["text"] = json!(text);
        }
        self.session.devtools("Input.dispatchKeyEvent", body.clone()).await;
        body["type"] = json!("keyUp");
        self.session.devtools("Input.dispatchKeyEvent", body).await;
    }

    /// Goes on by Tab to what says this or bears this label.
    pub async fn tab_to(&self, says: &str) {
        let there = "const e = document.activeElement;
            const text = `${e.innerText || ''} ${e.getAttribute('aria-label') || ''}
              ${[...(e.labels || [])].map((l) => l.innerText).join(' ')}`;
            return e.matches('a, button, input, select, textarea, summary')
              && text.includes(arguments[0]);";
        for _ in 0..200 {
            self.key(Key::Tab).await;
            if self.run(there, vec![json!(says)]).await == json!(true) {
                return;
            }
        }
        self.fail(&format!("no Tab leads to {says}")).await;
    }

    /// As [`Window::tab_to`], and presses Enter there.
    pub async fn enter(&self, says: &str) {
        self.tab_to(says).await;
        self.key(Key::Enter).await;
    }

    /// Types, a key a character.
    pub async fn types(&self, text: &str) {
        for c in text.chars() {
            self.key(Key::Char(c)).await;
        }
    }

    /// Walks the page as it stands by Tab, and back. Answers how many things were reached.
    ///
    /// # Panics
    /// With what can't be reached, does not show, comes out of order, traps or has no name.
    pub async fn walk(&self, page: &str) -> usize {
        self.session
            .devtools("Emulation.setFocusEmulationEnabled", json!({ "enabled": true }))
            .await;
        let all = self.run(REACHABLE, vec![]).await;
        let all: Vec<String> = serde_json::from_value(all).unwrap();
        let there = self.go_through(page, Key::Tab, all.len()).await;
        let reached: BTreeSet<usize> = there.iter().copied().collect();
        let missed: Vec<&String> =
            (0..all.len()).filter(|place| !reached.contains(place)).map(|at| &all[at]).collect();
        self.check(missed.is_empty(), &format!("{page}: never reached: {missed:#?}")).await;
        let mut sorted = there.clone();
        sorted.sort_unstable();
        let turns = there.windows(2).filter(|two| two[1] < two[0]).count();
        self.check(turns <= 1, &format!("{page}: not in the page's order: {there:?}")).await;
        let back = self.go_through(page, Key::Back, all.len()).await;
        let back: BTreeSet<usize> = back.into_iter().collect();
        self.check(back == reached, &format!("{page}: back is another way: {back:?}")).await;
        self.named(page).await;
        all.len()
    }

    /// Presses a key until all were reached or it goes round; answers the places in their order.
    async fn go_through(&self, page: &str, key: Key, count: usize) -> Vec<usize> {
        let (mut there, mut before) = (Vec::new(), Value::Null);
        // Between the last and the first lies the browser itself.
        for _ in 0..3 * count + 20 {
            self.key(key).await;
            let here = self.run(HERE, vec![]).await;
            let Some(place) = here["place"].as_i64() else {
                before = Value::Null;
                continue;
            };
            let html = here["html"].to_string();
            self.check(place >= 0, &format!("{page}: not in the list: {html}")).await;
            let place = usize::try_from(place).unwrap();
            if there.contains(&place) {
                // Several radio buttons of a group that has no choice yet are one after another.
                if there.last() == Some(&place) && there.len() < count {
                    continue;
                }
                break;
            }
            let faults = &here["faults"];
            self.check(*faults == json!([]), &format!("{page}: {faults} at {html}")).await;
            if matches!(key, Key::Tab) && there.last().is_some_and(|last| *last < place) {
                let edge = |at: &Value, side: &str| at[side].as_f64().unwrap_or_default();
                let jumps = edge(&here, "bottom") <= edge(&before, "top")
                    && edge(&here, "left") < edge(&before, "right");
                let from = &before["html"];
                self.check(!jumps, &format!("{page}: jumps up from {from} to {html}")).await;
            }
            before = here;
            there.push(place);
            if there.len() == count && matches!(key, Key::Tab) {
                // One more, for the turn: a trap would stay.
                self.key(key).await;
                let next = self.run(HERE, vec![]).await;
                let stays = count > 1 && next["place"].as_i64() == i64::try_from(place).ok();
                self.check(!stays, &format!("{page}: no way on from {html}")).await;
                break;
            }
        }
        there
    }

    /// Whoever listens is told what each thing to use is, and its name.
    async fn named(&self, page: &str) {
        let tree = self.session.devtools("Accessibility.getFullAXTree", json!({})).await;
        let nodes = tree["nodes"].as_array().into_iter().flatten();
        let nameless: Vec<String> = nodes
            .filter(|node| node["ignored"] != json!(true))
            .filter(|node| USED.iter().any(|role| node["role"]["value"] == json!(role)))
            .filter(|node| node["name"]["value"].as_str().unwrap_or_default().trim().is_empty())
            .map(|node| node["role"].to_string())
            .collect();
        self.check(nameless.is_empty(), &format!("{page}: without a name: {nameless:?}")).await;
    }
}
