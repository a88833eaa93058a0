// Keys on the screen: digits for phone and PIN, letters for pinyin. What is typed is kept here and
// in no input field, so that no browser offers it to the next person.

import { button, fill, h } from "./dom.js";

/** Digits of a mobile phone. */
export const PHONE_DIGITS = 11;
/** Digits of a PIN. */
export const PIN_DIGITS = 6;

/**
 * @typedef {object} Pad
 * @property {HTMLElement} node
 * @property {(event: KeyboardEvent) => void} key takes a key of a real keyboard
 * @property {() => void} clear
 */

/**
 * A pad of digits. Typed digits stand above it, in groups; the cover switch hides them.
 * @param {{label: string, length: number, covered: boolean, groups: number[], typed?: string,
 *   onDone: (digits: string) => void}} options
 * @returns {Pad}
 */
export function digitsPad({ label, length, covered, groups, typed = "", onDone }) {
  let digits = typed;
  const shown = h("output", { class: "typed", "aria-live": "off" });
  const cover = button("", () => {
    covered = !covered;
    draw();
  }, { class: "key cover" });
  const draw = () => {
    let at = 0;
    fill(
      shown,
      groups.map((size) => {
        const places = [];
        for (const end = at + size; at < end; at++) {
          const digit = digits[at];
          places.push(h("b", { class: digit ? "digit" : "digit blank" }, digit ? (covered ? "●" : digit) : ""));
        }
        return h("span", { class: "group" }, places);
      }),
    );
    shown.setAttribute("aria-label", `${label}，已经按了${digits.length}位，一共${length}位`);
    fill(cover, covered ? "显示" : "遮住");
    cover.setAttribute("aria-label", covered ? "显示数字" : "遮住数字");
  };
  const press = (/** @type {string} */ digit) => {
    if (digits.length >= length) return;
    digits += digit;
    draw();
    if (digits.length === length) onDone(digits);
  };
  const back = () => {
    digits = digits.slice(0, -1);
    draw();
  };
  const digit = (/** @type {string} */ value) => button(value, () => press(value), { class: "key" });
  draw();
  const keys = [..."123456789"].map(digit);
  const erase = button("退一格", back, { class: "key" });
  return {
    node: h("div", { class: "pad" }, shown, h("div", { class: "digits" }, keys, cover, digit("0"), erase)),
    key(event) {
      if (/^[0-9]$/.test(event.key)) press(event.key);
      else if (event.key === "Backspace") back();
    },
    clear() {
      digits = "";
      draw();
    },
  };
}

/**
 * Letters in the order of the alphabet, which everybody can find.
 * @param {{onLetter: (letter: string) => void, onBack: () => void, onClear: () => void}} options
 * @returns {Pad}
 */
export function lettersPad({ onLetter, onBack, onClear }) {
  const letters = [..."abcdefghijklmnopqrstuvwxyz"];
  return {
    node: h(
      "div",
      { class: "letters" },
      letters.map((letter) => button(letter.toUpperCase(), () => onLetter(letter), { class: "key" })),
      button("退格", onBack, { class: "key small" }),
      button("清空", onClear, { class: "key small" }),
    ),
    key(event) {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      if (/^[a-zA-Z]$/.test(event.key)) onLetter(event.key.toLowerCase());
      else if (event.key === "Backspace") onBack();
    },
    clear() {},
  };
}
