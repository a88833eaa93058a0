// The pages on which a person looks for work. Each is a function of the kiosk and what was chosen.

import { distanceWords, settlementWords, wageWords } from "../words.js";
import { Offline } from "./api.js";
import { button, fill, h, picture } from "./dom.js";
import { aloud, aloudPage, heading, more, scroll } from "./parts.js";
import { byDistance, bySoonest, coming, employerOf, factsOf, isOn, sentencesOf, shiftWords, startOf } from "./jobs.js";
import { lettersPad } from "./keys.js";
import { sketch } from "./sketch.js";
import { GROUPS } from "./trades.js";

/** @typedef {import("./main.js").Kiosk} Kiosk */
/** @typedef {import("./jobs.js").Job} Job */
/**
 * @typedef {object} View
 * @property {string} title
 * @property {HTMLElement} node
 * @property {(event: KeyboardEvent) => void} [key] takes keys of a real keyboard
 * @property {() => void} [live] the postings changed
 * @property {() => void} [left] the page is left
 */

/** Fewer postings than this need no choice by kind first. */
const CHOICE_FROM = 5;
/** Postings asked of the server beyond those at hand. */
const FARTHER_MAX = 20;
/** A search waits for the next letter this long before it asks the server. */
const TYPING_MS = 400;

/** The first page: one question. @param {Kiosk} kiosk @returns {View} */
export function home(kiosk) {
  const counts = h("p", { class: "counts" });
  const days = [0, 1].map(() => h("small"));
  const now = () => kiosk.now();
  const on = (/** @type {number} */ ahead) => (/** @type {Job} */ job) => isOn(job, ahead, now());
  const daily = (/** @type {Job} */ job) => !!job.wage && job.wage.settlement === "daily";
  const notice = h("p", { class: "notice", role: "status" });
  const live = () => {
    fill(notice, kiosk.notice);
    const jobs = kiosk.jobs();
    const places = jobs.reduce((sum, job) => sum + (job.places_left || 0), 0);
    const waits = kiosk.queue.waiting ? `　${kiosk.queue.waiting}件事等网通` : "";
    fill(counts, (kiosk.knows() ? `现在有${jobs.length}个活，缺${places}人` : "正在取岗位…") + waits);
    [0, 1].forEach((ahead) => fill(days[ahead], `${jobs.filter(on(ahead)).length}个`));
  };
  live();
  const list = (/** @type {string} */ title, /** @type {(job: Job) => boolean} */ keep, /** @type {any} */ order) =>
    kiosk.go(kinds, { title, keep, order });
  /** @type {[string, string, () => void, (Node | undefined)?][]} */
  const tiles = [
    ["today", "今天的活", () => list("今天的活", on(0), bySoonest), days[0]],
    ["tomorrow", "明天的活", () => list("明天的活", on(1), bySoonest), days[1]],
    ["money", "当天结钱", () => list("当天结钱的活", daily, bySoonest)],
    ["place", "离这里近", () => list("离这里近的活", () => true, () => byDistance)],
    ["search", "打字找活", () => kiosk.go(search, {})],
    ["door", "签到签退", () => kiosk.asSomebody(() => kiosk.go(kiosk.pages.door, {}))],
    ["who", "我的事", () => kiosk.asSomebody(() => kiosk.go(kiosk.pages.me, {})), h("small", null, "工钱 补贴")],
    ["help", "叫人帮忙", () => kiosk.go(help, {})],
  ];
  return {
    title: "想找什么活？",
    live,
    node: h(
      "div",
      { class: "home" },
      h("div", { class: "question" }, h("h1", { tabindex: -1 }, "想找什么活？"), counts, notice),
      h(
        "div",
        { class: "tiles" },
        tiles.map(([name, label, press, more]) => button(label, press, { class: "tile" }, picture(name), more)),
      ),
    ),
  };
}

/** Calls the station's staff. @param {Kiosk} kiosk @returns {View} */
export function help(kiosk) {
  const head = heading("正在叫人…");
  const said = h("p", { role: "status" });
  const hotline = kiosk.station.hotline;
  const call = async () => {
    try {
      const { ok } = await kiosk.api.call("POST", `/stations/${kiosk.station.id}/calls`, { body: {}, token: null });
      fill(head, ok ? "叫了工作人员" : "没叫到人");
      fill(said, ok ? "请在这里等一下，马上有人来。" : "请到服务台找工作人员。");
    } catch (error) {
      if (!(error instanceof Offline)) throw error;
      fill(head, "网断了，叫不到人");
      fill(said, "请到服务台找工作人员。");
    }
  };
  call();
  return {
    title: "叫人帮忙",
    node: h(
      "div",
      { class: "page outcome wait" },
      picture("help"),
      head,
      said,
      hotline && h("p", null, `投诉电话 ${hotline}`),
      h(
        "div",
        { class: "acts" },
        button("投诉维权", () => kiosk.asSomebody(() => kiosk.go(kiosk.pages.complain, {})), { class: "aside" }),
        button("回首页", () => kiosk.home(), { class: "act" }),
      ),
    ),
  };
}

