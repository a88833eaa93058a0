// What this screen is to the server: its token, and the faults of its page.

/** Where a screen's token is kept; `pair.js` puts it there. */
const KEEP = "linggong.device";
/** Characters of a fault that are told. */
const FAULT_CHARS = 200;

/** The screen's token; undefined where it was not paired. @returns {string | undefined} */
export function token() {
  try {
    return localStorage.getItem(KEEP) || undefined;
  } catch {
    return undefined;
  }
}

/** Counts the page's faults from now on. @returns {{count: number, last: string}} kept up to date */
export function watchTrouble() {
  const trouble = { count: 0, last: "" };
  const note = (/** @type {unknown} */ what) => {
    trouble.count += 1;
    trouble.last = String(what).slice(0, FAULT_CHARS);
  };
  window.addEventListener("error", (event) => note(`${event.message} ${event.filename}:${event.lineno}`));
  window.addEventListener("unhandledrejection", (event) => note(event.reason));
  return trouble;
}
