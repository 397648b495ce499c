// An object's id inside the scene file, as text; empty while the object was never saved. It stays the same when the
// scene is moved or saved under another name, and a copy of the object has another one.
using System.Globalization;
using UnityEditor;
using UnityEngine;

namespace VibeSync.Editor
{
    /// <summary>Reads fileIDs through GlobalObjectId, which is slow: at saves and for ambiguous identities
    /// only.</summary>
    public static class SceneFileIds
    {
        public static string Of(GameObject target)
        {
            return Of(new Object[] { target })[0];
        }

        public static string[] Of(Object[] targets)
        {
            var ids = new GlobalObjectId[targets.Length];
            var texts = new string[targets.Length];
            GlobalObjectId.GetGlobalObjectIdsSlow(targets, ids);
            for (int index = 0; index < ids.Length; index++)
            {
                bool isSaved = ids[index].targetObjectId != 0;
                string inside = ids[index].targetPrefabId.ToString(CultureInfo.InvariantCulture);
                texts[index] = isSaved ? ids[index].targetObjectId.ToString(CultureInfo.InvariantCulture) + "-"
                    + inside : "";
            }
            return texts;
        }
    }
}
