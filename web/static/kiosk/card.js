// The reader of ID cards, through a bridge on this machine's loopback; docs/kiosk.md has its protocol.
// The number stays in memory until the server was asked, and is shown nowhere.

/** Subprotocol, named in the handshake. */
const PROTOCOL = "linggong.card.v1";
/** Between two attempts to reach the bridge. */
const RETRY_MS = 5000;

/** @typedef {{number: string, name: string}} Card */

/** Listens for cards while a page wants them. */
export class CardReader {
  /** @param {number} port of the bridge on 127.0.0.1; 0 where there is none */
  constructor(port) {
    this.port = port;
    /** Whether the reader can take a card now. */
    this.ready = false;
    /** @type {((card: Card) => void) | null} who wants the next card */
    this.wanted = null;
    /** @type {() => void} told when `ready` changes */
    this.changed = () => {};
    /** @type {WebSocket | null} */
    this.socket = null;
  }

  /** Reaches for the bridge, again and again. */
  start() {
    if (!this.port) return;
    const socket = new WebSocket(`ws://127.0.0.1:${this.port}/`, PROTOCOL);
    this.socket = socket;
    socket.onmessage = (event) => this.receive(event.data);
    socket.onclose = () => {
      this.is(false);
      setTimeout(() => this.start(), RETRY_MS);
    };
  }

  /** Wants the next card. @param {(card: Card) => void} found @param {() => void} changed */
  read(found, changed) {
    this.wanted = found;
    this.changed = changed;
    this.say({ op: "read" });
  }

  /** Wants none any more. */
  rest() {
    this.wanted = null;
    this.changed = () => {};
    this.say({ op: "rest" });
  }

  /** @param {unknown} data */
  receive(data) {
    let message;
    try {
      message = JSON.parse(String(data));
    } catch {
      return;
    }
    if (message.op === "ready") {
      this.is(true);
      if (this.wanted) this.say({ op: "read" });
    } else if (message.op === "gone") {
      this.is(false);
    } else if (message.op === "card" && this.wanted) {
      const found = this.wanted;
      this.wanted = null;
      found({ number: String(message.number || ""), name: String(message.name || "") });
    }
  }

  /** @param {boolean} ready */
  is(ready) {
    if (this.ready === ready) return;
    this.ready = ready;
    this.changed();
  }

  /** @param {{op: string}} message */
  say(message) {
    if (this.socket && this.socket.readyState === 1) this.socket.send(JSON.stringify(message));
  }
}
