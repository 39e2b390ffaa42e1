{#- The service worker of a door display, served at /door/sw.js for what lies below /door. Only over
    HTTPS (or on the box itself) do browsers take it. Context: frame. -#}
// A display that is loaded anew while the house does not answer (its tablet was restarted, or it has
// no script) shows the board as it was, with its age and our sentence, not the browser's error.
// With an answer every page comes from the node. Nobody's name stands on a board.

const SHELL = [
  {{ static("css/tokens.css")|tojson }},
  {{ static("css/base.css")|tojson }},
  {{ static("css/components.css")|tojson }},
  {{ static("css/door.css")|tojson }},
  {{ static("css/print.css")|tojson }},
  {{ static("js/app.js")|tojson }},
  {{ static("js/door.js")|tojson }},
  {{ static("vendor/icons.svg")|tojson }},
  {{ static("img/mark.svg")|tojson }},
];
const SHELL_CACHE = "door " + SHELL.join(" ");
const BOARD_CACHE = "door board";
const BOARD = "/door";
const PATIENCE_MS = 8000;
const TOO_OLD_MS = 12 * 3600 * 1000; // by then it is another day, of which the board knows nothing
const NOTHING_KEPT = {{ _("Das Haus antwortet gerade nicht. Diese Anzeige versucht es von selbst wieder.")|tojson }};

self.addEventListener("install", (happening) => {
  happening.waitUntil(
    caches.open(SHELL_CACHE).then((cache) => cache.addAll(SHELL)).then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (happening) => {
  happening.waitUntil(
    caches.keys()
      .then((names) => names.filter((name) => name.startsWith("door ") && name !== SHELL_CACHE && name !== BOARD_CACHE))
      .then((old) => Promise.all(old.map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

// The board as it was: it says so, offers nothing, and asks again by itself, also without script.
// With script it goes on by the clock, so it is told how much time has gone by.
function aged(html, age) {
  const time = /data-as-of="([^"]*)"/.exec(html)?.[1] ?? "";
  const said = (/data-word-away="([^"]*)"/.exec(html)?.[1] ?? "").replace("{time}", time);
  return html
    .replace("<html ", "<html data-away ")
    .replace("</head>", `${AGAIN}</head>`)
    .replace(/data-now="(\d+)"/, (_, now) => `data-now="${Number(now) + Math.round(age / 1000)}"`)
    .replace(/(<time data-door-clock>)[^<]*/, "$1")
    .replace(/(<p class="door-away"[^>]*) hidden>/, (_, start) => `${start}>${said}`);
}

const AGAIN = `<meta http-equiv="refresh" content="30; url=${BOARD}">`;
const STYLES = SHELL.filter((path) => path.includes(".css") && !path.includes("print"))
  .map((path) => `<link rel="stylesheet" href="${path}">`).join("");
const BARE = `<!doctype html><html lang="{{ prefs.lang }}" data-face="kiosk" data-theme="light"><head><meta charset="utf-8">`
  + `<meta name="viewport" content="width=device-width"><title>{{ quarter.name }}</title>${AGAIN}${STYLES}</head>`
  + `<body class="door-body"><main class="door"><h1 class="door-away" role="status">${NOTHING_KEPT}</h1></main></body></html>`;

async function answered(request) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE_MS);
  try {
    const answer = await fetch(request, { signal: stop.signal });
    if (answer.status >= 500) throw Error(String(answer.status));
    return answer;
  } finally {
    clearTimeout(timer);
  }
}

async function keep(boards, answer) {
  const html = await answer.text();
  // Taken back or not hung yet: then nothing is kept either.
  if (!answer.ok || !html.includes("data-as-of=")) return boards.delete(BOARD);
  return boards.put(BOARD, new Response(html, { headers: { "x-kept-at": String(Date.now()) } }));
}

async function page(request) {
  const isBoard = new URL(request.url).pathname.replace(/\/$/, "") === BOARD;
  const boards = await caches.open(BOARD_CACHE);
  try {
    const answer = await answered(request);
    if (request.method === "GET" && isBoard) await keep(boards, answer.clone());
    return answer;
  } catch (error) {
    if (request.mode !== "navigate") throw error; // the board's script knows what to say
    const kept = request.method === "GET" && (await boards.match(BOARD));
    const age = kept ? Date.now() - Number(kept.headers.get("x-kept-at")) : TOO_OLD_MS;
    return new Response(age < TOO_OLD_MS ? aged(await kept.text(), age) : BARE, {
      headers: { "content-type": "text/html; charset=utf-8" },
    });
  }
}

self.addEventListener("fetch", (happening) => {
  const { request } = happening;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  const isBoard = request.method === "GET" && url.pathname === BOARD;
  if (request.mode === "navigate" || isBoard) return happening.respondWith(page(request));
  if (request.method !== "GET" || !url.pathname.startsWith("/static/")) return;
  happening.respondWith(caches.match(request).then((kept) => kept ?? fetch(request)));
});
