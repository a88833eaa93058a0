// Reads sentences aloud, one after another, where the browser can (Web Speech API).

/** Whether this browser can read aloud. */
export function canSpeak() {
  return typeof speechSynthesis !== "undefined" && typeof SpeechSynthesisUtterance !== "undefined";
}

/** Slower than people talk. */
const RATE = 0.9;

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
      words.onend = () => next(place + 1);
      words.onerror = () => {
        if (turn !== this.turn) return;
        this.on = false;
        at(-1);
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
