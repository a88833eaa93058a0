// What the kiosk does for a person at the server: sign in, register, book. Every answer is a
// sentence for the person.

import { newKey, Offline } from "./api.js";

/** @typedef {import("./main.js").Kiosk} Kiosk */
/** @typedef {import("./jobs.js").Job} Job */
/** @typedef {{token: string, worker: string, name: string}} Somebody */
/** @typedef {{kind: "done" | "wait" | "stop", head: string, text: string}} Said */

/** Nobody answered. */
const CUT = "现在连不上，请过一会儿再试，或者找站点工作人员";

/** Acts at the server for the person before the kiosk. */
export class Desk {
  /** @param {Kiosk} kiosk */
  constructor(kiosk) {
    this.kiosk = kiosk;
  }

  /**
   * @param {string} phone @param {string} pin
   * @returns {Promise<{found?: Somebody, why: string}>}
   */
  async signIn(phone, pin) {
    try {
      const { ok, status, data } = await this.kiosk.api.call("POST", "/pin/sign-in", { body: { phone, pin }, token: null });
      if (ok) return { found: somebody(data), why: "" };
      return { why: status === 401 ? "手机号或密码不对，请再按一遍" : data.title };
    } catch (error) {
      return { why: unreached(error) };
    }
  }

  /**
   * @param {{name: string, phone: string, pin: string, station: string, consents: unknown[]}} person
   * @param {string} key
   * @returns {Promise<{found?: Somebody, why: string, again?: string}>} `again` is the field to ask anew
   */
  async signUp(person, key) {
    try {
      const { ok, data } = await this.kiosk.api.call("POST", "/pin/sign-up", { body: person, key, token: null });
      if (ok) return { found: somebody(data), why: "" };
      const field = data.errors && data.errors[0] && data.errors[0].field;
      if (data.code === "duplicate") {
        return { why: "这个手机号登记过了。直接用手机号报名；忘了密码请找工作人员。", again: "phone" };
      }
      return { why: data.title, again: field };
    } catch (error) {
      return { why: unreached(error) };
    }
  }

  /** @param {Job} job @param {number | undefined} shift @returns {Promise<Said>} */
  async book(job, shift) {
    const who = this.kiosk.who;
    if (!who) return refused("请先按手机号");
    const body = { worker_id: who.worker, shift };
    try {
      const { ok, data } = await this.kiosk.api.call("POST", `/jobs/${job.id}/bookings`, { body, key: newKey() });
      return ok ? booked(data.status) : refused(data.title);
    } catch (error) {
      return refused(unreached(error));
    }
  }
}

/** @param {any} data @returns {Somebody} */
function somebody(data) {
  return { token: data.token, worker: data.worker_id, name: data.name };
}

/** @param {unknown} error */
function unreached(error) {
  if (error instanceof Offline) return CUT;
  throw error;
}

/** @param {string} text @returns {Said} */
export function refused(text) {
  return { kind: "stop", head: "没报上", text };
}

/** What became of a booking, in words. @param {string} status @returns {Said} */
export function booked(status) {
  switch (status) {
    case "booked":
      return { kind: "done", head: "报上了！", text: "名额给您留着，请按时上工。" };
    case "applied":
      return { kind: "wait", head: "已经报名", text: "等招工的人定，会打电话给您。" };
    case "waiting":
      return { kind: "wait", head: "在排队", text: "名额满了。有人退出就轮到您。" };
    default:
      return refused("这次报名后来取消了");
  }
}
