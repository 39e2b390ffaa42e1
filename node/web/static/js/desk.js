// Keyboard first: whatever has data-key answers to it, unless somebody is typing. Escape leaves a
// field. The list behind "?" is made of what is on the page, so it is never wrong.

const typing = () => document.activeElement?.matches("input, select, textarea, [contenteditable]");
const list = document.querySelector("[data-keys]");

function keyed() {
  return [...document.querySelectorAll("[data-key]")].filter((one) => one.offsetParent);
}

document.addEventListener("keydown", (happening) => {
  if (happening.key === "Escape" && typing()) {
    document.activeElement.blur();
    return;
  }
  if (typing() || happening.ctrlKey || happening.metaKey || happening.altKey) return;
  if (document.querySelector("dialog[open]")) return;
  const target = keyed().find((one) => one.dataset.key === happening.key.toLowerCase());
  if (!target) return;
  happening.preventDefault();
  if (target.matches("input")) {
    target.focus();
    target.select();
  } else target.click();
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
