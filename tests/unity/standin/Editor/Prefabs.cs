// Stand-in for prefab assets, instances and overrides.
//
// Models (docs: PrefabUtility.RecordPrefabInstancePropertyModifications.html; manual: PrefabInstanceOverrides):
//   - an instance's values that differ from the asset live on only if they were recorded as overrides; the rest is lost
//     when the scene is saved and opened again
//   - the root's position, rotation and name are overrides by default; added components are kept whole
//   - children of an instance cannot be reparented or destroyed; Unity throws InvalidOperationException
//   - an instance inherits the script values of the asset, so also its identity, until it overrides them
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using UnityEngine;
using UnityStandIn;

namespace UnityEditor
{
    public static class PrefabUtility
    {
        public static bool IsPartOfPrefabInstance(UnityEngine.Object target)
        {
            return PrefabModel.OwnerOf(target).Prefab != null;
        }

        public static bool IsOutermostPrefabInstanceRoot(GameObject target)
        {
            return target.Prefab != null && target.Prefab.IsRoot;
        }

        public static void RecordPrefabInstancePropertyModifications(UnityEngine.Object target)
        {
            PrefabModel.Record(target);
        }
    }
}

namespace UnityStandIn
{
    public static class PrefabModel
    {
        private static readonly string[] s_RootDefaults =
        {
            "UnityEngine.GameObject.m_Name", "UnityEngine.Transform.m_LocalPosition",
            "UnityEngine.Transform.m_LocalRotation",
        };

        private static readonly Dictionary<string, Snapshot> s_Assets = new Dictionary<string, Snapshot>();

        /// <summary>Makes an asset of the object and turns the object into its first instance.</summary>
        public static void SaveAsAssetAndConnect(GameObject source, string path)
        {
            long id = 1;
            foreach (GameObject part in OpenScene.Below(source.transform))
            {
                part.Prefab = new PrefabLink { AssetPath = path, SourceId = id++, IsRoot = part == source };
            }
            Snapshot asset = Snapshot.Of(source);
            Number(asset);
            File.WriteAllText(Absolute(path), SceneText.Write(new[] { asset }));
            s_Assets[path] = asset;
        }

        public static GameObject Instantiate(string path)
        {
            Snapshot asset = AssetAt(path);
            GameObject built = asset.Build(Snapshot.Ids.Fresh, null);
            Connect(built, path, asset, true);
            return built;
        }

        public static Snapshot AssetAt(string path)
        {
            if (!s_Assets.ContainsKey(path)) s_Assets[path] = SceneText.Read(File.ReadAllText(Absolute(path)))[0];
            return s_Assets[path];
        }

        internal static void Record(UnityEngine.Object target)
        {
            GameObject owner = OwnerOf(target);
            if (owner.Prefab == null) return;
            Dictionary<string, object> source = SourceOf(owner, target.GetType().FullName);
            if (source == null) return;
            foreach (KeyValuePair<string, object> property in PropertyVisitor.Read(target))
            {
                object original;
                bool isSame = source.TryGetValue(property.Key, out original)
                    && SceneText.IsSame(original, property.Value);
                if (!isSame) owner.Prefab.Overrides.Add(target.GetType().FullName + "." + property.Key);
            }
        }

        /// <summary>The source's properties with the instance's overrides on top: what is left after a save and an
        /// opening.</summary>
        internal static Dictionary<string, object> Merge(
            PrefabLink link, string typeName, Dictionary<string, object> saved)
        {
            Snapshot source = AssetAt(link.AssetPath).FindOrNull(link.SourceId);
            Dictionary<string, object> original = PropertiesOf(source, typeName);
            if (original == null) return saved;
            var merged = new Dictionary<string, object>(original);
            foreach (KeyValuePair<string, object> property in saved)
            {
                string key = typeName + "." + property.Key;
                bool isKept = link.Overrides.Contains(key) || (link.IsRoot && s_RootDefaults.Contains(key));
                if (isKept) merged[property.Key] = property.Value;
            }
            return merged;
        }

        internal static void RefuseRestructure(GameObject target)
        {
            bool isInside = target.Prefab != null && !target.Prefab.IsRoot && target.transform.Parent != null;
            if (isInside) throw new InvalidOperationException("This is not possible inside a Prefab instance.");
        }

        internal static GameObject OwnerOf(UnityEngine.Object target)
        {
            var component = target as Component;
            return ReferenceEquals(component, null) ? (GameObject)target : component.gameObject;
        }

        private static Dictionary<string, object> SourceOf(GameObject owner, string typeName)
        {
            return PropertiesOf(AssetAt(owner.Prefab.AssetPath).FindOrNull(owner.Prefab.SourceId), typeName);
        }

        private static Dictionary<string, object> PropertiesOf(Snapshot source, string typeName)
        {
            if (source == null) return null;
            if (typeName == typeof(GameObject).FullName) return source.Properties;
            ComponentSnapshot component = source.Components.Find(candidate => candidate.TypeName == typeName);
            return component == null ? null : component.Properties;
        }

        private static void Connect(GameObject built, string path, Snapshot source, bool isRoot)
        {
            built.Prefab = new PrefabLink { AssetPath = path, SourceId = source.LocalId, IsRoot = isRoot };
            for (int index = 0; index < source.Children.Count; index++)
            {
                Connect(built.transform.GetChild(index).gameObject, path, source.Children[index], false);
            }
        }

        private static void Number(Snapshot asset)
        {
            asset.LocalId = asset.Prefab.SourceId;
            asset.Prefab = null;
            asset.Children.ForEach(Number);
        }

        private static string Absolute(string path)
        {
            return Path.Combine(Path.GetDirectoryName(Application.dataPath), path);
        }
    }
}
