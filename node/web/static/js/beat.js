// The lobby screen says every 15 seconds that its page still runs and draws. A screen that shows
// a blank page is missed by this, and started anew.

const EVERY_MS = 15_000;
let frames = 0;
let since = performance.now();

function count() {
  frames += 1;
  requestAnimationFrame(count);
}

async function beat() {
  const seconds = (performance.now() - since) / 1000;
  const body = new URLSearchParams({ frames: String(Math.round(frames / seconds)) });
  frames = 0;
  since = performance.now();
  try {
    await fetch("/kiosk/beat", { method: "POST", body, signal: AbortSignal.timeout(5000) });
  } catch {
    // The next beat tells.
  }
}

requestAnimationFrame(count);
setInterval(beat, EVERY_MS);
