// What several pages are made of: heading, reading aloud, asking the server for the person.

import { Offline } from "./api.js";
import { button, fill, h } from "./dom.js";
import { canSpeak } from "./speak.js";

/** @typedef {import("./main.js").Kiosk} Kiosk */

/** What is said where no answer comes. */
export const CUT = "现在连不上，过一会儿再试。";

/** @param {string} text */
export function heading(text) {
  return h("h1", { tabindex: -1 }, text);
}

/**
 * A button that reads sentences aloud and marks the part of the page that each belongs to; undefined
 * where the browser has no voice.
 * @param {Kiosk} kiosk @param {() => {part: Element, words: string}[]} sentences
 */
export function aloud(kiosk, sentences) {
  if (!canSpeak()) return undefined;
  /** @type {{part: Element, words: string}[]} */
  let said = [];
  const mark = (/** @type {number} */ at) => {
    fill(one, h("span", null, at < 0 ? "读给我听" : "别读了"));
    said.forEach(({ part }, place) => part.classList.toggle("reading", place === at));
    if (said[at]) said[at].part.scrollIntoView({ block: "nearest" });
  };
  const one = button("读给我听", () => {
    if (kiosk.reader.on) {
      kiosk.reader.stop();
      return mark(-1);
    }
    said = sentences();
    kiosk.reader.read(said.map(({ words }) => words), mark);
  }, { class: "aloud" });
  return one;
}

/** As `aloud`, every line of the page that is shown. @param {Kiosk} kiosk */
export function aloudPage(kiosk) {
  return aloud(kiosk, () => {
    const lines = document.querySelectorAll("main h1, main h2, main p, main output");
    return Array.from(lines, (part) => ({ part, words: (part.textContent || "").trim() })).filter(({ words }) => words);
  });
}

/**
 * Asks the server in the name of the person; signs in first whom a cut link let in unproved.
 * @param {Kiosk} kiosk @param {string} method
 * @param {(worker: string) => string} path below /api/v1
 * @param {unknown} [body]
 * @returns {Promise<{data?: any, why: string}>} the answer, or a sentence that says why there is none
 */
export async function ask(kiosk, method, path, body) {
  const who = kiosk.who;
  if (!who) return { why: "请先说您是谁。" };
  try {
    if (!who.token) {
      const { found, why } = await kiosk.desk.signIn(who.phone, who.pin);
      if (!found || !found.token) return { why: why || CUT };
      // Whoever left meanwhile is not signed in again.
      if (kiosk.who !== who) return { why: "" };
      kiosk.seat(found);
    }
    const worker = (kiosk.who && kiosk.who.worker) || "";
    const { ok, data } = await kiosk.api.call(method, path(worker), body === undefined ? {} : { body });
    return ok ? { data: data || {}, why: "" } : { why: whyOf(data) };
  } catch (error) {
    if (!(error instanceof Offline)) throw error;
    return { why: CUT };
  }
}

/** Why the server did not do it. @param {any} data of its answer @returns {string} */
export function whyOf(data) {
  const [first] = (data && data.errors) || [];
  return (first && first.message) || (data && data.title) || "没有办成，请找工作人员";
}

/** A page of the person's own: heading, a part that scrolls, and what can be done. @param {Kiosk} kiosk @param {string} title @param {Element} body @param {...(Node | false | undefined)} acts */
export function ownPage(kiosk, title, body, ...acts) {
  return h(
    "div",
    { class: "page own-page" },
    heading(title),
    body,
    h("div", { class: "acts" }, more(body), aloudPage(kiosk), acts, button("办完了，退出", () => kiosk.end(), { class: "act" })),
  );
}

/** A part that scrolls, by key too. @param {string} label @param {...import("./dom.js").Child} children */
export function scroll(label, ...children) {
  return h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": label }, children);
}

/**
 * A button that turns a part which scrolls, a page at a time and from its end back to its beginning; it
 * is there only while there is more than fits.
 * @param {Element} list
 */
export function more(list) {
  const one = button("往下看", () => {
    const page = list.clientHeight * 0.85;
    list.scrollBy({ top: isAtEnd() ? -list.scrollHeight : page });
  }, { class: "aside", hidden: true });
  const isAtEnd = () => list.scrollTop + list.clientHeight >= list.scrollHeight - 8;
  const look = () => {
    one.hidden = list.scrollHeight <= list.clientHeight + 8;
    const says = !one.hidden && isAtEnd() ? "回上面" : "往下看";
    if (one.textContent !== says) fill(one, h("span", null, says));
  };
  list.addEventListener("scroll", look);
  new ResizeObserver(look).observe(list);
  new MutationObserver(look).observe(list, { childList: true, subtree: true });
  return one;
}

/** A day as people say it: 11月20日. @param {string} day 2026-11-20 */
export function dayWords(day) {
  const [, month, date] = day.split("-").map(Number);
  return `${month}月${date}日`;
}
