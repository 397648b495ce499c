/**
 * Draws every icon of the app into build/icons: `node build/icons/draw.mjs`. The results are committed, so that no
 * build needs it.
 *
 * The mark is two arcs that chase each other round a disc: one scene, two editors. The tray shows the verdict by shape
 * as well as by colour, because macOS paints template images in one colour and some people see no difference between
 * ours.
 *
 * Shapes are distance functions in a unit square, sampled 4 x 4 times a pixel; nothing here depends on fonts or a
 * canvas.
 */
import fs from "node:fs";
import path from "node:path";
import { icnsBytes, icoBytes, pngBytes } from "./formats.mjs";

/** @typedef {(x: number, y: number) => boolean} Shape true inside; x right and y down, both 0..1 */
/** @typedef {readonly [number, number, number]} Colour */

const folder = import.meta.dirname;
const samples = 4;
const traySizes = [16, 22, 32];
const appSizes = [16, 32, 48, 64, 128, 256, 512, 1024];

/** @type {Readonly<Record<string, Colour>>} */
const colours = {
  white: [242, 242, 242],
  grey: [150, 150, 150],
  amber: [240, 173, 62],
  red: [229, 83, 75],
  orange: [245, 121, 42],
  slate: [35, 35, 35],
};

/** @type {Readonly<Record<string, { badge: string, colour: Colour }>>} */
const verdicts = {
  live: { badge: "none", colour: colour("white") },
  waiting: { badge: "dots", colour: colour("grey") },
  paused: { badge: "bars", colour: colour("white") },
  "safe-mode": { badge: "shield", colour: colour("amber") },
  "needs-you": { badge: "mark", colour: colour("red") },
  stopped: { badge: "square", colour: colour("grey") },
};

/** @param {string} name */
function colour(name) {
  const value = colours[name];
  if (!value) throw new Error(`There is no colour ${name}.`);
  return value;
}

/**
 * Half a ring with an arrow head at its clockwise end.
 * @param {number} turn 0 or 1: which half
 * @param {number} thickness
 * @returns {Shape}
 */
function arc(turn, thickness) {
  const radius = 0.36;
  const from = turn * Math.PI + 0.25;
  const length = Math.PI - 0.95;
  const tip = from + length;
  const head = { x: 0.5 + radius * Math.cos(tip), y: 0.5 + radius * Math.sin(tip) };
  return (x, y) => {
    const [dx, dy] = [x - 0.5, y - 0.5];
    const angle = (Math.atan2(dy, dx) - from + 4 * Math.PI) % (2 * Math.PI);
    if (angle <= length && Math.abs(Math.hypot(dx, dy) - radius) < thickness / 2) return true;
    // The head: a triangle along the tangent.
    const along = -(x - head.x) * Math.sin(tip) + (y - head.y) * Math.cos(tip);
    const across = (x - head.x) * Math.cos(tip) + (y - head.y) * Math.sin(tip);
    const reach = thickness * 1.7;
    return along >= 0 && along <= reach && Math.abs(across) <= (reach - along) * 0.75;
  };
}

/** @type {(centre: readonly [number, number], width: number, height: number) => Shape} */
const box =
  ([cx, cy], width, height) =>
  (x, y) =>
    Math.abs(x - cx) <= width / 2 && Math.abs(y - cy) <= height / 2;
/** @type {(cx: number, cy: number, r: number) => Shape} */
const disc = (cx, cy, r) => (x, y) => Math.hypot(x - cx, y - cy) <= r;
/** @type {(...shapes: Shape[]) => Shape} */
const union =
  (...shapes) =>
  (x, y) =>
    shapes.some((shape) => shape(x, y));

/** @type {Shape} */
const shield = (x, y) => {
  const down = (y - 0.33) / 0.36;
  if (down < 0 || down > 1) return false;
  const half = down < 0.45 ? 0.15 : 0.15 * Math.sqrt(Math.max(0, 1 - ((down - 0.45) / 0.55) ** 2));
  return Math.abs(x - 0.5) <= half;
};

