// Opens a tablet's page without a connection: what came last by the network is shown when the network is away.
const STORE = "allears-kiosk-1";
const PATIENCE = 8_000;

const fresh = async (request) => {
  const store = await caches.open(STORE);
  const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE) });
  if (answer.ok) await store.put(request, answer.clone());
  return answer;
};
const kept = async (request, error) => {
  const found = await (await caches.open(STORE)).match(request, { ignoreVary: true });
  if (found) return found;
  throw error;
};

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim().then(again)));
addEventListener("fetch", (event) => {
  if (event.request.method === "GET") event.respondWith(fresh(event.request).catch((error) => kept(event.request, error)));
});

// The page that brought us was loaded before we could keep it: it and its parts are fetched once more.
const again = async () => {
  for (const page of await clients.matchAll({ type: "window" })) {
    const answer = await fresh(new Request(page.url)).catch(() => null);
    const parts = (await answer?.text())?.matchAll(/(?:href|src)="(\/static\/[^"]+)"/g) ?? [];
    await Promise.all([...parts].map(([, part]) => fresh(new Request(part)).catch(() => null)));
  }
};
