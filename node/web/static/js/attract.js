// The idle picture: as many frames of the board as fit, changed every 12 seconds, cut, not faded.
// Without script all of them stand below one another.

const board = document.querySelector("[data-attract]");
const frames = board ? [...board.querySelectorAll("[data-frame]")] : [];
let first = 0;
let shown = frames.length;

// Whoever reads slowly stops the pictures (WCAG 2.2.2), until the page forgets them a minute after
// their last touch.
const pause = document.querySelector("[data-attract-pause]");
const words = pause && [pause.querySelector("span").textContent, pause.dataset.wordGo];
let paused = false;

function sayPaused() {
  if (!pause) return;
  pause.hidden = shown >= frames.length;
  pause.querySelector("span").textContent = words[Number(paused)];
}

pause?.addEventListener("click", () => {
  paused = !paused;
  sayPaused();
});

function fits() {
  const room = board.parentElement;
  return room.scrollHeight <= room.clientHeight + 1;
}

function show() {
  for (const frame of frames) frame.hidden = true;
  shown = 0;
  while (shown < frames.length) {
    const frame = frames[(first + shown) % frames.length];
    frame.hidden = false;
    // Frames keep their order on the board, so a picture never runs around the end.
    const around = first + shown >= frames.length;
    if ((!fits() || around) && shown > 0) {
      frame.hidden = true;
      break;
    }
    shown += 1;
  }
  sayPaused();
}

function next() {
  if (paused) return;
  first = (first + shown) % frames.length;
  show();
}

if (frames.length) {
  document.fonts.ready.then(show);
  window.addEventListener("resize", show);
  setInterval(next, Number(board.dataset.attractSeconds || 12) * 1000);
  // New dates, new waste, a new day: the picture is fetched again now and then. The page is
  // asked for first, so that a node that starts anew never leaves the browser's own error.
  setInterval(async () => {
    try {
      const answer = await fetch(location.href, { method: "HEAD", cache: "no-store" });
      if (answer.ok && !paused) location.reload();
    } catch {
      // Next time.
    }
  }, 60_000);
}
