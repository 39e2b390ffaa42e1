// "Print" is a button only where script can do it; without, the browser's own menu can.

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
