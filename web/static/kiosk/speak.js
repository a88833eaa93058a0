// Reads sentences aloud, one after another, where the browser can (Web Speech API).

/** Whether this browser can read aloud. */
export function canSpeak() {
  return typeof speechSynthesis !== "undefined" && typeof SpeechSynthesisUtterance !== "undefined";
}

/** Slower than people talk. */
const RATE = 0.9;
/** A voice that has not ended by then is none: some browsers promise one and stay silent. */
const WAIT_MS = 4000;
/** The same for each character. */
const WAIT_CHARACTER_MS = 600;

/** Reads aloud; one at a time. */
export class Reader {
  constructor() {
    /** Which reading is on; a new one makes the old one end. */
    this.turn = 0;
    this.on = false;
  }

  /**
   * Reads the sentences. `at` is told the place of each as it begins, and -1 at the end.
   * @param {string[]} sentences @param {(place: number) => void} at
   */
  read(sentences, at) {
    this.stop();
    const turn = this.turn;
    this.on = true;
    const next = (/** @type {number} */ place) => {
      if (turn !== this.turn) return;
      if (place >= sentences.length) {
        this.on = false;
        return at(-1);
      }
      at(place);
      const words = new SpeechSynthesisUtterance(sentences[place]);
      words.lang = "zh-CN";
      words.rate = RATE;
      const fail = () => {
        if (turn !== this.turn) return;
        this.stop();
        at(-1);
      };
      const timer = setTimeout(fail, WAIT_MS + WAIT_CHARACTER_MS * sentences[place].length);
      words.onend = () => {
        clearTimeout(timer);
        next(place + 1);
      };
      words.onerror = () => {
        clearTimeout(timer);
        fail();
      };
      speechSynthesis.speak(words);
    };
    next(0);
  }

  /** Is silent at once. */
  stop() {
    this.turn += 1;
    this.on = false;
    if (canSpeak()) speechSynthesis.cancel();
  }
}
