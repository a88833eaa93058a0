// A person's own bookings: where they stand, what is asked, and giving up.

import { startWords } from "../words.js";
import { Offline } from "./api.js";
import { button, fill, h, picture } from "./dom.js";
import { startOf } from "./jobs.js";
import { ask, ownPage, scroll } from "./parts.js";

/** @typedef {import("./main.js").Kiosk} Kiosk */
/** @typedef {import("./views.js").View} View */
/** @typedef {import("./jobs.js").Job} Job */

const STATUS = {
  offered: ["招工的人要您去，您去不去？", "hand"],
  booked: ["名额是您的，请按时上工", "done"],
  shortlisted: ["入选了，等招工的人定", "wait"],
  applied: ["报了名，等招工的人定", "wait"],
  waiting: ["名额满了，您在排队，有人退出就轮到您", "wait"],
};

/** @param {Kiosk} kiosk @returns {View} */
export function mine(kiosk) {
  const list = scroll("我的报名", h("p", null, "正在取…"));
  const load = async () => fill(list, await outcomes(kiosk), await bookings(kiosk, load));
  load();
  return { title: "我的报名", node: ownPage(kiosk, "我的报名", list) };
}

/** What became of things that were done while the link was cut. @param {Kiosk} kiosk */
async function outcomes(kiosk) {
  const done = kiosk.who ? await kiosk.queue.outcomes(kiosk.who.phone) : [];
  return done.map(({ receipt, title, said }) =>
    h(
      "div",
      { class: `own ${said.kind}` },
      picture(said.kind),
      h("div", null, h("h2", null, `${title}：${said.head}`), h("p", null, said.text), h("p", { class: "hint" }, `断网时记下的，号码${receipt}`)),
    ),
  );
}

/** @param {Kiosk} kiosk @param {() => void} again */
async function bookings(kiosk, again) {
  const { data, why } = await ask(kiosk, "GET", (worker) => `/workers/${worker}/bookings`);
  if (why) return h("p", null, why);
  const rows = ((data && data.items) || []).filter((/** @type {any} */ row) => row.status in STATUS).reverse();
  if (!rows.length) {
    return h("div", { class: "empty" }, h("p", null, "还没有报名。"), button("去找活", () => kiosk.home(), { class: "wide" }));
  }
  const jobs = await Promise.all(rows.map((/** @type {any} */ row) => jobOf(kiosk, row.job_id)));
  return h("ul", { class: "cards" }, rows.map((/** @type {any} */ row, /** @type {number} */ i) => ownCard(kiosk, row, jobs[i], again)));
}

/** A posting, as the kiosk or the server has it. @param {Kiosk} kiosk @param {string} id @returns {Promise<Job | undefined>} */
export async function jobOf(kiosk, id) {
  const held = kiosk.feed.jobs.get(id);
  if (held) return held;
  try {
    const { ok, data } = await kiosk.api.call("GET", `/jobs/${id}`);
    return ok ? data : undefined;
  } catch (error) {
    if (!(error instanceof Offline)) throw error;
    return undefined;
  }
}

/** What follows from giving a booking up now; `own.rs` says the same on phones. @param {Kiosk} kiosk @param {any} row */
function leavingWords(kiosk, row) {
  if (row.status === "offered") return "这个名额就给别人了。";
  if (row.status !== "booked") return "名额会给别人，不记您的账。";
  const { lateHours, marksMax } = document.body.dataset;
  const hours = Number(lateHours || 0);
  const ahead = Math.min(...row.shifts.map((/** @type {any} */ shift) => Date.parse(shift.start))) - kiosk.now();
  if (ahead <= 0) return "已经开工了，会记一次“没来上工”。";
  if (ahead < hours * 3600000) {
    return `离上工不到${hours}小时了，会记一次“临时取消”。记满${marksMax}次，以后报名要等招工的人定。`;
  }
  return hours ? `名额会给别人，不记您的账。离上工不到${hours}小时再说，就要记一次。` : "名额会给别人，不记您的账。";
}

/** @param {Kiosk} kiosk @param {any} row @param {Job | undefined} job @param {() => void} again */
function ownCard(kiosk, row, job, again) {
  const [words, kind] = STATUS[/** @type {"booked"} */ (row.status)];
  const note = h("p", { class: "note", role: "status" });
  const step = (/** @type {string} */ verb) => async () => {
    fill(note, "请等一下…");
    const { why } = await ask(kiosk, "POST", () => `/bookings/${row.id}/${verb}`, {});
    if (!why) return again();
    fill(note, why);
  };
  const acts = h("div", { class: "acts" });
  const sure = (/** @type {string} */ verb) => () => {
    fill(note, `真的不去了？${leavingWords(kiosk, row)}`);
    const keep = button("还是去", () => {
      fill(note);
      rest();
      const first = acts.querySelector("button");
      if (first) first.focus();
    }, { class: "aside" });
    fill(acts, button("是的，不去了", step(verb), { class: "stop" }), keep);
    keep.focus();
  };
  const rest = () => {
    const offered = row.status === "offered";
    fill(
      acts,
      offered && button("我去", step("accept"), { class: "act" }),
      !offered && row.answer_by && button("我会去", step("confirm"), { class: "act" }),
      button("不去了", sure(offered ? "decline" : "cancel"), { class: "aside" }),
    );
  };
  rest();
  const times = row.shifts.length ? startOf({ id: "", version: 0, title: "", shifts: row.shifts }, kiosk.now()) : "时间面议";
  const by = row.answer_by && `请在${startWords(Date.parse(row.answer_by), kiosk.now())}以前答复，不答复就让给别人了`;
  return h(
    "li",
    { class: "own" },
    picture(kind),
    h(
      "div",
      null,
      h("h2", null, (job && job.title) || "岗位"),
      h("p", null, words),
      by && h("p", { class: "warn" }, by),
      h("p", null, `${times}，${(job && job.address) || ""}`),
      note,
      acts,
    ),
  );
}
