// The lobby's own keyboard. It opens with a text field, types where the caret stands, and goes
// with the page's language. System keyboards stay under a full-screen window, so fields say
// inputmode="none".

const board = document.querySelector("[data-keyboard]");
const LETTERS = {
  de: ["qwertzuiopü", "asdfghjklöä", "yxcvbnmß"],
  en: ["qwertyuiop", "asdfghjkl", "zxcvbnm"],
  tr: ["qwertyuıopğü", "asdfghjklşi", "zxcvbnmöç"],
  uk: ["йцукенгшщзхї", "фівапролджєґ", "ячсмитьбю"],
  ar: ["ضصثقفغعهخحجد", "شسيبلاتنمكطأ", "ئءؤرىةوزظذإ"],
};
// What the key says that leads from Latin letters back to a language's own. Codes are Latin.
const OWN = { tr: "çğş", uk: "абв", ar: "ابت" };
const BESIDE_SPACE = { de: "-", en: "-äöüß", tr: "-äß", uk: "'-", ar: "آ" };
// Names come from everywhere. One touch shows these, and after one letter the others are back.
const ACCENTS = ["áàâãåąăæçčćď", "đéèêëěęėğíîï", "ìıłľñňńóòôõø", "őœřšśşșťțúùû", "ůűýžźżāēīūþð"];
const LATIN = ["de", "en", "tr"];
const WITHOUT_CAPITALS = "ar";
const SIGNS = ["1234567890", "@.-_/+:'", ",;?()&!\""];
const NUMBERS = "1234567890";
const PIN = ["123", "456", "789"];
const WORDS = "input:not([type]), input[type=text], input[type=email], input[type=tel], input[type=search], input[type=password], input[type=url], textarea";

let field = null;
let capitals = false;
let signs = false;
let latin = false;
let accents = false;

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${board.dataset.sprite}#${name}`);
  svg.append(use);
  return svg;
}

function key(content, press, { kind = "", label = "", pressed = null } = {}) {
  const button = document.createElement("button");
  button.type = "button";
  button.tabIndex = -1;
  button.className = `keyboard-key ${kind}`;
  button.append(content);
  if (label) button.setAttribute("aria-label", label);
  if (pressed !== null) button.setAttribute("aria-pressed", String(pressed));
  // The field keeps the focus and its caret.
  button.addEventListener("pointerdown", (happening) => happening.preventDefault());
  button.addEventListener("mousedown", (happening) => happening.preventDefault());
  button.addEventListener("click", press);
  return button;
}

function row(...keys) {
  const line = document.createElement("div");
  line.className = "keyboard-row";
  line.append(...keys);
  return line;
}

