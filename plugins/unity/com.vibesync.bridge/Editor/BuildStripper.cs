// Keeps VibeSync out of what players get: identities and the scene's document go while a scene is built (or played).
using System.Collections.Generic;
using UnityEditor;
using UnityEditor.Build;
using UnityEditor.Build.Reporting;
using UnityEngine;
using UnityEngine.SceneManagement;

namespace VibeSync.Editor
{
    /// <summary>Strips SyncId and SyncDocument from built scenes.</summary>
    public sealed class BuildStripper : IProcessSceneWithReport
    {
        public int callbackOrder
        {
            get { return 0; }
        }

        public void OnProcessScene(Scene scene, BuildReport report)
        {
            // Unity also calls this for Play Mode, without a report; there the identities are still needed.
            if (report == null) return;
            var roots = new List<GameObject>();
            scene.GetRootGameObjects(roots);
            foreach (GameObject root in roots) Strip(root);
        }

        private static void Strip(GameObject target)
        {
            for (int index = target.transform.childCount - 1; index >= 0; index--)
            {
                Strip(target.transform.GetChild(index).gameObject);
            }
            var id = target.GetComponent<SyncId>();
            if (id != null) Object.DestroyImmediate(id);
            if (target.GetComponent<SyncDocument>() != null) Object.DestroyImmediate(target);
        }
    }
}
