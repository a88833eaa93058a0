// The board for passers-by: shows a station's open postings, page after page, and says honestly
// whether they are live. It takes no input. The number of elements is fixed by the rows of a page,
// so that a screen runs for months.

import { token, watchTrouble } from "./device.js";
import { Bulletin } from "./bulletin.js";
import { Feed } from "./feed.js";
import { Rota, share } from "./rota.js";
import * as words from "./words.js";

/** Rows of a page; `board.css` lays out as many. */
const ROWS = 6;
/** How long a page stands. */
const PAGE_MS = 12000;
/** How long a posting that came in the middle of a page stands at least. */
const FRESH_MS = 6000;
/** The longest that new postings may hold a page. */
const PAGE_MS_MAX = 24000;
/** How long a posting that came while the board ran is marked as new. */
const NEW_MS = 600000;
/** How long a row that is filled or closed says so before it leaves. */
const LEAVING_MS = 1500;
/** The picture moves by a few pixels this often, against burn-in. */
const SHIFT_MS = 180000;
/** Positions of the picture; `board.css` has one rule for each. */
const SHIFTS = 8;
/** Performance marks kept; older ones are cleared. */
const MARKS_MAX = 100;
/** A reload asked for by the server is spread over this time. */
const RELOAD_SPREAD_MS = 5000;
/** Characters of a title that fit on a row; a longer one stands below its trade's name. */
const TITLE_WIDTH_MAX = 8;
/** Day begins and ends at these hours. */
const DAY = { from: 7, to: 19 };

const REASONS = { filled: "已招满", closed: "已结束", expired: "已过期", withdrawn: "已撤回" };
const STOPPED = { 4001: "本屏未获授权", 4004: "没有这个站点", 4009: "已在另一块屏幕上打开" };

const root = document.documentElement;
/** What the address asks of this screen: `theme`, and `screen` of how many side by side. */
const asked = new URLSearchParams(location.search);
const heading = document.querySelector("h1");
const stationName = heading ? heading.textContent : "";
const screen = Number(asked.get("screen") || 1);
const screens = Number(asked.get("of") || 1);
const list = part("rows");
const rowTemplate = /** @type {HTMLTemplateElement} */ (document.getElementById("row"));

/** @type {Map<string, HTMLElement>} rows on the page, by posting */
const rows = new Map();
/** @type {HTMLElement[]} rows that show nothing now */
const spare = [];
/** @type {Map<string, number>} when a posting came while the board ran, ms */
const arrived = new Map();
/** @type {Map<string, number>} the version that was painted last */
const painted = new Map();
/** @type {string[]} */
const marks = [];
/** @type {Set<string>} postings to show at once */
const fresh = new Set();
/** @type {Set<string>} every posting that was held before the latest whole set */
let held = new Set();

const rota = new Rota(ROWS);
const bulletin = new Bulletin(part("notice"), part("owed"), document.body.dataset.hotline || "");
bulletin.take(JSON.parse(document.body.dataset.bulletin || "{}"));
let pageSince = 0;
let pageUntil = 0;
let drawing = false;

const feed = new Feed({
  url: location.origin.replace(/^http/, "ws") + String(document.body.dataset.feed),
  token: token(),
  trouble: watchTrouble(),
  client: { kind: "board", version: String(document.body.dataset.version) },
  storage: storage(),
  onChange: changed,
  onState: draw,
  onNotice: noticed,
  onReload: () => setTimeout(() => location.reload(), Math.random() * RELOAD_SPREAD_MS),
});

addEventListener("pagehide", () => feed.save());
feed.start();
tick();

/** The page's own clock: the server's time, since a screen's may be wrong. */
function now() {
  return Date.now() + feed.clockAheadMs;
}

/** Once a second, on the second: time, theme, turning of pages. */
function tick() {
  setTimeout(tick, 1000 - (now() % 1000));
  const theme = asked.get("theme");
  const { hour } = words.civil(now());
  const byHour = hour >= DAY.from && hour < DAY.to ? "day" : "night";
  root.dataset.theme = theme === "day" || theme === "night" ? theme : byHour;
  document.body.dataset.shift = String(Math.floor(now() / SHIFT_MS) % SHIFTS);
  draw();
}

/**
 * A bulletin takes the place of the one before; a call of the staff stands until the page is over.
 * @param {Record<string, unknown>} message
 */
function noticed(message) {
  if (typeof message.text === "string") {
    tell("call", message.text);
    part("call").hidden = !message.text;
  } else {
    bulletin.take(message);
  }
  draw();
}

