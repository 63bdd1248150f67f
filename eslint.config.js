// What tsc does not see: documents of exports, sizes, names. Layout is prettier's.

import js from "@eslint/js";
import jsdoc from "eslint-plugin-jsdoc";
import globals from "globals";

/** Rooms of the scripts from the floor up; none imports from one above it. */
const ROOMS = ["core", "table", "charts", "pointing", "pages"];

/** @param {string} room */
function onlyBelow(room) {
  const above = ROOMS.slice(ROOMS.indexOf(room) + 1);
  if (!above.length) return {};
  const group = ["../*.js", ...above.map((name) => `../${name}/*`)];
  return { "no-restricted-imports": ["error", { patterns: [{ group, message: `${room} is below.` }] }] };
}

export default [
  { ignores: ["**/vendor/", ".venv*/", "site*/", "tests/golden/", "tests/query/scripts/", "sample_runs/"] },
  js.configs.recommended,
  {
    plugins: { jsdoc },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      curly: ["error", "multi-line"],
      eqeqeq: "error",
      "max-len": ["error", { code: 110 }],
      "no-shadow": "error",
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
      "sort-imports": ["error", { ignoreDeclarationSort: true }],
    },
  },
  {
    files: ["themes/**/*.js"],
    languageOptions: { globals: { ...globals.browser, vega: false, vegaLite: false, $modules: false } },
    rules: {
      "jsdoc/require-jsdoc": [
        "error",
        { publicOnly: true, require: { ArrowFunctionExpression: true, ClassDeclaration: true } },
      ],
      "jsdoc/require-description": ["error", { contexts: ["ExportNamedDeclaration > FunctionDeclaration"] }],
      "jsdoc/require-param": "error",
      "jsdoc/check-param-names": "error",
      "max-lines": ["error", 250],
      "max-lines-per-function": ["error", 60],
      "no-restricted-syntax": [
        "error",
        { selector: "TemplateElement[value.raw=/\\n/]", message: "The join leaves out indentation." },
      ],
      "no-restricted-properties": [
        "error",
        ...["innerHTML", "outerHTML", "insertAdjacentHTML"].map((property) => ({ property })),
      ],
    },
  },
  ...ROOMS.map((room) => ({ files: [`themes/*/static/js/${room}/*.js`], rules: onlyBelow(room) })),
  { files: ["tests/js/*.js", "*.config.js"], languageOptions: { globals: globals.node } },
  { files: ["tests/browser/*.js"], languageOptions: { globals: globals.browser, sourceType: "script" } },
];
