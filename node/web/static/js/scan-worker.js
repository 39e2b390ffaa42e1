// Decodes pictures away from the page's own thread. A classic worker: it works in every browser
// that has a camera. The reader and its WebAssembly come from this node, never from elsewhere.

let ready = null;

async function prepare({ reader, wasm }) {
  importScripts(reader);
  await self.ZXingWASM.prepareZXingModule({
    overrides: { locateFile: () => wasm },
    fireImmediately: true,
  });
}

async function decode(picture) {
  const found = await self.ZXingWASM.readBarcodes(picture, {
    formats: ["QRCode"],
    maxNumberOfSymbols: 1,
    tryHarder: true,
    tryInvert: false,
  });
  return found.find((one) => one.isValid)?.text ?? "";
}

self.addEventListener("message", async ({ data }) => {
  try {
    if (data.reader) ready = prepare(data);
    await ready;
    if (data.picture) self.postMessage({ code: await decode(data.picture) });
  } catch (error) {
    self.postMessage({ failed: String(error) });
  }
});
