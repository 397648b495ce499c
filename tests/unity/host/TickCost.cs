// How long the editor's frames take: what the package costs the main thread.
using System.Collections.Generic;
using System.Diagnostics;
using UnityStandIn;
using VibeSync.Core;

namespace VibeSync.Host
{
    public static class TickCost
    {
        private static readonly List<double> s_Ms = new List<double>();

        public static void Run(StandInHost host)
        {
            var clock = Stopwatch.StartNew();
            host.Tick();
            s_Ms.Add(clock.Elapsed.TotalMilliseconds);
        }

        /// <summary>Frames since the last call, in milliseconds.</summary>
        public static JsonObject Take()
        {
            s_Ms.Sort();
            int count = s_Ms.Count;
            var cost = new JsonObject { { "frames", count } };
            if (count > 0)
            {
                cost.Add("p50", s_Ms[count / 2]);
                cost.Add("p99", s_Ms[count * 99 / 100]);
                cost.Add("max", s_Ms[count - 1]);
            }
            s_Ms.Clear();
            return cost;
        }
    }
}
