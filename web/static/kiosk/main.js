// The kiosk: one page that never leaves its address, so that no history tells who was here.
// Who is signed in lives in memory; it is gone when the person says so or walks away.

import { token, watchTrouble } from "../device.js";
import { Feed } from "../feed.js";
import { clockWords } from "../words.js";
import { Api } from "./api.js";
import { CardReader } from "./card.js";
import { Desk } from "./desk.js";
import { fill } from "./dom.js";
import { Finder } from "./find.js";
import { keepFiles } from "./offline.js";
import { complain } from "./complain.js";
import { door } from "./door.js";
import { me } from "./me.js";
import { ask } from "./parts.js";
import { identify, register } from "./people.js";
import { Sounds } from "./pinyin.js";
import { Queue } from "./queue.js";
import { Reader } from "./speak.js";
import { feedStorage, Store } from "./store.js";
import { GROUPS, Trades } from "./trades.js";
import { home, outcome } from "./views.js";

/** @typedef {import("./views.js").View} View */
/** @typedef {import("./jobs.js").Job} Job */
/** @typedef {(kiosk: Kiosk, params: any) => View} Page */
/** @typedef {{id: string, kind: string, job_id: string, body: string}} News a message that was not read */

/** A person who touches nothing for so long is asked whether it is still there. */
const IDLE_MS = 60000;
/** Seconds to answer. Every answer gives the whole time anew, as often as one likes. */
const RING_S = 30;
/** Between two writings of the postings at hand. */
const KEEP_MS = 5000;
/** Between two attempts to fetch the word lists. */
const LEARN_MS = 5000;
/** The list of the postings at hand is drawn anew at most this often. */
const LIVE_MS = 500;

