// Searching the postings that this kiosk holds, by sound or by Chinese words, and the server for
// those farther away.

import { QUERY_MAX } from "./pinyin.js";

/** @typedef {import("./jobs.js").Job} Job */
/** @typedef {import("./trades.js").Trades} Trades */
/** @typedef {import("./pinyin.js").Sounds} Sounds */

/** Trades that are suggested. */
const TRADES_MAX = 4;

/** Finds among the postings at hand. */
export class Finder {
  /** @param {Trades} trades @param {Sounds} sounds */
  constructor(trades, sounds) {
    this.trades = trades;
    this.sounds = sounds;
  }

  /** Where a text fits the query: -1 nowhere, 0 at its beginning. @param {string} text @param {string} query */
  fits(text, query) {
    const lower = text.toLowerCase();
    return /^[a-z0-9]+$/.test(query)
      ? this.sounds.find(lower, query.slice(0, QUERY_MAX))
      : lower.indexOf(query);
  }

  /**
   * Trades that the query may mean, the best first.
   * @param {string} typed @returns {string[]} names
   */
  meant(typed) {
    const query = typed.trim().toLowerCase();
    if (!query) return [];
    /** @type {{name: string, worth: number}[]} */
    const found = [];
    for (const words of this.trades.lists) {
      let worth = 0;
      words.forEach((word, place) => {
        const at = this.fits(word, query);
        if (at < 0) return;
        // The beginning of a word counts, then the name before its other words, then short ones.
        worth = Math.max(worth, (at === 0 ? 1000 : 500) - (place ? 100 : 0) - word.length);
      });
      if (worth) found.push({ name: words[0], worth });
    }
    found.sort((a, b) => b.worth - a.worth);
    // Where words begin with it, words that merely contain it are noise.
    const best = found.length && found[0].worth > 600 ? 600 : 0;
    return found.filter((trade) => trade.worth > best).slice(0, TRADES_MAX).map((trade) => trade.name);
  }

  /**
   * Postings that the query may mean, the best first.
   * @param {string} typed @param {Iterable<Job>} jobs @returns {Job[]}
   */
  jobs(typed, jobs) {
    const query = typed.trim().toLowerCase();
    if (!query) return [];
    const meant = new Set(this.meant(query));
    /** @type {{job: Job, worth: number}[]} */
    const found = [];
    for (const job of jobs) {
      let worth = this.fits(job.title, query) < 0 ? 0 : 1000;
      const trade = this.trades.named(job.title);
      if (!worth && trade && meant.has(trade)) worth = 800;
      if (!worth && (job.skills || []).some((skill) => this.fits(skill, query) >= 0)) worth = 600;
      if (!worth && this.fits(job.address || "", query) >= 0) worth = 400;
      if (!worth && this.fits((job.employer && job.employer.name) || "", query) >= 0) worth = 200;
      if (worth) found.push({ job, worth });
    }
    found.sort((a, b) => b.worth - a.worth || (a.job.distance_m || 0) - (b.job.distance_m || 0));
    return found.map((each) => each.job);
  }
}
