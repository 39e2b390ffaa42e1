// Reads a code: by the camera, decoded in a worker, or by a scanner that types like a keyboard.
// Either way the form with the field "code" is sent, which also works by typing the code.

const FRAME_MS = 120; // eight looks a second leave a small computer time for everything else
const LONGEST = 1280; // at half of it a pass must be held half as far away
const PATIENCE_MS = 6000; // then whoever stands there is told what helps
const BURST_MS = 45; // a scanner types faster than any hand
const SHORTEST = 6;
const LONG = 20; // a card has 26 signs, a pass 133
const SILENCE_MS = 500; // a busy machine hands keys on in pieces: half a code must not be sent

function submit(form, code, field = "code") {
  if (form.dataset.sent) return;
  form.dataset.sent = "1";
  form.elements[field].value = code;
  form.requestSubmit();
}

// Camera ------------------------------------------------------------------------------------
class Camera {
  constructor(box) {
    this.box = box;
    this.form = box.closest("form") ?? box.querySelector("form");
    this.video = box.querySelector("video");
    this.status = box.querySelector("[data-scan-status]");
    this.canvas = document.createElement("canvas");
    this.busy = false;
  }

  say(word) {
    this.box.dataset.scanState = word;
    this.status.textContent = this.box.dataset[`word${word[0].toUpperCase()}${word.slice(1)}`];
  }

  async start() {
    if (!navigator.mediaDevices?.getUserMedia) return this.say("none");
    this.say("starting");
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({
        video: {
          facingMode: this.box.dataset.scanFacing || "environment",
          width: { ideal: LONGEST },
          height: { ideal: 720 },
          // Browsers that know nothing of it take no notice; a camera that can goes on focusing.
          advanced: [{ focusMode: "continuous" }],
        },
        audio: false,
      });
    } catch (error) {
      return this.say(error.name === "NotAllowedError" ? "refused" : "none");
    }
    this.video.srcObject = this.stream;
    await this.video.play();
    this.worker = new Worker(this.box.dataset.scanWorker);
    this.worker.postMessage({ reader: this.box.dataset.scanReader, wasm: this.box.dataset.scanWasm });
    this.worker.addEventListener("message", ({ data }) => this.answer(data));
    this.worker.addEventListener("error", () => this.answer({ failed: true }));
    this.timer = setInterval(() => this.look(), FRAME_MS);
    this.hint = setTimeout(() => this.say("hint"), PATIENCE_MS);
    this.say("ready");
  }

  look() {
    const { videoWidth: width, videoHeight: height } = this.video;
    if (this.busy || !width || document.hidden) return;
    const scale = Math.min(1, LONGEST / Math.max(width, height));
    this.canvas.width = Math.round(width * scale);
    this.canvas.height = Math.round(height * scale);
    const pen = this.canvas.getContext("2d", { willReadFrequently: true });
    pen.drawImage(this.video, 0, 0, this.canvas.width, this.canvas.height);
    const picture = pen.getImageData(0, 0, this.canvas.width, this.canvas.height);
    this.busy = true;
    this.worker.postMessage({ picture }, [picture.data.buffer]);
  }

  answer({ code, failed }) {
    this.busy = false;
    if (failed) {
      this.stop();
      this.say("none");
    } else if (code) {
      this.stop();
      this.say("found");
      submit(this.form, code, this.box.dataset.scanField);
    }
  }

  stop() {
    clearInterval(this.timer);
    clearTimeout(this.hint);
    this.worker?.terminate();
    for (const track of this.stream?.getTracks() ?? []) track.stop();
  }
}

for (const box of document.querySelectorAll("[data-scan]")) {
  const camera = new Camera(box);
  const starter = box.querySelector("[data-scan-start]");
  if (starter) {
    starter.hidden = false;
    starter.addEventListener("click", () => {
      starter.hidden = true;
      camera.start();
    });
  } else camera.start();
  window.addEventListener("pagehide", () => camera.stop());
}

// Keyboard wedge ----------------------------------------------------------------------------
// Some scanners end with Enter, some with Tab, some with nothing: then a long burst ends when no
// key follows. No hand types that many at this pace.
const wedge = document.querySelector("form[data-wedge], [data-wedge]");
if (wedge) {
  const form = wedge.form ?? wedge;
  let burst = "";
  let last = 0;
  let ending = 0;

  function take(code) {
    burst = "";
    // What the burst left in a field that happened to have the focus goes again.
    const field = document.activeElement;
    if (field?.value?.endsWith(code)) field.value = field.value.slice(0, -code.length);
    if (form.elements.code) submit(form, code);
    else {
      wedge.value = code;
      form.requestSubmit();
    }
  }

  document.addEventListener(
    "keydown",
    (happening) => {
      const quick = happening.timeStamp - last < BURST_MS;
      last = happening.timeStamp;
      clearTimeout(ending);
      if (happening.key === "Enter" || happening.key === "Tab") {
        const code = quick && burst.length >= SHORTEST ? burst : "";
        burst = "";
        if (!code) return;
        happening.preventDefault();
        happening.stopPropagation();
        take(code);
      } else if (happening.key.length === 1 && !happening.ctrlKey && !happening.metaKey) {
        burst = quick ? burst + happening.key : happening.key;
        if (burst.length >= LONG) ending = setTimeout(() => take(burst), SILENCE_MS);
      }
    },
    { capture: true },
  );
}