/**
 * Which kind of work, by pictures; only kinds of which there is some.
 * @param {Kiosk} kiosk
 * @param {{title: string, keep: (job: Job) => boolean, order: (now: number) => (a: Job, b: Job) => number}} params
 * @returns {View}
 */
export function kinds(kiosk, params) {
  const jobs = kiosk.jobs().filter(params.keep);
  if (jobs.length < CHOICE_FROM) return results(kiosk, params);
  const tile = (/** @type {typeof GROUPS[0]} */ group) => {
    const some = jobs.filter((job) => kiosk.kind(job) === group);
    if (!some.length) return undefined;
    const ids = new Set(some.map((job) => job.id));
    const title = `${params.title}·${group.name}`;
    const keep = (/** @type {Job} */ job) => ids.has(job.id);
    const small = h("small", null, `${some.length}个`);
    return button(group.name, () => kiosk.go(results, { ...params, title, keep }), { class: "tile" }, picture(group.id), small);
  };
  const every = button(`全部${jobs.length}个`, () => kiosk.go(results, params), { class: "wide" });
  return {
    title: params.title,
    node: h(
      "div",
      { class: "page kinds" },
      heading(`${params.title}：干哪一样？`),
      h("div", { class: "tiles" }, GROUPS.map(tile)),
      every,
    ),
  };
}

/**
 * Postings as cards.
 * @param {Kiosk} kiosk
 * @param {{title: string, keep: (job: Job) => boolean, order: (now: number) => (a: Job, b: Job) => number}} params
 * @returns {View}
 */
export function results(kiosk, { title, keep, order }) {
  const jobs = kiosk.jobs().filter(keep).sort(order(kiosk.now()));
  const empty = h(
    "div",
    { class: "empty" },
    h("p", null, "现在没有这样的活。"),
    h("p", null, "看看别的日子，或者过一会儿再来。"),
    button("回首页看看别的", () => kiosk.home(), { class: "wide" }),
  );
  return {
    title,
    node: h("div", { class: "page" }, heading(title), jobs.length ? cards(kiosk, jobs) : empty),
  };
}

/** Cards in a list that turns by large buttons as well as by touch. @param {Kiosk} kiosk @param {Job[]} jobs */
function cards(kiosk, jobs) {
  const list = h("ul", { class: "cards", tabindex: 0, "aria-label": "岗位" }, jobs.map((job) => card(kiosk, job)));
  const turn = (/** @type {number} */ pages) => list.scrollBy({ top: pages * list.clientHeight * 0.9 });
  return h(
    "div",
    { class: "listing" },
    list,
    jobs.length > 3 &&
      h("div", { class: "turn" }, button("往上翻", () => turn(-1)), button("往下翻", () => turn(1))),
  );
}

/** @param {Kiosk} kiosk @param {Job} job */
function card(kiosk, job) {
  const settled = settlementWords(job.wage);
  const far = distanceWords(job.distance_m);
  return h(
    "li",
    null,
    h(
      "button",
      { type: "button", class: "card", "data-job": job.id, onclick: () => kiosk.go(posting, { job }) },
      picture(kiosk.kind(job).id),
      h("span", { class: "what" }, job.title),
      h("span", { class: "wage" }, wageWords(job.wage), settled && h("small", null, settled)),
      h("span", { class: "when" }, startOf(job, kiosk.now())),
      h("span", { class: "where" }, job.address || "", far && h("small", null, far)),
      h("span", { class: "left" }, `还缺${job.places_left}人`),
    ),
  );
}

