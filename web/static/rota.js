// Whose turn it is on a screen: pages of rows, each posting once before any a second time, and a
// new one at once. It knows ids and their order, not what they mean.
//
//   const rota = new Rota(7);
//   rota.turn(idsInOrder);   // a page is over
//   rota.page;               // ids to show now

/** Divides postings among the pages of a screen. */
export class Rota {
  /** @param {number} rows on a page */
  constructor(rows) {
    this.rows = rows;
    /** @type {string[]} the ids that are shown now */
    this.page = [];
    /** @type {Set<string>} those that still wait in this round */
    this.waiting = new Set();
    /** Pages shown in this round, the present one included. */
    this.shown = 0;
  }

  /** Pages of this round as far as can be told now; at least 1. */
  get pages() {
    return Math.max(1, this.shown + Math.ceil(this.waiting.size / this.rows));
  }

  /**
   * Goes on to the next page. A round that is over starts anew with all.
   * @param {string[]} ids all postings in their order
   */
  turn(ids) {
    const alive = new Set(ids);
    for (const id of this.waiting) if (!alive.has(id)) this.waiting.delete(id);
    if (this.waiting.size === 0) {
      this.waiting = alive;
      this.shown = 0;
    }
    const left = ids.filter((id) => this.waiting.has(id));
    // The pages of a round are equally long, so that none holds a single row.
    const share = Math.ceil(left.length / Math.max(1, Math.ceil(left.length / this.rows)));
    this.page = left.slice(0, share);
    for (const id of this.page) this.waiting.delete(id);
    this.shown += 1;
  }

  /**
   * Shows new postings at the head of the present page. Rows that this pushes out wait for another
   * turn, as do those that find no room.
   * @param {string[]} ids in their order
   */
  admit(ids) {
    const known = new Set(this.page);
    const page = [...ids.filter((id) => !known.has(id)), ...this.page];
    for (const id of ids) this.waiting.delete(id);
    for (const id of page.slice(this.rows)) this.waiting.add(id);
    this.page = page.slice(0, this.rows);
  }

  /**
   * Forgets a posting; the next that waits takes its row, so that the others stay where they are.
   * @param {string} id
   * @param {string[]} ids all postings in their order
   */
  leave(id, ids) {
    this.waiting.delete(id);
    const at = this.page.indexOf(id);
    if (at < 0) return;
    const next = ids.filter((other) => this.waiting.has(other)).slice(0, 1);
    this.page.splice(at, 1, ...next);
    for (const taken of next) this.waiting.delete(taken);
  }
}

/** Screens that may stand side by side. */
const SCREENS_MAX = 8;
/** Characters at an id's end that are as good as random. */
const TAIL = 10;

/**
 * A screen's own part of the postings, where several stand side by side: equal parts that hardly
 * move while postings come and go. Where one page holds all, each screen shows all.
 * @param {string[]} ids all postings in their order
 * @param {number} screen from 1
 * @param {number} of how many screens
 * @param {number} rows on a page
 * @returns {string[]} in the same order
 */
export function share(ids, screen, of, rows) {
  if (!(of > 1 && of <= SCREENS_MAX && screen >= 1 && screen <= of) || ids.length <= rows) return ids;
  const tail = (/** @type {string} */ id) => id.slice(-TAIL);
  const shuffled = [...ids].sort((a, b) => (tail(a) < tail(b) ? -1 : 1));
  const edge = (/** @type {number} */ n) => Math.round((n * ids.length) / of);
  const own = new Set(shuffled.slice(edge(screen - 1), edge(screen)));
  return ids.filter((id) => own.has(id));
}
