// A place is held for some minutes. The page says until when; with script it says how long still,
// counted from when the page came: the device's own clock may be wrong. But it goes on while a phone
// sleeps, which performance.now() does not everywhere.
// Nothing is announced each second: a screen reader reads the sentence when it comes to it.

for (const note of document.querySelectorAll("[data-countdown]")) {
  const ends = Date.now() + Number(note.dataset.countdown) * 1000;
  const words = note.querySelector(".badge > span") ?? note;
  const show = () => {
    const still = Math.ceil((ends - Date.now()) / 1000);
    if (still <= 0) {
      words.textContent = note.dataset.wordOver;
      note.setAttribute("role", "status");
      clearInterval(ticking);
      return;
    }
    const time = `${Math.floor(still / 60)}:${String(still % 60).padStart(2, "0")}`;
    words.textContent = note.dataset.wordLeft.replace("{left}", time);
  };
  const ticking = setInterval(show, 1000);
  document.addEventListener("visibilitychange", show);
  show();
}
