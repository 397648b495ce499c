/**
 * Where an object is relative to its parent, in whichever space is being spoken of, and how its kind turns its axes.
 */
import type { Quaternion } from "./quaternion.ts";
import type { Vec3 } from "./vector.ts";

export type Placement = {
  readonly translation: Vec3;
  /** xyzw, unit length. */
  readonly rotation: Quaternion;
  readonly scale: Vec3;
};

/**
 * Cameras and lights are *aimed*: each editor has its own idea of which of their axes looks ahead, so their own frame
 * (and with it their children's) is turned differently from everybody else's. All lights are, point lights too.
 */
export type Aim = { readonly self: boolean; readonly parent: boolean };

export const notAimed: Aim = { self: false, parent: false };

export function isAimedType(type: unknown): boolean {
  return type === "camera" || type === "light";
}
