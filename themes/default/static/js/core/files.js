// Where the scripts are that pages load later: the build fills it in, see site/scripts.py.

/**
 * The theme's scripts of a purpose, and the specs of charts, from the site's root.
 * @type {string[]}
 */
export const LATER = [];
/**
 * The chart libraries, in the order they are loaded.
 * @type {string[]}
 */
export const VENDOR = [];
