// What makes long forms kinder; every form works without it.
//
//   <form data-draft="posting:new" data-warn>     keeps a draft, warns before leaving
//     <input name="phone" data-private>           never kept
//     <div class="rows" data-rows data-rows-max="31">
//       <div data-row>…</div>
//       <template><div data-row>… id="shift-__i__-start" …
//         <button type="button" data-row-remove>删除</button></div></template>
//       <button type="button" data-row-add hidden>再加一天</button>
//     </div>
//     <button type="button" data-position data-lat="lat" data-lon="lon" data-crs="crs" hidden>
//     <div data-pick data-lat="lat" data-lon="lon" data-west="0.79" … hidden>  a sketch to point at
//   <form data-returned …>                        came back from the server: its values count
//   <body data-draft-done="posting:new">          was saved: its draft is thrown away
//   <form data-leaving action="/logout">          the next person shall find nothing

/** A draft is kept this long after the last key. */
const DRAFT_WAIT_MS = 300;
/** Giving up on the machine's position. */
const POSITION_WAIT_MS = 15000;
/** Decimals of a degree, about a metre. */
const POSITION_DECIMALS = 5;
/** Sides of a sketch, in its own units. */
const SKETCH_SIDE = 1000;
/** Types whose content is no draft. */
const NEVER_KEPT = new Set(["password", "file", "hidden", "submit", "button"]);

/** @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Control */

for (const rows of elements("[data-rows]")) enableRows(rows);
for (const button of elements("[data-position]")) enablePosition(button);
for (const sketch of elements("[data-pick]")) enablePick(sketch);
const done = document.body.dataset.draftDone;
if (done) store((storage) => storage.removeItem(key(done)));
for (const form of document.forms) {
  if (form.dataset.draft) enableDraft(form, form.dataset.draft);
  if ("warn" in form.dataset) enableWarning(form);
  if ("leaving" in form.dataset) {
    form.addEventListener("submit", () => store((storage) => storage.clear()));
  }
}
for (const element of elements("[data-focus]").slice(0, 1)) element.focus();

/** Lets rows be added and removed. @param {HTMLElement} rows */
function enableRows(rows) {
  const template = rows.querySelector("template");
  const add = /** @type {HTMLButtonElement | null} */ (rows.querySelector("[data-row-add]"));
  if (!template || !add) return;
  const count = () => rows.querySelectorAll("[data-row]").length;
  const limit = Number(rows.dataset.rowsMax) || Infinity;
  let next = count();
  const update = () => {
    add.disabled = count() >= limit;
    for (const remove of rows.querySelectorAll("[data-row-remove]")) {
      /** @type {HTMLButtonElement} */ (remove).hidden = count() < 2;
    }
  };
  add.hidden = false;
  add.addEventListener("click", () => {
    const copy = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
    for (const element of copy.querySelectorAll("*")) number(element, next);
    next += 1;
    const row = copy.querySelector("[data-row]");
    (lastRow(rows) || template).after(copy);
    const first = /** @type {HTMLElement | null} */ (row && row.querySelector("input, select"));
    if (first) first.focus();
    update();
    changed(rows);
  });
  rows.addEventListener("click", (event) => {
    const remove = /** @type {Element} */ (event.target).closest("[data-row-remove]");
    if (!remove) return;
    /** @type {Element} */ (remove.closest("[data-row]")).remove();
    add.focus();
    update();
    changed(rows);
  });
  update();
}

/** Writes a new row's number into its names. @param {Element} element @param {number} i */
function number(element, i) {
  for (const attribute of element.attributes) {
    attribute.value = attribute.value.split("__i__").join(String(i));
  }
}

/** @param {HTMLElement} rows */
function lastRow(rows) {
  const all = rows.querySelectorAll("[data-row]");
  return all[all.length - 1];
}

