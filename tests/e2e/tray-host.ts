/**
 * A desktop's tray, on a session bus: it owns `org.kde.StatusNotifierWatcher`, reads the app's item, and presses its
 * menu.
 *
 * Chromium answers no introspection, so calls are sent as plain messages.
 */
import dbus from "dbus-next";
import { eventually } from "./launch.ts";

const watcherName = "org.kde.StatusNotifierWatcher";
const itemInterface = "org.kde.StatusNotifierItem";
const menuInterface = "com.canonical.dbusmenu";

class Watcher extends dbus.interface.Interface {
  readonly items: string[] = [];

  constructor() {
    super(watcherName);
  }

  RegisterStatusNotifierItem(item: string): void {
    this.items.push(item);
  }

  RegisterStatusNotifierHost(): void {}

  get IsStatusNotifierHostRegistered(): boolean {
    return true;
  }

  get RegisteredStatusNotifierItems(): string[] {
    return this.items;
  }

  get ProtocolVersion(): number {
    return 0;
  }
}

const { ACCESS_READ } = dbus.interface;
Watcher.configureMembers({
  methods: {
    RegisterStatusNotifierItem: { inSignature: "s" },
    RegisterStatusNotifierHost: { inSignature: "s" },
  },
  properties: {
    IsStatusNotifierHostRegistered: { signature: "b", access: ACCESS_READ },
    RegisteredStatusNotifierItems: { signature: "as", access: ACCESS_READ },
    ProtocolVersion: { signature: "i", access: ACCESS_READ },
  },
});

export type TrayLine = {
  readonly id: number;
  readonly label: string;
  readonly isEnabled: boolean;
  readonly isTicked: boolean;
};

export type TrayHost = {
  /** Waits until the app's icon is there. */
  item(): Promise<TrayItem>;
  stop(): void;
};

export type TrayItem = {
  tooltip(): Promise<string>;
  /** Changes with every new menu. */
  revision(): Promise<number>;
  lines(): Promise<readonly TrayLine[]>;
  press(label: RegExp): Promise<void>;
  /** A left click. */
  activate(): Promise<void>;
};

export async function openTrayHost(address: string): Promise<TrayHost> {
  const bus = dbus.sessionBus({ busAddress: address } as never);
  const watcher = new Watcher();
  bus.export("/StatusNotifierWatcher", watcher);
  await bus.requestName(watcherName, 0);
  return {
    item: async () => itemOf(bus, await eventually("the tray icon registers", () => watcher.items[0])),
    stop: () => bus.disconnect(),
  };
}

/** Signature and values of a call. */
type Arguments = readonly [string, unknown[]];

/** A registration is a bus name, a bus name with a path, or (Ayatana) a path alone. */
function itemOf(bus: dbus.MessageBus, registration: string): TrayItem {
  const [destination = "", ...rest] = registration.split("/");
  const path = `/${rest.join("/") || "StatusNotifierItem"}`;
  const call = async (target: string, member: string, [signature, body]: Arguments): Promise<unknown[]> => {
    const [face = "", name = ""] = [
      member.slice(0, member.lastIndexOf(".")),
      member.slice(member.lastIndexOf(".") + 1),
    ];
    const message = new dbus.Message({ destination, path: target, interface: face, member: name, signature, body });
    return (await bus.call(message))?.body ?? [];
  };
  const properties = async (): Promise<Record<string, { value: unknown }>> => {
    const [all] = await call(path, "org.freedesktop.DBus.Properties.GetAll", ["s", [itemInterface]]);
    return all as Record<string, { value: unknown }>;
  };
  const layout = async (): Promise<[number, [number, unknown, { value: Row }[]]]> => {
    const menu = String((await properties()).Menu?.value);
    return (await call(menu, `${menuInterface}.GetLayout`, ["iias", [0, -1, []]])) as never;
  };
  const lines = async () => (await layout())[1][2].map(({ value }) => lineOf(value));
  return {
    tooltip: async () => {
      const { ToolTip } = await properties();
      return Array.isArray(ToolTip?.value) ? String(ToolTip.value[2]) : "";
    },
    revision: async () => (await layout())[0],
    lines,
    async press(label) {
      const line = (await lines()).find((one) => label.test(one.label));
      if (!line) throw new Error(`The tray has no line ${label}.`);
      const menu = String((await properties()).Menu?.value);
      await call(menu, `${menuInterface}.Event`, ["isvu", [line.id, "clicked", new dbus.Variant("s", ""), 0]]);
    },
    activate: async () => void (await call(path, `${itemInterface}.Activate`, ["ii", [10, 10]])),
  };
}

type Row = [number, Record<string, { value: unknown } | undefined>, unknown];

function lineOf([id, properties]: Row): TrayLine {
  return {
    id,
    label: String(properties.label?.value ?? ""),
    isEnabled: properties.enabled?.value !== false,
    isTicked: properties["toggle-state"]?.value === 1,
  };
}
