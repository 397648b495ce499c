/** Whose version of something that is held back counts: an editor's, or what was last agreed. */
import { roles } from "./protocol/handshake.ts";

export const choices = [...roles, "agreed"] as const;
export type Choice = (typeof choices)[number];
