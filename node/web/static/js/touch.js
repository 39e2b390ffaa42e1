// A drop of water or a crumb is a finger to a touchscreen. A touch that stays where it is for ten
// seconds, or a spot that is touched more often than any hand would, is left out from then on: it
// presses nothing and keeps nobody's page open. The page says so, and so does the node.
// This must run before every other script that listens to touches: it does, in the layout.

const HELD_MS = 10_000;
const STILL_PX = 16;
const SPOT_PX = 70; // a finger's width on a lobby screen
const OFTEN = 60; // in one spot within a minute: one a second, for a minute, is no person
const MINUTE_MS = 60_000;
const QUIET_MS = 15_000; // a spot without a touch for so long is well again
const TOLD_EVERY_MS = 30_000;

const notice = document.querySelector("[data-touch-notice]");
const down = new Map(); // pointer → where and when it came down
let lately = []; // touches of the last minute
let spots = []; // places that are left out: {x, y, at, pointer}
let toldAt = 0;

const near = (one, other) => Math.hypot(one.x - other.x, one.y - other.y) <= SPOT_PX;
const spotOf = (point) => spots.find((spot) => near(spot, point));
const pointOf = ({ clientX, clientY }) => ({ x: clientX, y: clientY });

async function tell(stuck) {
  toldAt = performance.now();
  try {
    const body = new URLSearchParams({ stuck: stuck ? "1" : "0" });
    await fetch("/kiosk/touch", { method: "POST", body, signal: AbortSignal.timeout(5000) });
  } catch {
    // The next time tells.
  }
}

function show() {
  notice.hidden = spots.length === 0;
  for (const mark of document.querySelectorAll(".touch-spot")) mark.remove();
  for (const spot of spots) {
    const mark = document.createElement("span");
    mark.className = "touch-spot";
    mark.setAttribute("aria-hidden", "true");
    mark.style.insetInlineStart = `${spot.x}px`;
    mark.style.insetBlockStart = `${spot.y}px`;
    document.body.append(mark);
  }
  // Two fingers are a pinch to the browser: while one is false there are none.
  document.documentElement.style.touchAction = spots.length ? "none" : "";
}

function leaveOut(point, pointer) {
  const known = spotOf(point);
  if (known) {
    known.at = performance.now();
    return;
  }
  const first = spots.length === 0;
  spots.push({ ...point, at: performance.now(), pointer });
  lately = lately.filter((touch) => !near(touch, point));
  show();
  if (first) tell(true);
}

function cameDown(happening) {
  const point = { ...pointOf(happening), at: performance.now() };
  const spot = spotOf(point);
  if (spot) {
    spot.at = point.at;
    spot.pointer = happening.pointerId;
    return;
  }
  down.set(happening.pointerId, point);
  lately = lately.filter((touch) => point.at - touch.at < MINUTE_MS);
  lately.push(point);
  if (lately.filter((touch) => near(touch, point)).length > OFTEN) leaveOut(point);
}

// The browser makes no click of a second finger. While a false one lies on the glass, the page does.
function pressed(happening) {
  const from = down.get(happening.pointerId);
  const held = spots.some((spot) => spot.pointer !== undefined);
  if (!held || happening.isPrimary || !from || !near(from, pointOf(happening))) return;
  const there = document.elementFromPoint(happening.clientX, happening.clientY);
  const thing = there?.closest("a, button, summary, label, input");
  thing?.focus();
  thing?.click();
}

function wentUp(happening) {
  const spot = spots.find((one) => one.pointer === happening.pointerId);
  if (spot) spot.pointer = undefined;
  else if (happening.type === "pointerup") pressed(happening);
  down.delete(happening.pointerId);
}

function moved(happening) {
  const from = down.get(happening.pointerId);
  if (from && Math.hypot(from.x - happening.clientX, from.y - happening.clientY) > STILL_PX) {
    down.set(happening.pointerId, { ...pointOf(happening), at: performance.now() });
  }
}

const steps = { pointerdown: cameDown, pointerup: wentUp, pointercancel: wentUp, pointermove: moved };
const pointers = Object.keys(steps);
for (const kind of [...pointers, "click", "contextmenu", "touchstart", "touchend"]) {
  window.addEventListener(
    kind,
    (happening) => {
      if (kind.startsWith("pointer") && happening.pointerType === "touch") steps[kind](happening);
      // Only what the glass reports: a click that a keyboard or the page makes is at no place.
      const touch = happening.changedTouches?.[0] ?? happening;
      if (!happening.isTrusted || !spots.length || !spotOf(pointOf(touch))) return;
      if (kind === "click" && happening.detail === 0) return;
      happening.stopImmediatePropagation();
      if (happening.cancelable) happening.preventDefault();
    },
    { capture: true, passive: false },
  );
}

setInterval(() => {
  const now = performance.now();
  for (const [pointer, point] of down) {
    if (now - point.at < HELD_MS) continue;
    down.delete(pointer);
    leaveOut(point, pointer);
  }
  const before = spots.length;
  spots = spots.filter((spot) => spot.pointer !== undefined || now - spot.at < QUIET_MS);
  if (spots.length !== before) show();
  if (before && !spots.length) tell(false);
  else if (spots.length && now - toldAt >= TOLD_EVERY_MS) tell(true);
}, 500);
