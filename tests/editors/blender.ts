/** A real Blender, driven by tests/blender/driver.py: headless, in a window, or a newer one as a Python module. */
import { spawn } from "node:child_process";
import net from "node:net";
import path from "node:path";
import { LineControl } from "./line-control.ts";

const root = path.resolve(import.meta.dirname, "../..");
const driver = path.join(root, "tests/blender/driver.py");
const startMsMax = 90_000;

export type BlenderOptions = {
  readonly home: string;
  /** A .blend to open. */
  readonly file?: string;
  /** A Python that can `import bpy`; left out: Debian's Blender. */
  readonly python?: string | undefined;
  readonly isWindowed?: boolean;
  /** Ends as in a crash as soon as an object of this name is in it. */
  readonly diesOf?: string | undefined;
};

export async function startBlender({ home, file, python, isWindowed, diesOf }: BlenderOptions): Promise<LineControl> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as net.AddressInfo;
  const env = { ...process.env, VIBESYNC_HOME: home, PYTHONDONTWRITEBYTECODE: "1", LIBGL_ALWAYS_SOFTWARE: "1" };
  if (diesOf) Object.assign(env, { VIBESYNC_TEST_DIES_OF: diesOf });
  const [command, ...args] = python
    ? [python, driver, String(port)]
    : [
        "blender",
        ...(isWindowed ? windowArgs : ["-b"]),
        "--factory-startup",
        ...emptyScene,
        "-P",
        driver,
        "--",
        String(port),
      ];
  const child = spawn(command as string, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  const socket = await connected(server, child);
  server.close();
  const control = new LineControl(child, { input: socket, output: socket });
  if (file) await control.do({ do: "open", path: file });
  else if (python) await control.do({ do: "new" });
  return control;
}

/** Before the add-on links: the startup file's cube must not reach the hub. */
const emptyScene = ["--python-expr", "import bpy; bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)"];

const windowArgs = ["--window-geometry", "0", "0", "1000", "700"];

function connected(server: net.Server, child: ReturnType<typeof spawn>): Promise<net.Socket> {
  let log = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (data: Buffer) => (log += data.toString()));
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`Blender did not start\n${log}`)), startMsMax);
    child.once("exit", (code) => reject(new Error(`Blender ended with ${code}\n${log}`)));
    server.once("connection", (socket) => {
      clearTimeout(timer);
      socket.setNoDelay(true);
      resolve(socket);
    });
  });
}
