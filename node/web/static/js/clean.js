// While the screen is wiped nothing that happens on it counts: no touch, no key, no menu. A number
// runs down; then the picture at rest comes back, as soon as the node answers.

const words = document.querySelector("[data-clean]");
const left = words.querySelector("[data-clean-left]");
const until = performance.now() + Number(words.dataset.clean) * 1000;

const KINDS = ["pointerdown", "pointerup", "pointermove", "touchstart", "touchmove", "touchend"];
for (const kind of [...KINDS, "click", "dblclick", "contextmenu", "keydown", "wheel"]) {
  window.addEventListener(
    kind,
    (happening) => {
      happening.preventDefault();
      happening.stopImmediatePropagation();
    },
    { capture: true, passive: false },
  );
}

async function leave() {
  try {
    const answer = await fetch(words.dataset.home, { method: "HEAD", cache: "no-store" });
    if (answer.ok) {
      location.replace(words.dataset.home);
      return;
    }
  } catch {
    // The node starts anew: again in a moment.
  }
  setTimeout(leave, 2000);
}

const clock = setInterval(() => {
  const seconds = Math.max(0, Math.ceil((until - performance.now()) / 1000));
  left.textContent = String(seconds);
  if (seconds > 0) return;
  clearInterval(clock);
  leave();
}, 250);