/** @param {import("./feed.js").Change} change */
function changed(change) {
  root.dataset.seq = String(feed.seq);
  if (change.kind === "snapshot") {
    // The first set is nobody's news; what a later one adds came while the board was away.
    if (held.size) for (const id of feed.jobs.keys()) if (!held.has(id)) arrive(id);
    for (const id of rows.keys()) if (!feed.jobs.has(id)) dismiss(id);
    for (const id of painted.keys()) if (!feed.jobs.has(id)) forget(id);
    held = new Set(feed.jobs.keys());
  } else if (change.kind === "put" && change.id) {
    if (!held.has(change.id)) arrive(change.id);
    held.add(change.id);
  } else if (change.id) {
    held.delete(change.id);
    dismiss(change.id, change.why);
    forget(change.id);
  }
  draw();
}

/** @param {string} id */
function arrive(id) {
  arrived.set(id, now());
  fresh.add(id);
}

/** @param {string} id */
function forget(id) {
  arrived.delete(id);
  painted.delete(id);
  fresh.delete(id);
}

/** Postings in their order: what starts soonest, then where most people are wanted. */
function ordered() {
  const time = now();
  const live = feed.state.link === "live";
  return (
    [...feed.jobs.values()]
      // Without a link nobody tells what has expired; nobody shall walk to it.
      .filter((job) => live || !(Date.parse(job.valid_until || "") <= time))
      .map((job) => ({ job, begins: words.nextStart(job.shifts, time) }))
      .map(({ job, begins }) => ({ job, start: begins === null ? Infinity : begins }))
      .sort(
        (a, b) =>
          (a.start === b.start ? 0 : a.start - b.start) ||
          (b.job.places_left || 0) - (a.job.places_left || 0) ||
          (a.job.id < b.job.id ? -1 : 1),
      )
      .map(({ job }) => job)
  );
}

/** Asks for one drawing before the next frame, however much has changed. */
function draw() {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    paint();
  });
}

function paint() {
  const jobs = ordered();
  const all = jobs.map((job) => job.id);
  const ids = share(all, screen, screens, rota.rows);
  const time = now();
  const over = time >= pageUntil || pageUntil - time > PAGE_MS_MAX;
  const turning = over || (rota.page.length === 0 && rows.size === 0 && ids.length > 0);
  if (turning) {
    rota.turn(ids);
    part("call").hidden = true;
    bulletin.turn(time);
    pageSince = time;
    // On a whole second, as the tick that will end the page.
    pageUntil = Math.round((time + PAGE_MS) / 1000) * 1000;
  }
  const news = ids.filter((id) => fresh.has(id));
  fresh.clear();
  if (news.length) {
    rota.admit(news);
    pageUntil = Math.min(Math.max(pageUntil, time + FRESH_MS), pageSince + PAGE_MS_MAX);
  }
  const known = new Set(ids);
  for (const id of [...rota.page]) {
    // Its row says why for a moment, then another takes it.
    const row = rows.get(id);
    if (!known.has(id) && !(row && row.dataset.leaving)) rota.leave(id, ids);
  }
  layOut(turning && ids.length > rota.rows);
  header(jobs, ids.length);
  bulletin.show(time);
  link();
}

/**
 * Gives each posting of the page its row, in order, and takes the others away.
 * @param {boolean} whole whether the page turns as a whole
 */
function layOut(whole) {
  const shown = new Set(rota.page);
  for (const [id, row] of rows) {
    if (shown.has(id)) continue;
    rows.delete(id);
    retire(row);
  }
  if (whole) restart(list, "turning");
  let before = list.firstElementChild;
  for (const id of rota.page) {
    let row = rows.get(id);
    if (!row) {
      row = spare.pop() || newRow();
      rows.set(id, row);
      list.insertBefore(row, before);
      if (!whole && arrived.has(id)) restart(row, "entering");
    } else if (row === before) {
      before = before.nextElementSibling;
    } else {
      list.insertBefore(row, before);
    }
    const job = feed.jobs.get(id);
    if (!job) continue;
    delete row.dataset.leaving;
    fill(row, job);
  }
}

