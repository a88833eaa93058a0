// The pages on which a person says who it is: phone and PIN, registering, own bookings.

import { newKey, Offline } from "./api.js";
import { button, fill, h, picture } from "./dom.js";
import { startOf } from "./jobs.js";
import { digitsPad, lettersPad, PHONE_DIGITS, PIN_DIGITS } from "./keys.js";
import { heading } from "./views.js";
import { atDoor, complaints, doorOf, news, step, wages } from "./work.js";

/** @typedef {import("./main.js").Kiosk} Kiosk */
/** @typedef {import("./views.js").View} View */
/** @typedef {import("./jobs.js").Job} Job */

/** How a phone number is grouped when it is said. */
const PHONE_GROUPS = [3, 4, 4];
/** Characters offered for a syllable at once. */
const OFFERED = 14;
/** Characters of a name. */
const NAME_MAX = 20;
/** What registering agrees to: the purpose and the version of the text on the page. */
const CONSENT = { purpose: "matching", text_version: "2026-11" };
/** The most frequent family names, those of the area's Hui people among them. */
const SURNAMES =
  "马王李张杨刘陈丁金白吴赵周田黄徐孙朱高林何郭罗胡梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾魏薛叶阎余潘杜戴夏钟汪任姜范方石姚谭廖邹熊陆郝孔崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文纳哈沙海虎买冶撒者妥拜锁铁闪勉喇兰米禹穆";

/** Who it is: phone, then PIN. @param {Kiosk} kiosk @param {{then: (found: any) => void, phone?: string}} params @returns {View} */
export function identify(kiosk, { then, phone = "" }) {
  const title = heading("您的手机号");
  const note = h("p", { class: "note", role: "status" });
  const place = h("div", { class: "place" });
  /** @type {import("./keys.js").Pad} */
  let pad;
  const put = (/** @type {import("./keys.js").Pad} */ next) => {
    pad = next;
    fill(place, pad.node);
  };
  const askPhone = () => {
    fill(title, "您的手机号");
    put(digitsPad({ label: "手机号", length: PHONE_DIGITS, covered: false, groups: PHONE_GROUPS, onDone: askPin }));
  };
  const askPin = (/** @type {string} */ digits) => {
    if (!/^1[3-9]/.test(digits)) {
      fill(note, "手机号不对，请再按一遍");
      return pad.clear();
    }
    phone = digits;
    fill(title, "您的6位数字密码");
    fill(note, `手机号 ${phone.slice(0, 3)}****${phone.slice(7)}`);
    put(digitsPad({ label: "数字密码", length: PIN_DIGITS, covered: true, groups: [3, 3], onDone: check }));
  };
  const check = async (/** @type {string} */ pin) => {
    fill(note, "请等一下…");
    const { found, why } = await kiosk.desk.signIn(phone, pin);
    if (found) return then(found);
    fill(note, why);
    pad.clear();
  };
  if (phone) askPin(phone);
  else askPhone();
  return {
    title: "您是谁",
    key: (event) => pad.key(event),
    node: h(
      "div",
      { class: "page identify" },
      title,
      note,
      place,
      h(
        "div",
        { class: "acts" },
        button("没登记过，现在登记", () => kiosk.go(register, { then, phone }), { class: "aside" }),
        button("换手机号", askPhone, { class: "aside" }),
      ),
      h("p", { class: "hint" }, "忘了密码，请找站点工作人员。"),
    ),
  };
}

