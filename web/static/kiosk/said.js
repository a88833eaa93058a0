// What became of something that a person asked for, as a heading and a sentence.

/** @typedef {{kind: "done" | "wait" | "stop", head: string, text: string, receipt?: string}} Said */

import { clockWords } from "../words.js";

/** @param {string} text @param {string} [head] @returns {Said} */
export function refused(text, head = "没报上") {
  return { kind: "stop", head, text };
}

/** What was noted at the door. @param {"check-in" | "check-out"} step @param {any} one the attendance @returns {Said} */
export function passed(step, one) {
  const at = step === "check-in" ? one.check_in : one.check_out;
  const clock = at ? clockWords(Date.parse(at)) : "";
  return step === "check-in"
    ? { kind: "done", head: "签到好了", text: `${clock}到的。走的时候记得签退，签退了才好算工钱。` }
    : { kind: "done", head: "签退好了", text: `${clock}走的。工钱在“我的工钱”里看。` };
}

/** What became of a booking. @param {string} status the server's word @returns {Said} */
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

/** Kept until the link is back. @param {string} receipt @param {string} [what] is done then @returns {Said} */
export function kept(receipt, what = "给您报") {
  const text = `网断了，先记下了，号码${receipt}。网一通马上${what}。办成没办成，用手机号和密码在这里或手机上看。`;
  return { kind: "wait", head: "待确认", text, receipt };
}
