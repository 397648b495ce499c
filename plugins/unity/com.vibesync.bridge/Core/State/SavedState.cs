// Everything that must outlive a domain reload (Library/VibeSync/state.json): shadow, outbox, position in the log,
// clock, epoch.
//
// The file belongs to one editor process: it carries the process's instance, and another process ignores it. With it
// the link goes on where it was, and an edit made a moment before the reload is sent afterwards, or sent again with the
// same seq.
using System;
using System.Collections.Generic;

namespace VibeSync.Core
{
    /// <summary>The engine's state between two domains.</summary>
    public sealed class SavedState
    {
        public string Instance;
        public long Epoch;
        public long Lsn;
        public string LogOrNull;
        public string ProjectOrNull;
        public bool IsTracking;
        public bool IsResumable;
        public bool HasBase;
        public ShadowScene Shadow;
        public Outbox Outbox;
        public StampClock Clock;

        public string ToJson()
        {
            var unsent = new JsonArray();
            foreach (PendingOp op in Outbox.Unsent)
            {
                unsent.Add(new JsonArray { op.Uuid, op.Kind.ToString(), op.CopiedFromOrNull,
                    new List<string>(op.Fields), op.Base });
            }
            var sent = new JsonArray();
            foreach (SentChange change in Outbox.InFlight)
            {
                string bytes = change.BytesOrNull == null ? null : Convert.ToBase64String(change.BytesOrNull);
                sent.Add(new JsonArray { change.Seq, change.Stamp, change.TextOrNull, bytes, change.FieldsByUuid });
            }
            return JsonWriter.Write(new JsonObject
            {
                { "instance", Instance }, { "epoch", Epoch }, { "lsn", Lsn }, { "log", LogOrNull },
                { "project", ProjectOrNull },
                { "tracking", IsTracking }, { "resumable", IsResumable }, { "base", HasBase },
                { "clock", Clock.Highest },
                { "nextSeq", Outbox.NextSeq }, { "unsent", unsent }, { "sent", sent },
                { "shadow", ShadowJson.Write(Shadow) },
            });
        }

        /// <summary>Reads a state back; null when it is not this process's, or not whole.</summary>
        public static SavedState FromJsonOrNull(object value, string instance)
        {
            var json = value as JsonObject;
            if (json == null || json.OrNull("instance") as string != instance) return null;
            var state = new SavedState
            {
                Instance = instance, Shadow = new ShadowScene(), Outbox = new Outbox(), Clock = new StampClock(),
                Epoch = json.Long("epoch", 1), Lsn = json.Long("lsn", 0),
                LogOrNull = json.OrNull("log") as string, ProjectOrNull = json.OrNull("project") as string,
                IsTracking = Equals(json.OrNull("tracking"), true),
                IsResumable = Equals(json.OrNull("resumable"), true),
                HasBase = Equals(json.OrNull("base"), true),
            };
            if (!ShadowJson.TryRead(json.OrNull("shadow") as JsonObject, state.Shadow, state.Clock)) return null;
            state.Clock.Observe(json.Long("clock", 0));
            state.Outbox.NextSeq = json.Long("nextSeq", 1);
            foreach (object item in (JsonArray)json["unsent"]) state.Outbox.Add(ReadOp((JsonArray)item));
            foreach (object item in (JsonArray)json["sent"]) state.Outbox.Restore(ReadSent((JsonArray)item));
            return state;
        }

        private static PendingOp ReadOp(JsonArray parts)
        {
            var op = new PendingOp
            {
                Uuid = (string)parts[0],
                Kind = (PendingKind)Enum.Parse(typeof(PendingKind), (string)parts[1]),
                CopiedFromOrNull = (string)parts[2],
                Base = parts.Count > 4 ? (long)(double)parts[4] : 0,
            };
            foreach (object field in (JsonArray)parts[3]) op.Fields.Add((string)field);
            return op;
        }

        private static SentChange ReadSent(JsonArray parts)
        {
            var sent = new SentChange
            {
                Seq = (long)(double)parts[0], Stamp = (long)(double)parts[1], TextOrNull = (string)parts[2],
                BytesOrNull = parts[3] == null ? null : Convert.FromBase64String((string)parts[3]),
            };
            foreach (KeyValuePair<string, object> pair in (JsonObject)parts[4])
            {
                sent.FieldsByUuid.Add(pair.Key, ((JsonArray)pair.Value).ConvertAll(field => (string)field).ToArray());
            }
            return sent;
        }
    }
}
