// A model's page: of all versions side by side, any two, and only what differs between them.

function startVersions() {
  const table = document.querySelector("#comparison .compared");
  const tools = document.getElementById("compare-tools");
  if (!table || !tools) return;
  const heads = [...table.querySelectorAll("thead th[data-version]")];
  const numbers = heads.map((head) => head.dataset.version);
  const choices = numbers.map((number) => [number, `v${number}`]);
  const left = makeChoice("Compare", choices, numbers[0]);
  const right = makeChoice("with", choices, numbers[1]);
  const every = makeBox("All versions");
  const same = makeBox("What is the same, too");
  tools.append(left.label, right.label, every.label, same.label);
  tools.hidden = false;
  const choose = (pair) => {
    left.input.value = pair.left;
    right.input.value = pair.right;
    every.input.checked = pair.all;
    show();
  };
  const show = () => {
    const wanted = every.input.checked ? new Set(numbers) : new Set([left.input.value, right.input.value]);
    left.input.disabled = right.input.disabled = every.input.checked;
    const shown = showVersions(table, numbers, wanted, same.input.checked);
    const what = every.input.checked ? `All ${numbers.length} versions` : `v${left.input.value} and v${right.input.value}`;
    const rows = `${shown} ${shown === 1 ? "row" : "rows"}`;
    document.getElementById("compare-shown").textContent = same.input.checked
      ? `${what}: ${rows}, differences marked`
      : shown ? `${what} differ in ${rows}` : `${what} do not differ`;
  };
  const keep = () => {
    const pair = every.input.checked ? "all" : `${left.input.value},${right.input.value}`;
    history.replaceState(null, "", `#v=1&compare=${pair}`);
    show();
  };
  for (const control of [left, right, every, same]) control.input.addEventListener("change", keep);
  window.addEventListener("hashchange", () => {
    const found = readPair(location.hash, numbers);
    if (found) choose(found);
  });
  choose(readPair(location.hash, numbers) || { left: numbers[0], right: numbers[1], all: false });
}

/** The versions that `#v=1&compare=3,1` or `compare=all` names; null where it names none. */
function readPair(hash, numbers) {
  const found = /(?:^#|&)compare=([^&]*)/.exec(hash);
  if (!found) return null;
  if (found[1] === "all") return { left: numbers[0], right: numbers[1], all: true };
  const [left, right] = found[1].split(",");
  if (!numbers.includes(left) || !numbers.includes(right)) return null;
  return { left, right, all: false };
}

/** What a cell stands for: its title where its text leaves something out. @param {HTMLElement} cell */
function valueOf(cell) {
  return cell.querySelector("[title]")?.title ?? cell.textContent;
}

/** Hide the columns of other versions and the rows in which the shown ones agree. */
function showVersions(table, numbers, wanted, withSame) {
  const places = numbers.flatMap((number, place) => (wanted.has(number) ? [place] : []));
  const cells = (row) => [...row.cells].slice(1);
  cells(table.tHead.rows[0]).forEach((cell, place) => { cell.hidden = !places.includes(place); });
  let shown = 0;
  for (const body of table.tBodies) {
    const [title, ...rows] = body.rows;
    let own = 0;
    for (const row of rows) {
      const values = cells(row);
      const differs = new Set(places.map((place) => valueOf(values[place]))).size > 1;
      values.forEach((cell, place) => { cell.hidden = !places.includes(place); });
      row.classList.toggle("differs", differs);
      row.hidden = !differs && !withSame;
      own += row.hidden ? 0 : 1;
    }
    title.hidden = own === 0;
    shown += own;
  }
  table.hidden = shown === 0;
  return shown;
}

shared.startPage.model = startVersions;
