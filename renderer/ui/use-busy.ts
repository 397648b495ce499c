/**
 * Feedback while an answer is awaited: `busy` for a button, and for a switch the value it was pressed to, taken back
 * when it was refused. Both only bridge the time until the hub speaks.
 */
import { useCallback, useEffect, useRef, useState } from "react";

export function useBusy<Arguments extends readonly unknown[]>(
  act: (...given: Arguments) => Promise<unknown>,
): readonly [busy: boolean, run: (...given: Arguments) => Promise<void>] {
  const [busy, setBusy] = useState(false);
  const isMounted = useRef(true);
  useEffect(() => {
    isMounted.current = true;
    return () => {
      isMounted.current = false;
    };
  }, []);
  const run = async (...given: Arguments) => {
    setBusy(true);
    try {
      await act(...given);
    } finally {
      if (isMounted.current) setBusy(false);
    }
  };
  return [busy, run];
}

/** How long a pressed switch may differ from what the hub says before the hub is believed. */
const patienceMs = 2_000;

export function useSwitch(
  actual: boolean,
  change: (next: boolean) => Promise<boolean>,
): readonly [shown: boolean, toggle: () => void] {
  const [pressed, setPressed] = useState<boolean | null>(null);
  useEffect(() => {
    if (pressed === null) return;
    if (pressed === actual) {
      setPressed(null);
      return;
    }
    const timer = setTimeout(() => setPressed(null), patienceMs);
    return () => clearTimeout(timer);
  }, [actual, pressed]);
  const shown = pressed ?? actual;
  const toggle = useCallback(() => {
    setPressed(!shown);
    void change(!shown).then((done) => {
      if (!done) setPressed(null);
    });
  }, [shown, change]);
  return [shown, toggle];
}