/** Fills in where the device stands, in WGS-84. @param {HTMLElement} button */
function enablePosition(button) {
  // Browsers give no position over plain HTTP.
  if (!isSecureContext || !navigator.geolocation) return;
  const said = document.createElement("p");
  said.className = "hint";
  said.setAttribute("role", "status");
  button.after(said);
  button.hidden = false;
  button.addEventListener("click", () => {
    said.textContent = "正在定位…";
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        fill(button.dataset.lat, coords.latitude.toFixed(POSITION_DECIMALS));
        fill(button.dataset.lon, coords.longitude.toFixed(POSITION_DECIMALS));
        fill(button.dataset.crs, "wgs84");
        said.textContent = `已填好，误差约 ${Math.ceil(coords.accuracy)} 米`;
        changed(button);
      },
      () => (said.textContent = "没有定到位置，请自己填写，或在浏览器里允许定位后再试"),
      { enableHighAccuracy: true, timeout: POSITION_WAIT_MS },
    );
  });
}

/** Lets a place be pointed at: each press fills it in and comes closer. @param {HTMLElement} sketch */
function enablePick(sketch) {
  const map = /** @type {SVGSVGElement | null} */ (sketch.querySelector("svg"));
  const mark = sketch.querySelector(".here");
  const whole = sketch.querySelector("[data-whole]");
  const inputs = [sketch.dataset.lat, sketch.dataset.lon].map((id) =>
    /** @type {HTMLInputElement | null} */ (document.getElementById(String(id))),
  );
  const [lat, lon] = inputs;
  if (!map || !mark || !whole || !lat || !lon) return;
  const [west, north, span] = [sketch.dataset.west, sketch.dataset.north, sketch.dataset.span].map(Number);
  let side = SKETCH_SIDE;
  const look = (/** @type {number} */ x, /** @type {number} */ y) => {
    const part = side / SKETCH_SIDE;
    map.setAttribute("viewBox", `${x - side / 2} ${y - side / 2} ${side} ${side}`);
    map.style.setProperty("--closer", String(part));
    mark.setAttribute("r", String(14 * part));
  };
  // Web Mercator, as the server drew it.
  const show = () => {
    const [φ, λ] = [Number(lat.value), Number(lon.value)];
    const typed = lat.value.trim() !== "" && lon.value.trim() !== "";
    const has = typed && Math.abs(φ) < 85 && Math.abs(λ) <= 180;
    mark.setAttribute("visibility", has ? "visible" : "hidden");
    if (!has) return;
    const y = (1 - Math.asinh(Math.tan((φ * Math.PI) / 180)) / Math.PI) / 2;
    mark.setAttribute("cx", String((((λ + 180) / 360 - west) / span) * SKETCH_SIDE));
    mark.setAttribute("cy", String(((y - north) / span) * SKETCH_SIDE));
  };
  map.addEventListener("click", (event) => {
    const matrix = map.getScreenCTM();
    if (!matrix) return;
    const pressed = map.createSVGPoint();
    [pressed.x, pressed.y] = [event.clientX, event.clientY];
    const { x, y } = pressed.matrixTransform(matrix.inverse());
    const east = west + (x / SKETCH_SIDE) * span;
    const south = north + (y / SKETCH_SIDE) * span;
    fill(lat.id, ((Math.atan(Math.sinh(Math.PI * (1 - 2 * south))) * 180) / Math.PI).toFixed(POSITION_DECIMALS));
    fill(lon.id, (east * 360 - 180).toFixed(POSITION_DECIMALS));
    fill(sketch.dataset.crs, "wgs84");
    side = Math.max(side / 2, SKETCH_SIDE / 16);
    look(x, y);
    show();
    changed(sketch);
  });
  whole.addEventListener("click", () => {
    side = SKETCH_SIDE;
    look(side / 2, side / 2);
  });
  for (const input of [lat, lon]) input.addEventListener("input", show);
  if (sketch.parentElement) sketch.parentElement.addEventListener("change", show);
  sketch.hidden = false;
  show();
}

/** @param {string | undefined} id @param {string} value */
function fill(id, value) {
  const control = /** @type {Control | null} */ (id ? document.getElementById(id) : null);
  if (control) control.value = value;
}

/**
 * Keeps what is typed until the tab is closed, and brings it back.
 * @param {HTMLFormElement} form @param {string} name
 */
function enableDraft(form, name) {
  if (!("returned" in form.dataset)) restore(form, name);
  let timer = 0;
  const keepNow = () => {
    timer = 0;
    store((storage) => storage.setItem(key(name), JSON.stringify(values(form))));
  };
  const keep = () => {
    clearTimeout(timer);
    timer = setTimeout(keepNow, DRAFT_WAIT_MS);
  };
  form.addEventListener("input", keep);
  form.addEventListener("change", keep);
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    timer = 0;
  });
  // What was typed last is not lost to who leaves at once.
  addEventListener("pagehide", () => {
    if (timer) {
      clearTimeout(timer);
      keepNow();
    }
  });
}

