// The shadow as JSON, for the sidecar (survives a restart) and the state file (survives a domain reload). Reading
// checks everything it uses: these files can be edited, merged and half written; what is not valid is left out, never
// trusted.
using System.Collections.Generic;

namespace VibeSync.Core
{
    /// <summary>Writes and reads shadow scenes.</summary>
    public static class ShadowJson
    {
        public static JsonObject Write(ShadowScene shadow)
        {
            var entities = new JsonObject();
            foreach (ShadowEntity entity in shadow.Entities) entities.Add(entity.Uuid, WriteEntity(entity));
            var tombstones = new JsonObject();
            foreach (KeyValuePair<string, Tombstone> pair in shadow.Tombstones)
            {
                tombstones.Add(pair.Key, new JsonArray { pair.Value.Stamp, pair.Value.IsRemote });
            }
            return new JsonObject { { "entities", entities }, { "tombstones", tombstones } };
        }

        /// <summary>Fills an empty shadow; false when the text is not a shadow.</summary>
        public static bool TryRead(JsonObject json, ShadowScene shadow, StampClock clock)
        {
            var entities = json.OrNull("entities") as JsonObject;
            var tombstones = json.OrNull("tombstones") as JsonObject;
            if (entities == null || tombstones == null) return false;
            foreach (KeyValuePair<string, object> pair in tombstones)
            {
                var parts = pair.Value as JsonArray;
                bool isValid = Uuids.IsUuid(pair.Key) && parts != null && parts.Count == 2 && parts[0] is double
                    && parts[1] is bool;
                if (!isValid) continue;
                shadow.Bury(pair.Key, new Tombstone { Stamp = (long)(double)parts[0], IsRemote = (bool)parts[1] });
                clock.Observe((long)(double)parts[0]);
            }
            foreach (KeyValuePair<string, object> pair in entities)
            {
                if (Uuids.IsUuid(pair.Key)) ReadEntity(pair.Key, pair.Value as JsonObject, shadow, clock);
            }
            return true;
        }

        private static JsonObject WriteEntity(ShadowEntity entity)
        {
            var cells = new JsonObject();
            foreach (KeyValuePair<string, Cell> pair in entity.Cells)
            {
                cells.Add(pair.Key, new JsonArray { pair.Value.Value, pair.Value.Stamp, pair.Value.IsRemote });
            }
            return new JsonObject
            {
                { "kind", entity.Kind }, { "life", entity.LifeStamp }, { "remote", entity.IsRemoteMade },
                { "cells", cells },
            };
        }

        private static void ReadEntity(string uuid, JsonObject json, ShadowScene shadow, StampClock clock)
        {
            var cells = json.OrNull("cells") as JsonObject;
            var kind = json.OrNull("kind") as string;
            object life = json.OrNull("life");
            bool isValid = cells != null && life is double && Codec.Schema.ErrorOrNull(kind, "EntityKind") == null;
            if (!isValid) return;
            var birth = new Birth { Stamp = (long)(double)life, IsRemote = Equals(json.OrNull("remote"), true) };
            ShadowEntity entity = shadow.Add(uuid, kind, birth);
            foreach (KeyValuePair<string, object> pair in cells)
            {
                var parts = pair.Value as JsonArray;
                bool isCell = parts != null && parts.Count == 3 && parts[1] is double && parts[2] is bool;
                if (!isCell) continue;
                var members = new JsonObject { { pair.Key, parts[0] } };
                if (Codec.Schema.ErrorOrNull(members, "Fields") != null) continue;
                object value = FieldTable.FromJson(members)[pair.Key];
                entity.Put(pair.Key,
                    new Cell { Value = value, Stamp = (long)(double)parts[1], IsRemote = (bool)parts[2] });
                clock.Observe((long)(double)parts[1]);
            }
        }
    }
}
