/**
 * Shows notices on the desktop. A click opens the exact view; no buttons, because Linux drops them.
 *
 * Owns: the one shown notification of each occasion. Where the desktop has no notifications nothing happens: the window
 * lists the same things.
 */
import { Notification } from "electron";
import type { DesktopNotice, Occasion } from "./notices.ts";

export type Notifications = {
  present(notice: DesktopNotice): void;
  withdraw(occasion: Occasion): void;
};

export function createNotifications(icon: string, open: (view: string) => void): Notifications {
  // Kept, because a notification that is collected loses its click.
  const shown = new Map<Occasion, Notification>();
  const withdraw = (occasion: Occasion): void => {
    shown.get(occasion)?.close();
    shown.delete(occasion);
  };
  return {
    present({ occasion, title, body, view, isUrgent }) {
      if (!Notification.isSupported()) return;
      withdraw(occasion);
      const notification = new Notification({ title, body, icon, urgency: isUrgent ? "critical" : "normal" });
      notification.on("click", () => open(view));
      notification.on("close", () => {
        if (shown.get(occasion) === notification) shown.delete(occasion);
      });
      shown.set(occasion, notification);
      notification.show();
    },
    withdraw,
  };
}