/** Registers: phone, PIN twice, name, consent. @param {Kiosk} kiosk @param {{then: (found: any) => void, phone?: string}} params @returns {View} */
export function register(kiosk, { then, phone = "" }) {
  const title = heading("");
  const note = h("p", { class: "note", role: "status" });
  const place = h("div", { class: "place" });
  let pin = "";
  /** @type {{key: (event: KeyboardEvent) => void, clear: () => void, node: HTMLElement}} */
  let pad;
  const step = (/** @type {string} */ head, /** @type {string} */ said, /** @type {typeof pad} */ next) => {
    fill(title, head);
    fill(note, said);
    pad = next;
    fill(place, pad.node);
  };
  const askPhone = () =>
    step(
      "登记：您的手机号",
      "上工的人按这个号码联系您",
      digitsPad({
        label: "手机号",
        length: PHONE_DIGITS,
        covered: false,
        groups: PHONE_GROUPS,
        onDone: (digits) => {
          if (!/^1[3-9]/.test(digits)) {
            fill(note, "手机号不对，请再按一遍");
            return pad.clear();
          }
          phone = digits;
          askPin("以后用它来证明是您");
        },
      }),
    );
  const pinPad = (/** @type {(digits: string) => void} */ onDone) =>
    digitsPad({ label: "数字密码", length: PIN_DIGITS, covered: true, groups: [3, 3], onDone });
  const askPin = (/** @type {string} */ said) =>
    step(
      "自己定一个6位数字密码",
      said,
      pinPad((digits) => {
        if (isEasy(digits) || phone.endsWith(digits)) return askPin("这个太容易猜，请换一个");
        pin = digits;
        step("再按一遍刚才的密码", "两遍要一样", pinPad((again) => (again === pin ? askName() : askPin("两遍不一样，请重新定"))));
      }),
    );
  const askName = () =>
    step("您的姓名", "按拼音，再点字", namePad(kiosk, (name) => askConsent(name)));
  const askConsent = (/** @type {string} */ name) => {
    const key = newKey();
    const agree = button("同意，登记", () => send(name, key), { class: "act" });
    step("怎么用您的信息", "", {
      key() {},
      clear() {},
      node: h(
        "div",
        { class: "consent" },
        h("p", null, "姓名、手机号只用来报名和联系上工，不公开，不给别人看。"),
        h("p", null, "想撤回，请找站点工作人员。"),
        h("p", { class: "who" }, `${name}　${phone.slice(0, 3)}****${phone.slice(7)}`),
        agree,
      ),
    });
  };
  const send = async (/** @type {string} */ name, /** @type {string} */ key) => {
    fill(note, "正在登记…");
    const person = { name, phone, pin, station: kiosk.station.id, consents: [CONSENT] };
    const { found, why, again } = await kiosk.desk.signUp(person, key);
    if (found) return then(found);
    if (again === "phone") {
      phone = "";
      askPhone();
    } else if (again === "pin") askPin("");
    fill(note, why);
  };
  if (phone) askPin("以后用它来证明是您");
  else askPhone();
  return {
    title: "登记",
    key: (event) => pad.key(event),
    node: h("div", { class: "page identify" }, title, note, place),
  };
}

/** One digit repeated, or a run: the server refuses them too. @param {string} digits */
function isEasy(digits) {
  const steps = [...digits].slice(1).map((digit, i) => Number(digit) - Number(digits[i]));
  return [0, 1, -1].some((step) => steps.every((each) => each === step));
}

/** The usual characters (GB 2312 level 1), in their standard order. @returns {string[]} */
function usualCharacters() {
  const bytes = [];
  for (let high = 0xb0; high <= 0xd7; high++) {
    for (let low = 0xa1; low <= (high === 0xd7 ? 0xf9 : 0xfe); low++) bytes.push(high, low);
  }
  return Array.from(new TextDecoder("gbk").decode(new Uint8Array(bytes)));
}

