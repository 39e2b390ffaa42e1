// Keyboard first: whatever has data-key answers to it, unless somebody is typing. Escape leaves a
// field. The list behind "?" is made of what is on the page, so it is never wrong. A scanner types
// letters too, quicker than any hand: a key that leads to another page waits that long for the next.

const BURST_MS = 60;

const typing = () => document.activeElement?.matches("input, select, textarea, [contenteditable]");
const list = document.querySelector("[data-keys]");

function keyed() {
  return [...document.querySelectorAll("[data-key]")].filter((one) => one.offsetParent);
}

let lastKey = 0;
let going = 0;

document.addEventListener("keydown", (happening) => {
  const quick = happening.timeStamp - lastKey < BURST_MS;
  lastKey = happening.key.length === 1 ? happening.timeStamp : 0;
  clearTimeout(going);
  if (happening.key === "Escape" && typing()) {
    document.activeElement.blur();
    return;
  }
  if (typing() || happening.ctrlKey || happening.metaKey || happening.altKey) return;
  if (document.querySelector("dialog[open]")) return;
  const target = keyed().find((one) => one.dataset.key === happening.key.toLowerCase());
  if (!target || quick) return;
  happening.preventDefault();
  if (target.matches("input")) {
    target.focus();
    target.select();
  } else going = setTimeout(() => target.click(), BURST_MS);
});

// Through what a search found, and from its field into it, by the arrow keys.
const found = [...document.querySelectorAll("[data-rove] a")];
const field = document.querySelector(".bar-search input");

document.addEventListener("keydown", (happening) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[happening.key];
  const here = found.indexOf(document.activeElement);
  if (!step || !found.length || (here < 0 && document.activeElement !== field)) return;
  happening.preventDefault();
  (found[here + step] ?? (here + step < 0 ? field : found[here]))?.focus();
});
if (found.length && document.activeElement === document.body) found[0].focus();

// What was pressed is gone with its page: its answer takes the focus, so that it is heard, and what
// undoes it is one Tab away. Once it is put away, the work goes on from the top.
const told = document.querySelector(".work > [data-flash]");
if (told && document.activeElement === document.body) {
  told.tabIndex = -1;
  told.focus();
  told.querySelector("[data-flash-close]").addEventListener("click", () => {
    document.getElementById("content").focus({ preventScroll: true });
  });
}

// A plan is one stop of the Tab key; within it the arrow keys go from cell to cell, Enter opens.
// "n" makes a new booking of the free hour where one is.
for (const plan of document.querySelectorAll("[data-grid] .plan")) {
  const rows = [...plan.tBodies[0].rows].map((row) => [...row.querySelectorAll("td a")]);
  const cells = rows.flat();
  const middle = (cell) => {
    const box = cell.getBoundingClientRect();
    return box.left + box.width / 2;
  };
  const nearest = (row, cell) =>
    row.reduce((best, one) =>
      Math.abs(middle(one) - middle(cell)) < Math.abs(middle(best) - middle(cell)) ? one : best,
    );
  const stop = (cell) => cells.forEach((one) => (one.tabIndex = one === cell ? 0 : -1));
  stop(cells[0]);
  plan.addEventListener("focusin", ({ target }) => cells.includes(target) && stop(target));
  plan.addEventListener("keydown", (happening) => {
    const cell = happening.target;
    const at = rows.findIndex((row) => row.includes(cell));
    if (at < 0) return;
    const row = rows[at];
    const filled = rows.filter((one, number) => one.length || number === at);
    const here = filled.indexOf(row);
    const step = document.documentElement.dir === "rtl" ? -1 : 1;
    const goes = {
      ArrowRight: () => row[row.indexOf(cell) + step],
      ArrowLeft: () => row[row.indexOf(cell) - step],
      ArrowDown: () => filled[here + 1] && nearest(filled[here + 1], cell),
      ArrowUp: () => filled[here - 1] && nearest(filled[here - 1], cell),
      Home: () => row[0],
      End: () => row.at(-1),
    };
    if (happening.key === "n" && cell.closest(".slot-free")) cell.click();
    if (!(happening.key in goes)) return;
    happening.preventDefault();
    goes[happening.key]()?.focus();
  });
}

function name(one) {
  if (one.matches("input")) return one.labels?.[0]?.textContent ?? one.placeholder;
  const copy = one.cloneNode(true);
  copy.querySelectorAll("kbd, .count").forEach((part) => part.remove());
  return copy.textContent.trim();
}

document.querySelector('[data-opens="keys"]')?.addEventListener("click", () => {
  list.replaceChildren(
    ...keyed().flatMap((one) => {
      const sign = document.createElement("dt");
      const word = document.createElement("dd");
      const key = document.createElement("kbd");
      key.className = "key";
      key.textContent = one.dataset.key.toUpperCase();
      sign.append(key);
      word.textContent = name(one);
      return [sign, word];
    }),
  );
});