/** One station's kiosk. */
export class Kiosk {
  constructor() {
    const { station, name, lat, lon, version, hotline, cardPort } = document.body.dataset;
    this.station = { id: station || "", name: name || "", lat: Number(lat), lon: Number(lon), hotline };
    this.version = version || "";
    this.api = new Api();
    this.desk = new Desk(this);
    this.reader = new Reader();
    this.store = new Store();
    this.queue = new Queue(this.store, this.api, (outcome) => this.told(outcome));
    this.card = new CardReader(Number(cardPort || 0));
    this.pages = { me, door, complain };
    /** @type {News[]} the person's messages that were not read, the newest first */
    this.news = [];
    /** @type {import("./desk.js").Somebody | null} */
    this.who = null;
    /** @type {Finder | null} once the word lists are here */
    this.finder = null;
    /** @type {{page: Page, params: any}[]} the way back; the last is shown */
    this.way = [];
    /** @type {View | null} */
    this.view = null;
    /** Words of the station's staff. */
    this.notice = "";
    /** Whether the server asked for a reload; it waits until nobody is there. */
    this.stale = false;
    this.changing = false;
    this.keepNext = 0;
    this.touched = performance.now();
    /** @type {number | null} when the ring closes */
    this.closes = null;
    /** @type {Element | null} where the keyboard was when it opened */
    this.before = null;
    const address = new URL(`/api/v1/stations/${this.station.id}/feed`, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    this.feed = new Feed({
      url: address.href,
      token: token(),
      trouble: watchTrouble(),
      client: { kind: "kiosk", version: this.version },
      onNotice: ({ text }) => {
        this.notice = String(text || "");
        this.changed();
      },
      onChange: ({ kind }) => {
        this.changed();
        this.keep(kind === "snapshot");
      },
      onState: () => this.link(),
      onReload: () => {
        this.stale = true;
      },
    });
  }

  /** Shows the first page and begins to listen. */
  async start() {
    part("back").addEventListener("click", () => this.back());
    part("home").addEventListener("click", () => this.home());
    part("large").addEventListener("click", () => toggle("large"));
    part("low").addEventListener("click", () => toggle("low"));
    part("leave").addEventListener("click", () => this.end());
    part("stay").addEventListener("click", () => this.stay());
    for (const kind of ["pointerdown", "keydown", "wheel"]) {
      document.addEventListener(kind, () => this.touch(), { capture: true, passive: true });
    }
    document.addEventListener("keydown", (event) => this.key(event));
    // Nothing shall wait in the browser's cache of pages.
    window.addEventListener("pagehide", () => this.forget());
    window.addEventListener("pageshow", (event) => event.persisted && location.reload());
    setInterval(() => this.tick(), 1000);
    this.home();
    if (token()) this.card.start();
    this.feed.storage = await feedStorage(this.store);
    this.feed.start();
    await this.queue.count().catch(() => {});
    this.learn();
  }

  /** Fetches the word lists, again and again until they are here; then keeps all for a cut link. */
  async learn() {
    const fetched = ["trades.json", "pinyin.tsv"].map(async (name) => {
      const response = await fetch(`/words/${name}?v=${this.version}`);
      if (!response.ok) throw new Error(`no ${name}`);
      return response.text();
    });
    let trades, pinyin;
    try {
      [trades, pinyin] = await Promise.all(fetched);
    } catch {
      setTimeout(() => this.learn(), LEARN_MS);
      return;
    }
    this.finder = new Finder(new Trades(JSON.parse(trades)), new Sounds(pinyin));
    this.changed();
    await keepFiles().catch(() => {});
    document.body.dataset.ready = "true";
  }

  /** A task of the queue is done (or one was added): who still stands before its 待确认 sees it. @param {import("./queue.js").Outcome | null} done */
  told(done) {
    this.changed();
    const last = this.way[this.way.length - 1];
    if (done && last && last.page === outcome && last.params.said.receipt === done.receipt) {
      this.show(outcome, { ...last.params, said: done.said });
    }
  }

  /** The server's time, ms since 1970. */
  now() {
    return Date.now() + this.feed.clockAheadMs;
  }

  /** Whether the postings are known at all. */
  knows() {
    return this.feed.seq !== null;
  }

  /** The postings at hand. @returns {Job[]} */
  jobs() {
    return [...this.feed.jobs.values()];
  }

  /** The kind of work of a posting. @param {Job} job */
  kind(job) {
    return this.finder ? this.finder.trades.kind(job) : GROUPS[GROUPS.length - 1];
  }

  /** Goes on to a page. @param {Page} page @param {any} params */
  go(page, params) {
    this.way.push({ page, params });
    this.draw();
  }

  /** Shows a page in place of the present one. @param {Page} page @param {any} params */
  instead(page, params) {
    this.way.pop();
    this.go(page, params);
  }

  /** Shows a page from which the way back is home: what is done is not undone by 返回. @param {Page} page @param {any} params */
  show(page, params) {
    this.way = [{ page: home, params: {} }, { page, params }];
    this.draw();
  }

  back() {
    if (this.way.length > 1) this.way.pop();
    this.draw();
  }

  home() {
    this.way = [{ page: home, params: {} }];
    this.draw();
  }

  /** Says that something is under way. @param {string} text */
  wait(text) {
    this.show(() => ({ title: text, node: waiting(text) }), {});
  }

  draw() {
    const { page, params } = this.way[this.way.length - 1];
    if (this.view && this.view.left) this.view.left();
    this.reader.stop();
    this.view = page(this, params);
    fill(part("main"), this.view.node);
    document.title = `${this.view.title} · ${this.station.name}`;
    const first = this.way.length === 1;
    part("back").toggleAttribute("disabled", first);
    part("home").toggleAttribute("disabled", first);
    document.body.toggleAttribute("data-home", first);
    const head = part("main").querySelector("h1");
    if (head) head.focus({ preventScroll: true });
  }

  /** Goes on once it is known who is there. @param {() => void} then */
  asSomebody(then) {
    if (this.who) return then();
    this.go(identify, {
      then: (/** @type {import("./desk.js").Somebody} */ found) => {
        this.seat(found);
        // The pages of the digits are no part of the way back.
        while (this.way.length > 1 && [identify, register].includes(/** @type {any} */ (this.way[this.way.length - 1].page))) {
          this.way.pop();
        }
        then();
      },
    });
  }

  /** @param {import("./desk.js").Somebody} found */
  seat(found) {
    this.who = found;
    this.api.token = found.token;
    this.api.renew = async () => {
      this.api.token = null;
      // A card can't be asked again.
      if (!found.pin) return false;
      const { found: again } = await this.desk.signIn(found.phone, found.pin);
      // Whoever left meanwhile is not signed in again.
      if (!again || !again.token || this.who !== found) return false;
      this.seat(again);
      return true;
    };
    this.greet();
  }

  /** Greets whoever is there, and tells how many messages wait for the person. */
  async greet() {
    const who = this.who;
    part("leave").hidden = !who;
    this.tellNews();
    if (!who || !who.token) return;
    const { data } = await ask(this, "GET", (worker) => `/workers/${worker}/messages`);
    if (this.who !== who || !data) return;
    this.news = data.items.reverse();
    this.tellNews();
  }

  tellNews() {
    const hello = this.who ? (this.who.name ? `您好，${this.who.name}` : "您好") : "";
    fill(part("somebody"), hello + (this.news.length ? `，有${this.news.length}条消息` : ""));
  }

  /** Forgets who was here. */
  forget() {
    const token = this.api.token;
    this.who = null;
    this.news = [];
    this.api.token = null;
    this.api.renew = async () => false;
    this.reader.stop();
    if (!token) return;
    // The session ends by itself where this does not arrive.
    const headers = { authorization: `Bearer ${token}` };
    fetch("/api/v1/logout", { method: "POST", headers, keepalive: true, credentials: "omit" }).catch(() => {});
  }

  /** The person is done, or gone. */
  end() {
    this.forget();
    this.greet();
    part("ring").hidden = true;
    this.closes = null;
    for (const name of ["large", "low"]) set(name, false);
    this.home();
  }

  touch() {
    this.changing = false;
    this.touched = performance.now();
  }

  stay() {
    this.closes = null;
    part("ring").hidden = true;
    this.touch();
    const before = this.before && this.before !== document.body && document.contains(this.before) ? this.before : part("main").querySelector("h1");
    if (before) /** @type {HTMLElement} */ (before).focus({ preventScroll: true });
  }

  /** Once a second: the clock, and whether somebody is still there. */
  tick() {
    const clock = part("clock");
    const words = clockWords(this.now());
    if (clock.textContent !== words) clock.textContent = words;
    const atRest = !this.who && this.way.length === 1 && !document.documentElement.dataset.large && !document.documentElement.dataset.low;
    if (atRest && this.stale) return location.reload();
    if (this.reader.on || (atRest && this.closes === null)) return this.touch();
    const idle = performance.now() - this.touched;
    if (this.closes === null && idle >= IDLE_MS) {
      this.closes = performance.now() + RING_S * 1000;
      this.before = document.activeElement;
      part("ring").hidden = false;
      part("stay").focus();
    }
    if (this.closes === null) return;
    const left = (this.closes - performance.now()) / 1000;
    if (left <= 0) return this.end();
    part("seconds").textContent = String(Math.ceil(left));
    part("rest").style.strokeDashoffset = String(276.5 * (1 - left / RING_S));
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (this.closes !== null) {
      // The ring has one button, and nothing behind it can be reached.
      if (event.key === "Tab") event.preventDefault();
      return;
    }
    if (event.key === "Escape") return this.back();
    if (this.view && this.view.key) this.view.key(event);
  }

  /** Keeps the postings for a restart without a link; a stream of changes not at every one. @param {boolean} whole */
  keep(whole) {
    if (!whole && performance.now() < this.keepNext) return;
    this.keepNext = performance.now() + KEEP_MS;
    this.feed.save();
  }

  changed() {
    if (this.changing) return;
    this.changing = true;
    setTimeout(() => {
      this.changing = false;
      if (this.view && this.view.live) this.view.live();
    }, LIVE_MS);
  }

  link() {
    const { link, code } = this.feed.state;
    const stopped = code === 4009 ? "已在另一块屏幕上打开" : code ? "本机未获授权" : "";
    if (link === "live") this.queue.send();
    const words = link === "live" ? "● 实时" : stopped || (link === "connecting" ? "○ 正在连接" : "○ 网断了，先看手上的");
    part("link").textContent = words;
    part("link").dataset.link = link;
  }
}

/** @param {string} text */
function waiting(text) {
  const head = document.createElement("h1");
  head.tabIndex = -1;
  head.textContent = text;
  const page = document.createElement("div");
  page.className = "page waiting";
  page.append(head);
  return page;
}

/** @param {string} name */
function toggle(name) {
  set(name, !(name in document.documentElement.dataset));
}

/** @param {string} name @param {boolean} on */
function set(name, on) {
  if (on) document.documentElement.dataset[name] = "true";
  else delete document.documentElement.dataset[name];
  part(name).setAttribute("aria-pressed", String(on));
}

/** @param {string} name @returns {HTMLElement} */
function part(name) {
  return /** @type {HTMLElement} */ (document.querySelector(`[data-part="${name}"]`));
}

new Kiosk().start();

