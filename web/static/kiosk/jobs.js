// Postings as the kiosk tells them: which are on a day, in what order, and in which words.
// Pure functions; the time is an argument.

import { civil, distanceWords, nextStart, settlementWords, startWords, wageWords } from "../words.js";

/**
 * @typedef {import("../feed.js").Job & {
 *   lat?: number | null, lon?: number | null, skills?: string[], benefits?: string[],
 *   requirements?: string, occupation?: string | null, status?: string,
 *   meals?: string, lodging?: string, tools?: string, insurance?: string, pickup?: Pickup,
 * }} Job
 * @typedef {{address: string, time: string, seats: number | null}} Pickup
 */

/** What a posting provides, in words. @type {Record<string, Record<string, string>>} */
const PROVIDED = {
  meals: { none: "不管饭", one: "管一顿饭", all: "管三顿饭" },
  lodging: { none: "不管住", free: "管住，不收钱", paid: "有地方住，要交钱" },
  tools: { given: "工具现场有", own: "自己带工具" },
  insurance: { injury: "有工伤保险", accident: "有意外险", liability: "有雇主责任险", none: "没有保险" },
};

const WEEKDAYS = "日一二三四五六";
/** Shifts that are told one by one. */
const SHIFTS_TOLD = 4;

/** Shifts that are not over, with their place in the posting's list. @param {Job} job @param {number} now */
export function coming(job, now) {
  const shifts = (job.shifts || []).map((shift, place) => ({ ...shift, place }));
  return shifts.filter((shift) => Date.parse(shift.end) > now);
}

/**
 * Whether there is work on a day, counted from today; a posting without shifts has work any day.
 * @param {Job} job @param {number} ahead days @param {number} now
 */
export function isOn(job, ahead, now) {
  const day = civil(now).day + ahead;
  const shifts = coming(job, now);
  return shifts.some((shift) => civil(Date.parse(shift.start)).day === day);
}

/** Order of a list: what begins first, then what is near. @param {number} now */
export function bySoonest(now) {
  return (/** @type {Job} */ a, /** @type {Job} */ b) =>
    start(a, now) - start(b, now) || far(a) - far(b) || (a.id < b.id ? -1 : 1);
}

/** Order of a list: what is near first. @param {Job} a @param {Job} b */
export function byDistance(a, b) {
  return far(a) - far(b) || (a.id < b.id ? -1 : 1);
}

/** @param {Job} job @param {number} now */
function start(job, now) {
  const begins = nextStart(job.shifts, now);
  return begins === null ? Infinity : begins;
}

/** @param {Job} job */
function far(job) {
  return typeof job.distance_m === "number" ? job.distance_m : Infinity;
}

/** When work begins, in words. @param {Job} job @param {number} now */
export function startOf(job, now) {
  const begins = nextStart(job.shifts, now);
  if (begins === null) return "时间面议";
  return begins <= now ? "已经开工" : startWords(begins, now);
}

/** A shift: 11月26日 星期四 8:00到17:00. @param {{start: string, end: string}} shift */
export function shiftWords(shift) {
  const [from, to] = [civil(Date.parse(shift.start)), civil(Date.parse(shift.end))];
  const clock = (/** @type {{hour: number, minute: number}} */ at) =>
    `${at.hour}:${String(at.minute).padStart(2, "0")}`;
  const next = from.day === to.day ? "" : "第二天";
  const day = `${from.month}月${from.dayOfMonth}日 星期${WEEKDAYS[from.weekday]}`;
  return `${day} ${clock(from)}到${next}${clock(to)}`;
}

/** Every line on when work is. @param {Job} job @param {number} now @returns {string[]} */
export function timesOf(job, now) {
  const shifts = coming(job, now);
  if (!shifts.length) return ["时间和招工的人商量"];
  const told = shifts.slice(0, SHIFTS_TOLD).map(shiftWords);
  if (shifts.length > SHIFTS_TOLD) told.push(`一共${shifts.length}天`);
  return told;
}

/** Who employs, in words. @param {Job} job */
export function employerOf(job) {
  const name = (job.employer && job.employer.name) || "";
  const by = { 直招: "用人单位自己招", 机构: "中介机构招", 经纪人: "劳务经纪人招" };
  return { name, by: by[/** @type {"直招"} */ (job.label)] || job.label || "" };
}

/** The ride to work, in words. @param {Pickup | undefined} pickup */
export function rideWords(pickup) {
  if (!pickup) return "";
  const seats = pickup.seats ? `，${pickup.seats}个座` : "";
  return `${pickup.time.replace(/^0/, "")}在${pickup.address}上车${seats}`;
}

/** Meals, lodging, tools, insurance, as far as the posting tells. @param {Job} job @returns {string[]} */
function providedOf(job) {
  const told = /** @type {Record<string, any>} */ (job);
  return Object.keys(PROVIDED).map((name) => PROVIDED[name][told[name]] || "");
}

/**
 * What there is to know, in the order in which people ask.
 * @param {Job} job @param {number} now
 * @returns {{term: string, values: string[], picture: string}[]}
 */
export function factsOf(job, now) {
  const { name, by } = employerOf(job);
  const far = distanceWords(job.distance_m);
  const settled = settlementWords(job.wage);
  const places = `要${job.headcount}人，还缺${job.places_left}人`;
  const rows = [
    { term: "多少钱", picture: "money", values: [`${wageWords(job.wage)}${settled ? `，${settled}` : ""}`] },
    { term: "什么时候", picture: "when", values: timesOf(job, now) },
    { term: "哪里干活", picture: "place", values: [job.address || "", far && `离这里${far}`] },
    { term: "干什么", picture: "work", values: (job.description || "").split("\n") },
    { term: "要几个人", picture: "people", values: [places] },
    { term: "有什么要求", picture: "check", values: (job.requirements || "").split("\n") },
    { term: "怎么去", picture: "drive", values: [job.pickup ? `有车接送：${rideWords(job.pickup)}` : ""] },
    { term: "管什么", picture: "meal", values: [...providedOf(job), (job.benefits || []).join("、")] },
    { term: "谁招人", picture: "who", values: [name, by, `${job.verified_by || "站点工作人员"}核验过`] },
    {
      term: "怎么定",
      picture: "hand",
      values: [job.instant ? "按了“我要去”，名额就是您的" : "先报名，招工的人再定"],
    },
  ];
  return rows
    .map((row) => ({ ...row, values: row.values.map((value) => value || "").filter(Boolean) }))
    .filter((row) => row.values.length);
}

/** The posting as sentences to be read aloud. @param {Job} job @param {number} now @returns {string[]} */
export function sentencesOf(job, now) {
  const facts = factsOf(job, now).map((fact) => `${fact.term}：${fact.values.join("，")}`);
  return [job.title, ...facts].map((sentence) => sentence.replace(/(\d+):00/g, "$1点"));
}
