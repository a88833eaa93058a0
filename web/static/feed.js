// The client of a station's feed: keeps the set of open postings equal to the server's.
// It knows nothing of pages. What it holds is either the old set or the new one, never a mixture;
// at any doubt (a gap, a strange message, silence) it says hello again and keeps what it has.
//
//   const feed = new Feed({ url: "ws://host/api/v1/stations/liangtian/feed", onChange, onState });
//   feed.start();

import { sha256 } from "./sha256.js";

/** Subprotocol, named in every handshake. */
const PROTOCOL = "linggong.feed.v1";
/** First ceiling of the random waiting time before a reconnection. */
const BACKOFF_FIRST_MS = 500;
/** Last ceiling of the random waiting time before a reconnection. */
const BACKOFF_MAX_MS = 30000;
/** A server that has not said welcome within this time is treated as silent. */
const WELCOME_WAIT_MS = 20000;
/** Silence is suspicious after this many heartbeats. */
const SILENT_HEARTBEATS = 2.5;
/** Longest waiting time that is believed from a restarting server. */
const RETRY_MAX_MS = 600000;

const CLOSE = { notAllowed: 4001, noStation: 4004, tooSlow: 4008, replaced: 4009, restart: 1012 };
/** Codes after which coming back by itself would only do harm. */
const FINAL = new Set([CLOSE.notAllowed, CLOSE.noStation, CLOSE.replaced]);

/**
 * @typedef {object} Job a posting as the feed tells it; money in fen, times RFC 3339, metres
 * @property {string} id
 * @property {number} version
 * @property {string} title
 * @property {string} [description]
 * @property {string | null} [occupation_name]
 * @property {{name: string, kind?: string}} [employer]
 * @property {string} [label] 直招, 机构 or 经纪人
 * @property {string} [verified_by] the office that published it
 * @property {string} [address]
 * @property {{min_fen: number, max_fen?: number | null, unit: string, settlement: string}} [wage]
 * @property {number} [headcount]
 * @property {number} [places_left]
 * @property {{start: string, end: string}[]} [shifts]
 * @property {boolean} [instant]
 * @property {string} [valid_until]
 * @property {number | null} [distance_m]
 */

/**
 * @typedef {object} Change what happened to the set
 * @property {"snapshot" | "put" | "remove"} kind
 * @property {string} [id] of the posting put or removed
 * @property {string} [why] filled, closed, expired, withdrawn or moved
 */

/**
 * @typedef {object} State of the link
 * @property {"connecting" | "live" | "down" | "stopped"} link
 * @property {number | null} heard when the server was last heard, ms since 1970 on this machine
 * @property {number} [code] the close code that stopped the feed
 */

/** Keeps a station's open postings up to date over a WebSocket. */
export class Feed {
  /**
   * @param {object} options
   * @param {string} options.url ws: or wss:
   * @param {string} [options.token] of the device, where the station's feed is not public
   * @param {{kind: string, version: string}} [options.client] who is asking
   * @param {{count: number, last: string}} [options.trouble] faults of the page, told to the server
   * @param {Storage} [options.storage] keeps the set over a reload, so that it can be resumed
   * @param {(change: Change) => void} [options.onChange] after each applied change
   * @param {(state: State) => void} [options.onState] when the link changes
   * @param {(message: Record<string, unknown>) => void} [options.onNotice] a station message
   * @param {() => void} [options.onReload] the server asks the page to reload
   * @param {() => number} [options.now] ms since 1970
   * @param {() => number} [options.random] in [0, 1)
   * @param {typeof WebSocket} [options.WebSocketImpl]
   */
  constructor(options) {
    /** @type {Map<string, Job>} the set, by id; only to be read by others */
    this.jobs = new Map();
    /** @type {number | null} the last applied sequence number; null before the first set */
    this.seq = null;
    /** @type {string | number | null} the history to which `seq` belongs */
    this.epoch = null;
    /** How far the server's clock is ahead of this machine's, in ms. */
    this.clockAheadMs = 0;
    const nothing = () => {};
    this.url = options.url;
    this.token = options.token;
    this.client = options.client || { kind: "board", version: "unknown" };
    this.trouble = options.trouble || { count: 0, last: "" };
    this.storage = options.storage;
    this.onChange = options.onChange || nothing;
    this.onState = options.onState || nothing;
    this.onNotice = options.onNotice || nothing;
    this.onReload = options.onReload || nothing;
    this.now = options.now || Date.now;
    this.random = options.random || Math.random;
    this.WebSocketImpl = options.WebSocketImpl || WebSocket;

    /** @type {State} */
    this.state = { link: "down", heard: null };
    /** @type {WebSocket | null} */
    this.socket = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.waitMs = WELCOME_WAIT_MS;
    /** Failures since the server last agreed with what is held. */
    this.failures = 0;
    /** Whether the next hello asks for everything, since resuming did not help. */
    this.afresh = false;
    /** @type {number | null} where the catch-up ends; null once it has been reached */
    this.target = null;
    /** @type {{seq: number, parts: number, got: Map<number, Job[]>} | null} */
    this.assembly = null;
    /** Whether a welcome has come on this connection, and of which mode. */
    this.mode = "";
    /** @type {string | number | null} of the snapshot that is on its way */
    this.pendingEpoch = null;
    /** Epoch and sequence number of the kept set. */
    this.saved = "";
  }

