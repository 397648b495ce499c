/**
 * Home: is all well, and if not, what to do. One verdict, both editors, what needs a decision, the way back, the
 * health.
 */
import { useHubState } from "#renderer/app-context.tsx";
import { texts } from "#renderer/messages/texts.ts";
import { HealthCard } from "./health-card.tsx";
import { Hero } from "./hero.tsx";
import styles from "./home.module.css";
import { NeedsYouCard } from "./needs-you-card.tsx";
import { RecentCard } from "./recent-card.tsx";
import { SafetyCard } from "./safety-card.tsx";

export function Home() {
  const status = useHubState((state) => state.status);
  if (status === null) return <p className={styles.silent}>{texts.home.silent}</p>;
  return (
    <div className={styles.home}>
      <Hero status={status} />
      <div className={styles.cards}>
        <div className={styles.column}>
          <NeedsYouCard />
          <RecentCard notices={status.notices} />
        </div>
        <SafetyCard status={status} />
        <HealthCard status={status} />
      </div>
    </div>
  );
}
