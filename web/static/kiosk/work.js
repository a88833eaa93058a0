// The kiosk's pages from a place to the pay: the door of a shift, what the staff have to tell, own
// wages, complaints. Nothing here waits for the link: what can't be done now is said.

import { newKey, Offline } from "./api.js";
import { button, fill, h, picture } from "./dom.js";
import { shiftWords } from "./jobs.js";
import { digitsPad } from "./keys.js";
import { heading } from "./views.js";

/** @typedef {import("./main.js").Kiosk} Kiosk */
/** @typedef {import("./views.js").View} View */

/** Digits of the captain's code. */
const CODE_DIGITS = 4;
/** Check-in is offered from so long before a shift; the server decides. */
const EARLY_MS = 2 * 3600000;
const CUT = "现在连不上，过一会儿再试。";

/** Where a wage stands, in words. @type {Record<string, string>} */
const WAGES = { due: "还没到发的日子", overdue: "该发没发", paid: "单位说发了", settled: "您收到了" };
/** How complaints stand, in words. @type {Record<string, string>} */
const COMPLAINTS = { open: "等受理", taken: "正在办", solved: "办完了", dismissed: "没有受理" };
/** What a complaint may be about: its word and what it says. */
const KINDS = [
  ["arrears", "拖欠工资", "money"],
  ["fee", "收费、押金、扣证件", "stop"],
  ["false_posting", "岗位是假的", "search"],
  ["injury", "干活受伤", "help"],
  ["other", "别的事", "other"],
];

/** @param {number} fen */
function yuan(fen) {
  return `${(fen / 100).toFixed(2).replace(/\.?0+$/, "")}元`;
}

/**
 * One step at the server. Answers what went wrong, in a sentence; nothing where it went well.
 * @param {Kiosk} kiosk @param {string} path @param {object} body
 */
export async function step(kiosk, path, body) {
  try {
    const { ok, data } = await kiosk.api.call("POST", path, { body });
    const first = data && data.errors && data.errors[0];
    return ok ? "" : (first && first.message) || (data && data.title) || "没有办成，请找工作人员。";
  } catch (error) {
    if (!(error instanceof Offline)) throw error;
    return CUT;
  }
}

/**
 * What can be done at the door of a booking's shifts now.
 * @param {Kiosk} kiosk @param {{id: string, status: string}} row
 * @returns {Promise<{told: string[], door?: "check-in" | "check-out"}>}
 */
export async function doorOf(kiosk, row) {
  if (row.status !== "booked") return { told: [] };
  const { ok, data } = await kiosk.api.call("GET", `/bookings/${row.id}/attendance`);
  if (!ok) return { told: [] };
  const now = kiosk.now();
  const told = [];
  /** @type {"check-in" | "check-out" | undefined} */
  let door;
  for (const one of data.items) {
    const [start, end] = [Date.parse(one.shift.start), Date.parse(one.shift.end)];
    const opens = ["expected", "absent"].includes(one.status) && start - EARLY_MS <= now && now < end;
    if (opens) door = "check-in";
    if (one.status === "present") door = "check-out";
    const words = { present: "已经签到，在干活", done: `干完了，记了${Math.floor(one.minutes / 60)}小时${one.minutes % 60}分`, absent: "记为没来" };
    const said = words[/** @type {"done"} */ (one.status)];
    if (said) told.push(`${shiftWords(one.shift)}：${said}`);
  }
  return { told, door };
}

/**
 * The door of a shift: the captain's four digits.
 * @param {Kiosk} kiosk @param {{row: {id: string}, title: string, door: "check-in" | "check-out"}} params
 * @returns {View}
 */
