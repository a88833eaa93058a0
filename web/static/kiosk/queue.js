// What people did while the link was cut: kept sealed, sent in order when it is back, each once.
//
// A task is sealed with a key that the browser made and never gives out (AES-GCM, not extractable);
// it lives as long as the task. Each task carries the name under which the server knows its request,
// so that one that arrives twice acts once. What became of it waits for the person under a keyed
// hash of the phone.

import { Offline } from "./api.js";
import { whyOf } from "./parts.js";
import { booked, passed, refused } from "./said.js";

/** @typedef {import("./said.js").Said} Said */
/**
 * @typedef {object} Task
 * @property {"signUp" | "book" | "pass"} kind
 * @property {string} key the request's name
 * @property {string} phone
 * @property {string} pin
 * @property {number} at when it was done, ms since 1970
 * @property {string} receipt four digits for the person
 * @property {{[field: string]: unknown}} [person] who registers
 * @property {string} [job] id of the posting
 * @property {string} [title] of the posting
 * @property {number} [shift]
 * @property {"check-in" | "check-out"} [step] at the door
 * @property {string} [code] that the captain showed
 * @property {string} [screen] the token of the kiosk that vouches for it
 * @property {number} [when] by the server's clock as far as it was known, ms since 1970
 */
/** @typedef {{receipt: string, title: string, said: Said, at: number}} Outcome */

/** A task that could not be sent for so long is given up; the server forgets requests after a week. */
const TASK_MS_MAX = 3 * 86400000;
/** An outcome that nobody asked for is forgotten. */
const OUTCOME_MS_MAX = 3 * 86400000;
/** Between two attempts while something waits. */
const RETRY_MS = 5000;

/** How far from its shift something at the door may lie. */
const AROUND_MS = 12 * 3600000;

/** Answers that may be another one later: nothing is decided. @param {number} status */
const undecided = (status) => status >= 500 || status === 429 || status === 408;

/** The kiosk's queue. */
export class Queue {
  /**
   * @param {import("./store.js").Store} store
   * @param {import("./api.js").Api} api
   * @param {(outcome: Outcome | null) => void} told after each task that is done, and when one is added
   */
  constructor(store, api, told) {
    this.store = store;
    this.api = api;
    this.told = told;
    this.waiting = 0;
    this.sending = false;
    setInterval(() => this.send(), RETRY_MS);
  }

  /** The keys of this browser; made once. @returns {Promise<{seal: CryptoKey, mark: CryptoKey}>} */
  async keys() {
    const held = await this.store.get("kept", "keys");
    if (held) return held;
    const seal = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    const mark = await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    await this.store.put("kept", { seal, mark }, "keys");
    return { seal: /** @type {CryptoKey} */ (seal), mark: /** @type {CryptoKey} */ (mark) };
  }

  /** Where a phone's outcomes are found. @param {string} phone @returns {Promise<string>} */
  async markOf(phone) {
    const { mark } = await this.keys();
    const hash = await crypto.subtle.sign("HMAC", mark, new TextEncoder().encode(phone));
    return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  /** Keeps a task, durably. @param {Task} task */
  async add(task) {
    const { seal } = await this.keys();
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const text = new TextEncoder().encode(JSON.stringify(task));
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, seal, text);
    await this.store.put("queue", { iv, sealed: new Uint8Array(sealed) });
    this.waiting += 1;
    this.told(null);
  }

  /** Counts what waits; called once at the start. */
  async count() {
    this.waiting = (await this.store.all("queue")).length;
    this.told(null);
  }

  /** Sends what waits, in order, until the link is cut again. One sending at a time. */
  async send() {
    if (this.sending || this.waiting === 0) return;
    this.sending = true;
    try {
      const { seal } = await this.keys();
      const rows = await this.store.all("queue");
      this.waiting = rows.length;
      for (const { key, value } of rows) {
        const task = await unsealed(seal, value);
        const said = task && (await this.done(task));
        // Nothing is decided yet: those that follow wait too, since a booking needs its registration.
        if (task && !said) break;
        if (task && said) await this.note(task, said);
        await this.store.remove("queue", key);
        this.waiting -= 1;
        if (task && said) this.told({ receipt: task.receipt, title: task.title || "登记", said, at: task.at });
      }
    } catch (error) {
      if (!(error instanceof Offline)) throw error;
    } finally {
      this.sending = false;
    }
  }

  /** Sends a task. Null where the server did not decide. @param {Task} task @returns {Promise<Said | null>} */
  async done(task) {
    if (Date.now() - task.at > TASK_MS_MAX) return refused("网断得太久，没有办成，请再来一次");
    if (task.kind === "signUp") return this.signUp(task);
    return this.inName(task, task.kind === "book" ? this.book : this.pass);
  }

