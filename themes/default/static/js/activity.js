// The activity of all experiments: the runs of the last day, week, month, quarter, or between two
// dates. The window counts back from the report's "as of", and lies in the hash as `w`.

const WINDOWS = { "24h": 1, "7d": 7, "30d": 30, "90d": 90 };
const DAY_MS = 86400000;

/** @param {() => Promise<void>} startTable once the window that the link asks for is known */
shared.startWindows = async (startTable) => {
  const place = document.getElementById("windows");
  const end = Number(document.body.dataset.asOf);
  const choose = (window) => {
    shown.view.w = window;
    applyWindow(end);
    shown.view.p = 1;
    update();
  };
  for (const link of place.querySelectorAll("[data-window]")) {
    const button = makeButton("", () => choose(link.dataset.window), { "data-window": link.dataset.window, class: "window" });
    button.append(...link.childNodes);
    link.replaceWith(button);
  }
  const from = make("input", { type: "date", "aria-label": "From" });
  const to = make("input", { type: "date", "aria-label": "To" });
  for (const input of [from, to]) {
    input.addEventListener("change", () => choose(from.value || to.value ? `${from.value}..${to.value}` : ""));
  }
  const box = document.getElementById("custom-window");
  box.append(make("label", {}, "From ", from), make("label", {}, " to ", to));
  box.hidden = false;
  shown.listeners.push(() => {
    for (const button of place.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.dataset.window === shown.view.w));
    }
    const isCustom = shown.view.w.includes("..");
    [from.value, to.value] = isCustom ? shown.view.w.split("..") : ["", ""];
  });
  shown.applied = () => applyWindow(end);
  await startTable();
  const written = shown.written;
  shown.written = (view) => {
    const ranges = new Map(view.ranges);
    if (view.w) ranges.delete("start_time"); // it is written as the window
    return { ...written(view), ranges };
  };
  keepHash();
};

/** A window is a range of starts; it is written as the window, not as the range. */
function applyWindow(end) {
  const { w, ranges } = shown.view;
  ranges.delete("start_time");
  if (Object.hasOwn(WINDOWS, w)) ranges.set("start_time", [String(end - WINDOWS[w] * DAY_MS + 1), ""]);
  else if (/^(\d{4}-\d\d-\d\d)?\.\.(\d{4}-\d\d-\d\d)?$/.test(w)) {
    const [from, to] = w.split("..").map((day) => (day ? Date.parse(`${day}T00:00:00Z`) : NaN));
    ranges.set("start_time", [Number.isNaN(from) ? "" : String(from), Number.isNaN(to) ? "" : String(to + DAY_MS - 1)]);
  }
}

