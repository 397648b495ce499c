/** The five states and six verdicts as people see them everywhere: icon, word and colour, never colour alone. */
import {
  ArrowRight,
  Check,
  CircleAlert,
  CircleCheck,
  CirclePause,
  CircleX,
  GitCompareArrows,
  Hand,
  Hourglass,
  type LucideIcon,
  ShieldCheck,
  Unlink,
} from "lucide-react";
import { stateMeanings } from "#renderer/messages/words.ts";
import { Tooltip } from "#renderer/ui/tooltip.tsx";
import type { ObjectState } from "#shared/ipc/view.ts";
import { objectStateWord, verdictWord } from "#shared/ipc/words.ts";
import type { Verdict } from "#shared/protocol/down.ts";
import styles from "./state-mark.module.css";

const stateIcons: { readonly [State in ObjectState]: LucideIcon } = {
  "in-step": Check,
  sending: ArrowRight,
  held: Hand,
  conflict: GitCompareArrows,
  "one-side": Unlink,
};

const verdictIcons: { readonly [Name in Verdict]: LucideIcon } = {
  live: CircleCheck,
  waiting: Hourglass,
  paused: CirclePause,
  "safe-mode": ShieldCheck,
  "needs-you": CircleAlert,
  stopped: CircleX,
};

export function StateIcon({ state }: { readonly state: ObjectState }) {
  const Icon = stateIcons[state];
  return <Icon size={14} className={styles.icon} data-state={state} aria-hidden="true" />;
}

export function StateMark({ state }: { readonly state: ObjectState }) {
  return (
    <span className={styles.state} data-state={state} title={stateMeanings[state]}>
      <StateIcon state={state} />
      {objectStateWord[state]}
    </span>
  );
}

export function VerdictPill({ verdict, sentence }: { readonly verdict: Verdict; readonly sentence: string }) {
  const Icon = verdictIcons[verdict];
  return (
    <Tooltip text={sentence}>
      <span className={styles.pill} data-verdict={verdict}>
        <Icon size={15} aria-hidden="true" />
        {verdictWord[verdict]}
      </span>
    </Tooltip>
  );
}

export function VerdictHeading({ verdict }: { readonly verdict: Verdict }) {
  const Icon = verdictIcons[verdict];
  return (
    <span className={styles.heading} data-verdict={verdict}>
      <Icon size={22} aria-hidden="true" />
      {verdictWord[verdict]}
    </span>
  );
}
