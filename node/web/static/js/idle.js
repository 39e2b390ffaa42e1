// The lobby forgets. 60 seconds after the last touch everything of the person is gone; 15 seconds
// before, a dialog asks. A page at rest resets too, silently: somebody may have changed language.

const dialog = document.querySelector("[data-idle]");
const text = dialog?.querySelector("[data-idle-text]");
const settings = dialog?.dataset ?? {};
const idleMs = Number(settings.idleSeconds || 60) * 1000;
const warnMs = Number(settings.warnSeconds || 15) * 1000;
const atRest = "atRest" in settings;

let touchedAt = performance.now();
let touched = !atRest;
let leaving = false;
let asked = false;

function touch() {
  if (leaving) return;
  touchedAt = performance.now();
  touched = true;
  asked = false;
  if (dialog.open) dialog.close();
}

function forget() {
  leaving = true;
  // First what can be seen: the person's page must be gone even if the node doesn't answer.
  document.body.replaceChildren();
  window.speechSynthesis?.cancel();
  sessionStorage.clear();
  reset();
}

async function reset() {
  try {
    await fetch(settings.reset, {
      method: "POST",
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ csrf: settings.csrf ?? "" }),
      signal: AbortSignal.timeout(5000),
    });
    location.replace(settings.home);
  } catch {
    setTimeout(reset, 3000);
  }
}

function say(left) {
  // Each second for the eye; the voice hears it once and then at five.
  const seconds = Math.max(0, Math.ceil(left / 1000));
  text.textContent = settings.sentence.replace("{seconds}", String(seconds));
  const spoken = dialog.querySelector("[data-idle-spoken]");
  if (!asked || seconds === 5) spoken.textContent = text.textContent;
  asked = true;
}

function tick() {
  if (leaving || !touched) return;
  const left = idleMs - (performance.now() - touchedAt);
  if (left <= 0) forget();
  else if (!atRest && left <= warnMs) {
    if (!dialog.open) {
      // One modal at a time: whatever stood open gives way.
      for (const other of document.querySelectorAll("dialog[open]")) other.close();
      dialog.showModal();
    }
    say(left);
  }
}

if (dialog) {
  for (const kind of ["pointerdown", "keydown", "wheel", "touchstart"]) {
    document.addEventListener(kind, touch, { capture: true, passive: true });
  }
  dialog.addEventListener("close", touch);
  document.addEventListener("contextmenu", (happening) => happening.preventDefault());
  setInterval(tick, 500);
}

// A page from the browser's memory would bring the last person back.
window.addEventListener("pageshow", (happening) => {
  if (happening.persisted) location.replace(settings.home ?? "/kiosk");
});
