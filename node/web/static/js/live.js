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

const typing = () => document.activeElement?.matches("input, select, textarea");

// Where the keys are in a part: the link or button, to be found again in what takes its place.
function held(part) {
  const one = document.activeElement;
  if (!part.contains(one)) return () => {};
  const sign = (each) => each.getAttribute("href") ?? each.form?.getAttribute("action") ?? each.id;
  const stops = () => [...part.querySelectorAll("a[href], button, summary")];
  const [mark, place] = [sign(one), stops().indexOf(one)];
  return () => {
    const now = stops();
    (now.find((each) => sign(each) === mark) ?? now[Math.min(place, now.length - 1)])?.focus();
  };
}

async function refresh(address, those) {
  // Somebody types in it: it must not change under the hands.
  const free = (part) =>
    !(part.contains(document.activeElement) && typing()) && !part.querySelector("details[open]");
  if (!those.some(free)) return;
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of those.filter(free)) {
      const fresh = page.getElementById(part.id);
      if (!fresh) continue;
      const back = held(part);
      part.replaceChildren(...fresh.childNodes);
      back();
    }
  } catch {
    // The line is cut: what stands there stays, and the next change asks again.
  }
}

// What lives on one address is fetched once.
function renew(those) {
  const addresses = new Set(those.map((part) => part.dataset.liveFrom));
  for (const address of addresses) {
    refresh(address, those.filter((part) => part.dataset.liveFrom === address));
  }
}

function heard(tables) {
  renew(
    parts.filter((part) => part.dataset.live.split(" ").some((name) => tables.includes(name))),
  );
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
      renew(parts);
      start();
    }
  });
  window.addEventListener("pagehide", stop);
  window.addEventListener("pageshow", start);
  start();
}
