// A GameObject and everything below it, as data: the common ground of copying, undoing a deletion, leaving Play Mode,
// prefabs and scene files. Ids decide what a rebuilt hierarchy is:
//   Fresh     a copy: new instance ids, no place in the file yet        (Instantiate, Ctrl-D)
//   Same      the very objects again: same instance ids                  (undo of a deletion, redo of a creation)
//   Reopened  the same objects of the file: new instance ids, old fileIDs (opening a scene, leaving Play Mode)
using System;
using System.Collections.Generic;
using System.Linq;
using UnityEngine;

namespace UnityStandIn
{
    /// <summary>What makes a GameObject part of a prefab instance.</summary>
    public sealed class PrefabLink
    {
        public string AssetPath;
        public long SourceId;
        public bool IsRoot;
        /// <summary>"Type.property" of every recorded override.</summary>
        public HashSet<string> Overrides = new HashSet<string>();

        public PrefabLink Copy()
        {
            return new PrefabLink
            {
                AssetPath = AssetPath, SourceId = SourceId, IsRoot = IsRoot, Overrides = new HashSet<string>(Overrides),
            };
        }
    }

    public sealed class ComponentSnapshot
    {
        public string TypeName;
        public int Id;
        public Dictionary<string, object> Properties;
    }

    public sealed class Snapshot
    {
        public enum Ids { Fresh, Same, Reopened }

        public int Id;
        public long LocalId;
        public int ParentId;
        public int SiblingIndex;
        public PrefabLink Prefab;
        public Dictionary<string, object> Properties;
        public List<ComponentSnapshot> Components = new List<ComponentSnapshot>();
        public List<Snapshot> Children = new List<Snapshot>();

        /// <summary>Finds a component's type by name; the host tells which script assembly is loaded.</summary>
        public static Func<string, Type> ScriptType = _ => null;

        public static Snapshot Of(GameObject source)
        {
            return new Snapshot
            {
                Id = source.NativeId,
                LocalId = source.LocalId,
                ParentId = source.transform.Parent == null ? 0 : source.transform.Parent.gameObject.NativeId,
                SiblingIndex = source.transform.GetSiblingIndex(),
                Prefab = source.Prefab == null ? null : source.Prefab.Copy(),
                Properties = PropertyVisitor.Read(source),
                Components = source.Components.Select(component => new ComponentSnapshot
                {
                    TypeName = component.GetType().FullName,
                    Id = component.NativeId,
                    Properties = PropertyVisitor.Read(component),
                }).ToList(),
                Children = source.transform.Children.Select(child => Of(child.gameObject)).ToList(),
            };
        }

        /// <summary>Builds the hierarchy under its old parent, or at the root when that is gone.</summary>
        public GameObject Build(Ids ids)
        {
            var parent = UnityEngine.Object.FindById(ParentId) as GameObject;
            return Build(ids, parent == null ? null : parent.transform);
        }

        public GameObject Build(Ids ids, Transform parent)
        {
            var built = new GameObject();
            OpenScene.Roots.Remove(built.transform);
            if (ids == Ids.Same) built.Register(Id);
            built.LocalId = ids == Ids.Fresh ? 0 : LocalId;
            built.Prefab = Prefab == null ? null : Prefab.Copy();
            PropertyVisitor.Write(built, Properties);
            built.transform.Parent = parent;
            List<Transform> siblings = built.transform.Siblings();
            int index = ids == Ids.Fresh ? siblings.Count : Math.Min(SiblingIndex, siblings.Count);
            siblings.Insert(index, built.transform);
            foreach (ComponentSnapshot component in Components) AddTo(built, component, ids);
            foreach (Snapshot child in Children) child.Build(ids, built.transform);
            OpenScene.Version++;
            return built;
        }

        public Snapshot FindOrNull(long localId)
        {
            return LocalId == localId ? this
                : Children.Select(child => child.FindOrNull(localId)).FirstOrDefault(found => found != null);
        }

        public static Type TypeOf(string name)
        {
            return typeof(GameObject).Assembly.GetType(name) ?? ScriptType(name);
        }

        private static void AddTo(GameObject built, ComponentSnapshot snapshot, Ids ids)
        {
            Type type = TypeOf(snapshot.TypeName);
            // A script that is not loaded any more: Unity keeps its data as a missing script; here it is dropped.
            if (type == null) return;
            Component component = type == typeof(Transform) ? built.transform : built.AddComponent(type);
            if (ids == Ids.Same) component.Register(snapshot.Id);
            PropertyVisitor.Write(component, snapshot.Properties);
        }
    }
}