/** A posting's page with everything. @param {Kiosk} kiosk @param {{job: Job}} params @returns {View} */
export function posting(kiosk, { job }) {
  const now = kiosk.now();
  const shifts = coming(job, now);
  const whole = shifts.length === (job.shifts || []).length;
  /** @type {number | undefined} which shift; all of them where none is chosen */
  let chosen = whole || !shifts.length ? undefined : shifts[0].place;
  const facts = factsOf(job, now);
  const rows = facts.map((fact) =>
    h(
      "div",
      { class: "fact" },
      h("dt", null, picture(fact.picture), h("span", null, fact.term)),
      h("dd", null, fact.values.map((value) => h("p", null, value))),
    ),
  );
  const title = heading(job.title);
  const go = button("我要去", () => kiosk.asSomebody(() => book(kiosk, job, chosen)), {
    class: "act",
  });
  const gone = h("p", { class: "gone", role: "status" });
  const live = () => {
    const there = !kiosk.knows() || kiosk.feed.jobs.has(job.id) || job.distance_m === undefined;
    go.toggleAttribute("disabled", !there);
    fill(gone, there ? "" : "这个活刚刚招满或者结束了");
  };
  const day = (/** @type {number | undefined} */ place, /** @type {string} */ label) => {
    const one = button(label, () => {
      chosen = place;
      for (const each of days.children) each.setAttribute("aria-pressed", String(each === one));
    }, { "aria-pressed": String(chosen === place) });
    return one;
  };
  const days = h("div", { class: "days", role: "group", "aria-label": "去哪一天" });
  if (shifts.length > 1) {
    if (whole) days.append(day(undefined, `${shifts.length}天都去`));
    for (const shift of shifts.slice(0, 6)) days.append(day(shift.place, `只去${shiftWords(shift).split(" ")[0]}`));
  }
  const place = typeof job.lat === "number" && typeof job.lon === "number" && { lat: job.lat, lon: job.lon };
  const parts = [title, ...rows];
  const all = scroll(
    "这个活",
    h("dl", { class: "facts" }, rows),
    place && h("figure", null, sketch(kiosk.station, place, job.title), h("figcaption", null, "示意图：上面是北，圈是直线距离")),
  );
  const listen = aloud(kiosk, () => sentencesOf(job, kiosk.now()).map((words, at) => ({ part: parts[at], words })));
  live();
  return {
    title: job.title,
    live,
    node: h(
      "div",
      { class: "page posting" },
      h("div", { class: "lead" }, picture(kiosk.kind(job).id), title),
      all,
      gone,
      shifts.length > 1 && days,
      h(
        "div",
        { class: "acts" },
        more(all),
        listen,
        button("带走", () => kiosk.go(take, { job }), { class: "aside" }),
        go,
      ),
    ),
  };
}

/**
 * Books, and says how that went.
 * @param {Kiosk} kiosk @param {Job} job @param {number | undefined} shift
 */
async function book(kiosk, job, shift) {
  kiosk.wait("正在报名…");
  const said = await kiosk.desk.book(job, shift);
  // Whoever left meanwhile is not shown to the next.
  if (kiosk.who) kiosk.show(outcome, { said, job });
}

/**
 * What became of something that a person did; of a booking with its posting.
 * @param {Kiosk} kiosk
 * @param {{said: import("./said.js").Said, job?: Job}} params
 * @returns {View}
 */
export function outcome(kiosk, { said, job }) {
  const held = job && said.kind !== "stop" ? job : undefined;
  return {
    title: said.head,
    node: h(
      "div",
      { class: `page outcome ${said.kind}`, role: "status" },
      picture(said.kind),
      heading(said.head),
      job && h("p", { class: "job" }, job.title),
      held && h("p", null, `${startOf(held, kiosk.now())}，${held.address || ""}`),
      h("p", null, said.text),
      h(
        "div",
        { class: "acts" },
        aloudPage(kiosk),
        held && button("打印或扫码带走", () => kiosk.go(take, { job: held }), { class: "aside" }),
        button("再看别的活", () => kiosk.home(), { class: "aside" }),
        button("办完了，退出", () => kiosk.end(), { class: "act" }),
      ),
    ),
  };
}

/** Take a posting along: scan or print. @param {Kiosk} kiosk @param {{job: Job}} params @returns {View} */
export function take(kiosk, { job }) {
  const code = h("img", { class: "code", src: `/m/${kiosk.station.id}/${job.id}/qr.svg`, alt: "二维码，用手机扫一扫" });
  code.addEventListener("error", () => fill(/** @type {Element} */ (code.parentElement), "现在连不上，二维码出不来。可以打印。"));
  const { name, by } = employerOf(job);
  const now = kiosk.now();
  const facts = factsOf(job, now).filter((fact) => ["money", "when", "place", "who"].includes(fact.picture));
  return {
    title: "带走",
    node: h(
      "div",
      { class: "page take" },
      heading("带走这个活"),
      h("p", { class: "job" }, job.title),
      h("p", null, "用手机扫一扫，在手机上接着看、接着报名。"),
      h("div", { class: "scan" }, code),
      button("打印小票", () => window.print(), { class: "wide" }),
      h(
        "div",
        { class: "slip", "aria-hidden": "true" },
        h("p", { class: "station" }, kiosk.station.name),
        h("p", { class: "what" }, job.title),
        facts.map((fact) => h("p", null, `${fact.term}：${fact.values.join("；")}`)),
        h("p", null, `${name} ${by}`),
        h("img", { src: `/m/${kiosk.station.id}/${job.id}/qr.svg`, alt: "" }),
        h("p", null, `${new Date(now + 8 * 3600000).toISOString().slice(0, 16).replace("T", " ")} 找活不收钱`),
      ),
    ),
  };
}