export function atDoor(kiosk, { row, title, door }) {
  const word = door === "check-in" ? "签到" : "签退";
  const note = h("p", { class: "note", role: "status" }, "看带班人手机上的数字，一分钟换一次");
  const pad = digitsPad({
    label: "4位数字",
    length: CODE_DIGITS,
    covered: false,
    groups: [CODE_DIGITS],
    onDone: async (code) => {
      fill(note, "请等一下…");
      const wrong = await step(kiosk, `/bookings/${row.id}/${door}`, { code });
      if (!kiosk.who) return;
      if (!wrong) return kiosk.show(done, { head: `${word}好了`, text: door === "check-in" ? "好好干活，注意安全。" : "辛苦了，工钱记上了。" });
      fill(note, wrong);
      pad.clear();
    },
  });
  return {
    title: word,
    key: (event) => pad.key(event),
    node: h("div", { class: "page identify" }, heading(`${title}：${word}`), note, h("div", { class: "place" }, pad.node)),
  };
}

/** Something is done. @param {Kiosk} kiosk @param {{head: string, text: string}} params @returns {View} */
function done(kiosk, { head, text }) {
  return {
    title: head,
    node: h(
      "div",
      { class: "page outcome done", role: "status" },
      picture("done"),
      heading(head),
      h("p", null, text),
      h(
        "div",
        { class: "acts" },
        button("看我的报名", () => kiosk.show(kiosk.pages.mine, {}), { class: "aside" }),
        button("办完了，退出", () => kiosk.end(), { class: "act" }),
      ),
    ),
  };
}

/** What is new for the person: the greeting. @param {Kiosk} kiosk @param {() => void} again */
export async function news(kiosk, again) {
  const who = kiosk.who;
  if (!who || !who.token) return [];
  const { ok, data } = await kiosk.api.call("GET", `/workers/${who.worker}/messages`);
  if (!ok) return [];
  return data.items.map((/** @type {any} */ one) => {
    const read = async () => {
      await step(kiosk, `/messages/${one.id}/read`, {});
      again();
    };
    return h(
      "div",
      { class: "own" },
      picture("hand"),
      h("div", null, h("h2", null, one.body), h("div", { class: "acts" }, button("知道了", read, { class: "aside" }))),
    );
  });
}

/**
 * A page with a list that is fetched.
 * @param {Kiosk} kiosk @param {string} title @param {string} path @param {string} none
 * @param {(one: any, again: () => void) => HTMLElement} card @param {HTMLElement[]} more
 * @returns {View}
 */
function fetched(kiosk, title, path, none, card, more) {
  const list = h("div", { class: "scroll", tabindex: 0, "aria-label": title }, h("p", null, "正在取…"));
  const load = async () => {
    try {
      const { ok, data } = await kiosk.api.call("GET", path);
      if (!ok) return fill(list, h("p", null, (data && data.title) || "现在看不了，请找工作人员。"));
      if (!data.items.length) return fill(list, h("p", { class: "empty" }, none));
      fill(list, h("ul", { class: "cards" }, data.items.map((/** @type {any} */ one) => card(one, load))));
    } catch (error) {
      if (!(error instanceof Offline)) throw error;
      fill(list, h("p", null, CUT));
    }
  };
  load();
  return {
    title,
    node: h(
      "div",
      { class: "page mine" },
      heading(title),
      list,
      h("div", { class: "acts" }, more, button("办完了，退出", () => kiosk.end(), { class: "act" })),
    ),
  };
}

/** A person's own wages. @param {Kiosk} kiosk @returns {View} */
export function wages(kiosk) {
  const worker = kiosk.who && kiosk.who.worker;
  const card = (/** @type {any} */ one, /** @type {() => void} */ again) => {
    const note = h("p", { class: "note", role: "status" });
    const answer = async (/** @type {string} */ word) => {
      const wrong = await step(kiosk, `/wages/${one.id}/${word}`, {});
      if (wrong) return fill(note, wrong);
      again();
    };
    const asked = one.status === "paid";
    return h(
      "li",
      { class: `own ${one.status === "overdue" ? "stop" : ""}` },
      picture("money"),
      h(
        "div",
        null,
        h("h2", null, `${one.day}：${yuan(one.net_fen)}`),
        h("p", null, `${WAGES[one.status] || one.status}，最晚${one.pay_on}发`),
        one.paid_fen > 0 && h("p", null, `已发${yuan(one.paid_fen)}`),
        note,
        asked && h("div", { class: "acts" }, button("没收到", () => answer("deny"), { class: "stop" }), button("收到了", () => answer("confirm"), { class: "act" })),
      ),
    );
  };
  const more = [button("钱不对，投诉", () => kiosk.go(complain, {}), { class: "aside" })];
  return fetched(kiosk, "我的工钱", `/workers/${worker}/wages`, "还没有工钱。干完活签退以后，在这里看该发多少、哪天发。", card, more);
}

