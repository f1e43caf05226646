// The offline shell: pages come from the network; when there is none, one page says so. Hashed files
// never change, so what was seen once is served from the cache.
const CACHE = "shell-1";
const OFFLINE = "/offline/";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.add(OFFLINE)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((keys) => Promise.all(keys.filter((key) => key !== CACHE).map((key) => caches.delete(key))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => caches.match(OFFLINE)));
  } else if (/^\/static\/.+\.[0-9a-f]{12}\./.test(url.pathname)) {
    event.respondWith(fromCacheOrNetwork(request));
  }
});

// A notice from marketplace/notify/transports/webpush.py.
self.addEventListener("push", (event) => {
  const { title, body, url, icon, lang, tag } = event.data.json();
  const options = { body, icon, badge: icon, lang, tag, dir: "auto", data: { url } };
  event.waitUntil(self.registration.showNotification(title, options));
});

// The browser has put an end to its subscription: the store gets the new one, or nothing would come any more.
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event.newSubscription)));

async function renew(made) {
  const answer = await fetch("/settings/push/key/");
  if (!answer.ok || answer.redirected) return; // signed out since: then this device is told nothing
  const { key, token, on } = await answer.json();
  const subscription =
    made ?? (await self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }));
  await fetch(on, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token },
    body: JSON.stringify(subscription),
  });
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show(new URL(event.notification.data.url, location.origin)));
});

// The tab that is there already, else a new one: another tab may hold a call or something half typed.
async function show(url) {
  if (url.origin !== location.origin) return;
  const tabs = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const tab = tabs.find((one) => new URL(one.url).pathname === url.pathname);
  await (tab ? tab.focus() : self.clients.openWindow(url.href));
}

async function fromCacheOrNetwork(request) {
  const cache = await caches.open(CACHE);
  const stored = await cache.match(request);
  if (stored) return stored;
  const response = await fetch(request);
  if (response.ok) cache.put(request, response.clone());
  return response;
}
