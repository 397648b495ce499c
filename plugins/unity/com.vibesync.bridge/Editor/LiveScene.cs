// The open scene behind the core's ILiveScene: GameObjects, and the passive entities next to them.
//
// Writes go past Unity's Undo on purpose: the user's Ctrl-Z must not take back what the other editor did, and
// ObjectChangeEvents publishes undoable changes only, so our own writes raise no events. On prefab instances every
// write is recorded as override.
using System;
using System.Collections.Generic;
using UnityEditor;
using UnityEngine;
using UnityEngine.Rendering;
using VibeSync.Core;
using Object = UnityEngine.Object;

namespace VibeSync.Editor
{
    /// <summary>Reads and writes the active scene.</summary>
    public sealed class LiveScene : ILiveScene
    {
        public readonly IdentityRegistry Registry = new IdentityRegistry();
        public readonly PassiveStore Passive = new PassiveStore();

        /// <summary>UUIDs that the user holds; set by the guard every tick.</summary>
        public HashSet<string> Held = new HashSet<string>(StringComparer.Ordinal);

        public void Identify()
        {
            foreach (GameObject newcomer in Registry.Identify()) BindMesh(newcomer);
        }

        public List<string> Uuids()
        {
            var all = new List<string>(Passive.Uuids);
            all.AddRange(Registry.Order);
            return all;
        }

        public bool Exists(string uuid)
        {
            return Passive.Has(uuid) || Registry.FindOrNull(uuid) != null;
        }

        public LiveEntity ReadOrNull(string uuid)
        {
            if (Passive.Has(uuid)) return Passive.ReadOrNull(uuid);
            GameObject target = Registry.FindOrNull(uuid);
            if (target == null) return null;
            SyncId id = IdentityRegistry.IdOf(target);
            if (id.type != ObjectFields.TypeOf(target, id))
            {
                // A type is fixed for life: with another component it is another thing for the other editor.
                Registry.Assign(target, Core.Uuids.New());
                return null;
            }
            var live = new LiveEntity { Uuid = uuid, Kind = FieldTable.Object,
                CopiedFromOrNull = Registry.CopiedFromOrNull(uuid) };
            Transform parent = target.transform.parent;
            live.Fields["parent"] = parent == null ? null : Registry.UuidOrNull(parent.gameObject);
            live.Fields["data"] = BindMesh(target);
            ObjectFields.ReadCommon(target, id, live.Fields);
            return live;
        }

        public string CreateOrError(string uuid, string kind, FieldMap fields)
        {
            if (kind != FieldTable.Object)
            {
                Passive.Write(uuid, kind, fields);
                return null;
            }
            var made = new GameObject(fields.Text("name") ?? "Object");
            SyncId id = IdentityRegistry.IdOf(made);
            id.type = fields.Text("type") ?? "empty";
            if (id.type == "camera") made.AddComponent<Camera>();
            if (id.type == "light") MakeLight(made);
            if (id.type == "mesh") MakeMesh(made);
            Registry.Assign(made, uuid);
            var all = new FieldMap(fields);
            foreach (string field in FieldTable.TransformFields)
            {
                // Written even when the value is Unity's own default: a corrected node's default is not.
                if (!all.ContainsKey(field)) all[field] = DefaultOf(field);
            }
            return WriteOrError(uuid, all);
        }

        public string WriteOrError(string uuid, FieldMap fields)
        {
            if (Passive.Has(uuid))
            {
                Passive.Write(uuid, Passive.KindOf(uuid), fields);
                return null;
            }
            GameObject target = Registry.FindOrNull(uuid);
            if (target == null) return "E_UNKNOWN_ENTITY";
            SyncId id = IdentityRegistry.IdOf(target);
            FieldMap all = fields;
            if (fields.ContainsKey("parent"))
            {
                string error = MoveOrError(target, id, fields, out all);
                if (error != null) return error;
            }
            object data;
            if (fields.TryGetValue("data", out data)) Show(target, id, (string)data);
            ObjectFields.WriteCommon(target, id, all);
            RecordOverrides(target);
            return null;
        }

        public string DeleteOrError(string uuid, Predicate<string> isGoing)
        {
            if (Passive.Has(uuid))
            {
                Passive.Remove(uuid);
                return null;
            }
            GameObject target = Registry.FindOrNull(uuid);
            if (target == null) return null;
            var spared = new List<Transform>();
            FindSpared(target.transform, isGoing, spared);
            bool isRefused = Prefabs.IsInside(target) || spared.Exists(child => Prefabs.IsInside(child.gameObject));
            if (isRefused) return "E_APPLY";
            foreach (Transform child in spared) child.SetParent(target.transform.parent, true);
            Object.DestroyImmediate(target);
            return null;
        }

