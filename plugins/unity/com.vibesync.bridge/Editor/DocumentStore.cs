// The scene's own identity: the hidden SyncDocument, and the sidecar next to the project.
using System.IO;
using UnityEditor;
using UnityEditor.SceneManagement;
using UnityEngine;
using UnityEngine.SceneManagement;
using VibeSync.Core;

namespace VibeSync.Editor
{
    /// <summary>Finds and makes what VibeSync keeps with a scene.</summary>
    public static class DocumentStore
    {
        private const string k_ObjectName = "VibeSync";
        private const string k_SidecarFolder = "ProjectSettings/VibeSync";
        private const string k_StateFile = "Library/VibeSync/state.json";
        private const int k_NameMax = 200;

        public static string ProjectFolder
        {
            get { return Path.GetDirectoryName(Application.dataPath); }
        }

        public static string StatePath
        {
            get { return Path.Combine(ProjectFolder, k_StateFile); }
        }

        /// <summary>The active scene's document; null when it never was linked.</summary>
        public static SyncDocument FindOrNull()
        {
            var roots = new System.Collections.Generic.List<GameObject>();
            SceneManager.GetActiveScene().GetRootGameObjects(roots);
            foreach (GameObject root in roots)
            {
                var document = root.GetComponent<SyncDocument>();
                if (document != null) return document;
            }
            return null;
        }

        public static SyncDocument FindOrMake()
        {
            SyncDocument document = FindOrNull();
            if (document != null) return document;
            var holder = new GameObject(k_ObjectName);
            holder.hideFlags |= HideFlags.HideInHierarchy;
            document = holder.AddComponent<SyncDocument>();
            document.uuid = Uuids.New();
            document.project = "";
            document.saveId = "";
            document.passive = "";
            EditorSceneManager.MarkSceneDirty(SceneManager.GetActiveScene());
            return document;
        }

        public static Sidecar SidecarOf(SyncDocument document)
        {
            return new Sidecar(Path.Combine(ProjectFolder, Path.Combine(k_SidecarFolder, document.uuid + ".json")));
        }

        /// <summary>The protocol's description of the open scene.</summary>
        public static JsonObject Describe()
        {
            SyncDocument document = FindOrNull();
            Scene scene = SceneManager.GetActiveScene();
            string name = scene.name.Length > 0 ? scene.name : "Untitled";
            return new JsonObject
            {
                { "uuid", document == null || !Uuids.IsUuid(document.uuid) ? null : document.uuid },
                { "name", name.Length <= k_NameMax ? name : name.Substring(0, k_NameMax) },
                { "saved", scene.path.Length > 0 },
            };
        }
    }
}