  /** Takes the kept set, if there is one, and connects. */
  start() {
    this._restore();
    this._connect();
  }

  /** Disconnects for good and keeps the set for the next start. */
  stop() {
    this.save();
    this._drop();
    this._say({ link: "stopped", heard: this.state.heard });
  }

  /**
   * The proof of what is held: the XOR over the set of the first 8 bytes of SHA-256 of
   * `id "\n" version`, in lowercase hex.
   * @returns {string} 16 digits
   */
  hash() {
    const sum = new Uint8Array(8);
    for (const job of this.jobs.values()) {
      const digest = sha256(`${job.id}\n${job.version}`);
      for (let i = 0; i < 8; i++) sum[i] ^= digest[i];
    }
    return Array.from(sum, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  /** Keeps the set in the storage. Called at every heartbeat; a page may call it when it leaves. */
  save() {
    const mark = `${this.epoch} ${this.seq}`;
    if (!this.storage || this.seq === null || mark === this.saved) return;
    const kept = {
      epoch: this.epoch,
      seq: this.seq,
      heard: this.state.heard,
      jobs: [...this.jobs.values()],
    };
    try {
      this.storage.setItem(this._key(), JSON.stringify(kept));
      this.saved = mark;
    } catch {
      // A full or forbidden storage costs a snapshot at the next start, nothing else.
    }
  }

  _key() {
    return `linggong.feed ${this.url}`;
  }

  _restore() {
    try {
      const kept = JSON.parse((this.storage && this.storage.getItem(this._key())) || "null");
      if (!kept || !Number.isSafeInteger(kept.seq)) return;
      const jobs = new Map(kept.jobs.map((/** @type {Job} */ job) => [job.id, job]));
      [this.epoch, this.seq, this.jobs] = [kept.epoch, kept.seq, jobs];
      this.state = { link: "down", heard: kept.heard };
    } catch {
      return;
    }
    this.onChange({ kind: "snapshot" });
  }

  _connect() {
    this._drop();
    this._say({ link: this.failures ? "down" : "connecting", heard: this.state.heard });
    this.mode = "";
    this.waitMs = WELCOME_WAIT_MS;
    const socket = new this.WebSocketImpl(this.url, PROTOCOL);
    this.socket = socket;
    this._watch();
    socket.onopen = () => this._hello();
    socket.onmessage = (event) => this._receive(event.data);
    socket.onclose = (event) => this._closed(event.code, event.reason);
  }

  /** Leaves the connection without waiting for a peer that may be gone. */
  _drop() {
    clearTimeout(this.timer);
    const socket = this.socket;
    this.socket = null;
    this.assembly = null;
    this.target = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(1000);
  }

  _hello() {
    /** @type {Record<string, unknown>} */
    const hello = { op: "hello", client: this.client };
    if (this.token) hello.token = this.token;
    if (this.seq !== null && !this.afresh) hello.resume = { epoch: this.epoch, seq: this.seq };
    this._send(hello);
  }

  /** @param {Record<string, unknown>} message */
  _send(message) {
    if (this.socket) this.socket.send(JSON.stringify(message));
  }

  /** @param {State} state */
  _say(state) {
    this.state = state;
    this.onState(state);
  }

  /** Starts the watch over the server's silence anew. */
  _watch() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this._retry(), this.waitMs);
  }

