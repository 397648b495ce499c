/** How moments are written: how long ago, at what time, on which day. All take milliseconds since 1970. */
import { useEffect, useState } from "react";

const clockFormat = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const dayFormat = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long", year: "numeric" });

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

export function ago(timeMs: number, nowMs: number): string {
  const ageMs = Math.max(0, nowMs - timeMs);
  if (ageMs < 5 * secondMs) return "just now";
  if (ageMs < minuteMs) return `${Math.floor(ageMs / secondMs)} s ago`;
  if (ageMs < hourMs) return `${Math.floor(ageMs / minuteMs)} min ago`;
  if (ageMs < dayMs) return `${Math.floor(ageMs / hourMs)} h ago`;
  const days = Math.floor(ageMs / dayMs);
  return days === 1 ? "yesterday" : `${days} days ago`;
}

export function clockTime(timeMs: number): string {
  return clockFormat.format(timeMs);
}

/** The same text for moments of the same day. */
export function dayName(timeMs: number): string {
  return dayFormat.format(timeMs);
}

/** Now, renewed every `everyMs`, for texts that say how long ago something was. */
export function useNow(everyMs: number): number {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return nowMs;
}