function changed() {
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

// Fields of type email know no caret; there, typing goes to the end.
function type(text) {
  if (!field) return;
  const room = field.maxLength < 0 ? Infinity : field.maxLength - field.value.length;
  const from = field.selectionStart;
  if (from === null) {
    if (room > 0) field.value += text;
  } else if (room > 0 || field.selectionEnd > from) {
    field.setRangeText(text, from, field.selectionEnd, "end");
  }
  changed();
  const before = [capitals, accents].join();
  if (text.length === 1) capitals = accents = false;
  if (beginsName()) capitals = true;
  if ([capitals, accents].join() !== before) draw();
}

// A name, and each part of one, begins with a capital; a touch on the shift key undoes it.
function beginsName() {
  if (!("capitals" in field.dataset)) return false;
  return /(^|[ -])$/.test(field.value.slice(0, field.selectionStart ?? undefined));
}

function remove() {
  if (!field) return;
  const from = field.selectionStart;
  if (from === null) field.value = field.value.slice(0, -1);
  else if (field.selectionEnd > from) field.setRangeText("", from, field.selectionEnd, "end");
  else if (from > 0) field.setRangeText("", from - 1, from, "end");
  changed();
  if (beginsName() !== capitals && "capitals" in field.dataset) toggle("capitals");
}

function enter() {
  if (!field) return;
  const fields = [...field.form.querySelectorAll(WORDS)].filter((one) => one.offsetParent);
  const following = fields[fields.indexOf(field) + 1];
  if (field.tagName === "TEXTAREA" || !following) field.form.requestSubmit();
  else following.focus();
}

function tongue() {
  return latin ? "en" : board.dataset.lang.split("-")[0];
}

function letters(line) {
  const language = tongue();
  return [...line].map((letter) => {
    const sign = capitals && letter !== "ß" ? letter.toLocaleUpperCase(language) : letter;
    // A sign has no name by itself for who hears the page.
    return key(sign, () => type(sign), { label: { "-": board.dataset.wordDash, "'": board.dataset.wordApostrophe }[sign] });
  });
}

const deleteKey = (kind = "keyboard-wide") =>
  key(icon("delete"), remove, { kind, label: board.dataset.wordDelete });
const enterKey = () => key(board.dataset.wordEnter, enter, { kind: "keyboard-wide keyboard-enter" });

function toggle(what) {
  if (what === "accents") accents = !accents;
  else if (what === "signs") signs = !signs;
  else if (what === "latin") latin = !latin;
  else capitals = !capitals;
  draw();
}

function drawWords() {
  const language = board.dataset.lang.split("-")[0];
  const lines = signs ? SIGNS : LETTERS[tongue()] ?? LETTERS.en;
  const shift = key(icon("arrow-up"), () => toggle("capitals"), {
    kind: "keyboard-wide",
    label: board.dataset.wordShift,
    pressed: capitals,
  });
  const script = key(latin ? OWN[language] : "abc", () => toggle("latin"), {
    kind: "keyboard-wide",
    label: latin ? board.dataset.wordOwn : board.dataset.wordLatin,
  });
  const other = key(signs ? (OWN[tongue()] ?? "ABC") : "123", () => toggle("signs"), {
    kind: "keyboard-wide",
    label: signs ? board.dataset.wordLetters : board.dataset.wordFigures,
  });
  const space = key(board.dataset.wordSpace, () => type(" "), { kind: "keyboard-space" });
  const marked = key(accents ? "ABC" : "éñ", () => toggle("accents"), {
    kind: "keyboard-wide",
    label: accents ? board.dataset.wordLetters : board.dataset.wordAccents,
  });
  if (accents) {
    const rows = ACCENTS.map((line) => row(...letters(line)));
    board.replaceChildren(...rows, row(marked, shift, space, deleteKey(), enterKey()));
    return;
  }
  // A house number, a time, an amount: figures stand above the letters, not behind a key.
  const figures = signs ? [] : [row(...[...NUMBERS].map((sign) => key(sign, () => type(sign))))];
  board.replaceChildren(
    ...figures,
    row(...letters(lines[0])),
    row(...letters(lines[1])),
    row(...(signs || tongue() === WITHOUT_CAPITALS ? [] : [shift]), ...letters(lines[2]), deleteKey()),
    row(other, ...(OWN[language] && !signs ? [script] : []), ...(signs || !LATIN.includes(tongue()) ? [] : [marked]), ...letters(signs ? "" : (BESIDE_SPACE[tongue()] ?? "")), ...(field?.type === "email" ? [key("@", () => type("@"))] : []), space, enterKey()),
  );
}

function drawPin() {
  const lines = PIN.map((line) => row(...[...line].map((sign) => key(sign, () => type(sign)))));
  const zero = key("0", () => type("0"));
  board.replaceChildren(...lines, row(deleteKey(), zero, enterKey()));
}

function draw() {
  const pin = field?.dataset.pad === "pin" || field?.inputMode === "numeric" || field?.dataset.figures === "";
  board.classList.toggle("keyboard-pin", pin);
  pin ? drawPin() : drawWords();
}

function open(target) {
  if (target.dataset.pad === "none") return;
  field = target;
  if (target.inputMode === "numeric") target.dataset.figures = "";
  target.inputMode = "none";
  accents = false;
  capitals = beginsName();
  signs = target.type === "tel";
  latin = board.dataset.lang in OWN && (target.autocapitalize === "characters" || ["email", "url"].includes(target.type));
  board.hidden = false;
  document.body.classList.add("typing");
  draw();
  target.scrollIntoView({ block: "nearest" });
}

function close() {
  field = null;
  board.hidden = true;
  document.body.classList.remove("typing");
}

if (board) {
  document.addEventListener("focusin", (happening) => {
    if (happening.target.matches(WORDS)) open(happening.target);
    else if (!board.contains(happening.target)) close();
  });
  document.addEventListener("pointerdown", (happening) => {
    if (!field || board.contains(happening.target) || happening.target.closest("label, .field")) return;
    if (happening.target.closest("a, button")) return;
    field.blur();
    close();
  });
  // A button touched while the keyboard is open keeps its place until it was touched: would the
  // field lose the focus before, the keyboard went, the page moved, and the touch hit nothing.
  const elsewhere = (happening) =>
    field && !happening.composedPath().includes(board) && happening.target.closest("a, button");
  document.addEventListener("mousedown", (happening) => {
    if (elsewhere(happening)) happening.preventDefault();
  });
  document.addEventListener("click", (happening) => {
    if (!elsewhere(happening)) return;
    field.blur();
    close();
  });
  for (const one of document.querySelectorAll(WORDS)) {
    if (one.inputMode === "numeric") one.dataset.figures = "";
    one.inputMode = "none";
  }
  if (document.activeElement?.matches?.(WORDS)) open(document.activeElement);
  else document.querySelector("[data-typed-first]")?.focus();
}
