// Words on a chart's axes and in its legends: shortened where they are long, and never two alike. As
// report/charts/labels.py has it.

const ROOM = { axis: 22, narrow: 15, legend: 40 };
/** Longer labels of a legend get a line each. */
const TWO_COLUMNS = 24;
/** As many slanted labels stand beside each other; of more, some are left out. */
const SLANTED = 18;

/** A text of at most about `most` letters for each; two different ones stay different. @param {string[]} texts @param {number} most @returns {Map<string, string>} */
function shortTexts(texts, most) {
  const each = [...new Set(texts)];
  const letters = each.map((text) => [...text]);
  const long = letters.filter((own) => own.length > most);
  const start = Math.max(0, commonStart(long) - 2), end = start + most - 2;
  const middle = (tail) => (own) => `${own.slice(0, most - 1 - tail).join("")}…${own.slice(-tail).join("")}`;
  const fromDifference = (own) => `${start ? "…" : ""}${own.slice(start, end).join("")}${own.length > end ? "…" : ""}`;
  let shownTexts = [];
  for (const cut of [middle(Math.floor(most / 2)), middle(most - 4), fromDifference]) {
    shownTexts = each.map((text, place) => (letters[place].length <= most ? text : cut(letters[place])));
    if (new Set(shownTexts).size === each.length) return new Map(each.map((text, place) => [text, shownTexts[place]]));
  }
  const isLong = letters.map((own) => own.length > most);
  const taken = new Set(each.filter((_, place) => !isLong[place]));
  return new Map(each.map((text, place) => {
    let label = shownTexts[place];
    for (let number = 2; isLong[place] && taken.has(label); number++) label = `${shownTexts[place]} (${number})`;
    taken.add(label);
    return [text, label];
  }));
}

/** How many letters all texts begin with. @param {string[][]} texts */
function commonStart(texts) {
  if (!texts.length) return 0;
  const differs = texts[0].findIndex((letter, place) => texts.some((own) => own[place] !== letter));
  return differs < 0 ? texts[0].length : differs;
}

/**
 * Give the words of a spec and of its rows the room they have.
 * @param {Object} spec changed in place
 * @param {Object[]} rows
 * @returns {{rows: Object[], whole: Object<string, Map<string, string>>}} `whole`: what each short text of a field stands for
 */
function fitLabels(spec, rows) {
  const encodings = (spec.layer || [spec]).map(({ encoding }) => encoding || {});
  const room = new Map();
  for (const encoding of encodings) {
    for (const [channel, one] of Object.entries(encoding)) {
      const own = ["nominal", "ordinal"].includes(one?.type) && one.field ? roomOf(channel, one) : 0;
      if (own) room.set(one.field, Math.min(own, room.get(one.field) ?? own));
    }
  }
  const short = new Map([...room].map(([field, most]) => [field, shortTexts(rows.map((row) => row[field]).filter((value) => typeof value === "string"), most)]));
  short.set("label", shortTexts(rows.map(({ label }) => label).filter((text) => typeof text === "string"), ROOM.narrow)); // at the ends of parallel axes
  const word = (field, value) => short.get(field)?.get(value) ?? value;
  for (const encoding of encodings) {
    for (const [channel, one] of Object.entries(encoding)) {
      const texts = one && short.get(one.field);
      if (!texts) continue;
      const changed = { ...one };
      if (Array.isArray(one.scale?.domain)) changed.scale = { ...one.scale, domain: one.scale.domain.map((value) => word(one.field, value)) };
      const longest = Math.max(0, ...[...texts.values()].map((text) => [...text].length));
      if (channel === "color" && one.legend && longest > TWO_COLUMNS) changed.legend = { ...one.legend, columns: 1 };
      if (channel === "x" && one.axis?.labelOverlap) changed.axis = { ...one.axis, labelOverlap: texts.size > SLANTED };
      encoding[channel] = changed;
    }
  }
  const whole = Object.fromEntries([...short].map(([field, texts]) => [field, new Map([...texts].map(([text, label]) => [label, text]))]));
  return { rows: rows.map((row) => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, word(key, value)]))), whole };
}

/** Letters that have room; nothing where there are no labels. */
function roomOf(channel, one) {
  if (channel === "x" || channel === "y") return one.axis === null ? 0 : one.axis?.labelLimit ? ROOM.narrow : ROOM.axis;
  return ["color", "strokeDash"].includes(channel) ? ROOM.legend : 0;
}
