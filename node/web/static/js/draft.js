// A long form that keeps what is said at once, so that a phone may be closed in between. Without
// script its own buttons keep it.

for (const form of document.querySelectorAll("form[data-draft]")) {
  const said = form.querySelector("[data-draft-said]");
  let last = Promise.resolve();
  const keep = async () => {
    const body = new FormData(form);
    body.set("act", "keep");
    try {
      const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" });
      const kept = answer.type === "opaqueredirect" || answer.ok;
      said.textContent = kept ? said.dataset.kept : "";
    } catch {
      said.textContent = said.dataset.lost;
    }
  };
  // One after the other: the newest answer must be the one that was given last.
  form.addEventListener("change", (happening) => {
    // A photo is sent with the page, so that it is seen on it.
    const isPhoto = happening.target.type === "file" && happening.target.value;
    if (isPhoto) form.requestSubmit(form.querySelector("button[value=keep]"));
    else last = last.then(keep);
  });
}
