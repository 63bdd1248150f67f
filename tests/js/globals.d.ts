// What a page has that no module declares: the vendored libraries, the one global, and the registry that
// the joined scripts keep (src/runreport/site/joining.py).

declare const vega: any;
declare const vegaLite: any;
declare const $modules: Record<string, object>;

interface Window {
  runreport: object;
}
