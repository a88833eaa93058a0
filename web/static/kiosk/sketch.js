// A sketch of where the work is, seen from here: direction and distance on rings, north above.
// It is no map: nothing is drawn but the two points.

import { s } from "./dom.js";
import { distanceWords } from "../words.js";

/** Metres of a degree of latitude. */
const DEGREE_M = 111195;
/** Rings that people can picture, in metres. */
const RINGS = [200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000, 200000, 500000];
const DIRECTIONS = ["北", "东北", "东", "东南", "南", "西南", "西", "西北"];
/** Half the picture's side, in its own units. */
const HALF = 200;
/** Radius of the outer ring. */
const OUTER = 170;

/** @typedef {{lat: number, lon: number}} Place */

/** Metres to the east and to the north. @param {Place} here @param {Place} there */
export function offset(here, there) {
  const east = (there.lon - here.lon) * DEGREE_M * Math.cos((here.lat * Math.PI) / 180);
  return { east, north: (there.lat - here.lat) * DEGREE_M };
}

/** The direction from here, in words. @param {Place} here @param {Place} there @returns {string} such as 西南 */
export function directionWords(here, there) {
  const { east, north } = offset(here, there);
  const eighths = Math.round(Math.atan2(east, north) / (Math.PI / 4));
  return DIRECTIONS[(eighths + 8) % 8];
}

/**
 * @param {Place} here @param {Place} there @param {string} name of the place of work
 * @returns {SVGElement}
 */
export function sketch(here, there, name) {
  const { east, north } = offset(here, there);
  const metres = Math.hypot(east, north);
  const outer = RINGS.find((ring) => ring >= metres) || RINGS[RINGS.length - 1];
  const scale = OUTER / outer;
  const [x, y] = [HALF + east * scale, HALF - north * scale];
  const label = `${name}在这里的${directionWords(here, there)}边，直线${distanceWords(metres)}`;
  const right = x > HALF;
  return s(
    "svg",
    { class: "sketch", viewBox: `0 0 ${2 * HALF} ${2 * HALF}`, role: "img", "aria-label": label },
    ring(OUTER),
    ring(OUTER / 2),
    s("text", { class: "far", x: HALF, y: HALF - OUTER + 24, "text-anchor": "middle" }, distanceWords(outer)),
    s("text", { class: "far", x: HALF, y: HALF - OUTER / 2 + 24, "text-anchor": "middle" }, distanceWords(outer / 2)),
    s("text", { class: "north", x: HALF, y: 24, "text-anchor": "middle" }, "北"),
    s("line", { class: "way", x1: HALF, y1: HALF, x2: x, y2: y }),
    s("circle", { class: "here", cx: HALF, cy: HALF, r: 12 }),
    s("text", { class: "name", x: HALF, y: HALF + 40, "text-anchor": "middle" }, "您在这里"),
    s("circle", { class: "there", cx: x, cy: y, r: 14 }),
    s("text", { class: "name", x: right ? x - 22 : x + 22, y: y - 18, "text-anchor": right ? "end" : "start" }, "干活"),
  );
}

/** @param {number} r */
function ring(r) {
  return s("circle", { class: "ring", cx: HALF, cy: HALF, r });
}
