// Decodes pictures away from the page's own thread. A classic worker: it works in every browser
// that has a camera. The reader and its WebAssembly come from this node, never from elsewhere.
//
// Each picture is looked at in one way, the next one in the next way: no way reads everything (which
// one reads what: docs/cameras.md), and all of them on each picture would be too slow for a small box.

const LOOKS = [
  { binarizer: "LocalAverage" }, // in shadow, in poor light, far away
  { binarizer: "LocalAverage", sharpens: true }, // out of focus; small; worn by a lamp's light
  { binarizer: "GlobalHistogram" }, // a lamp's reflection beside the code or in it
];
const RADIUS = 4; // a blur of about two thirds of a module of a pass held at arm's length
const STRENGTH = 3;

let ready = null;
let looks = 0;

async function prepare({ reader, wasm }) {
  importScripts(reader);
  await self.ZXingWASM.prepareZXingModule({
    overrides: { locateFile: () => wasm },
    fireImmediately: true,
  });
}

function greys({ data, width, height }) {
  const grey = new Float32Array(width * height);
  for (let at = 0, from = 0; at < grey.length; at += 1, from += 4)
    grey[at] = 0.3 * data[from] + 0.59 * data[from + 1] + 0.11 * data[from + 2];
  return grey;
}

// The average of the pixels around each one along a line, by a sum that moves on.
function smoothed(from, into, lines, length, lineStep, step) {
  const whole = 2 * RADIUS + 1;
  for (let line = 0; line < lines; line += 1) {
    const start = line * lineStep;
    const at = (place) => from[start + Math.min(length - 1, Math.max(0, place)) * step];
    let sum = 0;
    for (let place = -RADIUS; place <= RADIUS; place += 1) sum += at(place);
    for (let place = 0; place < length; place += 1) {
      into[start + place * step] = sum / whole;
      sum += at(place + RADIUS + 1) - at(place - RADIUS);
    }
  }
}

// What a blur took from the edges is given back: each pixel goes away from those around it.
function sharpened(picture) {
  const { data, width, height } = picture;
  const grey = greys(picture);
  const across = new Float32Array(grey.length);
  const around = new Float32Array(grey.length);
  smoothed(grey, across, height, width, width, 1);
  smoothed(across, around, width, height, 1, width);
  for (let at = 0, into = 0; at < grey.length; at += 1, into += 4) {
    const value = grey[at] + STRENGTH * (grey[at] - around[at]);
    data[into] = data[into + 1] = data[into + 2] = value; // clamped by the array itself
  }
  return picture;
}

async function decode(picture, { binarizer, sharpens = false }) {
  const found = await self.ZXingWASM.readBarcodes(sharpens ? sharpened(picture) : picture, {
    formats: ["QRCode"],
    maxNumberOfSymbols: 1,
    tryHarder: true,
    tryInvert: false,
    binarizer,
  });
  return found.find((one) => one.isValid)?.text ?? "";
}

self.addEventListener("message", async ({ data }) => {
  try {
    if (data.reader) ready = prepare(data);
    await ready;
    if (!data.picture) return;
    const look = LOOKS[looks % LOOKS.length];
    looks += 1;
    self.postMessage({ code: await decode(data.picture, look) });
  } catch (error) {
    self.postMessage({ failed: String(error) });
  }
});
