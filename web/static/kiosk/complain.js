// A complaint in three presses: what about, which work, hand it in. Nothing need be written.

import { button, fill, h, picture } from "./dom.js";
import { ask, CUT, heading, ownPage, scroll } from "./parts.js";
import { outcome } from "./views.js";
import { startWords } from "../words.js";

/** @typedef {import("./main.js").Kiosk} Kiosk */
/** @typedef {import("./views.js").View} View */
/** @typedef {{job_id: string, title: string}} About a posting */

/** What a complaint can be about: the server's word, what people say. */
const KINDS = [
  ["arrears", "欠我工钱"],
  ["fee", "收钱、扣证件"],
  ["false_posting", "活是假的"],
  ["injury", "干活受伤"],
  ["other", "别的事"],
];
const STATUS = { open: "等着受理", taken: "正在办", solved: "办好了", dismissed: "没有受理" };
/** Postings to choose from. */
const JOBS_MAX = 8;

/**
 * @param {Kiosk} kiosk
 * @param {{kind?: string, about?: About | null}} params what was chosen; `about` is null for none of the person's work
 * @returns {View}
 */
export function complain(kiosk, { kind, about }) {
  if (!kind) return what(kiosk);
  return about === undefined ? which(kiosk, kind) : check(kiosk, kind, about);
}

/** @param {Kiosk} kiosk @returns {View} */
function what(kiosk) {
  const made = h("ul", { class: "cards" });
  const load = async () => {
    const { data } = await ask(kiosk, "GET", () => "/complaints");
    const rows = ((data && data.items) || []).slice(0, 3);
    fill(made, rows.map((/** @type {any} */ row) => own(kiosk, row)));
  };
  load();
  const node = ownPage(
    kiosk,
    "投诉什么？",
    scroll(
      "投诉什么",
      h("div", { class: "tiles" }, KINDS.map(([kind, label]) => button(label, () => kiosk.go(complain, { kind }), { class: "tile" }))),
      h("p", { class: "hint" }, "投诉不收钱，您的名字不告诉别人。"),
      made,
    ),
  );
  return { title: "投诉维权", node };
}

/** @param {Kiosk} kiosk @param {any} row */
function own(kiosk, row) {
  const [, label] = KINDS.find(([kind]) => kind === row.kind) || ["", "投诉"];
  const by = `${startWords(Date.parse(row.due_at), kiosk.now())}以前给您答复`;
  const settled = ["solved", "dismissed"].includes(row.status);
  return h(
    "li",
    { class: "own" },
    picture(settled ? "done" : "wait"),
    h("div", null, h("h2", null, `您投诉过：${label}`), h("p", null, `${STATUS[/** @type {"open"} */ (row.status)] || ""}，${settled ? row.outcome || "" : by}`)),
  );
}

/** Which of the person's work. @param {Kiosk} kiosk @param {string} kind @returns {View} */
function which(kiosk, kind) {
  const list = h("div", { class: "column" }, h("p", null, "正在取…"));
  const choose = (/** @type {About | null} */ about) => kiosk.go(complain, { kind, about });
  const load = async () => {
    const { data, why } = await ask(kiosk, "GET", (worker) => `/workers/${worker}/wages`);
    if (why) return fill(list, h("p", null, why));
    /** @type {Map<string, About>} */
    const worked = new Map(data.items.map((/** @type {About} */ row) => [row.job_id, row]));
    const booked = await ask(kiosk, "GET", (worker) => `/workers/${worker}/bookings`);
    for (const row of (booked.data && booked.data.items) || []) {
      const job = kiosk.feed.jobs.get(row.job_id);
      if (job) worked.set(job.id, { job_id: job.id, title: job.title });
    }
    const jobs = [...worked.values()].slice(0, JOBS_MAX);
    if (!jobs.length) return kiosk.instead(complain, { kind, about: null });
    fill(
      list,
      jobs.map((job) => button(job.title, () => choose(job), { class: "wide" })),
      button("都不是", () => choose(null), { class: "wide aside" }),
    );
  };
  load();
  return { title: "哪个活？", node: ownPage(kiosk, "哪个活？", scroll("哪个活", list)) };
}

/** @param {Kiosk} kiosk @param {string} kind @param {About | null} about @returns {View} */
function check(kiosk, kind, about) {
  const [, label] = KINDS.find(([word]) => word === kind) || KINDS[KINDS.length - 1];
  const text = about ? `在自助机上投诉：${label}。岗位：${about.title}。请打电话问我。` : `在自助机上投诉：${label}。请打电话问我。`;
  const send = async () => {
    kiosk.wait("正在提交…");
    const body = { kind, text, job_id: about ? about.job_id : undefined, channel: "kiosk" };
    const { data, why } = await ask(kiosk, "POST", () => "/complaints", body);
    if (!kiosk.who) return;
    const said = why
      ? { kind: /** @type {"stop"} */ ("stop"), head: "没有交上", text: why === CUT ? "网断了，请到窗口找工作人员。" : why }
      : { kind: /** @type {"done"} */ ("done"), head: "投诉收到了", text: `${startWords(Date.parse(data.due_at), kiosk.now())}以前给您答复，会打您登记的电话。` };
    kiosk.show(outcome, { said });
  };
  return {
    title: "投诉",
    node: h(
      "div",
      { class: "page own-page" },
      heading("就这样交上去？"),
      h("p", { class: "sum" }, `${label}${about ? `：${about.title}` : ""}`),
      h("p", null, "工作人员会打您登记的电话，细说。"),
      h("div", { class: "acts" }, button("不投诉了", () => kiosk.home(), { class: "aside" }), button("交上去", send, { class: "act" })),
    ),
  };
}
