// What a station tells its visitors at the foot of its board: the notices one after another, and what
// the law wants shown (人力资源市场暂行条例 §32). It writes into two elements and keeps no clock.
//
//   const bulletin = new Bulletin(noticeElement, owedElement, hotline);
//   bulletin.take(message);      // the feed's `notice`
//   bulletin.turn(now);          // a page of the board is over

/** @typedef {{id: string, label: string, words: string, from: string, until: string}} Notice */
/** @typedef {Record<string, string>} Disclosure */

/** Each line of what is owed: its label, and the parts of the disclosure that stand behind it. */
const LINES = [
  ["收费标准", "charges"],
  ["投诉电话", "complaint_phone"],
  ["监督机关", "supervisor", "supervisor_phone"],
  ["人力资源服务许可证", "licence"],
  ["主办", "operator"],
  ["服务项目", "services"],
];

/** The foot of a board. */
export class Bulletin {
  /**
   * @param {HTMLElement} notice has a part for the label and one for the words
   * @param {HTMLElement} owed a list of bounded height
   * @param {string} hotline where a station names no phone for complaints
   */
  constructor(notice, owed, hotline) {
    this.notice = notice;
    this.owed = owed;
    this.hotline = hotline;
    /** @type {Notice[]} */
    this.notices = [];
    /** Counts pages: each shows the next notice. */
    this.turns = 0;
    /** The first line of what is owed that is shown. */
    this.first = 0;
    /** The first that found no room. */
    this.next = 0;
  }

  /** @param {{notices?: unknown, disclosure?: unknown}} message in place of all before */
  take(message) {
    this.notices = Array.isArray(message.notices) ? message.notices : [];
    const told = /** @type {Disclosure} */ ({ ...Object(message.disclosure) });
    told.complaint_phone = told.complaint_phone || this.hotline;
    const lines = LINES.map(([label, ...parts]) => {
      const said = parts.map((part) => told[part]).filter(Boolean);
      return said.length ? `${label}：${said.join(" ")}` : "";
    }).filter(Boolean);
    const held = [...this.owed.children].map((line) => line.textContent);
    if (held.length === lines.length && held.every((text, i) => text === lines[i])) return;
    while (this.owed.firstChild) this.owed.firstChild.remove();
    for (const text of lines) {
      this.owed.append(Object.assign(document.createElement("li"), { textContent: text }));
    }
    this.first = 0;
    this.fit();
  }

  /** Goes on to the next notice and to what found no room. @param {number} now ms */
  turn(now) {
    this.turns += 1;
    this.first = this.next;
    this.fit();
    this.show(now);
  }

  /** Writes the notice whose turn it is, of those that hold now. @param {number} now ms */
  show(now) {
    const live = this.notices.filter(
      (notice) => Date.parse(notice.from) <= now && now < Date.parse(notice.until),
    );
    const notice = live[this.turns % Math.max(1, live.length)];
    this.notice.hidden = !notice;
    const [label, words] = this.notice.children;
    write(label, notice ? notice.label : "");
    write(words, notice ? notice.words : "");
  }

  /** Shows as many lines of what is owed as find room, from the first on; the rest waits. */
  fit() {
    const lines = /** @type {HTMLElement[]} */ ([...this.owed.children]);
    for (const line of lines) line.hidden = true;
    let shown = 0;
    for (; shown < lines.length; shown++) {
      const line = lines[(this.first + shown) % lines.length];
      line.hidden = false;
      // Glyphs stick out of their lines by a little; a line too many by a whole one.
      if (shown > 0 && this.owed.scrollHeight > this.owed.clientHeight * 1.25) {
        line.hidden = true;
        break;
      }
    }
    this.next = shown < lines.length ? (this.first + shown) % lines.length : this.first;
  }
}

/** @param {Element} element @param {string} text */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
