// Words on a chart's axes and in its legends: shortened where they are long, and never two alike. As
// report/charts/labels.py has it.

import { mapRow } from "./axes.js";

/** @import { Row, Spec } from "./asked.js" */

const ROOM = { axis: 22, narrow: 15, legend: 40 };
/** Longer labels of a legend get a line each. */
const TWO_COLUMNS = 24;
/** As many slanted labels stand beside each other; of more, some are left out. */
const SLANTED = 18;

/** @typedef {Map<string, string>} Shortened texts to what stands for them */

/**
 * A text of at most about `most` letters for each; two different ones stay different.
 * @param {string[]} texts
 * @param {number} most
 * @returns {Shortened}
 */
export function shortTexts(texts, most) {
  const each = [...new Set(texts)];
  const letters = each.map((text) => [...text]);
  const isLong = letters.map((own) => own.length > most);
  const start = Math.max(0, commonStart(letters.filter((_, place) => isLong[place])) - 2);
  /** @type {string[]} */
  let labels = [];
  for (const cut of cutsFor(most, start)) {
    labels = each.map((text, place) => (isLong[place] ? cut(letters[place]) : text));
    if (new Set(labels).size === each.length) {
      return new Map(each.map((text, place) => [text, labels[place]]));
    }
  }
  const taken = new Set(each.filter((_, place) => !isLong[place]));
  return new Map(
    each.map((text, place) => {
      let label = labels[place];
      for (let number = 2; isLong[place] && taken.has(label); number++) {
        label = `${labels[place]} (${number})`;
      }
      taken.add(label);
      return [text, label];
    }),
  );
}

/**
 * Ways to cut long texts: their middle, more of it, or what comes before they differ.
 * @param {number} most
 * @param {number} start where they differ
 * @returns {((letters: string[]) => string)[]}
 */
function cutsFor(most, start) {
  const end = start + most - 2;
  const middle = (/** @type {number} */ tail) => (/** @type {string[]} */ own) =>
    `${own.slice(0, most - 1 - tail).join("")}…${own.slice(-tail).join("")}`;
  const fromDifference = (/** @type {string[]} */ own) =>
    `${start ? "…" : ""}${own.slice(start, end).join("")}${own.length > end ? "…" : ""}`;
  return [middle(Math.floor(most / 2)), middle(most - 4), fromDifference];
}

/**
 * How many letters all texts begin with.
 * @param {string[][]} texts
 */
function commonStart(texts) {
  if (!texts.length) return 0;
  const differs = texts[0].findIndex((letter, place) => texts.some((own) => own[place] !== letter));
  return differs < 0 ? texts[0].length : differs;
}

/**
 * Give the words of a spec and of its rows the room they have.
 * @param {Spec} spec changed in place
 * @param {Row[]} rows
 * @returns {{rows: Row[], whole: Object<string, Map<string, string>>}} `whole`: what each short text of a
 *   field stands for
 */
export function fitLabels(spec, rows) {
  /** @type {Object<string, any>[]} */
  const encodings = (spec.layer || [spec]).map(({ encoding }) => encoding || {});
  const short = shortFields(encodings, rows);
  for (const encoding of encodings) {
    for (const [channel, one] of Object.entries(encoding)) {
      const texts = one && short.get(one.field);
      if (texts) encoding[channel] = fitEncoding(channel, one, texts);
    }
  }
  const backwards = (/** @type {Shortened} */ texts) =>
    new Map([...texts].map(([text, label]) => [label, text]));
  const whole = Object.fromEntries([...short].map(([field, texts]) => [field, backwards(texts)]));
  return { rows: rows.map((row) => mapRow(row, (key, value) => short.get(key)?.get(value) ?? value)), whole };
}

/**
 * The short texts of each field that has words.
 * @param {Object<string, any>[]} encodings
 * @param {Row[]} rows
 */
function shortFields(encodings, rows) {
  /** @type {Map<string, number>} */
  const room = new Map([["label", ROOM.narrow]]); // at the ends of parallel axes
  for (const encoding of encodings) {
    for (const [channel, one] of Object.entries(encoding)) {
      const own = ["nominal", "ordinal"].includes(one?.type) && one.field ? roomOf(channel, one) : 0;
      if (own) room.set(one.field, Math.min(own, room.get(one.field) ?? own));
    }
  }
  return new Map(
    [...room].map(([field, most]) => {
      const texts = rows.map((row) => row[field]).filter((value) => typeof value === "string");
      return [field, shortTexts(texts, most)];
    }),
  );
}

/**
 * @param {string} channel
 * @param {any} one
 * @param {Shortened} texts
 */
function fitEncoding(channel, one, texts) {
  const changed = { ...one };
  if (Array.isArray(one.scale?.domain)) {
    const domain = one.scale.domain.map((/** @type {string} */ value) => texts.get(value) ?? value);
    changed.scale = { ...one.scale, domain };
  }
  const longest = Math.max(0, ...[...texts.values()].map((text) => [...text].length));
  if (channel === "color" && one.legend && longest > TWO_COLUMNS) {
    changed.legend = { ...one.legend, columns: 1 };
  }
  if (channel === "x" && one.axis?.labelOverlap) {
    changed.axis = { ...one.axis, labelOverlap: texts.size > SLANTED };
  }
  return changed;
}

/**
 * Letters that have room; nothing where there are no labels.
 * @param {string} channel
 * @param {any} one
 */
function roomOf(channel, one) {
  if (channel === "x" || channel === "y") {
    return one.axis === null ? 0 : one.axis?.labelLimit ? ROOM.narrow : ROOM.axis;
  }
  return ["color", "strokeDash"].includes(channel) ? ROOM.legend : 0;
}