/** A person's own complaints. @param {Kiosk} kiosk @returns {View} */
export function complaints(kiosk) {
  const names = new Map(KINDS.map(([word, name]) => [word, name]));
  const card = (/** @type {any} */ one) =>
    h(
      "li",
      { class: "own" },
      picture("help"),
      h(
        "div",
        null,
        h("h2", null, `${names.get(one.kind)}：${COMPLAINTS[one.status]}`),
        ["open", "taken"].includes(one.status) && h("p", null, `${one.due_at.slice(0, 10)}以前办好`),
        one.outcome && h("p", null, `结果：${one.outcome}`),
      ),
    );
  const more = [button("我要投诉", () => kiosk.go(complain, {}), { class: "aside" })];
  return fetched(kiosk, "投诉维权", "/complaints", "您没有投诉过。工资没发、收了钱、岗位是假的、受了伤，都可以在这里说。", card, more);
}

/** Complains without typing: about what, then about which work. @param {Kiosk} kiosk @returns {View} */
export function complain(kiosk) {
  const tile = (/** @type {string[]} */ [word, name, image]) =>
    button(name, () => kiosk.go(about, { kind: word, name }), { class: "tile" }, picture(image));
  return {
    title: "投诉维权",
    node: h("div", { class: "page kinds" }, heading("出了什么事？"), h("div", { class: "tiles" }, KINDS.map(tile))),
  };
}

/** About which work. @param {Kiosk} kiosk @param {{kind: string, name: string}} params @returns {View} */
function about(kiosk, { kind, name }) {
  const key = newKey();
  const note = h("p", { class: "note", role: "status" });
  const list = h("div", { class: "scroll", tabindex: 0, "aria-label": "哪个活" }, h("p", null, "正在取…"));
  const send = async (/** @type {string | null} */ job) => {
    fill(note, "正在交…");
    const body = { kind, job_id: job, channel: "kiosk", text: `在一体机上投诉：${name}。请联系我。` };
    try {
      const { ok, data } = await kiosk.api.call("POST", "/complaints", { body, key });
      if (!ok) return fill(note, data.title);
      const text = `${data.due_at.slice(0, 10)}以前给您答复。工作人员会联系您，也可以在这里看办到哪一步。`;
      kiosk.show(done, { head: "收到您的投诉了", text });
    } catch (error) {
      if (!(error instanceof Offline)) throw error;
      fill(note, `${CUT}也可以打${kiosk.station.hotline || "12333"}。`);
    }
  };
  const load = async () => {
    try {
      const { ok, data } = await kiosk.api.call("GET", `/workers/${kiosk.who && kiosk.who.worker}/bookings`);
      const rows = ok ? data.items.slice().reverse().slice(0, 8) : [];
      const jobs = await Promise.all(rows.map((/** @type {any} */ row) => kiosk.api.call("GET", `/jobs/${row.job_id}`)));
      const choices = jobs.map(({ ok: found, data: job }, i) => {
        const shift = rows[i].shifts[0];
        const when = shift ? shiftWords(shift).split(" ")[0] : "";
        return found && h("li", null, button(`${job.title} ${when}`, () => send(job.id), { class: "wide" }));
      });
      fill(list, h("ul", { class: "cards" }, choices));
    } catch (error) {
      if (!(error instanceof Offline)) throw error;
      fill(list, h("p", null, CUT));
    }
  };
  load();
  return {
    title: name,
    node: h(
      "div",
      { class: "page mine" },
      heading(`${name}：哪个活？`),
      list,
      note,
      h("div", { class: "acts" }, button("说不清是哪个", () => send(null), { class: "aside" })),
    ),
  };
}
