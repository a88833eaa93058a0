// Keeps the kiosk's files in the browser, so that it opens while the link is cut.

import { GROUPS } from "./trades.js";

/** Pictures that pages may show, besides those of kinds of work. */
const PICTURES = [
  "today", "tomorrow", "money", "place", "trades", "search", "who", "help", "when", "work", "people",
  "check", "meal", "hand", "done", "wait", "stop", "door", "wage", "benefit", "complain", "message", "card",
];

/** Hands the list of all files that this page needs to the service worker. */
export async function keepFiles() {
  // Only a page that came by TLS, or from this machine, may keep files.
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register("/kiosk/worker.js", { scope: "/kiosk/" });
  const { active } = await navigator.serviceWorker.ready;
  const loaded = performance.getEntriesByType("resource").map((entry) => new URL(entry.name));
  const ours = loaded.filter((url) => url.origin === location.origin && /^\/(static|words)\//.test(url.pathname));
  const pictures = [...GROUPS.map((group) => group.id), ...PICTURES];
  const keep = [
    location.pathname,
    ...ours.map((url) => url.pathname + url.search),
    ...pictures.map((name) => `/static/pictures/${name}.svg`),
  ];
  const worker = /** @type {ServiceWorker} */ (active);
  const { port1, port2 } = new MessageChannel();
  const kept = new Promise((done) => (port1.onmessage = done));
  worker.postMessage({ keep }, [port2]);
  await kept;
}
