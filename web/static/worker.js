// Keeps the kiosk's page and files, so that it opens while the link is cut. It keeps nothing of a
// person: pages and files are the same for everybody, and calls of the API pass it by.

const CACHE = "linggong-kiosk";
/** A server that has not answered by then counts as cut off. */
const WAIT_MS = 4000;
const KEPT = ["/kiosk/", "/static/", "/words/"];

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", (event) => {
  if (!event.data || !event.data.keep) return;
  const answered = () => event.ports[0].postMessage("kept");
  event.waitUntil(keep(event.data.keep).then(answered, answered));
});
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  const ours = url.origin === self.location.origin && KEPT.some((start) => url.pathname.startsWith(start));
  if (event.request.method === "GET" && ours) event.respondWith(answer(event.request));
});

/**
 * Fetches these files, and forgets the others once all are here.
 * @param {string[]} addresses
 */
async function keep(addresses) {
  const cache = await caches.open(CACHE);
  const wanted = new Set(addresses.map((address) => new URL(address, self.location.origin).href));
  for (const address of wanted) {
    if (!(await cache.match(address))) await cache.add(address);
  }
  for (const request of await cache.keys()) {
    if (!wanted.has(request.url)) await cache.delete(request);
  }
}

/**
 * The server's answer; without one, what was kept.
 * @param {Request} request
 */
async function answer(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request);
  // An address with the version in it never changes.
  if (kept && new URL(request.url).searchParams.has("v")) return kept;
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(), kept ? WAIT_MS : 60000);
  try {
    const fresh = await fetch(request, { signal: control.signal });
    if (fresh.ok) await cache.put(request, fresh.clone());
    return fresh.ok || !kept ? fresh : kept;
  } catch (error) {
    if (kept) return kept;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
