// A person's money: wages of the work that was done, and what the person may claim.

import { yuan } from "../words.js";
import { complain } from "./complain.js";
import { button, fill, h, picture } from "./dom.js";
import { ask, dayWords, ownPage, scroll } from "./parts.js";
import { help } from "./views.js";

/** @typedef {import("./main.js").Kiosk} Kiosk */
/** @typedef {import("./views.js").View} View */

/** @param {Kiosk} kiosk @returns {View} */
export function wages(kiosk) {
  const list = scroll("我的工钱", h("p", null, "正在取…"));
  const load = async () => {
    const { data, why } = await ask(kiosk, "GET", (worker) => `/workers/${worker}/wages`);
    if (why) return fill(list, h("p", null, why));
    const rows = data.items;
    if (!rows.length) return fill(list, h("p", { class: "empty" }, "还没有工钱。签退以后，每个班的工钱都在这里看。"));
    const owed = rows.filter((/** @type {any} */ row) => ["due", "overdue"].includes(row.status));
    const sum = owed.reduce((/** @type {number} */ all, /** @type {any} */ row) => all + row.net_fen - row.paid_fen, 0);
    fill(
      list,
      h("p", { class: "sum" }, owed.length ? `还有${owed.length}笔没发，一共${yuan(sum)}元` : "都发了"),
      h("ul", { class: "cards" }, rows.map((/** @type {any} */ row) => wage(kiosk, row, load))),
    );
  };
  load();
  return { title: "我的工钱", node: ownPage(kiosk, "我的工钱", list) };
}

/** @param {any} row */
function standing(row) {
  switch (row.status) {
    case "due":
      return [`${dayWords(row.pay_on)}以前发`, "wait"];
    case "overdue":
      return [`应该在${dayWords(row.pay_on)}发，过期没发`, "stop"];
    case "paid":
      return ["招工的人说发给您了。您收到了吗？", "hand"];
    default:
      return ["您收到了", "done"];
  }
}

/** @param {Kiosk} kiosk @param {any} row @param {() => void} again */
function wage(kiosk, row, again) {
  const [words, kind] = standing(row);
  const note = h("p", { class: "note", role: "status" });
  const step = (/** @type {string} */ verb) => async () => {
    fill(note, "请等一下…");
    const { why } = await ask(kiosk, "POST", () => `/wages/${row.id}/${verb}`, {});
    if (!why) return again();
    fill(note, why);
  };
  const about = { job_id: row.job_id, title: row.title };
  return h(
    "li",
    { class: "own" },
    picture(kind),
    h(
      "div",
      null,
      h("h2", null, `${row.title} `, h("span", { class: "wage" }, `${yuan(row.net_fen)}元`)),
      h("p", null, `${dayWords(row.day)}干的活，${words}`),
      note,
      h(
        "div",
        { class: "acts" },
        row.status === "paid" && button("收到了", step("confirm"), { class: "act" }),
        row.status === "paid" && button("没收到", step("deny"), { class: "stop" }),
        row.status === "overdue" && button("投诉欠薪", () => kiosk.go(complain, { kind: "arrears", about }), { class: "stop" }),
      ),
    ),
  );
}

/** What the person may claim. @param {Kiosk} kiosk @returns {View} */
export function dues(kiosk) {
  const list = scroll("能领的补贴", h("p", null, "正在算…"));
  const load = async () => {
    const { data, why } = await ask(kiosk, "GET", (worker) => `/workers/${worker}/entitlements`);
    if (why) return fill(list, h("p", null, why));
    const rows = data.items.filter((/** @type {any} */ row) => row.status !== "ineligible");
    rows.sort((/** @type {any} */ a, /** @type {any} */ b) => Number(b.can_claim) - Number(a.can_claim));
    const none = "现在没有查到。在外面干满3个月，或者一年挣到1万元，脱贫户和监测对象家庭就可能有。";
    fill(
      list,
      rows.length ? h("ul", { class: "cards" }, rows.map(due)) : h("p", { class: "empty" }, none),
      h("p", { class: "hint" }, "要申请，请找站点工作人员，不收钱。"),
    );
  };
  load();
  return {
    title: "能领的补贴",
    node: ownPage(kiosk, "能领的补贴", list, button("叫人帮忙", () => kiosk.go(help, {}), { class: "aside" })),
  };
}

/** @param {any} row */
function due(row) {
  return h(
    "li",
    { class: "own" },
    picture(row.can_claim ? "done" : "wait"),
    h("div", null, h("h2", null, row.title), h("p", null, row.words), row.can_claim && h("p", { class: "money" }, "现在就可以申请")),
  );
}
