// Replicates a served database into an empty one and says how many seconds that took.
// node replicate.mjs URL FOLDER
import { createRequire } from "node:module";

const require = createRequire(`${process.cwd()}/`);
const PouchDB = require("pouchdb");

const [url, folder] = process.argv.slice(2);
const target = new PouchDB(folder);
await target.info();
const began = performance.now();
const said = await target.replicate.from(url, { batch_size: 1000, batches_limit: 10 });
console.log(said.docs_written, (performance.now() - began) / 1000);
await target.close();