/** A name by syllables: letters offer characters, the family names first. @param {Kiosk} kiosk @param {(name: string) => void} onDone */
function namePad(kiosk, onDone) {
  let [name, letters, from] = ["", "", 0];
  const usual = usualCharacters();
  const shown = h("output", { class: "query", "aria-live": "polite" });
  const offers = h("div", { class: "offers", "aria-label": "选字" });
  const done = button("姓名对了", () => onDone(name), { class: "act" });
  const sounds = (/** @type {string} */ char, /** @type {(sound: string) => boolean} */ fits) => {
    const readings = kiosk.finder ? kiosk.finder.sounds.readings.get(char) : undefined;
    return !!readings && readings.some(fits);
  };
  const offered = () => {
    const first = name ? [] : [...SURNAMES];
    const whole = [...new Set([...first, ...usual])].filter((char) => sounds(char, (sound) => sound === letters));
    const begun = [...new Set([...first, ...usual])].filter((char) => sounds(char, (sound) => sound !== letters && sound.startsWith(letters)));
    return [...new Set([...whole, ...begun])];
  };
  const draw = () => {
    fill(shown, name, h("span", { class: "letters-typed" }, letters.toUpperCase()));
    done.toggleAttribute("disabled", Array.from(name).length < 2);
    if (!letters) return fill(offers, h("p", { class: "hint" }, name ? "接着按下一个字的拼音" : "先按姓的拼音，比如 MA"));
    const all = offered();
    const choose = (/** @type {string} */ char) => {
      [name, letters, from] = [name + char, "", 0];
      draw();
    };
    const more = () => {
      from = from + OFFERED >= all.length ? 0 : from + OFFERED;
      draw();
    };
    fill(
      offers,
      all.slice(from, from + OFFERED).map((char) => button(char, () => choose(char), { class: "key" })),
      all.length > OFFERED && button("更多", more, { class: "key small" }),
      !all.length && h("p", { class: "hint" }, "没有这个音的字，退格再试"),
    );
  };
  const pad = lettersPad({
    onLetter: (letter) => {
      if (Array.from(name).length >= NAME_MAX) return;
      [letters, from] = [letters + letter, 0];
      draw();
    },
    onBack: () => {
      if (letters) letters = letters.slice(0, -1);
      else name = Array.from(name).slice(0, -1).join("");
      from = 0;
      draw();
    },
    onClear: () => {
      [name, letters, from] = ["", "", 0];
      draw();
    },
  });
  draw();
  return { ...pad, node: h("div", { class: "naming" }, shown, offers, pad.node, done) };
}

/** A person's own bookings. @param {Kiosk} kiosk @returns {View} */
export function mine(kiosk) {
  const list = h("div", { class: "scroll", tabindex: 0 }, h("p", null, "正在取…"));
  const load = async () => {
    try {
      fill(list, await news(kiosk, load), await outcomes(kiosk), await bookings(kiosk, load));
    } catch (error) {
      if (!(error instanceof Offline)) throw error;
      fill(list, h("p", null, "现在连不上，过一会儿再看。"));
    }
  };
  load();
  return {
    title: "我的报名",
    node: h(
      "div",
      { class: "page mine" },
      heading("我的报名"),
      list,
      h(
        "div",
        { class: "acts" },
        button("我的工钱", () => kiosk.go(wages, {}), { class: "aside" }),
        button("投诉", () => kiosk.go(complaints, {}), { class: "aside" }),
        button("办完了，退出", () => kiosk.end(), { class: "act" }),
      ),
    ),
  };
}

/** What became of things that were done while the link was cut. @param {Kiosk} kiosk */
async function outcomes(kiosk) {
  const done = kiosk.who ? await kiosk.queue.outcomes(kiosk.who.phone) : [];
  return done.map(({ receipt, title, said }) =>
    h(
      "div",
      { class: `own ${said.kind}` },
      picture(said.kind),
      h("div", null, h("h2", null, `${title}：${said.head}`), h("p", null, said.text), h("p", { class: "hint" }, `断网时记下的，号码${receipt}`)),
    ),
  );
}

const STATUS = {
  booked: ["名额是您的，请按时上工", "done"],
  applied: ["报了名，等招工的人定", "wait"],
  shortlisted: ["招工的人看上了，等最后定", "wait"],
  offered: ["招工的人要您去，您去不去？", "wait"],
  waiting: ["名额满了，您在排队，有人退出就轮到您", "wait"],
};