/** @param {HTMLElement} row @param {import("./feed.js").Job} job */
function fill(row, job) {
  const time = now();
  const start = words.nextStart(job.shifts, time);
  const short = words.width(job.title) <= TITLE_WIDTH_MAX;
  const age = time - (arrived.get(job.id) || -Infinity);
  row.dataset.id = job.id;
  row.dataset.version = String(job.version);
  row.dataset.new = String(age < NEW_MS);
  tell("trade", short ? job.title : job.occupation_name || job.title, row);
  tell("label", job.label || "", row);
  tell("instant", job.instant ? "即时快招" : "", row);
  const who = short ? (job.employer && job.employer.name) || "" : job.title;
  // First, since the end of a line may be cut.
  const office = job.verified_by === stationName ? "本站" : job.verified_by;
  tell("detail", office ? `${office}核验 · ${who}` : who, row);
  tell("wage", words.wageWords(job.wage), row);
  tell("settlement", words.settlementWords(job.wage), row);
  tell("start", startOf(start, time), row);
  tell("place", job.address || "", row);
  tell("distance", words.distanceWords(job.distance_m), row);
  tell("left", job.places_left === undefined ? "" : `还缺${job.places_left}人`, row);
  if (painted.get(job.id) !== job.version) {
    painted.set(job.id, job.version);
    // The second frame begins when the first, with this row in it, has been handed to the screen.
    requestAnimationFrame(() => requestAnimationFrame(() => mark(`job:${job.id}:${job.version}`)));
  }
}

/** @param {number | null} start ms @param {number} time ms */
function startOf(start, time) {
  if (start === null) return "时间面议";
  return start <= time ? "已开工" : words.startWords(start, time);
}

/** @param {import("./feed.js").Job[]} jobs of the station @param {number} own how many are this screen's */
function header(jobs, own) {
  tell("clock", words.clockWords(now()));
  tell("date", words.dateWords(now()));
  const places = jobs.reduce((sum, job) => sum + (job.places_left || 0), 0);
  const knows = feed.seq !== null;
  tell("jobs", knows ? String(jobs.length) : "–");
  tell("places", knows ? String(places) : "–");
  const many = own > rota.rows;
  tell("page", many ? `第${Math.min(rota.shown, rota.pages)}/${rota.pages}页` : "");
  part("empty").hidden = jobs.length > 0 || rows.size > 0;
  tell("empty-title", knows ? "现在没有在招岗位" : "正在取岗位…");
  tell("empty-hint", knows ? "有新岗位会马上显示在这里" : "");
}

/** The last line says what the board knows about its own link. */
function link() {
  const { heard, code } = feed.state;
  const stopped = STOPPED[/** @type {4001} */ (code)];
  const since = heard === null ? "还没连上" : `${sinceWords(heard + feed.clockAheadMs)}起离线`;
  const said = { live: "● 实时", connecting: "○ 正在连接" };
  tell("link", said[/** @type {"live"} */ (feed.state.link)] || `○ ${stopped || since}`);
  part("link").dataset.link = feed.state.link;
}

/** @param {number} ms @returns {string} the time, with the day where it was not today */
function sinceWords(ms) {
  const [then, today] = [words.civil(ms), words.civil(now())];
  const day = then.day === today.day ? "" : `${then.month}月${then.dayOfMonth}日 `;
  return `${day}${words.clockWords(ms)} `;
}

/**
 * Takes a posting from the page; its row says why for a moment.
 * @param {string} id @param {string} [why]
 */
function dismiss(id, why) {
  const row = rows.get(id);
  if (!row || row.dataset.leaving) return;
  row.dataset.leaving = "true";
  tell("left", REASONS[/** @type {"filled"} */ (why)] || "已结束", row);
  setTimeout(() => {
    if (rows.get(id) !== row) return;
    delete row.dataset.leaving;
    draw();
  }, LEAVING_MS);
}

/** @param {HTMLElement} row */
function retire(row) {
  row.remove();
  row.classList.remove("entering");
  for (const key of ["id", "version", "leaving", "new"]) delete row.dataset[key];
  spare.push(row);
}

/** @returns {HTMLElement} */
function newRow() {
  const copy = /** @type {DocumentFragment} */ (rowTemplate.content.cloneNode(true));
  return /** @type {HTMLElement} */ (copy.firstElementChild);
}

/** @param {string} name */
function mark(name) {
  performance.mark(name);
  marks.push(name);
  if (marks.length > MARKS_MAX) performance.clearMarks(marks.shift());
}

/** Runs a class's animation from its start. @param {Element} element @param {string} name */
function restart(element, name) {
  element.classList.remove(name);
  void (/** @type {HTMLElement} */ (element).offsetWidth);
  element.classList.add(name);
}

/**
 * Writes a text only where it differs, so that nothing is laid out anew for nothing.
 * @param {string} name @param {string} text @param {ParentNode} [within]
 */
function tell(name, text, within = document) {
  const element = within.querySelector(`[data-part="${name}"]`);
  if (element && element.textContent !== text) element.textContent = text;
}

/** @param {string} name @returns {HTMLElement} */
function part(name) {
  return /** @type {HTMLElement} */ (document.querySelector(`[data-part="${name}"]`));
}

/** @returns {Storage | undefined} undefined where the browser forbids it */
function storage() {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}
