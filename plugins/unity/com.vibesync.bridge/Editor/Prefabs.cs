// Prefab rules: what was written to an instance must be recorded as an override, or it is lost when the scene is opened
// again.
using UnityEditor;
using UnityEngine;

namespace VibeSync.Editor
{
    /// <summary>What is special about prefab instances.</summary>
    public static class Prefabs
    {
        public static void Record(Object written)
        {
            if (PrefabUtility.IsPartOfPrefabInstance(written))
                PrefabUtility.RecordPrefabInstancePropertyModifications(written);
        }

        /// <summary>Whether Unity refuses to move or destroy it, because it belongs to an instance's inside.</summary>
        public static bool IsInside(GameObject target)
        {
            return PrefabUtility.IsPartOfPrefabInstance(target) && !PrefabUtility.IsOutermostPrefabInstanceRoot(target);
        }
    }
}