/** @param {Kiosk} kiosk @param {() => void} again */
async function bookings(kiosk, again) {
  const who = kiosk.who;
  if (!who || !who.token) throw new Offline("not signed in");
  const { ok, data } = await kiosk.api.call("GET", `/workers/${who.worker}/bookings`);
  if (!ok) return h("p", null, (data && data.title) || "现在看不了，请找工作人员");
  const rows = data.items.filter((/** @type {any} */ row) => row.status in STATUS).reverse();
  if (!rows.length) {
    return h("div", { class: "empty" }, h("p", null, "还没有报名。"), button("去找活", () => kiosk.home(), { class: "wide" }));
  }
  const jobs = await Promise.all(rows.map((/** @type {any} */ row) => jobOf(kiosk, row.job_id)));
  const doors = await Promise.all(rows.map((/** @type {any} */ row) => doorOf(kiosk, row)));
  return h("ul", { class: "cards" }, rows.map((/** @type {any} */ row, /** @type {number} */ i) => ownCard(kiosk, row, { job: jobs[i], ...doors[i] }, again)));
}

/** @param {Kiosk} kiosk @param {string} id @returns {Promise<Job | undefined>} */
async function jobOf(kiosk, id) {
  const held = kiosk.feed.jobs.get(id);
  if (held) return held;
  const { ok, data } = await kiosk.api.call("GET", `/jobs/${id}`);
  return ok ? data : undefined;
}

/**
 * @param {Kiosk} kiosk @param {any} row
 * @param {{job: Job | undefined, told: string[], door?: "check-in" | "check-out"}} known @param {() => void} again
 */
function ownCard(kiosk, row, { job, told, door }, again) {
  const [words, kind] = STATUS[/** @type {"booked"} */ (row.status)];
  const note = h("p", { class: "note", role: "status" });
  const giveUp = async () => {
    fill(note, "正在退…");
    try {
      const { ok, data } = await kiosk.api.call("POST", `/bookings/${row.id}/cancel`, { body: {} });
      if (ok) return again();
      fill(note, data.title);
    } catch (error) {
      if (!(error instanceof Offline)) throw error;
      fill(note, "现在连不上，没有退成，过一会儿再试");
    }
  };
  const ask = () => fill(acts, h("span", null, "真的不去了？"), button("是的，不去了", giveUp, { class: "stop" }), button("还是去", rest, { class: "aside" }));
  const acts = h("div", { class: "acts" });
  const title = (job && job.title) || "岗位";
  const answer = async (/** @type {string} */ word) => {
    const wrong = await step(kiosk, `/bookings/${row.id}/${word}`, {});
    if (wrong) return fill(note, wrong);
    again();
  };
  const over = row.shifts.length > 0 && row.shifts.every((/** @type {any} */ shift) => Date.parse(shift.end) <= kiosk.now());
  const rest = () =>
    row.status === "offered"
      ? fill(acts, button("不去", () => answer("decline"), { class: "aside" }), button("我去", () => answer("accept"), { class: "act" }))
      : fill(
          acts,
          !over && !told.length && button("不去了", ask, { class: "aside" }),
          row.status === "booked" && row.answer_by && button("我会去", () => answer("confirm"), { class: "act" }),
          door && button(door === "check-in" ? "签到" : "签退", () => kiosk.go(atDoor, { row, title, door }), { class: "act" }),
        );
  rest();
  const times = row.shifts.length ? startOf({ id: "", version: 0, title: "", shifts: row.shifts }, kiosk.now()) : "时间面议";
  return h(
    "li",
    { class: "own" },
    picture(kind),
    h("div", null, h("h2", null, title), h("p", null, words), h("p", null, `${times}，${(job && job.address) || ""}`), told.map((line) => h("p", null, line)), note, acts),
  );
}
