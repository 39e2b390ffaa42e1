// Fills a database with the rows of a file, one JSON object a line, and serves it.
// node serve.mjs ROWS.jsonl FOLDER PORT AT_ONCE
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(`${process.cwd()}/`);
const PouchDB = require("pouchdb");
const express = require("express");
const pages = require("express-pouchdb");

const [rows, folder, port, atOnce] = process.argv.slice(2);
const Local = PouchDB.defaults({ prefix: `${folder}/` });
const facts = new Local("fact");
const lines = readFileSync(rows, "utf8").trim().split("\n");
const step = Number(atOnce);
for (let start = 0; start < lines.length; start += step) {
  await facts.bulkDocs(lines.slice(start, start + step).map((line) => JSON.parse(line)));
}
const app = express();
app.use(pages(Local, { mode: "minimumForPouchDB", inMemoryConfig: true, logPath: `${folder}/log` }));
app.listen(Number(port), "127.0.0.1", () => console.log("ready"));
