// What the kiosk does for a person at the server: sign in, register, book. Every answer is a
// sentence for the person. With the link cut, registrations and bookings go to the queue.

import { token } from "../device.js";
import { newKey, Offline } from "./api.js";
import { newReceipt } from "./queue.js";
import { booked, kept, refused } from "./said.js";

/** @typedef {import("./main.js").Kiosk} Kiosk */
/** @typedef {import("./jobs.js").Job} Job */
/** @typedef {import("./said.js").Said} Said */
/**
 * @typedef {object} Somebody
 * @property {string | null} token null while the server has not been asked
 * @property {string | null} worker
 * @property {string} name masked
 * @property {string} phone kept in memory, to act for the person should the link be cut meanwhile; empty, as is
 *   the PIN, where a card said who it is
 * @property {string} pin
 */

/** Acts at the server for the person before the kiosk. */
export class Desk {
  /** @param {Kiosk} kiosk */
  constructor(kiosk) {
    this.kiosk = kiosk;
  }

  /**
   * With the link cut nobody can say whether the PIN is right: the server will, later.
   * @param {string} phone @param {string} pin
   * @returns {Promise<{found?: Somebody, why: string}>}
   */
  async signIn(phone, pin) {
    try {
      const { ok, status, data } = await this.kiosk.api.call("POST", "/pin/sign-in", { body: { phone, pin }, token: null });
      if (ok) return { found: { token: data.token, worker: data.worker_id, name: data.name, phone, pin }, why: "" };
      return { why: status === 401 ? "手机号或密码不对，请再按一遍" : data.title };
    } catch (error) {
      if (!(error instanceof Offline)) throw error;
      return { found: { token: null, worker: null, name: "", phone, pin }, why: "" };
    }
  }

  /** Ends the session of somebody who left before the answer came. @param {Somebody} somebody */
  signOut({ token: held }) {
    if (held) this.kiosk.api.call("POST", "/logout", { body: {}, token: held }).catch(() => {});
  }

  /**
   * By the number on a card, which this screen's own token vouches for.
   * @param {string} number
   * @returns {Promise<{found?: Somebody, why: string, unknown?: boolean}>} `unknown` where nobody has registered with it
   */
  async signInByCard(number) {
    try {
      const { ok, status, data } = await this.kiosk.api.call("POST", "/card/sign-in", { body: { number }, token: token() || null });
      if (ok) return { found: { token: data.token, worker: data.worker_id, name: data.name, phone: "", pin: "" }, why: "" };
      if (status === 404) return { why: "", unknown: true };
      return { why: status === 401 || status === 403 ? "这台机器还没有配对，刷不了身份证，请按手机号" : data.title };
    } catch (error) {
      if (!(error instanceof Offline)) throw error;
      return { why: "网断了，刷不了身份证，请按手机号" };
    }
  }

  /**
   * The number of a card is told the server alone: with the link cut, the person registers without.
   * @param {{name: string, phone: string, pin: string, station: string, consents: unknown[], id_number?: string}} person
   * @param {string} key
   * @returns {Promise<{found?: Somebody, why: string, again?: string}>} `again` is the field to ask anew
   */
  async signUp(person, key) {
    const { phone, pin } = person;
    try {
      const { ok, data } = await this.kiosk.api.call("POST", "/pin/sign-up", { body: person, key, token: null });
      if (ok) return { found: { token: data.token, worker: data.worker_id, name: data.name, phone, pin }, why: "" };
      const field = data.errors && data.errors[0] && data.errors[0].field;
      if (data.code === "duplicate") {
        return { why: "这个手机号登记过了。直接用手机号报名；忘了密码请找工作人员。", again: "phone" };
      }
      return { why: data.title, again: field };
    } catch (error) {
      if (!(error instanceof Offline)) throw error;
      const { id_number, ...rest } = person;
      // What is told without the number is another request.
      const named = id_number ? newKey() : key;
      await this.kiosk.queue.add({ kind: "signUp", key: named, phone, pin, at: Date.now(), receipt: newReceipt(), person: rest });
      return { found: { token: null, worker: null, name: "", phone, pin }, why: "" };
    }
  }

  /** @param {Job} job @param {number | undefined} shift @returns {Promise<Said>} */
  async book(job, shift) {
    const who = this.kiosk.who;
    if (!who) return refused("请先按手机号");
    const key = newKey();
    if (who.token) {
      try {
        const body = { worker_id: who.worker, shift };
        const { ok, data } = await this.kiosk.api.call("POST", `/jobs/${job.id}/bookings`, { body, key });
        return ok ? booked(data.status) : refused(data.title);
      } catch (error) {
        if (!(error instanceof Offline)) throw error;
      }
    }
    if (!who.pin) return refused("网断了，现在报不上。请用手机号和密码再来，或者找工作人员。");
    const receipt = newReceipt();
    const { phone, pin } = who;
    // The same key: where the first call did arrive, the second finds what it made.
    await this.kiosk.queue.add({ kind: "book", key, phone, pin, at: Date.now(), receipt, job: job.id, title: job.title, shift });
    return kept(receipt);
  }
}
