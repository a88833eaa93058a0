// The person's own things at a glance: what there is to know, and where to go on.

import { button, fill, h, picture } from "./dom.js";
import { complain } from "./complain.js";
import { door } from "./door.js";
import { jobOf, mine } from "./mine.js";
import { dues, wages } from "./money.js";
import { ask, ownPage, scroll } from "./parts.js";
import { posting } from "./views.js";

/** @typedef {import("./main.js").Kiosk} Kiosk */
/** @typedef {import("./views.js").View} View */

/** @param {Kiosk} kiosk @returns {View} */
export function me(kiosk) {
  const news = h("ul", { class: "cards", "aria-live": "polite" });
  const draw = () => fill(news, kiosk.news.map((message) => card(kiosk, message, draw)));
  draw();
  kiosk.greet().then(draw);
  /** @type {[string, string, import("./main.js").Page][]} */
  const tiles = [
    ["who", "我的报名", mine],
    ["door", "签到签退", door],
    ["wage", "我的工钱", wages],
    ["benefit", "能领的补贴", dues],
    ["complain", "投诉维权", complain],
  ];
  const node = ownPage(
    kiosk,
    "我的事",
    scroll(
      "我的事",
      news,
      h("div", { class: "tiles" }, tiles.map(([name, label, page]) => button(label, () => kiosk.go(page, {}), { class: "tile" }, picture(name)))),
    ),
  );
  return { title: "我的事", node };
}

/** A message. @param {Kiosk} kiosk @param {import("./main.js").News} message @param {() => void} draw */
function card(kiosk, message, draw) {
  const note = h("p", { class: "note", role: "status" });
  const read = async () => {
    const { why } = await ask(kiosk, "POST", () => `/messages/${message.id}/read`, {});
    if (why) return fill(note, why);
    kiosk.news = kiosk.news.filter(({ id }) => id !== message.id);
    kiosk.tellNews();
    draw();
  };
  const look = async () => {
    const job = await jobOf(kiosk, message.job_id);
    if (job) kiosk.go(posting, { job });
    else fill(note, "这个活已经没有了");
  };
  const asks = ["offer", "confirm"].includes(message.kind);
  return h(
    "li",
    { class: "own news" },
    picture("message"),
    h(
      "div",
      null,
      h("p", null, message.body),
      note,
      h(
        "div",
        { class: "acts" },
        asks && button("去答复", () => kiosk.go(mine, {})),
        message.kind === "match" && button("看看这个活", look),
        button("知道了", read, { class: "aside", "aria-label": `知道了：${message.body}` }),
      ),
    ),
  );
}
