// A scene of plain values behind ILiveScene: for Core's tests, with nothing of Unity and nothing hidden.
using System;
using System.Collections.Generic;
using System.Linq;
using VibeSync.Core;

namespace VibeSync.Tests
{
    public sealed class PaperScene : ILiveScene
    {
        public readonly Dictionary<string, LiveEntity> Entities = new Dictionary<string, LiveEntity>();
        public readonly HashSet<string> Held = new HashSet<string>();
        public string RefuseWith;
        public int Writes;

        public static string Id(int number)
        {
            return "00000000-0000-4000-8000-" + number.ToString("d12");
        }

        public string Put(int number, string parentOrNull = null)
        {
            string uuid = Id(number);
            var fields = new FieldMap
            {
                { "name", "Object " + number }, { "parent", parentOrNull }, { "visible", true },
                { "translation", new double[] { number, 0, 0 } }, { "rotation", new double[] { 0, 0, 0, 1 } },
                { "scale", new double[] { 1, 1, 1 } },
            };
            Entities[uuid] = new LiveEntity { Uuid = uuid, Kind = FieldTable.Object, Fields = fields };
            return uuid;
        }

        public void Identify() { }

        public List<string> Uuids()
        {
            return Entities.Keys.ToList();
        }

        public bool Exists(string uuid)
        {
            return Entities.ContainsKey(uuid);
        }

        public LiveEntity ReadOrNull(string uuid)
        {
            LiveEntity found;
            if (!Entities.TryGetValue(uuid, out found)) return null;
            return new LiveEntity { Uuid = uuid, Kind = found.Kind, Fields = new FieldMap(found.Fields) };
        }

        public string CreateOrError(string uuid, string kind, FieldMap fields)
        {
            if (RefuseWith != null) return RefuseWith;
            Entities[uuid] = new LiveEntity { Uuid = uuid, Kind = kind, Fields = new FieldMap(fields) };
            return null;
        }

        public string WriteOrError(string uuid, FieldMap fields)
        {
            if (RefuseWith != null) return RefuseWith;
            Writes++;
            foreach (KeyValuePair<string, object> field in fields) Entities[uuid].Fields[field.Key] = field.Value;
            return null;
        }

        public string DeleteOrError(string uuid, Predicate<string> isGoing)
        {
            foreach (LiveEntity child in Entities.Values.Where(entity => entity.Fields.Text("parent") == uuid).ToList())
            {
                if (isGoing(child.Uuid)) DeleteOrError(child.Uuid, isGoing);
                else child.Fields["parent"] = Entities[uuid].Fields.Text("parent");
            }
            Entities.Remove(uuid);
            return null;
        }

        public string Reidentify(string uuid)
        {
            LiveEntity entity = Entities[uuid];
            Entities.Remove(uuid);
            entity.Uuid = Core.Uuids.New();
            Entities[entity.Uuid] = entity;
            return entity.Uuid;
        }

        public bool IsHeld(string uuid, bool withDescendants)
        {
            return Held.Contains(uuid);
        }
    }

    /// <summary>Core's parts joined around a paper scene, as SyncEngine joins them.</summary>
    public sealed class Bench
    {
        public readonly PaperScene Scene = new PaperScene();
        public readonly ShadowScene Shadow = new ShadowScene();
        public readonly Outbox Outbox = new Outbox();
        public readonly StampClock Clock = new StampClock();
        public readonly Incoming Incoming = new Incoming();
        public readonly Capture Capture;
        public readonly Applier Applier;
        public readonly ChangeWriter Writer;

        public Bench()
        {
            Outbox.SeenOf = Incoming.SeenOf;
            Capture = new Capture(Scene, Shadow, Outbox, Clock);
            Applier = new Applier(Scene, Shadow, Outbox, Capture, Incoming);
            Writer = new ChangeWriter(Shadow, Outbox, Clock);
            Applier.Reached += request => { };
        }

        /// <summary>Lists the scene, as after a greeting; returns the pages.</summary>
        public List<JsonObject> Index(bool hasBase)
        {
            var pages = new List<JsonObject>();
            new Indexer(Scene, Shadow, Clock, Outbox, hasBase).Run(1, text => pages.Add(Parse(text)), () => false);
            return pages;
        }

        public void Receive(string uuid, string field, object value, long stamp, long lsn)
        {
            Clock.Observe(stamp);
            Incoming.Set(uuid, field, new IncomingField { Value = value, Stamp = stamp }, lsn);
            Incoming.LastLsn = Math.Max(Incoming.LastLsn, lsn);
        }

        public void Run()
        {
            Applier.Run(() => false);
        }

        /// <summary>Captures everything and returns the operations that would be sent.</summary>
        public List<JsonObject> Sent()
        {
            Capture.All();
            var ops = new List<JsonObject>();
            foreach (SentChange sent in Writer.Write(1))
            {
                if (sent.TextOrNull == null) continue;
                ops.AddRange(((JsonArray)Parse(sent.TextOrNull)["ops"]).Cast<JsonObject>());
            }
            return ops;
        }

        public static JsonObject Parse(string text)
        {
            object value;
            string error;
            Expect.That(JsonReader.TryRead(text, out value, out error), error);
            Expect.Equal(null, Codec.Schema.ErrorOrNull(value, "UpMessage"), "what is sent fits the schema");
            return (JsonObject)value;
        }
    }
}
