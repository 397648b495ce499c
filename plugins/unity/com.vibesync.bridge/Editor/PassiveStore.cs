// Entities that are not GameObjects: collections, which Unity does not have, and meshes, which many objects share.
//
// Their values are kept here and, with the scene, in SyncDocument, so that nothing that the other editor said is lost.
// A mesh that an object shows is bound to Unity's Mesh: one that we generated (a box of the mesh's bounds; its data
// comes with a later version) is rebuilt when the bounds change; one of the user's own assets is never touched.
using System;
using System.Collections.Generic;
using UnityEditor;
using UnityEngine;
using VibeSync.Core;

namespace VibeSync.Editor
{
    /// <summary>Collections and meshes by UUID.</summary>
    public sealed class PassiveStore
    {
        private sealed class Entry
        {
            public string Kind;
            public FieldMap Fields = new FieldMap();
            public ObjId Mesh;
            public bool IsBound;
        }

        private static readonly double[] s_Zero = { 0, 0, 0 };
        private readonly Dictionary<string, Entry> m_Entries = new Dictionary<string, Entry>(StringComparer.Ordinal);
        private readonly Dictionary<ObjId, string> m_ByMesh = new Dictionary<ObjId, string>();

        public IEnumerable<string> Uuids
        {
            get { return m_Entries.Keys; }
        }

        public bool Has(string uuid)
        {
            return m_Entries.ContainsKey(uuid);
        }

        public void Clear()
        {
            m_Entries.Clear();
            m_ByMesh.Clear();
        }

        /// <summary>Object ids mean nothing any more; values stay.</summary>
        public void Unbind()
        {
            m_ByMesh.Clear();
            foreach (Entry entry in m_Entries.Values) entry.IsBound = false;
        }

        public LiveEntity ReadOrNull(string uuid)
        {
            Entry entry;
            if (!m_Entries.TryGetValue(uuid, out entry)) return null;
            return new LiveEntity { Uuid = uuid, Kind = entry.Kind, Fields = new FieldMap(entry.Fields) };
        }

        public void Write(string uuid, string kind, FieldMap fields)
        {
            Entry entry;
            if (!m_Entries.TryGetValue(uuid, out entry)) m_Entries[uuid] = entry = new Entry { Kind = kind };
            foreach (KeyValuePair<string, object> field in fields) entry.Fields[field.Key] = field.Value;
            Mesh mesh = entry.IsBound ? entry.Mesh.ResolveOrNull() as Mesh : null;
            if (mesh != null && !AssetDatabase.Contains(mesh)) Shape(mesh, entry);
        }

        public string KindOf(string uuid)
        {
            return m_Entries[uuid].Kind;
        }

        public void Remove(string uuid)
        {
            Entry entry = m_Entries[uuid];
            if (entry.IsBound) m_ByMesh.Remove(entry.Mesh);
            m_Entries.Remove(uuid);
        }

        /// <summary>The identity of a mesh that an object shows; a new one if nobody knows it. Null for no
        /// mesh.</summary>
        public string UuidOfMesh(Mesh mesh, string remembered)
        {
            if (mesh == null) return null;
            ObjId id = ObjId.Of(mesh);
            string uuid;
            if (m_ByMesh.TryGetValue(id, out uuid)) return uuid;
            Entry entry;
            bool isRemembered = Core.Uuids.IsUuid(remembered);
            bool isBoundElsewhere = isRemembered && m_Entries.TryGetValue(remembered, out entry) && entry.IsBound;
            uuid = isRemembered && !isBoundElsewhere ? remembered : Core.Uuids.New();
            if (!m_Entries.ContainsKey(uuid))
            {
                Vector3 at = mesh.bounds.center, size = mesh.bounds.size;
                m_Entries[uuid] = new Entry { Kind = FieldTable.Mesh };
                m_Entries[uuid].Fields["name"] = mesh.name;
                m_Entries[uuid].Fields["mesh.center"] = Conversion.Position(new double[] { at.x, at.y, at.z }, false);
                m_Entries[uuid].Fields["mesh.size"] = new double[] { size.x, size.y, size.z };
            }
            Bind(uuid, id);
            return uuid;
        }

        /// <summary>The mesh to show for an identity; generated when there is none yet.</summary>
        public Mesh MeshOf(string uuid)
        {
            Entry entry;
            if (!m_Entries.TryGetValue(uuid, out entry)) m_Entries[uuid] = entry = new Entry { Kind = FieldTable.Mesh };
            Mesh mesh = entry.IsBound ? entry.Mesh.ResolveOrNull() as Mesh : null;
            if (mesh != null) return mesh;
            mesh = new Mesh();
            Shape(mesh, entry);
            Bind(uuid, ObjId.Of(mesh));
            return mesh;
        }

        public string ToJson()
        {
            var json = new JsonObject();
            foreach (KeyValuePair<string, Entry> pair in m_Entries)
            {
                json.Add(pair.Key, new JsonArray { pair.Value.Kind, pair.Value.Fields });
            }
            return JsonWriter.Write(json);
        }

        /// <summary>Reads what the scene carries; what is not valid is left out.</summary>
        public void Load(string text)
        {
            object value;
            string error;
            Clear();
            if (string.IsNullOrEmpty(text) || !JsonReader.TryRead(text, out value, out error) || !(value is JsonObject))
                return;
            foreach (KeyValuePair<string, object> pair in (JsonObject)value)
            {
                var parts = pair.Value as JsonArray;
                bool isValid = Core.Uuids.IsUuid(pair.Key) && parts != null && parts.Count == 2
                    && Codec.Schema.ErrorOrNull(parts[0], "EntityKind") == null
                    && Codec.Schema.ErrorOrNull(parts[1], "Fields") == null;
                if (isValid) Write(pair.Key, (string)parts[0], FieldTable.FromJson((JsonObject)parts[1]));
            }
        }

        private void Bind(string uuid, ObjId id)
        {
            m_Entries[uuid].Mesh = id;
            m_Entries[uuid].IsBound = true;
            m_ByMesh[id] = uuid;
        }

        private static void Shape(Mesh mesh, Entry entry)
        {
            mesh.name = entry.Fields.Text("name") ?? "Mesh";
            double[] center = Conversion.Position(entry.Fields.Numbers("mesh.center", s_Zero), false);
            BoundsBox.Fill(mesh, center, entry.Fields.Numbers("mesh.size", s_Zero));
        }
    }
}
