// Searching by sound: initials (`wjj`), syllables (`wajueji`), or a mixture, anywhere in a text.
// Forgiving: the front and back nasals and zh, ch, sh may be mistaken.
//
//   const sounds = new Sounds(await (await fetch("/words/pinyin.tsv")).text());
//   sounds.find("招挖掘机司机", "wjj") === 1

/** Letters of a query that are looked at. */
export const QUERY_MAX = 24;

/** How characters sound. */
export class Sounds {
  /** @param {string} table a line each: character, tab, readings separated by commas */
  constructor(table) {
    /** @type {Map<string, string[]>} */
    this.readings = new Map();
    for (const line of table.split("\n")) {
      const tab = line.indexOf("\t");
      if (tab > 0) this.readings.set(line.slice(0, tab), line.slice(tab + 1).split(","));
    }
  }

  /**
   * Where a text sounds like the query; -1 where nowhere.
   * @param {string} text @param {string} query lowercase letters and digits
   */
  find(text, query) {
    const exact = this.at(text, query, (sound) => sound);
    return exact >= 0 ? exact : this.at(text, plain(query), plain);
  }

  /** @param {string} text @param {string} query @param {(sound: string) => string} form */
  at(text, query, form) {
    const chars = Array.from(text.toLowerCase());
    for (let start = 0; start < chars.length; start++) {
      if (this.spoken(chars[start]) && this.matches(chars, start, query, 0, form)) return start;
    }
    return -1;
  }

  /** @param {string} char */
  spoken(char) {
    return this.readings.has(char) || /[a-z0-9]/.test(char);
  }

  /**
   * Whether the query from `done` on is how the characters from `at` on begin.
   * @param {string[]} chars @param {number} at @param {string} query @param {number} done
   * @param {(sound: string) => string} form
   * @returns {boolean}
   */
  matches(chars, at, query, done, form) {
    if (done >= query.length) return true;
    if (at >= chars.length) return false;
    const readings = this.readings.get(chars[at]);
    if (!readings) {
      if (!/[a-z0-9]/.test(chars[at])) return this.matches(chars, at + 1, query, done, form);
      return chars[at] === query[done] && this.matches(chars, at + 1, query, done + 1, form);
    }
    for (const reading of readings) {
      const sound = form(reading);
      let same = 0;
      while (same < sound.length && sound[same] === query[done + same]) same++;
      // The longest common part first; a shorter one may be an initial alone.
      for (; same > 0; same--) {
        if (this.matches(chars, at + 1, query, done + same, form)) return true;
      }
    }
    return false;
  }
}

/** Sounds that many people do not tell apart, written alike. @param {string} sound */
function plain(sound) {
  return sound.replace(/([zcs])h/g, "$1").replace(/([aei]n)g/g, "$1");
}
