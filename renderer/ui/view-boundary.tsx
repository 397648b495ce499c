/**
 * Keeps a bug in one view from taking the window with it: the frame, the verdict and the other views stay.
 *
 * Must never: hide the error. React writes it to the console, from where the shell's log takes it.
 */
import { Component, type ReactNode } from "react";
import { Button } from "./button.tsx";
import styles from "./empty.module.css";

type ViewBoundaryProps = {
  readonly title: string;
  readonly text: string;
  readonly again: string;
  readonly children: ReactNode;
};

export class ViewBoundary extends Component<ViewBoundaryProps, { readonly isBroken: boolean }> {
  override readonly state = { isBroken: false };

  static getDerivedStateFromError(): { readonly isBroken: boolean } {
    return { isBroken: true };
  }

  override render(): ReactNode {
    const { title, text, again, children } = this.props;
    if (!this.state.isBroken) return children;
    return (
      <div className={styles.empty} role="alert">
        <h2>{title}</h2>
        <p>{text}</p>
        <div className={styles.actions}>
          <Button onClick={() => window.location.reload()}>{again}</Button>
        </div>
      </div>
    );
  }
}
