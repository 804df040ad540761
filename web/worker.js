/**
 * Lets the officials' pages open without a network: what was loaded once is kept.
 *
 * With a network the server's files always win. Requests to the API and the feed pass untouched:
 * entries wait in the page's own outbox, never here.
 */

const CACHE = "bell-lap-pages-1";
const PATIENCE_MS = 3000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

/** A page says which files it is made of. */
self.addEventListener("message", (event) => {
  if (!Array.isArray(event.data?.keep)) return;
  event.waitUntil(keep(event.data.keep).then(() => event.ports[0]?.postMessage("kept")));
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  const ours = url.origin === self.location.origin && event.request.method === "GET";
  if (!ours || url.pathname.startsWith("/api/") || url.pathname === "/feed") return;
  event.respondWith(freshOrKept(event.request));
});

async function keep(addresses) {
  const cache = await caches.open(CACHE);
  await Promise.all(
    addresses.map(async (address) => {
      const answer = await fetch(address, { cache: "no-cache" });
      if (answer.ok) await cache.put(bare(address), answer);
    }),
  );
}

async function freshOrKept(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(bare(request.url));
  try {
    const answer = await fetch(request, kept ? { signal: AbortSignal.timeout(PATIENCE_MS) } : {});
    if (!answer.ok) return kept && answer.status >= 500 ? kept : answer;
    if (kept) await cache.put(bare(request.url), answer.clone());
    return answer;
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}

/** A page is the same whatever race its address asks for. */
function bare(address) {
  const url = new URL(address, self.location.origin);
  return url.origin + url.pathname;
}
