// Coming and going: the captain's four digits, now or, with the link cut, for later.

import { clockWords } from "../words.js";
import { token } from "../device.js";
import { newKey } from "./api.js";
import { button, fill, h, picture } from "./dom.js";
import { shiftWords } from "./jobs.js";
import { digitsPad } from "./keys.js";
import { jobOf } from "./mine.js";
import { ask, CUT, heading, ownPage, scroll } from "./parts.js";
import { newReceipt } from "./queue.js";
import { kept, passed, refused } from "./said.js";
import { outcome } from "./views.js";

/** @typedef {import("./main.js").Kiosk} Kiosk */
/** @typedef {import("./views.js").View} View */
/** @typedef {"check-in" | "check-out"} Step */

/** Digits of the code that the captain shows. */
const CODE_DIGITS = 4;
/** How long before its start a shift is looked at, and after its end. */
const AROUND_MS = 12 * 3600000;

const WORDS = { "check-in": "签到", "check-out": "签退" };

/** @param {Kiosk} kiosk @returns {View} */
export function door(kiosk) {
  const list = scroll("签到签退", h("p", null, "正在取…"));
  const load = async () => {
    const { data, why } = await ask(kiosk, "GET", (worker) => `/workers/${worker}/bookings`);
    if (why === CUT) return fill(list, cut(kiosk));
    if (why) return fill(list, h("p", null, why));
    const now = kiosk.now();
    const near = (/** @type {any} */ shift) => Date.parse(shift.start) - AROUND_MS < now && now < Date.parse(shift.end) + AROUND_MS;
    const rows = data.items.filter((/** @type {any} */ row) => row.status === "booked" && row.shifts.some(near));
    /** @type {Node[]} */
    const cards = [];
    for (const row of rows) {
      const found = await ask(kiosk, "GET", () => `/bookings/${row.id}/attendance`);
      const job = await jobOf(kiosk, row.job_id);
      const title = (job && job.title) || "岗位";
      for (const one of ((found.data && found.data.items) || []).filter((/** @type {any} */ each) => near(each.shift))) {
        cards.push(shift(kiosk, row.id, title, one));
      }
    }
    fill(list, cards.length ? h("ul", { class: "cards" }, cards) : h("p", { class: "empty" }, "现在没有要签到的活。上工那天，到了地方来签到。"));
  };
  load();
  return { title: "签到签退", node: ownPage(kiosk, "签到签退", list) };
}

/** A shift, and what is to be done at its door. @param {Kiosk} kiosk @param {string} booking @param {string} title @param {any} one */
function shift(kiosk, booking, title, one) {
  /** @type {Step | null} */
  const step = one.status === "present" ? "check-out" : one.status === "done" ? null : "check-in";
  const came = one.check_in && `${clockWords(Date.parse(one.check_in))}签到${one.late ? "，迟到" : ""}`;
  const went = one.check_out && `${clockWords(Date.parse(one.check_out))}签退`;
  return h(
    "li",
    { class: "own" },
    picture(step === "check-in" ? "door" : "done"),
    h(
      "div",
      null,
      h("h2", null, title),
      h("p", null, shiftWords(one.shift)),
      came && h("p", null, [came, went].filter(Boolean).join("，")),
      step && h("div", { class: "acts" }, button(WORDS[step], () => kiosk.go(code, { step, booking, title }), { class: "act" })),
    ),
  );
}

/** With the link cut nobody knows which shift it is: the server will. @param {Kiosk} kiosk */
function cut(kiosk) {
  if (!token() || !kiosk.who || !kiosk.who.pin) {
    return h("p", null, "网断了，这里签不了，请带班人帮您签。");
  }
  const one = (/** @type {Step} */ step) => button(WORDS[step], () => kiosk.go(code, { step, booking: null, title: "" }), { class: "tile" });
  return [h("p", null, "网断了，可以先记下来，网一通就给您签。"), h("div", { class: "tiles" }, one("check-in"), one("check-out"))];
}

/**
 * Asks for the code.
 * @param {Kiosk} kiosk @param {{step: Step, booking: string | null, title: string}} params
 * @returns {View}
 */
export function code(kiosk, { step, booking, title }) {
  const note = h("p", { class: "note", role: "status" });
  const done = async (/** @type {string} */ digits) => {
    fill(note, "请等一下…");
    const when = kiosk.now();
    if (booking) {
      const { data, why } = await ask(kiosk, "POST", () => `/bookings/${booking}/${step}`, { code: digits });
      // Whoever left meanwhile is not shown to the next.
      if (!kiosk.who) return;
      if (!why) return kiosk.show(outcome, { said: passed(step, data) });
      if (why !== CUT) {
        fill(note, why);
        return pad.clear();
      }
    }
    const said = await keep(kiosk, step, digits, when);
    if (kiosk.who) kiosk.show(outcome, { said });
  };
  const pad = digitsPad({ label: "4位数字", length: CODE_DIGITS, covered: false, groups: [CODE_DIGITS], onDone: done });
  return {
    title: WORDS[step],
    key: (event) => pad.key(event),
    node: h(
      "div",
      { class: "page identify" },
      heading(`${WORDS[step]}：带班人手机上的4位数字`),
      h("p", null, title),
      note,
      h("div", { class: "place" }, pad.node),
    ),
  };
}

/** Keeps what happened at the door for the time when the link is back. @param {Kiosk} kiosk @param {Step} step @param {string} digits @param {number} when */
async function keep(kiosk, step, digits, when) {
  const who = kiosk.who;
  if (!who || !who.pin || !token()) return refused("网断了，请带班人帮您签。", "没签上");
  const receipt = newReceipt();
  const { phone, pin } = who;
  const title = WORDS[step];
  await kiosk.queue.add({ kind: "pass", key: newKey(), phone, pin, at: Date.now(), receipt, title, step, code: digits, when, screen: token() });
  return kept(receipt, "给您签");
}