  /**
   * Leaves the connection and comes back after a random time.
   * @param {number} [within_ms] as the server asked; else the backoff says
   */
  _retry(within_ms) {
    this._drop();
    const ceiling = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** Math.min(this.failures, 16));
    this.failures += 1;
    this._say({ link: "down", heard: this.state.heard });
    this.timer = setTimeout(() => this._connect(), this.random() * (within_ms === undefined ? ceiling : within_ms));
  }

  /**
   * Something does not fit: hello again. The first doubt since the last agreement is answered with
   * a resumption, the next ones with a whole snapshot.
   */
  _doubt() {
    this.afresh = this.failures > 0;
    this._retry();
  }

  /** @param {number} code @param {string} reason */
  _closed(code, reason) {
    if (FINAL.has(code)) {
      this._drop();
      this._say({ link: "stopped", heard: this.state.heard, code });
      return;
    }
    this._retry(code === CLOSE.restart ? retryWithin(reason) : undefined);
  }

  /** @param {unknown} data */
  _receive(data) {
    this.state.heard = this.now();
    this._watch();
    let message;
    try {
      message = JSON.parse(String(data));
    } catch {
      return this._doubt();
    }
    switch (message && message.op) {
      case "welcome":
        return this._welcome(message);
      case "snapshot":
        return this._snapshot(message);
      case "put":
      case "remove":
        return this._delta(message);
      case "beat":
        return this._beat(message);
      case "notice":
        return this.onNotice(message);
      case "reload":
        return this.onReload();
    }
  }

  /** @param {{epoch: string | number, seq: number, mode: string, heartbeat_s: number, server_time?: string}} m */
  _welcome(m) {
    if (m.heartbeat_s > 0) this.waitMs = m.heartbeat_s * 1000 * SILENT_HEARTBEATS;
    const told = new Date(m.server_time || NaN).getTime();
    if (Number.isFinite(told)) this.clockAheadMs = told - this.now();
    this._watch();
    this.mode = m.mode;
    this.assembly = null;
    if (m.mode === "snapshot") {
      this.target = m.seq;
      this.pendingEpoch = m.epoch;
      return;
    }
    const held = this.seq;
    if (m.mode !== "resumed" || m.epoch !== this.epoch || held === null || held > m.seq) {
      this.failures += 1;
      return this._doubt();
    }
    this.target = m.seq;
    this._arrive();
  }

  /** @param {{seq: number, part: number, parts: number, jobs: Job[]}} m */
  _snapshot(m) {
    if (this.mode !== "snapshot" || !Array.isArray(m.jobs)) return this._doubt();
    if (!this.assembly) this.assembly = { seq: m.seq, parts: m.parts, got: new Map() };
    const assembly = this.assembly;
    if (m.seq !== assembly.seq || m.parts !== assembly.parts) return this._doubt();
    if (!(m.part >= 1 && m.part <= m.parts)) return this._doubt();
    assembly.got.set(m.part, m.jobs);
    if (assembly.got.size < assembly.parts) return;

    this.jobs = new Map([...assembly.got.values()].flat().map((job) => [job.id, job]));
    this.seq = assembly.seq;
    this.epoch = this.pendingEpoch;
    this.assembly = null;
    this.afresh = false;
    this.mode = "deltas";
    this.onChange({ kind: "snapshot" });
    this._arrive();
  }

  /** @param {{op: "put" | "remove", seq: number, id?: string, job?: Job, why?: string}} m */
  _delta(m) {
    const id = m.op === "put" ? m.job && m.job.id : m.id;
    const caught = this.mode === "resumed" || this.mode === "deltas";
    if (!caught || this.seq === null || m.seq !== this.seq + 1 || typeof id !== "string") {
      return this._doubt();
    }
    if (m.op === "put" && m.job) this.jobs.set(id, m.job);
    else this.jobs.delete(id);
    this.seq = m.seq;
    this.onChange({ kind: m.op, id, why: m.why });
    this._arrive();
  }

  /** @param {{seq: number}} m */
  _beat(m) {
    // Nothing can be proven while a snapshot is still on its way.
    if (this.seq === null || this.mode === "snapshot" || !this.mode) return;
    if (m.seq > this.seq) return this._doubt();
    this.failures = 0;
    const ack = { op: "ack", seq: this.seq, shown: this.jobs.size, hash: this.hash() };
    this._send(this.trouble.count ? { ...ack, errors: this.trouble.count, last_error: this.trouble.last } : ack);
    this.save();
  }

  /** The link counts as live once what it promised at the welcome has been applied. */
  _arrive() {
    if (this.target === null || this.seq === null || this.seq < this.target) return;
    this.target = null;
    this._say({ link: "live", heard: this.state.heard });
  }
}

/**
 * The time within which a restarting server wants its clients back.
 * @param {string} reason of the close frame, `{"retry_ms":N}`
 * @returns {number | undefined} ms
 */
function retryWithin(reason) {
  try {
    const ms = JSON.parse(reason).retry_ms;
    return ms > 0 ? Math.min(ms, RETRY_MAX_MS) : undefined;
  } catch {
    return undefined;
  }
}
