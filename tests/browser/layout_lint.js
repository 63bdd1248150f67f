/* What is wrong with the layout of the page as it stands: a list of sentences. */
() => {
  const wrong = [];
  const tell = (what, element) => {
    const name = element.closest("[id],[class]");
    const place = name === null ? "" : name.id || name.className;
    wrong.push(`${what} <${element.tagName.toLowerCase()}> in ${place}`);
  };
  const seen = (element) => element.checkVisibility({ checkVisibilityCSS: true });

  // 1. No word is broken inside.
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!seen(parent) || parent.closest("svg, script, style, code, pre, caption, .id, .mono, .hidden")) {
      continue;
    }
    for (const word of node.data.matchAll(/[\p{L}\d.,:()%]{2,22}/gu)) {
      const before = node.data[word.index - 1] ?? " ";
      const after = node.data[word.index + word[0].length] ?? " ";
      if (!/[\s]/.test(before) || !/[\s]/.test(after)) continue;
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const tops = new Set([...range.getClientRects()].map((rect) => Math.round(rect.top)));
      if (tops.size > 1) tell(`the word “${word[0]}” is broken:`, parent);
    }
  }

  // 2. No text is cut off without a way to see it.
  for (const element of document.body.querySelectorAll("*")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== "");
    if (!own || !seen(element) || element.closest("svg, .hidden, .skip, option, select")) continue;
    const style = getComputedStyle(element);
    const isCut = element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 1;
    if (isCut && /hidden|clip/.test(style.overflowX) && style.textOverflow !== "ellipsis") {
      tell(`“${element.textContent.trim().slice(0, 30)}” is cut off:`, element);
    }
  }

  // 3. No control is too narrow, too low, or covered.
  for (const control of document.querySelectorAll("button, summary, a[href], input, select")) {
    if (!seen(control) || control.closest(".hidden, .skip, svg")) continue;
    const box = control.getBoundingClientRect();
    const x = box.left + box.width / 2;
    const y = box.top + box.height / 2;
    const isInView = x > 0 && y > 0 && x < innerWidth && y < innerHeight;
    const frame = control.closest(".pane, nav, .scroll, #run-table")?.getBoundingClientRect();
    const isInFrame = !frame || (x > frame.left && x < frame.right && y > frame.top && y < frame.bottom);
    if (!isInView || !isInFrame || box.width === 0) continue;
    const top = document.elementFromPoint(x, y);
    const isFree =
      top === null ||
      control.contains(top) ||
      top.contains(control) ||
      top.closest("label")?.contains(control);
    const isUnderPane =
      top?.closest(".pane, nav, dialog, .found, thead, #selection, .pinned, .select, th") ?? null;
    if (!isFree && isUnderPane === null) {
      tell(`“${control.textContent.trim().slice(0, 30)}” is covered by <${top.tagName}>:`, control);
    }
  }

  // 4. What opens has room for what it says.
  for (const pane of document.querySelectorAll("details[open] > .pane, details[open] > nav")) {
    if (!seen(pane)) continue;
    const box = pane.getBoundingClientRect();
    if (box.width < 180) tell(`it is ${Math.round(box.width)} px wide:`, pane);
    if (box.left < -1 || box.right > innerWidth + 1) tell("it leaves the window:", pane);
  }

  // 5. The page does not scroll sideways.
  const wide = document.documentElement.scrollWidth - innerWidth;
  if (wide > 0) wrong.push(`the page is ${wide} px too wide`);
  return [...new Set(wrong)];
};
