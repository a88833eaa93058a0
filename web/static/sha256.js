// SHA-256 of a text, for pages served over plain HTTP, where `crypto.subtle` does not exist.
// It proves that a screen shows the right set; it guards no secret.
//
//   sha256("abc")[0] === 0xba

/** The first 32 bits of the fractional parts of √p (`H0`) and ∛p (`K`), FIPS 180-4 §4.2.2, §5.3.3. */
const [H0, K] = constants();

/**
 * The SHA-256 digest of a text's UTF-8 bytes (FIPS 180-4).
 * @param {string} text
 * @returns {Uint8Array} 32 bytes
 */
export function sha256(text) {
  const bytes = new TextEncoder().encode(text);
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 0x20000000));
  view.setUint32(padded.length - 4, bytes.length << 3);

  const state = Uint32Array.from(H0);
  const words = new Uint32Array(64);
  for (let block = 0; block < padded.length; block += 64) {
    for (let i = 0; i < 16; i++) words[i] = view.getUint32(block + i * 4);
    compress(state, words);
  }

  const digest = new Uint8Array(32);
  const out = new DataView(digest.buffer);
  state.forEach((word, i) => out.setUint32(i * 4, word));
  return digest;
}

/**
 * One round of 64 steps over a block whose 16 words stand at the head of `w`.
 * @param {Uint32Array} state 8 words, changed in place
 * @param {Uint32Array} w 64 words, the last 48 are overwritten
 */
function compress(state, w) {
  for (let i = 16; i < 64; i++) {
    const s0 = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ (w[i - 15] >>> 3);
    const s1 = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ (w[i - 2] >>> 10);
    w[i] = w[i - 16] + s0 + w[i - 7] + s1;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < 64; i++) {
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  [a, b, c, d, e, f, g, h].forEach((word, i) => (state[i] += word));
}

/** @param {number} x @param {number} n */
function rotate(x, n) {
  return (x >>> n) | (x << (32 - n));
}

/**
 * The constants from the first 64 primes, in whole numbers: engines may round `Math.cbrt`
 * differently in the last bit.
 */
function constants() {
  /** @type {number[]} */
  const primes = [];
  for (let n = 2; primes.length < 64; n++) if (primes.every((p) => n % p)) primes.push(n);
  // The root of p·2^(32·degree) has its 32 fractional bits below the point as low word.
  const fraction = (/** @type {number} */ p, /** @type {bigint} */ degree) => {
    const target = BigInt(p) << (32n * degree);
    let low = 0n;
    let high = 1n << 40n;
    while (high - low > 1n) {
      const middle = (low + high) / 2n;
      if (middle ** degree <= target) low = middle;
      else high = middle;
    }
    return Number(low & 0xffffffffn);
  };
  return [
    Uint32Array.from(primes.slice(0, 8), (p) => fraction(p, 2n)),
    Uint32Array.from(primes, (p) => fraction(p, 3n)),
  ];
}