/** @param {HTMLFormElement} form @param {string} name */
function restore(form, name) {
  const kept = store((storage) => JSON.parse(storage.getItem(key(name)) || "null"));
  if (!kept || typeof kept !== "object") return;
  for (const rows of elements("[data-rows]", form)) {
    const add = /** @type {HTMLButtonElement | null} */ (rows.querySelector("[data-row-add]"));
    const wanted = Number(kept[`rows ${rows.id}`]);
    for (let n = rows.querySelectorAll("[data-row]").length; n < wanted; n++) {
      if (!add || add.disabled) break;
      add.click();
    }
  }
  /** @type {HTMLElement} */ (document.activeElement || document.body).blur();
  const taken = new Map();
  for (const control of controls(form)) {
    const list = kept[control.name];
    if (!Array.isArray(list)) continue;
    if (control instanceof HTMLInputElement && /^(checkbox|radio)$/.test(control.type)) {
      control.checked = list.includes(control.value);
      continue;
    }
    const i = taken.get(control.name) || 0;
    taken.set(control.name, i + 1);
    if (typeof list[i] === "string") control.value = list[i];
  }
  offerReset(form, name);
}

/** Says that a draft is back, and how to be rid of it. @param {HTMLFormElement} form @param {string} name */
function offerReset(form, name) {
  const said = document.createElement("p");
  said.className = "message";
  said.setAttribute("role", "status");
  said.textContent = "上次没填完的内容还在，接着填就行。";
  const reset = document.createElement("button");
  reset.type = "button";
  reset.className = "quiet";
  reset.textContent = "清空重填";
  reset.addEventListener("click", () => {
    store((storage) => storage.removeItem(key(name)));
    delete form.dataset.changed;
    location.reload();
  });
  said.append(" ", reset);
  form.prepend(said);
}

/** What a draft holds: each name's values in order, and how many rows there are. @param {HTMLFormElement} form */
function values(form) {
  /** @type {Record<string, string[] | number>} */
  const kept = {};
  for (const control of controls(form)) {
    if (!kept[control.name]) kept[control.name] = [];
    const list = /** @type {string[]} */ (kept[control.name]);
    const box = control instanceof HTMLInputElement && /^(checkbox|radio)$/.test(control.type);
    if (!box || control.checked) list.push(control.value);
  }
  for (const rows of elements("[data-rows]", form)) {
    kept[`rows ${rows.id}`] = rows.querySelectorAll("[data-row]").length;
  }
  return kept;
}

/** The fields of which a draft may be kept. @param {HTMLFormElement} form @returns {Control[]} */
function controls(form) {
  return /** @type {Control[]} */ ([...form.elements]).filter(
    (control) => control.name && !NEVER_KEPT.has(control.type) && !control.closest("[data-private]"),
  );
}

/** Asks before a page with unsaved changes is left. @param {HTMLFormElement} form */
function enableWarning(form) {
  const mark = () => (form.dataset.changed = "true");
  form.addEventListener("input", mark);
  form.addEventListener("change", mark);
  form.addEventListener("submit", () => delete form.dataset.changed);
  addEventListener("beforeunload", (event) => {
    if (!form.dataset.changed) return;
    event.preventDefault();
    // Chromium before 119 asks only for this.
    event.returnValue = "";
  });
}

/** Tells the form that something changed which no key did. @param {Element} element */
function changed(element) {
  element.dispatchEvent(new Event("change", { bubbles: true }));
}

/** @param {string} name */
function key(name) {
  return `linggong.draft ${name}`;
}

/**
 * Uses the storage if the browser allows it: a draft is a kindness, not a promise.
 * @template T @param {(storage: Storage) => T} use @returns {T | undefined}
 */
function store(use) {
  try {
    return use(sessionStorage);
  } catch {
    return undefined;
  }
}

/** @param {string} selector @param {ParentNode} [within] @returns {HTMLElement[]} */
function elements(selector, within = document) {
  return [.../** @type {NodeListOf<HTMLElement>} */ (within.querySelectorAll(selector))];
}
