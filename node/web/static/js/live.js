// Pages that live: the node says which tables changed, the page fetches its part again.
// One stream per browser, whatever the number of tabs: HTTP/1.1 gives a browser six connections
// to a node, and a stream keeps one. The visible tab that holds the lock listens and tells the
// others; when it closes or is hidden, the next one takes over. Where there are no locks (plain
// http by address) each visible tab listens for itself.
//
// <div id="rooms" data-live="reservation_request reservation_decision" data-live-from="/desk">
// fetches /desk and takes over what stands in #rooms there.

const parts = [...document.querySelectorAll("[data-live]")];
const stream = document.body.dataset.stream;
const between = "BroadcastChannel" in window ? new BroadcastChannel("quartier-live") : null;
let leave = null; // set while this tab waits for the lock or holds it

async function refresh(part) {
  // Somebody types in it or works through it by keyboard: it must not change under the hands.
  if (part.contains(document.activeElement)) return;
  try {
    const answer = await fetch(part.dataset.liveFrom, { headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(part.id);
    if (fresh) part.replaceChildren(...fresh.childNodes);
  } catch {
    // The line is cut: what stands there stays, and the next change asks again.
  }
}

function heard(tables) {
  for (const part of parts) {
    if (part.dataset.live.split(" ").some((name) => tables.includes(name))) refresh(part);
  }
}

function listen() {
  const source = new EventSource(stream);
  source.addEventListener("changed", ({ data }) => {
    const tables = data.split(" ");
    between?.postMessage(tables);
    heard(tables);
  });
  return () => source.close();
}

function start() {
  if (leave || document.hidden) return;
  if (!navigator.locks) {
    leave = listen();
    return;
  }
  const waiting = new AbortController();
  leave = () => waiting.abort();
  navigator.locks
    .request("quartier-live", { signal: waiting.signal }, () => new Promise((done) => {
      const close = listen();
      leave = () => {
        close();
        done();
      };
    }))
    .catch(() => {}); // hidden before the lock came
}

function stop() {
  leave?.();
  leave = null;
}

if (parts.length && stream) {
  between?.addEventListener("message", ({ data }) => heard(data));
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) stop();
    else {
      parts.forEach(refresh);
      start();
    }
  });
  window.addEventListener("pagehide", stop);
  window.addEventListener("pageshow", start);
  start();
}
