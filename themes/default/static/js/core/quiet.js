// Work that waits until nobody points at a picture, and is done once however often it is asked for.

const PAUSE_MS = 500;
/** So many times its own time passes after each work: a page stays usable however fast a run is. */
const REST = 4;

/** Whether a reader points at a picture, by pointer or by keys, or drags over one. */
const isPointing = () => Boolean(document.querySelector(".pointing, .zoomed"));

/**
 * Whether an element can be seen, or nearly.
 * @param {Element} element
 */
export function isInSight(element) {
  const { top, bottom } = element.getBoundingClientRect();
  return !document.hidden && element.checkVisibility() && bottom > -innerHeight && top < 2 * innerHeight;
}

/**
 * Do something with all that was asked for, one time after the other; what it gives back is asked for again.
 * @template T
 * @param {(asked: Set<T>) => Promise<Set<T> | void>} work
 * @returns {(asked: Iterable<T>) => void}
 */
export function whenQuiet(work) {
  /** @type {Set<T>} */
  let waiting = new Set();
  let isBusy = false;
  const go = async () => {
    if (isBusy || !waiting.size) return;
    isBusy = true;
    if (isPointing()) {
      setTimeout(again, PAUSE_MS);
      return;
    }
    const asked = waiting;
    waiting = new Set();
    const began = performance.now();
    const rest = await work(asked).catch(() => undefined); // asked for again with the next
    for (const one of rest || []) waiting.add(one);
    setTimeout(again, Math.max(PAUSE_MS, REST * (performance.now() - began)));
  };
  const again = () => {
    isBusy = false;
    go();
  };
  return (asked) => {
    for (const one of asked) waiting.add(one);
    go();
  };
}
