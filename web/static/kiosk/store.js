// What the kiosk keeps on its disk (IndexedDB): the last known postings, and what waits for the
// network, sealed. Nothing of a person stands here in clear.

const NAME = "linggong-kiosk";

/** @template T @param {IDBRequest<T>} asked @returns {Promise<T>} */
function done(asked) {
  return new Promise((good, bad) => {
    asked.onsuccess = () => good(asked.result);
    asked.onerror = () => bad(asked.error);
  });
}

/** @returns {Promise<IDBDatabase>} */
function open() {
  const asked = indexedDB.open(NAME, 1);
  asked.onupgradeneeded = () => {
    asked.result.createObjectStore("kept");
    asked.result.createObjectStore("queue", { autoIncrement: true });
    asked.result.createObjectStore("outcomes", { autoIncrement: true });
  };
  return done(asked);
}

/** @typedef {"kept" | "queue" | "outcomes"} Name */

/** The kiosk's database. */
export class Store {
  constructor() {
    this.db = open();
  }

  /** @param {Name} name @param {IDBTransactionMode} mode */
  async at(name, mode) {
    // Durable before it is answered: the power may go.
    const transaction = /** @type {any} */ (await this.db).transaction(name, mode, { durability: "strict" });
    return { transaction, table: transaction.objectStore(name) };
  }

  /** @param {Name} name @param {IDBValidKey} key @returns {Promise<any>} undefined where nothing is kept */
  async get(name, key) {
    return done((await this.at(name, "readonly")).table.get(key));
  }

  /** Keeps a value; answers its key once it is durable. @param {Name} name @param {unknown} value @param {IDBValidKey} [key] */
  async put(name, value, key) {
    const { transaction, table } = await this.at(name, "readwrite");
    const asked = key === undefined ? table.add(value) : table.put(value, key);
    await new Promise((good, bad) => {
      transaction.oncomplete = good;
      transaction.onerror = transaction.onabort = () => bad(transaction.error);
    });
    return asked.result;
  }

  /** @param {Name} name @param {IDBValidKey} key */
  async remove(name, key) {
    await done((await this.at(name, "readwrite")).table.delete(key));
  }

  /** All rows in the order in which they came. @param {Name} name @returns {Promise<{key: number, value: any}[]>} */
  async all(name) {
    const { table } = await this.at(name, "readonly");
    const [keys, values] = await Promise.all([done(table.getAllKeys()), done(table.getAll())]);
    return /** @type {number[]} */ (keys).map((key, place) => ({ key, value: values[place] }));
  }
}

/**
 * A storage for the feed, over the database: what was kept is read once, what is written goes on in
 * the background.
 * @param {Store} store @returns {Promise<Storage>}
 */
export async function feedStorage(store) {
  const kept = await store.get("kept", "feed").catch(() => undefined);
  const storage = {
    getItem: () => kept || null,
    setItem: (/** @type {string} */ _, /** @type {string} */ value) => {
      store.put("kept", value, "feed").catch(() => {});
    },
  };
  return /** @type {Storage} */ (/** @type {unknown} */ (storage));
}
