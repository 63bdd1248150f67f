// What one value must meet: an operator and its operands as a function.

/**
 * One value and the operands, as a function of the value.
 * @param {string} operator
 * @param {any[]} operands
 * @returns {(value: any) => boolean}
 */
export function conditionOf(operator, operands) {
  if (operator.startsWith("NOT ")) {
    const meets = conditionOf(operator.slice(4), operands);
    return (value) => !meets(value);
  }
  const [first, second] = operands;
  switch (operator) {
    case "=":
      return (value) => isSame(value, first);
    case "!=":
      return (value) => !isSame(value, first);
    case ">":
      return (value) => value > first;
    case ">=":
      return (value) => value >= first;
    case "<":
      return (value) => value < first;
    case "<=":
      return (value) => value <= first;
    case "BETWEEN":
      return (value) => value >= first && value <= second;
    case "LIKE":
      return likeTest(first, false);
    case "ILIKE":
      return likeTest(first, true);
    case "IN":
      return isIn(operands);
    default:
      throw new Error(`No operator ${operator}`);
  }
}

/**
 * @param {any[]} operands
 * @returns {(value: any) => boolean}
 */
function isIn(operands) {
  const chosen = new Set(operands);
  return (value) => {
    if (chosen.has(value)) return !Number.isNaN(value);
    return typeof value === "bigint" && operands.some((one) => isSame(value, one));
  };
}

/**
 * Whether two values are one; a whole number may come as a number or as a bigint.
 * @param {any} value
 * @param {any} other
 */
function isSame(value, other) {
  if (typeof value === typeof other) return value === other;
  const isMixed = [value, other].every((one) => typeof one === "number" || typeof one === "bigint");
  return isMixed && value == other; // eslint-disable-line eqeqeq
}

/**
 * LIKE as a function of the value: % is any text, _ one character. What follows a % is looked for
 * from left to right and never twice, so that no pattern takes long.
 * @param {string} pattern
 * @param {boolean} ignoresCase
 * @returns {(text: string) => boolean}
 */
export function likeTest(pattern, ignoresCase) {
  const fold = (/** @type {string} */ text) => [...(ignoresCase ? text.toLowerCase() : text)];
  const wanted = fold(pattern);
  return (text) => {
    const letters = fold(text);
    let at = 0,
      place = 0,
      star = -1,
      mark = 0;
    while (at < letters.length) {
      if (place < wanted.length && wanted[place] === "%") {
        [star, mark] = [place, at];
        place += 1;
      } else if (place < wanted.length && (wanted[place] === "_" || wanted[place] === letters[at])) {
        at += 1;
        place += 1;
      } else if (star >= 0) {
        mark += 1;
        [at, place] = [mark, star + 1];
      } else return false;
    }
    while (wanted[place] === "%") place += 1;
    return place === wanted.length;
  };
}
