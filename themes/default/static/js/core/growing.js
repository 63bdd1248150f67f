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

/**
 * Keep points, and tell those who draw the curves of their runs.
 * @param {GrownPoint[]} points
 */
export function grow(points) {
  for (const point of points) {
    const [run, key] = point;
    const own = grown.get(run) || new Map();
    grown.set(run, own.set(key, [...(own.get(key) || []), point]));
  }
  const detail = new Set(points.map(([run]) => run));
  document.dispatchEvent(new CustomEvent("grown", { detail }));
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
 * Call whenever runs have grown.
 * @param {(runs: Set<string>) => void} follow
 */
export function followGrowth(follow) {
  document.addEventListener("grown", (event) => {
    if (event instanceof CustomEvent) follow(event.detail);
  });
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
