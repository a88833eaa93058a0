// The pages on which a person says who it is: phone and PIN, a card, registering.

import { newKey } from "./api.js";
import { button, fill, h, picture } from "./dom.js";
import { digitsPad, lettersPad, PHONE_DIGITS, PIN_DIGITS } from "./keys.js";
import { heading } from "./parts.js";

/** @typedef {import("./main.js").Kiosk} Kiosk */
/** @typedef {import("./views.js").View} View */
/** @typedef {import("./card.js").Card} Card */

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

/** Who it is: phone, then PIN; or a card on the reader. @param {Kiosk} kiosk @param {{then: (found: any) => void, phone?: string}} params @returns {View} */
export function identify(kiosk, { then, phone = "" }) {
  /** Whether the page is still shown: an answer that comes later seats nobody. */
  let here = true;
  const title = heading("您的手机号");
  const note = h("p", { class: "note", role: "status" });
  const place = h("div", { class: "place" });
  /** @type {import("./keys.js").Pad} */
  let pad;
  const put = (/** @type {import("./keys.js").Pad} */ next) => {
    pad = next;
    fill(place, pad.node);
    // Who goes by key, or listens, begins at the new question.
    title.focus({ preventScroll: true });
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
    if (found) return here ? then(found) : kiosk.desk.signOut(found);
    fill(note, why);
    pad.clear();
  };
  if (phone) askPin(phone);
  else askPhone();
  const card = h("p", { class: "card-hint", role: "status" });
  const tell = () => fill(card, kiosk.card.ready && [picture("card"), "也可以把身份证放在读卡器上"]);
  const wait = () => kiosk.card.read(read, tell);
  const read = async (/** @type {Card} */ found) => {
    fill(note, "正在看身份证…");
    const { found: who, why, unknown } = await kiosk.desk.signInByCard(found.number);
    if (!here) return who && kiosk.desk.signOut(who);
    if (who) return then(who);
    if (unknown) return kiosk.go(register, { then, card: found });
    fill(note, why);
    wait();
  };
  tell();
  wait();
  return {
    title: "您是谁",
    key: (event) => pad.key(event),
    left: () => {
      here = false;
      kiosk.card.rest();
    },
    node: h(
      "div",
      { class: "page identify" },
      title,
      card,
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

/**
 * Registers: phone, PIN twice, name, consent. A card says the name; its number goes to the server.
 * @param {Kiosk} kiosk @param {{then: (found: any) => void, phone?: string, card?: Card}} params
 * @returns {View}
 */
export function register(kiosk, { then, phone = "", card }) {
  let here = true;
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
    title.focus({ preventScroll: true });
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
    card && card.name ? askConsent(card.name) : step("您的姓名", "按拼音，再点字", namePad(kiosk, (name) => askConsent(name)));
  const askConsent = (/** @type {string} */ name) => {
    const key = newKey();
    const agree = button("同意，登记", () => send(name, key), { class: "act" });
    step("怎么用您的信息", "", {
      key() {},
      clear() {},
      node: h(
        "div",
        { class: "consent" },
        h("p", null, `${card ? "姓名、身份证号、手机号" : "姓名、手机号"}只用来报名和联系上工，不公开，不给别人看。`),
        h("p", null, "想撤回，请找站点工作人员。"),
        h("p", { class: "who" }, `${name}　${phone.slice(0, 3)}****${phone.slice(7)}`),
        agree,
      ),
    });
  };
  const send = async (/** @type {string} */ name, /** @type {string} */ key) => {
    fill(note, "正在登记…");
    const number = card ? { id_number: card.number } : {};
    const person = { name, phone, pin, station: kiosk.station.id, consents: [CONSENT], ...number };
    const { found, why, again } = await kiosk.desk.signUp(person, key);
    if (found) return here ? then(found) : kiosk.desk.signOut(found);
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
    left: () => {
      here = false;
    },
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
      // The key that was pressed is gone; what comes next are the letters.
      const first = pad.node.querySelector("button");
      if (first) first.focus();
    };
    const turn = () => {
      from = from + OFFERED >= all.length ? 0 : from + OFFERED;
      draw();
      const keys = offers.querySelectorAll("button");
      keys[keys.length - 1].focus();
    };
    fill(
      offers,
      all.slice(from, from + OFFERED).map((char) => button(char, () => choose(char), { class: "key" })),
      all.length > OFFERED && button("更多", turn, { class: "key small" }),
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
