/**
 * A desktop's notification daemon, on a session bus: it keeps what it is shown, and clicks it.
 */
import dbus from "dbus-next";
import { eventually } from "./launch.ts";

const daemonName = "org.freedesktop.Notifications";

export type Shown = { readonly id: number; readonly title: string; readonly body: string };

class Daemon extends dbus.interface.Interface {
  readonly shown: Shown[] = [];
  readonly closed: number[] = [];

  constructor() {
    super(daemonName);
  }

  // The signature is the specification's.
  Notify(...[, , , title, body]: [string, number, string, string, string]): number {
    const id = this.shown.length + 1;
    this.shown.push({ id, title, body });
    return id;
  }

  CloseNotification(id: number): void {
    this.closed.push(id);
  }

  GetCapabilities(): string[] {
    return ["body", "actions"];
  }

  GetServerInformation(): string[] {
    return ["test", "test", "1.0", "1.2"];
  }

  ActionInvoked(id: number, key: string): [number, string] {
    return [id, key];
  }

  NotificationClosed(id: number, reason: number): [number, number] {
    return [id, reason];
  }
}

Daemon.configureMembers({
  methods: {
    Notify: { inSignature: "susssasa{sv}i", outSignature: "u" },
    CloseNotification: { inSignature: "u" },
    GetCapabilities: { outSignature: "as" },
    GetServerInformation: { outSignature: "ssss" },
  },
  signals: { ActionInvoked: { signature: "us" }, NotificationClosed: { signature: "uu" } },
});

export type NotificationDaemon = {
  /** Waits for one whose title matches. */
  shown(title: RegExp): Promise<Shown>;
  all(): readonly Shown[];
  closed(): readonly number[];
  click(shown: Shown): void;
  stop(): void;
};

export async function openNotificationDaemon(address: string): Promise<NotificationDaemon> {
  const bus = dbus.sessionBus({ busAddress: address } as never);
  const daemon = new Daemon();
  bus.export("/org/freedesktop/Notifications", daemon);
  await bus.requestName(daemonName, 0);
  return {
    shown: (title) => eventually(`a notification ${title}`, () => daemon.shown.find((one) => title.test(one.title))),
    all: () => daemon.shown,
    closed: () => daemon.closed,
    click: ({ id }) => void daemon.ActionInvoked(id, "default"),
    stop: () => bus.disconnect(),
  };
}
