// Points that runs logged since the site was made; the preview server tells of them.

/**
 * `key`: the CRC-32 of the metric's name, which may be one that the site does not tell.
 * @typedef {[run: string, key: number, step: number, time: number, value: number | string]} GrownPoint
 */

/**
 * The points by run and metric.
 * @type {Map<string, Map<number, GrownPoint[]>>}
 */
const grown = new Map();

/** Points of a metric that are kept. */
const MOST = 20_000;

/**
 * Keep points, and tell those who draw the curves of their runs.
 * @param {GrownPoint[]} points
 * @param {boolean} [isCut] whether some before these are not told
 */
export function grow(points, isCut = false) {
  /** @type {Set<string>} */
  const begun = new Set();
  for (const point of points) {
    const [run, key] = point;
    const own = grown.get(run) || new Map();
    const list = own.get(key) || [];
    if (isCut && !begun.has(`${run} ${key}`)) list.push(gapBefore(point));
    begun.add(`${run} ${key}`);
    list.push(point);
    if (list.length > 2 * MOST) list.splice(0, list.length - MOST, gapBefore(list[list.length - MOST]));
    grown.set(run, own.set(key, list));
  }
  for (const follow of following) follow(sumsOf(points));
}

/**
 * What says that points before one are not known.
 * @param {GrownPoint} point
 * @returns {GrownPoint}
 */
const gapBefore = ([run, key, step, time]) => [run, key, step - 0.5, time, "NaN"];

/**
 * The metrics of points, by run.
 * @param {GrownPoint[]} points
 */
function sumsOf(points) {
  /** @type {Grown} */
  const found = new Map();
  for (const [run, key] of points) found.set(run, (found.get(run) || new Set()).add(key));
  return found;
}

/**
 * The checksums of metrics that grew, by run.
 * @typedef {Map<string, Set<number>>} Grown
 */

/** @type {((grown: Grown) => void)[]} */
const following = [];

/**
 * Call whenever runs have grown, and at once if they have already.
 * @param {(grown: Grown) => void} follow
 */
export function followGrowth(follow) {
  following.push(follow);
  if (grown.size) follow(new Map([...grown].map(([run, own]) => [run, new Set(own.keys())])));
}

/**
 * The points of a run's metric.
 * @param {string} run
 * @param {string} metric
 */
export function grownOf(run, metric) {
  return grown.get(run)?.get(crc32(metric)) || [];
}

/**
 * The checksum of a text in UTF-8, as zlib has it.
 * @param {string} text
 */
export function crc32(text) {
  let sum = -1;
  for (const byte of new TextEncoder().encode(text)) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
}
