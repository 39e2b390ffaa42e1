// What every page gets better by, where script runs. Nothing here is needed: each form and link
// works without it.

const face = document.documentElement.dataset.face;
const words = document.body.dataset;

// Number fields: − and + appear, and stop at the field's own limits.
for (const box of document.querySelectorAll("[data-stepper]")) {
  const field = box.querySelector("input");
  const buttons = [...box.querySelectorAll("[data-step]")];
  const update = () => {
    for (const button of buttons) {
      const limit = button.dataset.step < 0 ? field.min : field.max;
      button.disabled = limit !== "" && Number(field.value) === Number(limit);
    }
  };
  for (const button of buttons) {
    button.hidden = false;
    button.addEventListener("click", () => {
      button.dataset.step < 0 ? field.stepDown() : field.stepUp();
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
  field.addEventListener("input", update);
  update();
}

// A form is sent once. After two seconds without an answer a sentence says what is going on.
const sending = new Map();
function release(form) {
  const state = sending.get(form);
  if (!state) return;
  clearTimeout(state.timer);
  state.note?.remove();
  state.button?.removeAttribute("aria-busy");
  sending.delete(form);
}
document.addEventListener("submit", (happening) => {
  const form = happening.target;
  if (happening.defaultPrevented || form.method === "dialog") return;
  if (sending.has(form)) {
    happening.preventDefault();
    return;
  }
  const state = { button: happening.submitter };
  sending.set(form, state);
  // After this turn: a button disabled now would not be sent along.
  setTimeout(() => state.button?.setAttribute("aria-busy", "true"));
  state.timer = setTimeout(() => {
    state.note = document.createElement("p");
    state.note.className = "sending";
    state.note.setAttribute("role", "status");
    form.append(state.note);
    state.note.textContent = words.wordSending;
  }, 2000);
});
window.addEventListener("pageshow", () => [...sending.keys()].forEach(release));

// What was typed on a person's own phone or computer survives a lost line and a closed tab.
// Never at the kiosk or the desk: those screens are shared.
if (face === "portal") {
  const secret = (field) => ["password", "hidden", "file"].includes(field.type);
  const unchanged = (field) =>
    ["checkbox", "radio"].includes(field.type)
      ? field.checked === field.defaultChecked
      : field.tagName === "SELECT" || field.value === field.defaultValue;
  // What was sent is forgotten with the next page that comes; the page of a cut line is none.
  const sent = sessionStorage.getItem("typed-sent");
  if (sent && !document.body.classList.contains("offline")) {
    sessionStorage.removeItem(sent);
    sessionStorage.removeItem("typed-sent");
  }
  for (const form of document.querySelectorAll("form[data-keep]")) {
    const place = `typed:${location.pathname}:${form.dataset.keep}`;
    const fields = () => [...form.elements].filter((field) => field.name && !secret(field));
    const typed = JSON.parse(sessionStorage.getItem(place) ?? "{}");
    for (const field of fields()) {
      if (!(field.name in typed) || !unchanged(field)) continue;
      if (field.type === "radio") field.checked = field.value === typed[field.name];
      else if (field.type === "checkbox") field.checked = typed[field.name] === true;
      else field.value = typed[field.name];
    }
    form.addEventListener("input", () => {
      const kept = {};
      for (const field of fields()) {
        if (field.type === "radio") {
          if (field.checked) kept[field.name] = field.value;
        } else kept[field.name] = field.type === "checkbox" ? field.checked : field.value;
      }
      sessionStorage.setItem(place, JSON.stringify(kept));
    });
    form.addEventListener("submit", () => sessionStorage.setItem("typed-sent", place));
  }
}

// Messages can be put away; the page's first error takes the focus.
for (const button of document.querySelectorAll("[data-flash-close]")) {
  button.hidden = false;
  button.addEventListener("click", () => button.closest("[data-flash]").remove());
}
// What is wrong says where, too: two fields may lack the same.
for (const link of document.querySelectorAll(".error-list a")) {
  const field = document.getElementById(link.hash.slice(1))?.closest(".field");
  const label = field?.querySelector(".field-label")?.firstChild?.textContent.trim();
  if (label && !link.textContent.includes(label)) link.prepend(`${label}: `);
}
document.querySelector("[data-focus]")?.focus();

// What is to be copied lies in a field that anybody can select from. Where the page came over a plain
// line browsers keep their clipboard to themselves, and copying goes by the selection.
for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    const done = navigator.clipboard
      ? await navigator.clipboard.writeText(field.value).then(() => true, () => document.execCommand("copy"))
      : document.execCommand("copy");
    if (done) document.querySelector("[data-copied]").textContent = button.dataset.wordDone;
  });
}
for (const field of document.querySelectorAll("[data-select]")) {
  field.addEventListener("focus", () => field.select());
}

// Dialogs. A link with data-opens leads to a page of its own where script is missing.
for (const opener of document.querySelectorAll("[data-opens]")) {
  opener.hidden = false;
  opener.addEventListener("click", (happening) => {
    const dialog = document.getElementById(opener.dataset.opens);
    if (!dialog) return;
    happening.preventDefault();
    dialog.showModal();
  });
}

// The panel of display settings closes by Escape and by a touch beside it.
for (const panel of document.querySelectorAll("details.display")) {
  document.addEventListener("pointerdown", (happening) => {
    if (panel.open && !panel.contains(happening.target)) panel.open = false;
  });
  panel.addEventListener("keydown", (happening) => {
    if (happening.key !== "Escape" || !panel.open) return;
    panel.open = false;
    panel.querySelector("summary").focus();
  });
}

// A day plan wider than the screen starts where it matters: at one's own booking.
for (const frame of document.querySelectorAll(".plan-frame")) {
  const mine = frame.querySelector(".slot-mine, .slot-confirmed");
  const head = frame.querySelector("tbody th");
  if (mine && head && frame.scrollWidth > frame.clientWidth) {
    const [there, sign] = [mine.getBoundingClientRect(), head.getBoundingClientRect()];
    const rightToLeft = document.documentElement.dir === "rtl";
    frame.scrollLeft += rightToLeft ? there.right - sign.left + 24 : there.left - sign.right - 24;
  }
}

// Clocks go on between two pages. Time and zone are the quarter's: the device's may be wrong.
const clock = document.querySelector("[data-clock]");
if (clock) {
  const begin = Number(clock.dataset.at) * 1000 - performance.now();
  const show = () => {
    const time = new Intl.DateTimeFormat(document.documentElement.lang, {
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
      numberingSystem: "latn",
      timeZone: clock.dataset.clock,
    }).format(begin + performance.now());
    for (const each of document.querySelectorAll("[data-clock]")) each.textContent = time;
  };
  setInterval(show, 5000);
}

if (face === "portal" && "serviceWorker" in navigator && document.querySelector("[rel=manifest]")) {
  navigator.serviceWorker.register(`/sw.js?lang=${document.documentElement.lang}`).catch(() => {
    // Without it there is no offline shell; everything else is as before.
  });
}
