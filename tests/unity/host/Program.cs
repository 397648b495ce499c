// A "Unity editor" in a process of its own: the real package on the stand-in, ticking at about 100 Hz, driven by
// line-JSON.
//
//   mono Host.exe --package Package.dll --project <folder> [--no-play-reload]
//
// stdin: one command a line, {"id": 1, "do": "create", ...}; stdout: one answer a line, {"id": 1, "ok": true, "result":
// ...}, and first {"ready": true}. See UserActions.cs and Commands.cs for the commands. The last saved scene is opened
// at the start, so that the process can be killed at any moment and started again. Nothing but answers is written to
// stdout.
using System;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.IO;
using System.Threading;
using UnityStandIn;
using VibeSync.Core;

namespace VibeSync.Host
{
    public static class Program
    {
        private const int k_TickMs = 10;

        public static int Main(string[] args)
        {
            string package = Option(args, "--package");
            string project = Path.GetFullPath(Option(args, "--project"));
            Environment.SetEnvironmentVariable("VIBESYNC_FORCE", "1");
            // Unity's main thread has a context that runs posted work between frames; here nothing is posted to it.
            var host = new StandInHost(package,
                project) { ReloadsForPlay = Array.IndexOf(args, "--no-play-reload") < 0 };
            var commands = new Commands(host, project);
            host.StartUp(commands.LastSceneOrNull());
            var lines = new BlockingCollection<string>();
            var reader = new Thread(() => ReadLines(lines)) { IsBackground = true };
            reader.Start();
            Say(new JsonObject { { "ready", true } });
            var clock = Stopwatch.StartNew();
            while (!commands.IsQuitting)
            {
                string line;
                int waitMs = (int)Math.Max(0, k_TickMs - clock.ElapsedMilliseconds);
                if (lines.TryTake(out line, waitMs)) Say(commands.Run(line));
                if (lines.IsAddingCompleted && lines.Count == 0) break;
                if (clock.ElapsedMilliseconds < k_TickMs) continue;
                clock.Restart();
                TickCost.Run(host);
            }
            host.Quit();
            return 0;
        }

        private static void ReadLines(BlockingCollection<string> lines)
        {
            string line;
            while ((line = Console.In.ReadLine()) != null) lines.Add(line);
            lines.CompleteAdding();
        }

        private static void Say(JsonObject message)
        {
            Console.Out.WriteLine(JsonWriter.Write(message));
            Console.Out.Flush();
        }

        private static string Option(string[] args, string name)
        {
            int at = Array.IndexOf(args, name);
            if (at < 0 || at + 1 >= args.Length) throw new ArgumentException("Missing " + name);
            return args[at + 1];
        }
    }
}
