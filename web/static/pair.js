// Exchanges a pairing code for this screen's token, keeps the token, and opens what the screen is
// to show. The code may stand behind the address's hash, from a scanned picture.

/** Where a screen's token is kept. */
const KEEP = "linggong.device";

const code = /** @type {HTMLInputElement} */ (document.getElementById("code"));
const note = /** @type {HTMLElement} */ (document.querySelector("[data-part=note]"));
const go = /** @type {HTMLButtonElement} */ (document.querySelector("[data-part=go]"));

async function pair() {
  note.textContent = "请等一下…";
  try {
    const response = await fetch("/api/v1/screens/pair", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ code: code.value }),
      credentials: "omit",
    });
    const data = await response.json();
    if (!response.ok) {
      note.textContent = data.title;
      return;
    }
    localStorage.setItem(KEEP, data.token);
    location.replace(`/${data.kind}/${data.station}`);
  } catch {
    note.textContent = "现在连不上，请再试一次";
  }
}

go.addEventListener("click", pair);
code.addEventListener("keydown", (event) => event.key === "Enter" && pair());
if (location.hash.length > 1) {
  code.value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
  pair();
}
