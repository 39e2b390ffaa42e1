// Reads the page aloud, where the machine has a voice for the page's language. Without one the
// button stays away: a button that does nothing is worse than none.

const button = document.querySelector("[data-read-aloud]");
const voices = window.speechSynthesis;
const language = document.documentElement.lang.split("-")[0];

function voice() {
  return voices.getVoices().find((one) => one.lang.toLowerCase().startsWith(language));
}

function sentences() {
  const parts = document.querySelectorAll("main :is(h1, h2, h3, p, li, label, legend, a, button, dt, dd, caption)");
  return [...parts]
    .filter((part) => part.offsetParent && !part.parentElement.closest("li, a, button, label"))
    .map((part) => part.innerText.replace(/\s+/g, " ").trim())
    .filter(Boolean);
}

function stop() {
  voices.cancel();
  button.setAttribute("aria-pressed", "false");
}

function start() {
  voices.cancel();
  button.setAttribute("aria-pressed", "true");
  const lines = sentences();
  lines.forEach((line, place) => {
    const saying = new SpeechSynthesisUtterance(line);
    saying.voice = voice();
    saying.lang = document.documentElement.lang;
    saying.rate = 0.9;
    if (place === lines.length - 1) saying.onend = stop;
    voices.speak(saying);
  });
}

if (button && voices) {
  const offer = () => {
    button.hidden = !voice();
  };
  offer();
  voices.addEventListener("voiceschanged", offer);
  button.addEventListener("click", () => {
    button.getAttribute("aria-pressed") === "true" ? stop() : start();
  });
  window.addEventListener("pagehide", () => voices.cancel());
}
