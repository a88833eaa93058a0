// What became of something that a person asked for, as a heading and a sentence.

/** @typedef {{kind: "done" | "wait" | "stop", head: string, text: string, receipt?: string}} Said */

/** @param {string} text @returns {Said} */
export function refused(text) {
  return { kind: "stop", head: "没报上", text };
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

/** Kept until the link is back. @param {string} receipt @returns {Said} */
export function kept(receipt) {
  const text = `网断了，先记下了，号码${receipt}。网一通马上给您报。报上没报上，用手机号和密码在这里或手机上看。`;
  return { kind: "wait", head: "待确认", text, receipt };
}
