// How a posting's figures are said to people: wage, distance, beginning, places.
// Pure functions; the time is an argument, and the clock is Ningxia's wherever the machine stands.
//
//   startWords(Date.parse("2026-11-25T08:00:00+08:00"), now) === "明早8:00"

/** China has one zone and no summer time. */
const ZONE_MS = 8 * 3600000;
const DAY_MS = 86400000;

const WAGE_UNITS = { hour: "小时", day: "天", month: "月", piece: "件" };
const SETTLEMENTS = { daily: "日结", weekly: "周结", monthly: "月结", on_completion: "做完结" };
const WEEKDAYS = "日一二三四五六";

/**
 * The civil date and time in Ningxia at an instant.
 * @param {number} ms since 1970
 */
export function civil(ms) {
  const date = new Date(ms + ZONE_MS);
  return {
    /** Days since 1970-01-01. */
    day: Math.floor((ms + ZONE_MS) / DAY_MS),
    month: date.getUTCMonth() + 1,
    dayOfMonth: date.getUTCDate(),
    /** 0 is Sunday. */
    weekday: date.getUTCDay(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
  };
}

/** @param {number} ms @returns {string} such as 09:42 */
export function clockWords(ms) {
  const { hour, minute } = civil(ms);
  return `${two(hour)}:${two(minute)}`;
}

/** @param {number} ms @returns {string} such as 11月24日 星期二 */
export function dateWords(ms) {
  const { month, dayOfMonth, weekday } = civil(ms);
  return `${month}月${dayOfMonth}日 星期${WEEKDAYS[weekday]}`;
}

/**
 * When work begins, as people say it: 今天下午2点, 明早8:00, 后天7:30, 周五8:00, 下周一8:00,
 * 12月3日8:00.
 * @param {number} start ms
 * @param {number} now ms
 */
export function startWords(start, now) {
  const then = civil(start);
  const today = civil(now);
  const ahead = then.day - today.day;
  const time = timeWords(then.hour, then.minute);
  if (ahead === 1 && then.hour >= 5 && then.hour < 10) return `明早${time}`;
  return dayWords(then, today, ahead) + time;
}

/** @param {ReturnType<typeof civil>} then @param {ReturnType<typeof civil>} today @param {number} ahead days */
function dayWords(then, today, ahead) {
  if (ahead >= 0 && ahead < 3) return ["今天", "明天", "后天"][ahead];
  if (ahead < 0 || ahead > 6) return `${then.month}月${then.dayOfMonth}日`;
  // Weeks begin on Monday; a weekday of the coming week is said with 下周.
  const sameWeek = (today.weekday + 6) % 7 < (then.weekday + 6) % 7;
  return `${sameWeek ? "周" : "下周"}${WEEKDAYS[then.weekday]}`;
}

/** @param {number} hour @param {number} minute */
function timeWords(hour, minute) {
  if (hour >= 5 && hour < 12) return `${hour}:${two(minute)}`;
  const part = hour < 5 ? "凌晨" : hour < 13 ? "中午" : hour < 18 ? "下午" : "晚上";
  const shown = hour > 12 ? hour - 12 : hour;
  return part + (minute ? `${shown}:${two(minute)}` : `${shown}点`);
}

/**
 * The beginning of the first shift that is not over, in ms; null where none is named or left.
 * @param {{start: string, end: string}[] | undefined} shifts
 * @param {number} now ms
 */
export function nextStart(shifts, now) {
  const starts = (shifts || [])
    .filter((shift) => Date.parse(shift.end) > now)
    .map((shift) => Date.parse(shift.start))
    .filter(Number.isFinite);
  return starts.length ? Math.min(...starts) : null;
}

/**
 * The wage with its unit: 220元/天, 180–220元/天, 0.35元/件.
 * @param {{min_fen: number, max_fen?: number | null, unit: string} | undefined} wage
 */
export function wageWords(wage) {
  if (!wage) return "";
  const low = yuan(wage.min_fen);
  const high = yuan(wage.max_fen || wage.min_fen);
  const unit = WAGE_UNITS[/** @type {keyof typeof WAGE_UNITS} */ (wage.unit)] || wage.unit;
  return `${low === high ? low : `${low}–${high}`}元/${unit}`;
}

/** @param {{settlement: string} | undefined} wage @returns {string} such as 日结 */
export function settlementWords(wage) {
  return SETTLEMENTS[/** @type {keyof typeof SETTLEMENTS} */ (wage && wage.settlement)] || "";
}

/** @param {number | null | undefined} metres @returns {string} such as 800米, 1.2公里, 18公里 */
export function distanceWords(metres) {
  if (metres === null || metres === undefined) return "";
  if (metres < 950) return `${Math.max(50, Math.round(metres / 50) * 50)}米`;
  const tenths = Math.round(metres / 100);
  return `${tenths < 100 ? tenths / 10 : Math.round(metres / 1000)}公里`;
}

/**
 * How wide a text runs, in Chinese characters: a Latin letter or digit counts a half.
 * @param {string} text
 */
export function width(text) {
  let halves = 0;
  for (const char of text) halves += /** @type {number} */ (char.codePointAt(0)) < 0x2e80 ? 1 : 2;
  return halves / 2;
}

/** An amount in yuan, without needless digits. @param {number} fen */
export function yuan(fen) {
  return (fen / 100).toFixed(2).replace(/\.?0+$/, "");
}

/** @param {number} n */
function two(n) {
  return String(n).padStart(2, "0");
}
