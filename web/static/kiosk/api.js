// Calls to the server. The token of whoever is signed in lives here, in memory alone.

/** A call is given up after this time; the link counts as cut. */
const WAIT_MS = 12000;

/** The server can't be reached. */
export class Offline extends Error {}

/** Calls the server's API. */
export class Api {
  constructor() {
    /** @type {string | null} of whoever is signed in */
    this.token = null;
    /** @type {() => Promise<boolean>} signs the person in anew whose session is over */
    this.renew = async () => false;
    /** @type {Promise<boolean> | null} while that is under way */
    this.renewing = null;
  }

  /**
   * One call. Answers what the server said, whatever its status.
   * @param {string} method @param {string} path below /api/v1
   * @param {{body?: unknown, key?: string, token?: string | null}} [more] `key` makes it safe to repeat
   * @returns {Promise<{status: number, ok: boolean, data: any}>}
   * @throws {Offline} where no answer comes
   */
  async call(method, path, more = {}) {
    const used = this.token;
    const answer = await this.once(method, path, more);
    if (answer.status !== 401 || more.token !== undefined) return answer;
    // A session at a kiosk is short; who still stands there is not asked again, and calls that find it
    // over at once renew it once.
    if (this.token === used && used && !this.renewing) {
      const done = () => {
        this.renewing = null;
      };
      this.renewing = this.renew();
      this.renewing.then(done, done);
    }
    const again = this.renewing ? await this.renewing : this.token !== used && !!this.token;
    return again ? this.once(method, path, more) : answer;
  }

  /**
   * @param {string} method @param {string} path
   * @param {{body?: unknown, key?: string, token?: string | null}} more
   * @returns {Promise<{status: number, ok: boolean, data: any}>}
   */
  async once(method, path, more) {
    /** @type {Record<string, string>} */
    const headers = {};
    const token = more.token === undefined ? this.token : more.token;
    if (token) headers.authorization = `Bearer ${token}`;
    if (more.key) headers["idempotency-key"] = more.key;
    if (more.body !== undefined) headers["content-type"] = "application/json";
    const control = new AbortController();
    const timer = setTimeout(() => control.abort(), WAIT_MS);
    try {
      const response = await fetch(`/api/v1${path}`, {
        method,
        headers,
        body: more.body === undefined ? undefined : JSON.stringify(more.body),
        cache: "no-store",
        credentials: "omit",
        signal: control.signal,
      });
      const text = await response.text();
      return { status: response.status, ok: response.ok, data: text ? JSON.parse(text) : null };
    } catch (error) {
      throw new Offline(String(error));
    } finally {
      clearTimeout(timer);
    }
  }
}

/** A name for one request, so that the server acts once however often it arrives. @returns {string} */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
