// What is written in two places is the same in both.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import test from "node:test";

import { report } from "../src/reports.js";

const read = (path) => readFileSync(new URL(path, import.meta.url), "utf8");

test("the id in the README is the one that Chromium makes from the key", () => {
  const { key } = JSON.parse(read("../manifest.json"));
  const hex = createHash("sha256").update(Buffer.from(key, "base64")).digest("hex").slice(0, 32);
  const id = [...hex].map((digit) => String.fromCharCode(97 + parseInt(digit, 16))).join("");
  assert.ok(read("../README.md").includes(id), id);
});

test("reports say what the table of codes says", () => {
  const table = read("../../shared/src/code/table.rs").replace(/\s*\n\s*/g, " ");
  for (const number of [302, 304, 306, 307, 308, 309, 311]) {
    const { symbol, fix, retry, what, cure } = report(number);
    const row = table.match(new RegExp(`${symbol} = Join\\(${number}\\), (\\w+), (\\w+), "([^"]*)", "([^"]*)";`));
    assert.ok(row, symbol);
    assert.deepEqual([row[1].toLowerCase(), row[2] === "true", row[3], row[4]], [fix, retry, what, cure]);
  }
});

test("both languages have the same texts", () => {
  const ids = (language) => Object.keys(JSON.parse(read(`../_locales/${language}/messages.json`))).sort();
  assert.deepEqual(ids("de"), ids("en"));
});