/** @type {Readonly<Record<string, Shape>>} */
const badges = {
  none: disc(0.5, 0.5, 0.1),
  dots: union(disc(0.36, 0.5, 0.055), disc(0.5, 0.5, 0.055), disc(0.64, 0.5, 0.055)),
  bars: union(box([0.42, 0.5], 0.09, 0.32), box([0.58, 0.5], 0.09, 0.32)),
  shield,
  mark: union(box([0.5, 0.44], 0.1, 0.24), disc(0.5, 0.65, 0.06)),
  square: box([0.5, 0.5], 0.26, 0.26),
};

/** @type {Shape} */
const plate = (x, y) => {
  const corner = 0.22;
  const [dx, dy] = [Math.max(Math.abs(x - 0.5) - (0.5 - corner), 0), Math.max(Math.abs(y - 0.5) - (0.5 - corner), 0)];
  return Math.hypot(dx, dy) <= corner;
};

/**
 * Later layers lie on top.
 * @param {number} size
 * @param {readonly { shape: Shape, colour: Colour }[]} layers
 */
function rgba(size, layers) {
  const pixels = Buffer.alloc(size * size * 4);
  for (let at = 0; at < size * size; at += 1)
    pixels.set(pixel(at % size, Math.floor(at / size), { size, layers }), at * 4);
  return pixels;
}

/**
 * @param {number} column
 * @param {number} row
 * @param {{ size: number, layers: readonly { shape: Shape, colour: Colour }[] }} picture
 */
function pixel(column, row, { size, layers }) {
  const sum = [0, 0, 0];
  let covered = 0;
  for (let sample = 0; sample < samples * samples; sample += 1) {
    const x = (column + ((sample % samples) + 0.5) / samples) / size;
    const y = (row + (Math.floor(sample / samples) + 0.5) / samples) / size;
    const top = layers.findLast((layer) => layer.shape(x, y));
    if (!top) continue;
    covered += 1;
    for (const channel of [0, 1, 2]) sum[channel] = (sum[channel] ?? 0) + (top.colour[channel] ?? 0);
  }
  if (covered === 0) return [0, 0, 0, 0];
  return [...sum.map((value) => Math.round(value / covered)), Math.round((255 * covered) / (samples * samples))];
}

/** @param {number} size */
function appIcon(size) {
  const thickness = size <= 32 ? 0.15 : 0.11;
  /** @type {(shape: Shape) => Shape} */
  const inset = (shape) => (x, y) => shape((x - 0.5) / 0.84 + 0.5, (y - 0.5) / 0.84 + 0.5);
  return pngBytes(
    size,
    rgba(size, [
      { shape: plate, colour: colour("slate") },
      { shape: inset(arc(0, thickness)), colour: colour("orange") },
      { shape: inset(arc(1, thickness)), colour: colour("white") },
      { shape: inset(disc(0.5, 0.5, 0.09)), colour: colour("white") },
    ]),
  );
}

/**
 * @param {string} verdict
 * @param {number} size
 * @param {Colour} [only] paint everything in this colour
 */
function trayIcon(verdict, size, only) {
  const { badge, colour: own } = verdicts[verdict] ?? { badge: "none", colour: colour("white") };
  const badgeShape = badges[badge] ?? disc(0.5, 0.5, 0.1);
  const ring = union(arc(0, 0.13), arc(1, 0.13));
  return pngBytes(
    size,
    rgba(size, [
      { shape: ring, colour: only ?? own },
      { shape: badgeShape, colour: only ?? own },
    ]),
  );
}

const tray = path.join(folder, "tray");
fs.mkdirSync(tray, { recursive: true });
for (const verdict of Object.keys(verdicts)) {
  for (const size of traySizes) fs.writeFileSync(path.join(tray, `${verdict}-${size}.png`), trayIcon(verdict, size));
  fs.writeFileSync(path.join(tray, `${verdict}-Template.png`), trayIcon(verdict, 16, [0, 0, 0]));
  fs.writeFileSync(path.join(tray, `${verdict}-Template@2x.png`), trayIcon(verdict, 32, [0, 0, 0]));
}
const app = new Map(appSizes.map((size) => [size, appIcon(size)]));
fs.mkdirSync(path.join(folder, "app"), { recursive: true });
for (const [size, bytes] of app) fs.writeFileSync(path.join(folder, "app", `${size}x${size}.png`), bytes);
fs.writeFileSync(path.join(folder, "icon.ico"), icoBytes(app));
fs.writeFileSync(path.join(folder, "icon.icns"), icnsBytes(app));