/** Search by sound. @param {Kiosk} kiosk @param {{typed?: string}} params @returns {View} */
export function search(kiosk, { typed = "" }) {
  let query = typed;
  const shown = h("output", { class: "query", "aria-live": "polite" });
  const found = h("div", { class: "found" });
  const farther = h("div", { class: "farther" });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let asked = 0;
  const draw = () => {
    clearTimeout(timer);
    asked += 1;
    fill(shown, query ? (/^[a-z]+$/.test(query) ? query.toUpperCase() : query) : h("span", { class: "hint" }, "按拼音开头的字母，比如 FJ 就是分拣"));
    fill(farther);
    if (!query) return fill(found);
    if (!kiosk.finder) return fill(found, h("p", null, "正在准备，请等一下"));
    const finder = kiosk.finder;
    const jobs = finder.jobs(query, kiosk.jobs());
    const trades = finder.meant(query).map((name) =>
      button(name, () => change(name), { class: "chip" }, picture(finder.trades.groupOf(name).id)),
    );
    fill(
      found,
      trades.length > 0 && h("div", { class: "chips" }, trades),
      jobs.length ? h("ul", { class: "cards" }, jobs.slice(0, 30).map((job) => card(kiosk, job))) : h("p", { class: "hint" }, "这里没有找到，换个字母试试"),
    );
    timer = setTimeout(() => askFarther(query, asked, new Set(jobs.map((job) => job.id))), TYPING_MS);
  };
  const askFarther = async (/** @type {string} */ text, /** @type {number} */ turn, /** @type {Set<string>} */ held) => {
    const { lat, lon } = kiosk.station;
    const path = `/jobs?q=${encodeURIComponent(text)}&lat=${lat}&lon=${lon}&crs=wgs84&limit=${FARTHER_MAX}`;
    try {
      const { ok, data } = await kiosk.api.call("GET", path, { token: null });
      const rest = ok ? data.items.filter((/** @type {Job} */ job) => !held.has(job.id) && !kiosk.feed.jobs.has(job.id)) : [];
      if (turn !== asked || !rest.length) return;
      fill(farther, h("h2", null, "远一点的地方"), h("ul", { class: "cards" }, rest.map((/** @type {Job} */ job) => card(kiosk, job))));
    } catch (error) {
      if (!(error instanceof Offline)) throw error;
    }
  };
  const change = (/** @type {string} */ next) => {
    query = next;
    draw();
  };
  const pad = lettersPad({
    onLetter: (letter) => change((/^[a-z]*$/.test(query) ? query : "") + letter),
    onBack: () => change(query.slice(0, -1)),
    onClear: () => change(""),
  });
  draw();
  return {
    title: "打字找活",
    key: pad.key,
    left: () => clearTimeout(timer),
    node: h(
      "div",
      { class: "page search" },
      heading("打字找活"),
      h("div", { class: "ask" }, shown, voice(change)),
      h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "找到的活" }, found, farther),
      pad.node,
    ),
  };
}

/** A button to speak, where the browser listens. @param {(words: string) => void} heard */
function voice(heard) {
  const scope = /** @type {any} */ (window);
  const Recognition = scope.SpeechRecognition || scope.webkitSpeechRecognition;
  if (!Recognition) return undefined;
  const say = (/** @type {string} */ words) => fill(listen, h("span", null, words));
  const listen = button("说话找", () => {
    const ear = new Recognition();
    let then = "说话找";
    ear.lang = "zh-CN";
    ear.onresult = (/** @type {any} */ event) => heard(event.results[0][0].transcript.replace(/[，。？！\s]/g, ""));
    ear.onerror = (/** @type {any} */ event) => {
      then = event.error === "no-speech" ? "没听清，再说" : "现在听不了";
    };
    // It comes last, whatever came before.
    ear.onend = () => say(then);
    say("请说…");
    ear.start();
  }, { class: "voice", "aria-live": "polite" });
  return listen;
}