  /** @param {Task} task @returns {Promise<Said | null>} */
  async signUp(task) {
    const { ok, status, data } = await this.api.call("POST", "/pin/sign-up", { body: task.person, key: task.key, token: null });
    if (undecided(status)) return null;
    if (ok) {
      await this.api.call("POST", "/logout", { body: {}, token: data.token });
      return { kind: "done", head: "登记好了", text: "以后用手机号和密码报名。" };
    }
    return refused(data.code === "duplicate" ? "这个手机号登记过了，请找工作人员" : data.title);
  }

  /**
   * Does something in the name of the task's person, in a session of its own.
   * @param {Task} task
   * @param {(task: Task, who: {token: string, worker_id: string}) => Promise<Said | null>} act
   * @returns {Promise<Said | null>}
   */
  async inName(task, act) {
    const { phone, pin } = task;
    const known = await this.api.call("POST", "/pin/sign-in", { body: { phone, pin }, token: null });
    if (undecided(known.status)) return null;
    if (!known.ok) return refused("手机号或密码不对，没有办成", "没办成");
    const said = await act.call(this, task, known.data);
    if (said) await this.api.call("POST", "/logout", { body: {}, token: known.data.token });
    return said;
  }

  /** @param {Task} task @param {{token: string, worker_id: string}} who @returns {Promise<Said | null>} */
  async book(task, { token, worker_id }) {
    const body = { worker_id, shift: task.shift };
    const { ok, status, data } = await this.api.call("POST", `/jobs/${task.job}/bookings`, { body, key: task.key, token });
    if (undecided(status)) return null;
    return ok ? booked(data.status) : refused(data.title);
  }

  /** Checks in or out at the shift nearest to the noted moment. @param {Task} task @param {{token: string, worker_id: string}} who @returns {Promise<Said | null>} */
  async pass(task, who) {
    const found = await this.api.call("GET", `/workers/${who.worker_id}/bookings`, { token: who.token });
    if (undecided(found.status)) return null;
    const [when, step] = [task.when || task.at, task.step || "check-in"];
    const booking = nearest((found.data && found.data.items) || [], when);
    if (!booking) return refused("没有找到这个时候的活，请找带班人", "没签上");
    const body = { code: task.code, at: new Date(when).toISOString(), screen: task.screen };
    const { ok, status, data } = await this.api.call("POST", `/bookings/${booking}/${step}`, { body, key: task.key, token: who.token });
    if (undecided(status)) return null;
    return ok ? passed(step, data) : refused(whyOf(data), "没签上");
  }

  /** Keeps what became of a task for its person. @param {Task} task @param {Said} said */
  async note(task, said) {
    const mark = await this.markOf(task.phone);
    const outcome = { mark, receipt: task.receipt, title: task.title || "登记", said, at: Date.now() };
    await this.store.put("outcomes", outcome, task.key);
  }

  /** What became of a phone's tasks; told once. @param {string} phone @returns {Promise<Outcome[]>} */
  async outcomes(phone) {
    const [mark, rows] = [await this.markOf(phone), await this.store.all("outcomes")];
    const found = [];
    for (const { key, value } of rows) {
      if (value.mark === mark) found.push(value);
      if (value.mark === mark || Date.now() - value.at > OUTCOME_MS_MAX) await this.store.remove("outcomes", key);
    }
    return found;
  }
}

/** The booked shift nearest to a moment. @param {any[]} rows @param {number} when ms @returns {string | undefined} its booking */
function nearest(rows, when) {
  /** @type {{id: string, far: number}[]} */
  const found = [];
  for (const row of rows.filter(({ status }) => status === "booked")) {
    for (const shift of row.shifts) {
      const [start, end] = [Date.parse(shift.start), Date.parse(shift.end)];
      found.push({ id: row.id, far: Math.max(start - when, when - end, 0) });
    }
  }
  found.sort((a, b) => a.far - b.far);
  return found.length && found[0].far < AROUND_MS ? found[0].id : undefined;
}

/** A task as it was; undefined where it can't be opened any more. @param {CryptoKey} key @param {{iv: Uint8Array, sealed: Uint8Array}} row @returns {Promise<Task | undefined>} */
async function unsealed(key, { iv, sealed }) {
  try {
    const text = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, sealed);
    return JSON.parse(new TextDecoder().decode(text));
  } catch {
    return undefined;
  }
}

/** Four digits by which a person and the staff speak of a task. @returns {string} */
export function newReceipt() {
  const [number] = crypto.getRandomValues(new Uint16Array(1));
  return String(number % 10000).padStart(4, "0");
}
