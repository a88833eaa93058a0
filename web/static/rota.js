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
   * Forgets a posting; its row stays empty until the page is over.
   * @param {string} id
   */
  leave(id) {
    this.waiting.delete(id);
    this.page = this.page.filter((shown) => shown !== id);
  }
}