        public string Reidentify(string uuid)
        {
            GameObject target = Registry.FindOrNull(uuid);
            if (target == null) return uuid;
            string fresh = Core.Uuids.New();
            Registry.Assign(target, fresh);
            return fresh;
        }

        public bool IsHeld(string uuid, bool withDescendants)
        {
            if (Held.Contains(uuid)) return true;
            GameObject target = withDescendants && Held.Count > 0 ? Registry.FindOrNull(uuid) : null;
            if (target == null) return false;
            foreach (string held in Held)
            {
                GameObject inside = Registry.FindOrNull(held);
                if (inside != null && inside.transform.IsChildOf(target.transform)) return true;
            }
            return false;
        }

        // A change of parent keeps the canonical values, not Unity's: below a camera or light the two differ.
        private string MoveOrError(GameObject target, SyncId id, FieldMap fields, out FieldMap all)
        {
            all = new FieldMap();
            ObjectFields.ReadTransform(target.transform, id.type, all);
            foreach (KeyValuePair<string, object> field in fields) all[field.Key] = field.Value;
            var wanted = (string)fields["parent"];
            GameObject parent = wanted == null ? null : Registry.FindOrNull(wanted);
            Transform place = parent == null ? null : parent.transform;
            if (wanted != null && parent == null) return "E_UNKNOWN_ENTITY";
            if (target.transform.parent == place) return null;
            if (Prefabs.IsInside(target)) return "E_APPLY";
            if (place != null && place.IsChildOf(target.transform)) return "E_CYCLE";
            target.transform.SetParent(place, false);
            return null;
        }

        private void Show(GameObject target, SyncId id, string dataOrNull)
        {
            var filter = target.GetComponent<MeshFilter>();
            id.dataUuid = dataOrNull ?? "";
            if (filter != null) filter.sharedMesh = dataOrNull == null ? null : Passive.MeshOf(dataOrNull);
        }

        /// <summary>The identity of the mesh that the object shows, remembered in its SyncId; null for none.</summary>
        private string BindMesh(GameObject target)
        {
            SyncId id = IdentityRegistry.IdOf(target);
            string uuid = Passive.UuidOfMesh(MeshOf(target), id.dataUuid);
            if (id.dataUuid == (uuid ?? "")) return uuid;
            id.dataUuid = uuid ?? "";
            Prefabs.Record(id);
            return uuid;
        }

        private static Mesh MeshOf(GameObject target)
        {
            var filter = target.GetComponent<MeshFilter>();
            if (filter != null) return filter.sharedMesh;
            var skinned = target.GetComponent<SkinnedMeshRenderer>();
            return skinned == null ? null : skinned.sharedMesh;
        }

        private void FindSpared(Transform parent, Predicate<string> isGoing, List<Transform> spared)
        {
            for (int index = 0; index < parent.childCount; index++)
            {
                Transform child = parent.GetChild(index);
                string uuid = Registry.UuidOrNull(child.gameObject);
                if (uuid == null) continue;
                if (isGoing(uuid)) FindSpared(child, isGoing, spared);
                else spared.Add(child);
            }
        }

        private static void RecordOverrides(GameObject target)
        {
            Prefabs.Record(target);
            Prefabs.Record(target.transform);
            Prefabs.Record(IdentityRegistry.IdOf(target));
            Component[] others =
            {
                target.GetComponent<Camera>(), target.GetComponent<Light>(), target.GetComponent<MeshFilter>(),
            };
            foreach (Component component in others)
            {
                if (component != null) Prefabs.Record(component);
            }
        }

        private static void MakeMesh(GameObject made)
        {
            made.AddComponent<MeshFilter>();
            made.AddComponent<MeshRenderer>().sharedMaterial = DefaultMaterial();
        }

        /// <summary>The material that Unity's own new objects get, in the project's render pipeline.</summary>
        private static Material DefaultMaterial()
        {
            RenderPipelineAsset pipeline = GraphicsSettings.currentRenderPipeline;
            if (pipeline != null && pipeline.defaultMaterial != null) return pipeline.defaultMaterial;
            return AssetDatabase.GetBuiltinExtraResource<Material>("Default-Material.mat");
        }

        private static void MakeLight(GameObject made)
        {
            var light = made.AddComponent<Light>();
            light.useColorTemperature = false;
        }

        private static double[] DefaultOf(string field)
        {
            if (field == "rotation") return new double[] { 0, 0, 0, 1 };
            return field == "scale" ? new double[] { 1, 1, 1 } : new double[] { 0, 0, 0 };
        }
    }
}
