{#- The service worker of the portal: a shell that can be read without a line. Served at /sw.js as
    text/javascript with Cache-Control: no-cache, so that its scope is the whole portal.
    Context: language: str (of the person); old: {language: sentence with {when}}. -#}
// Without a line: what was read last can be read again, with its age; nothing can be changed.
// With a line every page comes from the node: this worker never answers faster than the truth.

const LANGUAGE = {{ language|tojson }};
const SHELL = [
  new Request("/offline", { headers: { "accept-language": LANGUAGE } }),
  {{ static("css/tokens.css")|tojson }},
  {{ static("css/base.css")|tojson }},
  {{ static("css/components.css")|tojson }},
  {{ static("css/portal.css")|tojson }},
  {{ static("css/print.css")|tojson }},
  {{ static("js/app.js")|tojson }},
  {{ static("vendor/icons.svg")|tojson }},
  {{ static("img/mark.svg")|tojson }},
];
const SHELL_CACHE = `shell ${LANGUAGE} ${SHELL.slice(1).join(" ")}`;
const PAGES_CACHE = "pages";
// One's own day and bookings with their passes. Nothing of other people, no search, no account.
const READABLE = /^\/($|mine(\/|$)|pass(\/|$))/;
const PAGES_MAX = 40;
const OLD = {{ old|tojson }};

self.addEventListener("install", (happening) => {
  happening.waitUntil(
    caches.open(SHELL_CACHE).then((cache) => cache.addAll(SHELL)).then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (happening) => {
  happening.waitUntil(
    caches.keys()
      .then((names) => names.filter((name) => name !== SHELL_CACHE && name !== PAGES_CACHE))
      .then((old) => Promise.all(old.map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

async function keep(request, answer) {
  const headers = new Headers(answer.headers);
  headers.set("x-kept-at", String(Date.now()));
  const copy = new Response(await answer.arrayBuffer(), { headers });
  const cache = await caches.open(PAGES_CACHE);
  await cache.put(request.url, copy);
  const kept = await cache.keys();
  await Promise.all(kept.slice(0, -PAGES_MAX).map((old) => cache.delete(old)));
}

// The page says how old it is, in its own language.
async function aged(kept) {
  if (!kept.headers.get("content-type")?.startsWith("text/html")) return kept;
  const text = await kept.text();
  const language = text.match(/<html lang="([\w-]+)"/)?.[1];
  const old = OLD[language] ?? OLD[LANGUAGE];
  const when = new Date(Number(kept.headers.get("x-kept-at"))).toLocaleString(language ?? LANGUAGE, {
    weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit",
  });
  const note = `<p class="notice notice-warning offline-note" role="status">${old.replace("{when}", when)}</p>`;
  const html = text.replace('<main id="content"', `${note}<main id="content"`);
  return new Response(html, { headers: kept.headers });
}

async function offline() {
  return (await caches.match("/offline", { ignoreVary: true })) ?? Response.error();
}

async function page(request) {
  const path = new URL(request.url).pathname;
  try {
    const answer = await fetch(request);
    // A page that a redirect led to belongs to another address: signing in, mostly.
    // What opens a door is kept on no phone.
    const secret = answer.headers.get("cache-control")?.includes("no-store");
    if (request.method === "GET" && answer.ok && !answer.redirected && !secret && READABLE.test(path)) {
      await keep(request, answer.clone());
    }
    return answer;
  } catch {
    const kept = request.method === "GET" && (await caches.match(request.url, { cacheName: PAGES_CACHE }));
    return kept ? aged(kept) : offline();
  }
}

self.addEventListener("fetch", (happening) => {
  const { request } = happening;
  const url = new URL(request.url);
  if (url.origin !== location.origin || /^\/(kiosk|desk|api)(\/|$)/.test(url.pathname)) return;
  if (request.method === "POST" && url.pathname.endsWith("/sign-out")) {
    // Whoever takes the phone next must not find the last person's pages.
    happening.waitUntil(caches.delete(PAGES_CACHE));
    return;
  }
  if (request.mode === "navigate") happening.respondWith(page(request));
  else if (request.method === "GET" && url.pathname.startsWith("/static/")) {
    happening.respondWith(caches.match(request).then((kept) => kept ?? fetch(request)));
  } else if (request.method === "GET" && request.destination === "image" && READABLE.test(url.pathname)) {
    happening.respondWith(page(request));
  }
});
