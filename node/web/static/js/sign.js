// A field to sign in with a finger, a pen or a mouse. What is sent are strokes in thousandths of
// the field: "12,40 15,42;80,10 81,12". Without script people sign on paper, and the page says so.

const PART = 1000;
const POINTS_MAX = 900;

for (const field of document.querySelectorAll("[data-sign]")) {
  const canvas = field.querySelector("canvas");
  const sent = field.querySelector("input[name=strokes]");
  const pen = canvas.getContext("2d");
  let strokes = [];
  let finger = null; // the one that signs: a hand that rests on the glass draws nothing

  canvas.hidden = false;
  field.querySelector("[data-sign-acts]").hidden = false;

  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    const part = (value, size) => Math.max(0, Math.min(PART, Math.round((value / size) * PART)));
    return [part(event.clientX - box.left, box.width), part(event.clientY - box.top, box.height)];
  };
  const count = () => strokes.reduce((sum, stroke) => sum + stroke.length, 0);
  const keep = () => {
    sent.value = strokes.map((stroke) => stroke.map((point) => point.join(",")).join(" ")).join(";");
  };
  const draw = () => {
    pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.lineWidth = 6;
    pen.lineCap = pen.lineJoin = "round";
    pen.strokeStyle = getComputedStyle(canvas).color;
    for (const stroke of strokes) {
      pen.beginPath();
      // A touch that goes nowhere is the dot of an i.
      for (const [x, y] of [stroke[0], ...stroke]) pen.lineTo((x / PART) * canvas.width, (y / PART) * canvas.height);
      pen.stroke();
    }
  };

  canvas.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    if (finger !== null || count() > POINTS_MAX) return;
    finger = event.pointerId;
    canvas.setPointerCapture(finger);
    strokes.push([at(event)]);
    draw();
    keep();
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, (event) => {
      if (event.pointerId === finger) finger = null;
    });
  }
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== finger || !strokes.length || count() > POINTS_MAX) return;
    const stroke = strokes[strokes.length - 1];
    const [x, y] = at(event);
    const [lastX, lastY] = stroke[stroke.length - 1];
    if (Math.abs(x - lastX) + Math.abs(y - lastY) < 6) return;
    stroke.push([x, y]);
    draw();
    keep();
  });
  field.querySelector("[data-sign-clear]").addEventListener("click", () => {
    strokes = [];
    draw();
    keep();
  });
}
