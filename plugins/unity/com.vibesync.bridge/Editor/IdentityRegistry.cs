// Which object is which: UUID <-> object of this session. SyncId stores the identity, the registry is the authority.
//
// An object that the registry knows keeps its UUID whatever its SyncId says (undo, prefab revert and paste can change
// it). An unknown object may keep the UUID it carries only if nobody living has it; otherwise it is a copy and gets its
// own the same frame [WIRE-21]. Between several unknown objects with one UUID (a scene opened after copies were made
// elsewhere) the one that still has its place in the scene file is the original. The registry holds no object, only
// ids.
using System;
using System.Collections.Generic;
using UnityEditor;
using UnityEngine;
using UnityEngine.SceneManagement;
using VibeSync.Core;

namespace VibeSync.Editor
{
    /// <summary>Gives and remembers identities of GameObjects.</summary>
    public sealed class IdentityRegistry
    {
        private readonly Dictionary<string, ObjId> m_ByUuid = new Dictionary<string, ObjId>(StringComparer.Ordinal);
        private readonly Dictionary<ObjId, string> m_ByObject = new Dictionary<ObjId, string>();
        private readonly Dictionary<string, string> m_CopiedFrom =
            new Dictionary<string, string>(StringComparer.Ordinal);
        private readonly List<GameObject> m_Roots = new List<GameObject>();
        // Filled and emptied within Identify; kept for its capacity only.
        private readonly List<GameObject> m_All = new List<GameObject>();

        /// <summary>Living objects' UUIDs as of the last Identify.</summary>
        public readonly List<string> Order = new List<string>();

        /// <summary>Object ids mean nothing any more (scene opened, Play Mode left); identities are read from the scene
        /// again.</summary>
        public void Reset()
        {
            m_ByUuid.Clear();
            m_ByObject.Clear();
            m_CopiedFrom.Clear();
            Order.Clear();
        }

        /// <summary>The object; null when it is not in the scene.</summary>
        public GameObject FindOrNull(string uuid)
        {
            ObjId id;
            return m_ByUuid.TryGetValue(uuid, out id) ? id.ResolveOrNull() as GameObject : null;
        }

        /// <summary>The UUID of an object or of a component's object; null when it has none.</summary>
        public string UuidOrNull(UnityEngine.Object target)
        {
            var component = target as Component;
            if (component != null) target = component.gameObject;
            string uuid;
            return target != null && m_ByObject.TryGetValue(ObjId.Of(target), out uuid) ? uuid : null;
        }

        public string CopiedFromOrNull(string uuid)
        {
            string original;
            return m_CopiedFrom.TryGetValue(uuid, out original) ? original : null;
        }

        /// <summary>
        /// Looks at every object of the scene, makes sure that each has an identity of its own, and returns the
        /// newcomers. Runs over the whole scene in one frame, so known objects must stay cheap. </summary>
        public List<GameObject> Identify()
        {
            CollectAll();
            Order.Clear();
            var newcomers = new List<GameObject>();
            var taken = new HashSet<string>(StringComparer.Ordinal);
            foreach (GameObject target in m_All)
            {
                string uuid = UuidOrNull(target);
                if (uuid == null) newcomers.Add(target);
                else taken.Add(KeepKnown(target, uuid));
            }
            TakeIn(newcomers, taken);
            return newcomers;
        }

        /// <summary>Every object that takes part, known or not.</summary>
        public List<GameObject> Everything()
        {
            CollectAll();
            var everything = new List<GameObject>(m_All);
            m_All.Clear();
            return everything;
        }

        /// <summary>Names a freshly made object, or renames one.</summary>
        public void Assign(GameObject target, string uuid)
        {
            string earlier = UuidOrNull(target);
            if (earlier != null) m_ByUuid.Remove(earlier);
            ObjId id = ObjId.Of(target);
            m_ByUuid[uuid] = id;
            m_ByObject[id] = uuid;
            SyncId component = IdOf(target);
            component.uuid = uuid;
            component.type = ObjectFields.TypeOf(target, component);
            Prefabs.Record(component);
        }

        public static SyncId IdOf(GameObject target)
        {
            var component = target.GetComponent<SyncId>();
            if (component != null) return component;
            component = target.AddComponent<SyncId>();
            component.hideFlags |= HideFlags.HideInInspector;
            component.uuid = "";
            component.dataUuid = "";
            component.type = "";
            component.owner = "";
            component.collections = new string[0];
            return component;
        }

        private void CollectAll()
        {
            m_All.Clear();
            SceneManager.GetActiveScene().GetRootGameObjects(m_Roots);
            foreach (GameObject root in m_Roots) Collect(root);
        }

        /// <summary>Objects that take part: visible in the hierarchy and saved with the scene.</summary>
        private void Collect(GameObject target)
        {
            bool isOurs = (target.hideFlags & (HideFlags.HideInHierarchy | HideFlags.DontSaveInEditor)) == 0;
            if (!isOurs) return;
            m_All.Add(target);
            Transform transform = target.transform;
            int count = transform.childCount;
            for (int index = 0; index < count; index++) Collect(transform.GetChild(index).gameObject);
        }

        private string KeepKnown(GameObject target, string uuid)
        {
            SyncId id = IdOf(target);
            if (id.uuid != uuid)
            {
                id.uuid = uuid;
                Prefabs.Record(id);
            }
            Order.Add(uuid);
            return uuid;
        }

        private void TakeIn(List<GameObject> newcomers, HashSet<string> taken)
        {
            var claims = new Dictionary<string, int>(StringComparer.Ordinal);
            foreach (GameObject target in newcomers)
            {
                var id = target.GetComponent<SyncId>();
                if (id == null || !Uuids.IsUuid(id.uuid)) continue;
                int count;
                claims.TryGetValue(id.uuid, out count);
                claims[id.uuid] = count + 1;
            }
            foreach (GameObject target in newcomers)
            {
                TakeIn(target, taken, claims);
                Order.Add(UuidOrNull(target));
            }
            m_All.Clear();
        }

        private void TakeIn(GameObject target, HashSet<string> taken, Dictionary<string, int> claims)
        {
            SyncId id = IdOf(target);
            string claimed = Uuids.IsUuid(id.uuid) ? id.uuid : null;
            bool isFree = claimed != null && !taken.Contains(claimed);
            bool isAmbiguous = isFree && claims[claimed] > 1 && id.owner.Length > 0
                && id.owner != SceneFileIds.Of(target);
            bool isTypeSame = id.type.Length == 0 || id.type == ObjectFields.TypeOf(target, id);
            string uuid = isFree && !isAmbiguous && isTypeSame ? claimed : Uuids.New();
            if (isAmbiguous) claims[claimed]--;
            if (!isTypeSame) id.type = "";
            if (claimed != null && uuid != claimed) m_CopiedFrom[uuid] = claimed;
            taken.Add(uuid);
            Assign(target, uuid);
        }
    }
}
